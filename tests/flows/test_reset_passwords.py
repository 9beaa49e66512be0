"""An administrator sets a password and demands another one (R7): what its owner may do until it is changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from conversation import Client, bind_request, code_of, result_of, search_request, values
from core_rig import RIGHT, Rig
from frontend_rig import ADMIN, JDOE, over

from gateway.frontends.ldap.application import Application
from gateway.frontends.ldap.applications import Applications
from gateway.frontends.ldap.personas.active_directory import ActiveDirectory
from gateway.frontends.ldap.personas.ad_domain import Domain
from gateway.frontends.ldap.personas.persona import Persona
from gateway.identity.password_rules import PasswordRules
from gateway.wire.controls import (
    PASSWORD_EXPIRED,
    PASSWORD_MODIFY,
    PASSWORD_POLICY,
    WHO_AM_I,
    PasswordModifyRequest,
    PolicyAnswer,
    PolicyError,
    decode_policy_answer,
    encode_password_modify,
)
from gateway.wire.filter import parse_filter
from gateway.wire.messages import (
    Change,
    CompareRequest,
    Control,
    DelRequest,
    ExtendedRequest,
    LdapMessage,
    ModifyOperation,
    ModifyRequest,
)

GIVEN, OWN = b"given-canary-91aa", b"own-canary-77cd"
POLICY = Control(PASSWORD_POLICY)
AFTER_RESET = PolicyAnswer(PolicyError.CHANGE_AFTER_RESET)


def passmod(user: str | None, new: bytes, old: bytes | None = None) -> ExtendedRequest:
    return ExtendedRequest(PASSWORD_MODIFY, encode_password_modify(PasswordModifyRequest(user, old, new)))


def replaces(name: str, *given: bytes, whom: str = JDOE) -> ModifyRequest:
    return ModifyRequest(whom, (Change(ModifyOperation.REPLACE, name, given),))


def policy_of(answer: LdapMessage) -> PolicyAnswer:
    (control,) = (one for one in answer.controls if one.type == PASSWORD_POLICY)
    return decode_policy_answer(control.value)


class House:
    """jdoe, admin and ann have moved; `demanded` says how the administrator demands it."""

    def __init__(self, *, rule: bool = True, persona: Persona | None = None) -> None:
        self.rig = Rig(administrators=["admin"], changes=PasswordRules(reset_must_change=rule))
        for name in ("admin", "ann"):
            self.rig.source.add(name, RIGHT)
        self.services = over(self.rig)
        for dn in (JDOE, ADMIN, JDOE.replace("jdoe", "ann")):
            assert self.client().bind(dn, RIGHT).code == 0
        if persona is not None:
            application = Application("ad", persona=persona)
            self.services = replace(self.services, applications=Applications(default=application))

    def client(self) -> Client:
        return Client(self.services, clock=self.rig.clock)

    def admin(self) -> Client:
        client = self.client()
        assert client.bind(ADMIN, RIGHT).code == 0
        return client

    def reset(self) -> None:
        assert self.admin().result(passmod(JDOE, GIVEN)).code == 0

    def confined(self) -> Client:
        """Bound with the password that must be changed."""
        client = self.client()
        assert client.bind(JDOE, GIVEN).code == 0
        return client


@pytest.fixture
def house() -> House:
    house = House()
    house.reset()
    return house


def test_after_a_reset_the_bind_succeeds_and_says_that_the_password_must_be_changed(house: House) -> None:
    """As slapd's ppolicy and 389 Directory Server."""
    (answer,) = house.client().ask(bind_request(JDOE, GIVEN), POLICY)
    assert code_of(answer) == 0
    assert policy_of(answer) == AFTER_RESET
    assert [one.value for one in answer.controls if one.type == PASSWORD_EXPIRED] == [b"0"]


def test_the_directory_alone_decides_about_a_password_that_was_set_here(house: House) -> None:
    """R9: other than where a source has said that it must be changed, the source is not asked."""
    asked = len(house.rig.source.asked)
    for password, code in ((GIVEN, 0), (RIGHT, 49)):
        assert house.client().bind(JDOE, password).code == code
    assert len(house.rig.source.asked) == asked


@pytest.mark.parametrize(
    "request_",
    [
        search_request("ou=people,o=corp"),
        search_request(JDOE, scope=0),
        CompareRequest(JDOE, "uid", b"jdoe"),
        DelRequest(JDOE),
        replaces("description", b"x"),
        ModifyRequest(
            JDOE,
            (
                Change(ModifyOperation.REPLACE, "userPassword", (OWN,)),
                Change(ModifyOperation.REPLACE, "description", (b"x",)),
            ),
        ),
    ],
)
def test_until_then_everything_else_is_refused(house: House, request_: Any) -> None:
    client = house.confined()
    answers = client.ask(request_, POLICY)
    assert [code_of(answer) for answer in answers] == [50]
    assert policy_of(answers[0]) == AFTER_RESET
    assert not client.ask(request_)[0].controls


def test_who_one_is_and_what_the_server_can_do_may_be_asked(house: House) -> None:
    client = house.confined()
    assert client.result(ExtendedRequest(WHO_AM_I)).code == 0
    assert len(client.search("", scope=0)) == 1
    assert len(client.search("cn=Subschema", scope=0)) == 1


