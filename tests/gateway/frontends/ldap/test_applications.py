from __future__ import annotations

import ipaddress

import pytest
from conversation import Client, People, person, services

from gateway.frontends.ldap.application import DEFAULT, Application
from gateway.frontends.ldap.applications import Applications, Rule
from gateway.identity.model import LoginName, Peer

ANYBODY, HALL, DESK, CRM, NIGHT = (Application(name) for name in ("anybody", "hall", "desk", "crm", "night"))
JDOE = person()


def networks(*texts: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(map(ipaddress.ip_network, texts))


RULES = (
    Rule(HALL, networks=networks("10.0.0.0/8", "2001:db8::/32")),
    Rule(DESK, networks=networks("192.0.2.0/24", "10.1.0.0/16")),
    Rule(CRM, listener="crm"),
    Rule(NIGHT, listener="crm", networks=networks("10.1.0.0/16")),
)


@pytest.mark.parametrize(("listener", "address", "application"), [
    ("ldap", "10.2.3.4", HALL),
    ("ldap", "10.1.3.4", DESK),
    ("ldap", "2001:db8::1", HALL),
    ("ldap", "198.51.100.1", ANYBODY),
    ("ldap", "local", ANYBODY),
    ("crm", "198.51.100.1", CRM),
    ("crm", "local", CRM),
    ("crm", "10.2.3.4", HALL),
    ("crm", "10.1.3.4", NIGHT),
])  # fmt: skip
def test_the_smaller_network_wins_and_a_network_before_a_listener(
    listener: str, address: str, application: Application
) -> None:
    assert Applications(RULES, ANYBODY).at(listener, address).stranger is application


def test_among_equals_the_first_wins() -> None:
    rules = [Rule(HALL, listener="crm"), Rule(DESK, listener="crm")]
    assert Applications(rules).at("crm", "local").stranger is HALL


def test_without_rules_everybody_is_the_default_at_one_entrance() -> None:
    applications = Applications()
    assert applications.at("ldap", "10.0.0.1") is applications.at("ldap", "10.0.0.2")
    assert applications.at("ldap", "10.0.0.1").of(JDOE) is DEFAULT


@pytest.mark.parametrize("name", [JDOE.dn_key, "jdoe", "j.doe@corp.example"])
def test_a_name_counts_more_than_any_place(name: str) -> None:
    jdoe = person()
    object.__setattr__(jdoe, "aliases", ("J.Doe@corp.example",))
    entrance = Applications([*RULES, Rule(ANYBODY, names=frozenset({name}))]).at("ldap", "10.1.3.4")
    assert entrance.stranger is DESK
    assert entrance.of(None) is DESK
    assert entrance.of(person("ann")) is DESK
    assert entrance.of(jdoe) is ANYBODY


def test_of_two_rules_about_one_name_the_more_specific_place_wins() -> None:
    names = frozenset({"jdoe"})
    rules = [Rule(HALL, names=names), Rule(DESK, names=names, networks=networks("10.0.0.0/8"))]
    applications = Applications(rules)
    assert applications.at("ldap", "10.0.0.1").of(JDOE) is DESK
    assert applications.at("ldap", "192.0.2.1").of(JDOE) is HALL
    by_two_names = [Rule(HALL, names=frozenset({"jdoe"})), Rule(CRM, listener="x", names=frozenset({JDOE.dn_key}))]
    assert Applications(by_two_names).at("x", "local").of(JDOE) is CRM


def test_what_is_remembered_of_places_is_bounded() -> None:
    applications = Applications(RULES)
    first = applications.at("ldap", "10.0.0.0")
    for number in range(5000):
        assert applications.at("ldap", str(ipaddress.ip_address("10.0.0.0") + number)).stranger is HALL
    assert applications.at("ldap", "10.0.0.0") is not first


def test_a_connection_is_one_application_until_it_binds_and_another_while_it_is_bound() -> None:
    people = People(JDOE, person("ann"))
    rules = [Rule(HALL, networks=networks("192.0.2.0/24")), Rule(CRM, names=frozenset({"jdoe"}))]
    client = Client(services(people, applications=Applications(rules)))
    session = client.session
    assert session.application is HALL
    assert client.bind().code == 0
    assert session.application is CRM
    assert client.bind("uid=ann,ou=people,dc=example,dc=com").code == 0
    assert session.application is HALL
    assert client.bind("jdoe", b"wrong").code == 49
    assert session.application is HALL
    assert client.bind("jdoe").code == 0
    assert client.bind("", b"").code == 0
    assert session.application is HALL


def test_the_core_learns_which_application_a_bind_is_about() -> None:
    people = People(JDOE)
    client = Client(services(people, applications=Applications([Rule(CRM, names=frozenset({"jdoe"}))])))
    client.bind("jdoe")
    client.bind("JDoe ", b"wrong")
    client.bind("nobody")
    assert people.peers == [Peer("192.0.2.7", "crm"), Peer("192.0.2.7", "crm"), Peer("192.0.2.7", "default")]


def test_a_name_is_known_in_its_normalised_form_only() -> None:
    entrance = Applications([Rule(CRM, names=frozenset({"jdoe"}))]).at("ldap", "local")
    assert entrance.named(LoginName.of("JDOE ")) is CRM
    assert entrance.named(LoginName.of("jdoe2")) is DEFAULT
