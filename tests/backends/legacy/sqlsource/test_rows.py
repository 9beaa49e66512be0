"""From a row to a person."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from usertable import options

from backends.legacy.sqlsource.options import SqlOptions
from backends.legacy.sqlsource.rows import PersonReader, Record, RowFault, index_columns
from gateway.identity.model import AccountState, Origin, derive_id

ROW = {"id": 7, "username": "Ada", "pw": "{SSHA}x", "first": "Ada", "last": "Lovelace", "mail": "a@x;b@x"}
STATE = {"disabled": 0, "locked": None, "expires": None, "renew": 0}


def record(**values: object) -> Record:
    row = {**ROW, **STATE, **values}
    return Record(index_columns(row), tuple(row.values()))


def reader(**changes: Any) -> PersonReader:
    return PersonReader(SqlOptions.model_validate(options(Path("/x"), **changes)))


def shown(people: PersonReader, row: Record) -> dict[str, tuple[bytes, ...]]:
    return dict(people.identity(row).attributes.items())


def test_identity_of_a_row() -> None:
    person = reader(aliases=["mail"]).identity(record())
    assert (person.name, person.origin, person.aliases) == ("Ada", Origin("customers", "7"), ("a@x;b@x",))
    assert person.dn == "uid=Ada,ou=customers,dc=example,dc=com"
    assert person.dn_key == "uid=ada,ou=customers,dc=example,dc=com"
    assert list(person.attributes.items()) == [
        ("objectClass", (b"top", b"person", b"organizationalPerson", b"inetOrgPerson")),
        ("uid", (b"Ada",)),
        ("cn", (b"Ada Lovelace",)),
        ("sn", (b"Lovelace",)),
        ("mail", (b"a@x;b@x",)),
    ]


def test_the_id_is_derived_once_from_the_origin_and_stays() -> None:
    """R3: nothing that may change in the row changes the id."""
    people = reader()
    first, renamed = people.identity(record()), people.identity(record(username="Augusta", mail=None))
    assert first.id == renamed.id == derive_id(Origin("customers", "7"))
    assert first.operational.first("entryUUID") == str(first.id)


def test_a_uuid_column_is_the_id() -> None:
    columns = {"key": "id", "name": "username", "password": "pw", "uuid": "guid"}
    given = uuid.uuid4()
    person = reader(columns=columns).identity(record(guid=str(given).upper()))
    assert person.id == given
    assert person.operational.first("entryUUID") == str(given)


def test_columns_are_found_in_any_case() -> None:
    row = Record(index_columns(name.upper() for name in [*ROW, *STATE]), (*ROW.values(), *STATE.values()))
    assert reader().identity(row).name == "Ada"


def test_padded_names_of_char_columns_are_trimmed() -> None:
    assert reader().identity(record(username="ada   ")).dn.startswith("uid=ada,")


def test_a_name_cannot_leave_its_rdn() -> None:
    person = reader().identity(record(username="x,ou=admins+cn=root"))
    assert person.dn == "uid=x\\,ou\\=admins\\+cn\\=root,ou=customers,dc=example,dc=com"
    assert person.attributes.get("uid") == (b"x,ou=admins+cn=root",)


@pytest.mark.parametrize(
    ("rule", "row", "expected"),
    [
        ({"column": "mail", "split": ";"}, {}, (b"a@x", b"b@x")),
        ({"column": "mail", "split": ";"}, {"mail": "; ;a@x; "}, (b"a@x",)),
        ({"constant": ["one", "two"]}, {}, (b"one", b"two")),
        ({"template": "{first} {last}"}, {"first": None}, (b"Lovelace",)),
        ({"template": "{first} {last}"}, {"first": None, "last": ""}, ()),
        ({"template": "{username}@example.com"}, {}, (b"Ada@example.com",)),
        ({"template": "{last}@example.com"}, {"last": None}, ()),
        ({"template": "{first}.{last}@x"}, {"last": None}, ()),
        ({"template": "{{{id}}}"}, {}, (b"{7}",)),
        ("mail", {"mail": None}, ()),
    ],
)
def test_attribute_rules(rule: object, row: dict[str, object], expected: tuple[bytes, ...]) -> None:
    assert shown(reader(attributes={"x": rule}), record(**row)).get("x", ()) == expected


def test_the_name_is_always_a_value_of_the_leafs_attribute() -> None:
    assert shown(reader(attributes={"UID": {"constant": ["other"]}}), record())["uid"] == (b"Ada", b"other")


def test_groups_become_dns_and_are_shown() -> None:
    """R18."""
    query = "SELECT g FROM m WHERE u = :key"
    people = reader(groups={"query": query, "dn": "cn={name},ou=groups,o=x"})
    person = people.identity(record(), ["a,b", "a,b", None, "c"])
    assert person.groups == ("cn=a\\,b,ou=groups,o=x", "cn=c,ou=groups,o=x")
    assert person.attributes.get("memberOf") == tuple(group.encode() for group in person.groups)
    bare = reader(groups=query).identity(record(), ["staff"])
    assert bare.groups == ("staff",)
    assert "memberOf" not in bare.attributes


def test_state_of_a_row() -> None:
    """R7."""
    people = reader()
    assert people.state(record()) == AccountState()
    assert people.state(record(disabled="1", locked=True, renew=b"\1", expires="2001-09-09 01:46:40")) == AccountState(
        True, True, True, 1e9
    )


def test_flags_by_value_and_turned_round() -> None:
    columns = {
        "key": "id",
        "name": "username",
        "password": "pw",
        "disabled": {"column": "active", "not": True},
        "locked": {"column": "status", "values": [3, "blocked"]},
        "must_change": {"column": "status", "values": ["ok"], "not": True},
    }
    people = reader(columns=columns)
    assert people.state(record(active=1, status="ok")) == AccountState()
    assert people.state(record(active=0, status="ok")).disabled
    assert people.state(record(active=None, status="ok")).disabled
    assert people.state(record(active=1, status="Blocked ")) == AccountState(locked=True, must_change=True)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"username": None}, "'username' is empty"),
        ({"username": "  "}, "'username' is empty"),
        ({"id": None}, "'id' is empty"),
        ({"disabled": "perhaps"}, "'disabled': it is not a yes or no"),
        ({"expires": "soon"}, "'expires': it is no moment"),
        ({"mail": object()}, "'mail': a object cannot be shown"),
        ({"username": "a\0b"}, "'username': the text holds"),
    ],
)
def test_a_row_that_cannot_be_used_names_the_column_and_not_the_value(row: dict[str, object], why: str) -> None:
    with pytest.raises(RowFault, match=why) as caught:
        reader().identity(record(**row))
    assert "perhaps" not in str(caught.value)
    assert "soon" not in str(caught.value)


def test_a_missing_column_and_one_that_comes_twice() -> None:
    with pytest.raises(RowFault, match="no column 'username'"):
        reader().account(Record(index_columns(["id"]), (1,)))
    with pytest.raises(RowFault, match="'id' twice"):
        reader().account(Record(index_columns(["id", "ID", "username"]), (1, 2, "ada")))


def test_an_accounts_row_is_never_shown() -> None:
    """R15."""
    account = reader().account(record())
    assert "SSHA" not in repr(account)
    assert "SSHA" not in repr(account.handle)
    assert (account.ref, account.dn) == ("7", "uid=ada,ou=customers,dc=example,dc=com")
