from __future__ import annotations

from conversation import Client, People, bound, person, services

from gateway.identity.model import Attributes, Entry
from gateway.identity.search import BaseNotFound
from gateway.wire.filter import Equal, Present
from gateway.wire.messages import CompareRequest

JDOE = "uid=jdoe,ou=people,dc=example,dc=com"


def code(client: Client, attribute: str, value: bytes, entry: str = JDOE) -> int:
    return client.result(CompareRequest(entry, attribute, value)).code


def test_true_is_6_and_false_is_5() -> None:
    client = bound()
    assert code(client, "cn", b"JOHN  doe") == 6
    assert code(client, "commonName", b"John Doe") == 6
    assert code(client, "cn", b"Jane Doe") == 5


def test_operational_attributes_are_compared_too() -> None:
    assert code(bound(), "entryUUID", b"00000000-0000-0000-0000-000000000004") == 6


def test_an_attribute_that_is_not_there_is_16() -> None:
    assert code(bound(), "mail", b"x") == 16
    assert code(bound(), "noSuchType", b"x") == 16


def test_a_password_is_an_attribute_that_nobody_has() -> None:
    attributes = Attributes({"objectClass": [b"top"], "userPassword": [b"canary"]})
    leaky = Entry("cn=x,dc=example,dc=com", "cn=x,dc=example,dc=com", attributes)
    client = bound(People(leaky))
    for name in ("userPassword", "USERPASSWORD;x-a", "2.5.4.35"):
        assert code(client, name, b"canary", leaky.dn) == 16


def test_an_entry_that_does_not_exist_is_32() -> None:
    people = People(person())
    client = bound(people)
    assert code(client, "cn", b"x", "uid=nobody,dc=example,dc=com") == 32
    people.raises = BaseNotFound()
    result = client.result(CompareRequest("uid=nobody,dc=example,dc=com", "cn", b"x"))
    assert (result.code, result.matched_dn) == (32, "dc=example,dc=com")


def test_the_core_is_told_whose_entry_it_is() -> None:
    people = People(person())
    client = bound(people)
    code(client, "cn", b"x")
    assert people.queries[-1].person is not None
    assert people.queries[-1].person.dn == JDOE


def test_anonymous_may_compare_the_root_dse_only() -> None:
    client = Client(services(People(person())))
    assert code(client, "cn", b"John Doe") == 50
    assert code(client, "supportedLDAPVersion", b"3", "") == 6


def test_a_malformed_name_is_34() -> None:
    assert code(bound(), "cn", b"x", "no dn") == 34


def test_a_naming_context_exists_without_a_store() -> None:
    assert code(bound(), "objectClass", b"domain", "dc=example,dc=com") == 6


def test_only_what_is_compared_is_read() -> None:
    """A group's members, or in which groups somebody is, may be dear to know."""
    people = People(person())
    client = bound(people)
    people.queries.clear()
    assert code(client, "commonName", b"John Doe") == 6
    assert [query.attributes for query in people.queries] == [frozenset({"cn"})]


STAFF = "cn=staff,ou=groups,dc=example,dc=com"


def staff() -> Entry:
    shown = {"objectClass": [b"groupOfNames"], "cn": [b"staff"], "member": [JDOE.encode(), b"cn=x"]}
    return Entry(STAFF, STAFF, Attributes(shown))


def test_one_member_is_asked_for_and_no_list_is_read() -> None:
    """R18: of a group of a hundred thousand."""
    people = People(person(), staff())
    client = bound(people)
    people.queries.clear()
    member = Equal("member", JDOE.upper().encode())
    assert code(client, "member", member.value, STAFF) == 6
    assert [(query.filter, query.attributes) for query in people.queries] == [(member, frozenset({"1.1"}))]
    people.queries.clear()
    assert code(client, "member", b"cn=y", STAFF) == 5
    assert [query.attributes for query in people.queries] == [frozenset({"1.1"})] * 2
    assert people.queries[-1].filter == Present("member")


def test_neither_yes_nor_no_about_a_member_is_as_for_any_attribute() -> None:
    client = bound(People(person(), staff()))
    assert code(client, "uniqueMember", b"cn=y", STAFF) == 16
    assert code(client, "memberUid", b"jdoe", JDOE) == 16
    assert code(client, "member", b"no dn", STAFF) == 18
    assert code(client, "member", b"cn=y", "cn=nothing,dc=example,dc=com") == 32
    assert code(client, "member", b"cn=y", "dc=example,dc=com") == 16
    assert code(client, "member", b"cn=y", "") == 16