@pytest.mark.parametrize("request_", [passmod(None, OWN), passmod(JDOE, OWN, GIVEN), replaces("userPassword", OWN)])
def test_the_owners_change_ends_it_on_the_same_connection(house: House, request_: Any) -> None:
    client = house.confined()
    assert client.result(request_).code == 0
    assert len(client.search(JDOE, scope=0)) == 1
    (answer,) = house.client().ask(bind_request(JDOE, OWN), POLICY)
    assert (code_of(answer), policy_of(answer)) == (0, PolicyAnswer())


@pytest.mark.parametrize("old", [None, GIVEN])
def test_the_very_password_that_must_be_changed_is_no_change(house: House, old: bytes | None) -> None:
    client = house.confined()
    assert client.result(passmod(None, GIVEN, old)).code == 19
    assert client.result(search_request(JDOE, scope=0)).code == 50


def test_nobody_elses_password_is_changed_by_who_must_change_the_own() -> None:
    """Not even by an administrator."""
    house = House()
    house.rig.source.add("boss", RIGHT)
    assert house.admin().result(replaces("pwdReset", b"TRUE", whom=ADMIN)).code == 0
    client = house.client()
    assert client.bind(ADMIN, RIGHT).code == 0
    assert client.result(passmod(JDOE, OWN)).code == 50
    assert client.result(passmod(None, OWN)).code == 0
    assert client.result(passmod(JDOE, OWN)).code == 0


QUOTED = f'"{OWN.decode()}"'.encode("utf-16-le")


@pytest.mark.parametrize("request_", [passmod(None, OWN), replaces("unicodePwd", QUOTED, whom=ADMIN)])
def test_an_administrators_own_change_demands_nothing(house: House, request_: Any) -> None:
    """Not even where the protocol calls it a reset."""
    client = house.admin()
    assert client.result(request_).code == 0
    client = house.client()
    assert client.bind(ADMIN, OWN).code == 0
    assert len(client.search(ADMIN, scope=0)) == 1


def test_without_the_rule_a_reset_demands_nothing() -> None:
    house = House(rule=False)
    house.reset()
    assert len(house.confined().search(JDOE, scope=0)) == 1


@pytest.mark.parametrize(("name", "yes", "no"), [("pwdReset", b"TRUE", b"FALSE"), ("pwdLastSet", b"0", b"-1")])
def test_an_administrator_may_demand_it_of_anybody_and_take_it_back(name: str, yes: bytes, no: bytes) -> None:
    """Whatever the rule says, and whatever the password was."""
    house = House(rule=False)
    assert house.admin().result(replaces(name, yes)).code == 0
    client = house.client()
    assert client.bind(JDOE, RIGHT).code == 0
    assert client.result(search_request(JDOE, scope=0)).code == 50
    assert house.admin().result(replaces(name, no)).code == 0
    assert client.bind(JDOE, RIGHT).code == 0
    assert len(client.search(JDOE, scope=0)) == 1


def test_a_modify_that_sets_a_password_beside_other_things_is_a_reset_too_unless_it_says_otherwise() -> None:
    house = House()
    more = Change(ModifyOperation.REPLACE, "description", (b"x",))
    password = Change(ModifyOperation.REPLACE, "userPassword", (GIVEN,))
    assert house.admin().result(ModifyRequest(JDOE, (password, more))).code == 0
    assert house.confined().result(search_request(JDOE, scope=0)).code == 50
    kept = Change(ModifyOperation.REPLACE, "pwdReset", (b"FALSE",))
    assert house.admin().result(ModifyRequest(JDOE, (password, kept))).code == 0
    assert len(house.confined().search(JDOE, scope=0)) == 1


def test_it_is_shown_as_pwdreset_and_found_by_it(house: House) -> None:
    client = house.admin()
    wanted = parse_filter("(pwdReset=TRUE)")
    own = search_request(JDOE, None, "pwdReset", scope=0)
    everybody = Application("all", anonymous=True)
    client.session.application = everybody
    client.session.reach = everybody.reach
    (entry,) = client.search("o=corp", wanted, "pwdReset")
    assert (entry.name, values(entry)) == (JDOE, {"pwdReset": [b"TRUE"]})
    assert house.confined().result(passmod(None, OWN)).code == 0
    assert client.search("o=corp", wanted) == []
    assert [values(one.operation) for one in client.ask(own)[:-1]] == [{}]  # type: ignore[arg-type]  # entries


def test_an_application_of_active_directory_gets_the_refusal_that_says_so(house: House) -> None:
    """Data 773; then the password is changed with the old one, as there."""
    persona = Persona("ad", (ActiveDirectory(Domain("corp.example", "CORP"), lambda: 0.0),))
    house = House(persona=persona)
    house.reset()
    client = house.client()
    (answer,) = client.ask(bind_request(JDOE, GIVEN))
    assert code_of(answer) == 49
    assert "data 773" in result_of(answer).diagnostic
    assert client.session.identity is None
    assert "data 52e" in client.bind(JDOE, b"wrong").diagnostic
    assert client.result(passmod(JDOE, OWN, GIVEN)).code == 0
    assert client.bind(JDOE, OWN).code == 0
