from __future__ import annotations

import pytest
from conversation import Client, People, person, result_of, search_request, services, values
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.applications import Application
from gateway.frontends.ldap.configured import configured
from gateway.frontends.ldap.personas import people
from gateway.identity.model import Attributes, Entry
from gateway.wire.dn import escape_value, normalise_dn
from gateway.wire.filter import Equal

TOP = "ou=people,dc=example,dc=com"
TEAM = "cn=team,ou=groups,dc=example,dc=com"
BY_LOGIN = people.People.of("cn={uid},ou=users,o=old", ("uid",))


@pytest.mark.parametrize(("stored", "shown"), [
    (f"uid=jdoe,{TOP}", "cn=jdoe,ou=users,o=old"),
    (f"UserID=J.Doe,{TOP}", "cn=J.Doe,ou=users,o=old"),
    (f"uid = Smith\\, John , {TOP}", "cn=Smith\\, John,ou=users,o=old"),
    (f"uid=jdoe+l=here,{TOP}", None),
    (f"cn=jdoe,{TOP}", None),
    ("uid=jdoe,no dn", None),
    ("uid=jdoe", "cn=jdoe,ou=users,o=old"),
    ("", None),
    ("nobody", None),
])  # fmt: skip
def test_a_dn_that_begins_with_the_login_name_tells_the_shown_one(stored: str, shown: str | None) -> None:
    assert BY_LOGIN.of_stored(stored) == shown
    assert people.People.of("cn={uid},ou=users,o=old").of_stored(stored) is None, "only of login names"


@given(st.text(min_size=1, max_size=12).filter(lambda name: name.strip() and "\0" not in name))
def test_short_way_and_long_way_say_the_same(name: str) -> None:
    told = BY_LOGIN.of_stored(f"uid={escape_value(name.encode('utf-8', 'replace'))},{TOP}")
    assert told is not None
    expected = f"cn={escape_value(name.encode('utf-8', 'replace'))},ou=users,o=old"
    assert normalise_dn(told) == normalise_dn(expected)


def test_of_two_login_names_the_one_in_the_dn_is_shown_in_entry_and_group_alike() -> None:
    two = person("jdoe", uid=["other", "jdoe"])
    assert BY_LOGIN.dn(two) == BY_LOGIN.of_stored(two.dn) == "cn=jdoe,ou=users,o=old"


def group(*members: str) -> Entry:
    held = {"objectClass": [b"groupOfNames"], "cn": [b"team"], "member": [one.encode() for one in members]}
    return Entry(TEAM, TEAM, Attributes(held))


def reader(template: str, tree: People) -> Client:
    listed = [Application.model_validate({"name": "a", "bases": "all", "persona": {"people": template}})]
    client = Client(services(tree, applications=configured(listed)), room=1 << 24)
    assert client.bind(f"uid=jdoe,{TOP}").code == 0
    tree.queries.clear()
    return client


def test_ten_thousand_members_are_shown_without_a_question_for_each() -> None:
    tree = People(person(), group(*(f"uid=user{number},{TOP}" for number in range(10_000))))
    client = reader("cn={uid},ou=users,o=old", tree)
    (shown,) = client.search("ou=groups,dc=example,dc=com", Equal("cn", b"team"), "member")
    assert len(tree.queries) == 1
    assert values(shown)["member"][9_999] == b"cn=user9999,ou=users,o=old"


def test_members_that_must_be_looked_up_leave_others_their_turn() -> None:
    """Each costs a question, and a group may have many: the reactor looks after everybody else in between."""
    known = [person(f"u{number}", cn=f"User {number}") for number in range(70)]
    tree = People(person(), *known, group(*(one.dn for one in known), f"uid=gone,{TOP}"))
    client = reader("cn={cn},ou=users,o=old", tree)
    client.send(search_request("ou=groups,dc=example,dc=com", Equal("cn", b"team"), "member"))
    other = Client(client.session.services, clock=client.clock)
    assert client.answers() == []
    assert len(tree.queries) < 40
    assert other.bind(f"uid=jdoe,{TOP}").code == 0
    client.clock.advance(0)  # runs what is called later until there is nothing more
    shown, end = client.answers()
    assert result_of(end).code == 0
    members = values(shown.operation)["member"]  # type: ignore[arg-type]  # the group
    assert members[69:] == [b"cn=User 69,ou=users,o=old", f"uid=gone,{TOP}".encode()]
