from __future__ import annotations

import pytest
from conversation import Client, People, bind_request, code_of, person, services
from core_rig import Rig
from twisted.internet.defer import CancelledError, Deferred

from gateway.config.networks import EVERYWHERE
from gateway.frontends.ldap.access import LONGEST_PASSWORD
from gateway.frontends.ldap.application import Application
from gateway.frontends.ldap.applications import Applications
from gateway.frontends.ldap.services import Services
from gateway.frontends.ldap.sins import LDAPV2
from gateway.identity.model import PasswordCredential, Peer
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unavailable
from gateway.wire.controls import PASSWORD_POLICY, PolicyError, decode_policy_answer
from gateway.wire.messages import Control

JDOE = "uid=jdoe,ou=people,dc=example,dc=com"


def test_the_right_password_binds() -> None:
    client = Client(services(People(person())))
    assert client.bind(JDOE, b"secret").code == 0
    assert client.session.identity is not None
    assert client.session.identity.name == "jdoe"


def test_a_wrong_password_is_49() -> None:
    assert Client(services(People(person()))).bind(JDOE, b"guess").code == 49


def test_a_bare_name_binds() -> None:
    people = People(person())
    assert Client(services(people)).bind("JDoe ", b"secret").code == 0
    assert people.asked[0].login.dn is None


def test_the_core_learns_who_asks() -> None:
    people = People(person())
    Client(services(people)).bind()
    assert people.peers[0].address == "192.0.2.7"


def test_a_name_without_a_password_is_refused_by_the_core_which_asks_no_store_and_audits_it() -> None:
    """R5, RFC 4513 5.1.2."""
    rig = Rig()
    client = Client(Services(rig.authenticator, rig.union, clear_text=EVERYWHERE))
    assert client.bind("uid=jdoe,ou=people,o=corp", b"").code == 53
    assert client.session.identity is None
    assert (rig.source.asked, rig.native.asked) == ([], [])
    assert rig.trail.events() == [("bind", "empty-password")]


def test_an_anonymous_bind_succeeds_and_nobody_is_asked() -> None:
    people = People(person())
    client = Client(services(people))
    assert client.bind("", b"").code == 0
    assert client.session.identity is None
    assert not people.asked


def test_a_password_without_a_name_is_wrong_and_nobody_is_asked() -> None:
    people = People(person())
    assert Client(services(people)).bind("", b"secret").code == 49
    assert not people.asked


def test_a_password_beyond_the_bound_is_wrong_and_is_not_hashed() -> None:
    people = People(person())
    client = Client(services(people))
    assert client.bind(JDOE, b"x" * (LONGEST_PASSWORD + 1)) == client.bind(JDOE, b"guess")
    assert len(people.asked) == 1


@pytest.mark.parametrize("version", [1, 2, 4, 127])
def test_only_version_3_is_spoken(version: int) -> None:
    client = Client(services(People(person())))
    assert client.result(bind_request(JDOE, b"secret", version)).code == 2


def test_version_2_is_a_switch_and_answered_like_version_3() -> None:
    client = Client(services(People(person()), ldapv2=True))
    assert client.result(bind_request(JDOE, b"secret", 2)).code == 0
    assert client.session.identity is not None
    assert client.result(bind_request(JDOE, b"guess", 2)).code == 49
    assert client.result(bind_request(JDOE, b"secret", 1)).code == 2
    assert client.session.identity is None


def test_version_2_may_be_forgiven_to_one_application() -> None:
    sinner = Applications(default=Application("old", tolerates=frozenset({LDAPV2})))
    assert Client(services(People(person()), applications=sinner)).result(bind_request(JDOE, b"secret", 2)).code == 0


def test_a_malformed_dn_is_34() -> None:
    assert Client(services(People(person()))).bind("uid=jdoe,ou", b"secret").code == 34


def test_a_failed_bind_leaves_the_connection_anonymous() -> None:
    """RFC 4513 section 4."""
    client = Client(services(People(person())))
    client.bind(JDOE, b"secret")
    client.bind(JDOE, b"guess")
    assert client.session.identity is None


@pytest.mark.parametrize(("name", "password"), [(JDOE, b""), ("uid=x,ou", b"secret"), ("", b"secret")])
def test_so_does_one_that_asked_nobody(name: str, password: bytes) -> None:
    client = Client(services(People(person())))
    client.bind(JDOE, b"secret")
    client.bind(name, password)
    assert client.session.identity is None


def test_so_does_one_that_was_refused_for_its_control() -> None:
    client = Client(services(People(person())))
    client.bind(JDOE, b"secret")
    assert client.result(bind_request(JDOE, b"secret"), Control("1.2.3", critical=True)).code == 12
    assert client.session.identity is None


def test_where_tls_is_required_no_password_is_looked_at_without_it() -> None:
    people = People(person())
    client = Client(services(people, starttls="required", tls=object()))
    assert client.bind(JDOE, b"secret").code == 13
    assert client.bind("", b"").code == 0
    assert not people.asked
    secure = Client(services(people, starttls="required", tls=object()), tls=True)
    assert secure.bind(JDOE, b"secret").code == 0


def test_an_outage_is_unavailable_and_never_invalid_credentials() -> None:
    """R6."""
    people = People(person())
    people.answer = Unavailable("old")
    assert Client(services(people)).bind().code == 52


def test_the_policy_control_is_sent_only_to_whoever_asked() -> None:
    people = People(person())
    people.answer = Rejected(Reason.LOCKED)
    client = Client(services(people))
    plain = client.ask(bind_request(JDOE, b"secret"))[0]
    asked = client.ask(bind_request(JDOE, b"secret"), Control(PASSWORD_POLICY, critical=True))[0]
    assert code_of(plain) == code_of(asked) == 49
    assert not plain.controls
    assert decode_policy_answer(asked.controls[0].value).error == PolicyError.ACCOUNT_LOCKED


class Stubborn(People):
    """Goes on after it was cancelled, and says yes in the end."""

    async def bind(self, credential: PasswordCredential, peer: Peer) -> Outcome:
        try:
            await Deferred()
        except CancelledError:
            await self.wait
        return Accepted(person())


def test_a_bind_that_hangs_is_unavailable_after_its_time_and_cannot_succeed_later() -> None:
    people = Stubborn()
    people.wait = Deferred()
    client = Client(services(people, limits={"bind_timeout": 5}))
    assert client.ask(bind_request(JDOE, b"secret")) == []
    client.clock.advance(5)
    assert [code_of(answer) for answer in client.answers()] == [52]
    people.wait.callback(None)
    assert client.answers() == []
    assert client.session.identity is None


def test_a_bind_whose_client_hangs_up_comes_to_its_end_all_the_same() -> None:
    """R20: a guess counts even if the guesser does not wait for the answer."""
    people, ended = People(person()), []
    people.wait = Deferred()
    people.wait.addBoth(ended.append)
    client = Client(services(people))
    client.send(bind_request(JDOE, b"guess"))
    client.leave()
    assert not ended
    people.wait.callback(None)
    assert ended == [None]
    assert not client.clock.getDelayedCalls()
