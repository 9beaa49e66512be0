"""What applications do wrong: answered where it is tolerated, counted each time, refused to everybody else."""

from __future__ import annotations

import pytest
from conversation import Client, People, bind_request, person, search_request, services, values

from gateway.config.applications import Application as Options
from gateway.config.applications import Sin
from gateway.frontends.ldap.application import Application
from gateway.frontends.ldap.applications import Applications
from gateway.frontends.ldap.configured import configured
from gateway.frontends.ldap.sins import AD_CONTROLS, DN_ATTRIBUTE, LDAPV2, SEARCH_AFTER_UNBIND
from gateway.wire.controls import EXTENDED_DN
from gateway.wire.filter import parse_filter
from gateway.wire.messages import Control, DelRequest, UnbindRequest

PEOPLE = "ou=people,dc=example,dc=com"
JDOE = f"uid=jdoe,{PEOPLE}"
SD_FLAGS, SHOW_DELETED = "1.2.840.113556.1.4.801", "1.2.840.113556.1.4.417"
TREE_DELETE, PROXIED = "1.2.840.113556.1.4.805", "2.16.840.1.113730.3.4.18"


class Sinner:
    """jdoe, bound through an application with these options."""

    def __init__(self, *tolerates: str, **options: object) -> None:
        described = {"name": "old", "bases": "all", "tolerates": list(tolerates), **options}
        self.applications = configured([Options.model_validate(described)])
        self.people = People(person(), person("ann"))
        self.client = Client(services(self.people, applications=self.applications))
        assert self.client.bind().code == 0

    def found(self, wanted: str, *asked: str) -> list[dict[str, list[bytes]]]:
        return [values(entry) for entry in self.client.search(PEOPLE, parse_filter(wanted), *asked)]

    def count(self, sin: str) -> int:
        return self.applications.sins["old", sin]


def test_a_sin_that_is_tolerated_and_not_committed_is_there_with_0() -> None:
    assert Sinner(LDAPV2, DN_ATTRIBUTE).applications.sins == {("old", LDAPV2): 0, ("old", DN_ATTRIBUTE): 0}


def test_every_sin_of_the_configuration_is_one_that_is_known_here() -> None:
    assert set(Sin.__args__) == {LDAPV2, SEARCH_AFTER_UNBIND, DN_ATTRIBUTE, AD_CONTROLS}  # type: ignore[attr-defined]


def test_binds_of_version_2_are_counted_also_where_everybody_may() -> None:
    sinner = Sinner(LDAPV2)
    for _ in range(3):
        assert sinner.client.result(bind_request(JDOE, b"secret", 2)).code == 0
    assert sinner.count(LDAPV2) == 3
    everybody = Applications((), Application("all"))
    client = Client(services(People(person()), applications=everybody, ldapv2=True))
    assert client.result(bind_request(JDOE, b"secret", 2)).code == 0
    assert everybody.sins == {("all", LDAPV2): 1}


def test_an_unbind_counts_when_something_comes_behind_it() -> None:
    """Every connection ends with one: that alone is no sin."""
    sinner = Sinner(SEARCH_AFTER_UNBIND)
    sinner.client.send(UnbindRequest())
    assert sinner.count(SEARCH_AFTER_UNBIND) == 0
    for _ in range(2):
        assert len(sinner.found("(uid=jdoe)")) == 1
    assert sinner.count(SEARCH_AFTER_UNBIND) == 1


def test_dn_is_an_attribute_to_who_takes_it_for_one() -> None:
    sinner = Sinner(DN_ATTRIBUTE)
    assert sinner.found("(uid=jdoe)", "dn") == [{"dn": [JDOE.encode()]}]
    assert sinner.found("(uid=jdoe)", "entryDN", "uid") == [{"uid": [b"jdoe"], "entryDN": [JDOE.encode()]}]
    assert sinner.found("(dn=UID=JDoe, ou=people,dc=example,dc=com)", "uid") == [{"uid": [b"jdoe"]}]
    assert sinner.found(f"(&(objectClass=person)(!(dn={JDOE})))", "uid") == [{"uid": [b"ann"]}]
    assert sinner.found("(dn=nobody)", "uid") == []
    assert len(sinner.found("(dn=*)", "uid")) == 2
    assert "dn" not in sinner.found("(uid=jdoe)")[0], "nor unasked"
    assert sinner.count(DN_ATTRIBUTE) == 5, "entryDN is an attribute by RFC 5020"


def test_a_filter_on_dn_reads_no_more_than_that_entry() -> None:
    sinner = Sinner(DN_ATTRIBUTE)
    sinner.found(f"(dn={JDOE})", "uid")
    asked = sinner.people.queries[-1]
    assert asked.filter == parse_filter("(&(uid=jdoe))")
    assert asked.person is not None


def test_dn_is_an_attribute_that_nobody_has_for_everybody_else() -> None:
    sinner = Sinner()
    assert sinner.found("(uid=jdoe)", "dn") == [{}]
    assert sinner.found(f"(dn={JDOE})") == []
    assert not +sinner.applications.sins


@pytest.mark.parametrize("control", [EXTENDED_DN, SD_FLAGS, SHOW_DELETED])
def test_a_critical_control_that_only_adds_is_ignored_where_that_is_tolerated(control: str) -> None:
    request, critical = search_request(PEOPLE), Control(control, critical=True, value=b"")
    assert Sinner().client.result(request, critical).code == 12
    sinner = Sinner(AD_CONTROLS)
    assert sinner.client.result(request, critical).code == 0
    assert sinner.count(AD_CONTROLS) == 1
    assert sinner.client.result(request, Control(control, critical=False, value=b"")).code == 0
    assert sinner.count(AD_CONTROLS) == 1, "RFC 4511 4.1.11: that is to be ignored"


@pytest.mark.parametrize("control", [TREE_DELETE, PROXIED, "1.2.3.4"])
def test_a_control_that_says_for_whom_or_on_what_is_never_ignored(control: str) -> None:
    """RFC 4370: whoever ignores whom a search is for shows somebody what another may see."""
    sinner = Sinner(AD_CONTROLS)
    assert sinner.client.result(search_request(PEOPLE), Control(control, critical=True)).code == 12
    assert sinner.client.result(DelRequest(JDOE), Control(SHOW_DELETED, critical=True)).code == 12
    assert sinner.count(AD_CONTROLS) == 0


def test_no_sin_lets_an_empty_password_in() -> None:
    """R5. What is sent for none reaches the core, which refuses it."""
    sinner = Sinner(LDAPV2, SEARCH_AFTER_UNBIND, DN_ATTRIBUTE, AD_CONTROLS)
    for version in (2, 3):
        sinner.client.send(bind_request(JDOE, b"", version))
        sinner.client.answers()
        assert not sinner.people.asked[-1].password
        assert sinner.client.session.identity is None
