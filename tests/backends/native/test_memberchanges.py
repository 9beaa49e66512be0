"""Members one by one: which rows a step touches, and who follows whom (R18)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from native_rows import at, members, notes, opened, put
from sqlalchemy import Connection

from backends.native.keys import MEMBERS
from backends.native.memberchanges import apply, follow_dn, follow_name, is_members
from gateway.identity.changes import ChangeRefused, Fault, Kind, Modification
from gateway.testing.directory_hooks import group
from gateway.wire.dn import normalise_dn

ANN, BOB, CYN, DEE = (f"uid={name},ou=people,o=corp" for name in ("ann", "bob", "cyn", "dee"))
LATER = 1_700_000_100.0


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    store = opened(tmp_path)
    with store.writing() as connection:
        yield connection
    store.close()


@pytest.fixture
def row(connection: Connection) -> int:
    """A group of ann, bob and cyn."""
    return put(connection, group("crew", ANN, BOB, CYN))


def step(kind: Kind, *values: str, name: str = "member") -> Modification:
    return Modification(kind, name, tuple(value.encode() for value in values))


def held(connection: Connection, row: int, name: str = "member") -> list[str]:
    return [value.decode() for _, value in members(connection, row, name)]


@pytest.mark.parametrize(("name", "is_rows"), [
    ("member", True), ("Member", True), ("2.5.4.31", True), ("memberUid", True), ("uniqueMember", True),
    ("cn", False), ("memberOf", False),
])  # fmt: skip
def test_attributes_with_members_are_known_by_every_name(name: str, is_rows: bool) -> None:
    assert is_members(Modification(Kind.ADD, name, (b"x",))) is is_rows


def test_who_comes_is_behind_the_others_and_moves_nobody(connection: Connection, row: int) -> None:
    apply(connection, row, step(Kind.DELETE, BOB))
    apply(connection, row, step(Kind.ADD, DEE, BOB))
    assert members(connection, row) == [(0, ANN.encode()), (2, CYN.encode()), (3, DEE.encode()), (4, BOB.encode())]


def test_who_goes_may_be_spelled_in_another_way(connection: Connection, row: int) -> None:
    apply(connection, row, step(Kind.DELETE, "UID=Bob, OU=People, O=Corp"))
    assert held(connection, row) == [ANN, CYN]


def test_a_change_is_of_this_group_and_this_attribute_only(connection: Connection, row: int) -> None:
    other = put(connection, group("other", ANN, BOB, uniqueMember=[ANN.encode()]))
    apply(connection, row, step(Kind.DELETE, ANN))
    apply(connection, other, step(Kind.DELETE))
    assert held(connection, row) == [BOB, CYN]
    assert (held(connection, other), held(connection, other, "uniquemember")) == ([], [ANN])


def test_replaced_members_are_these_and_no_others(connection: Connection, row: int) -> None:
    apply(connection, row, step(Kind.REPLACE, CYN, DEE))
    assert held(connection, row) == [CYN, DEE]
    apply(connection, row, step(Kind.REPLACE))
    assert held(connection, row) == []


@pytest.mark.parametrize(("change", "fault"), [
    (step(Kind.ADD), Fault.INVALID_ATTRIBUTE_SYNTAX),
    (step(Kind.ADD, DEE, "UID=ann,ou=people,o=corp"), Fault.ATTRIBUTE_OR_VALUE_EXISTS),
    (step(Kind.ADD, DEE, DEE.upper()), Fault.ATTRIBUTE_OR_VALUE_EXISTS),
    (step(Kind.ADD, "no dn"), Fault.INVALID_ATTRIBUTE_SYNTAX),
    (step(Kind.DELETE, ANN, DEE), Fault.NO_SUCH_ATTRIBUTE),
    (step(Kind.DELETE, name="uniqueMember"), Fault.NO_SUCH_ATTRIBUTE),
    (step(Kind.INCREMENT, DEE), Fault.CONSTRAINT_VIOLATION),
])  # fmt: skip
def test_a_step_that_cannot_be_is_refused_and_changes_nobody(
    connection: Connection, row: int, change: Modification, fault: Fault
) -> None:
    with pytest.raises(ChangeRefused) as refused:
        apply(connection, row, change)
    assert refused.value.fault is fault
    assert held(connection, row) == [ANN, BOB, CYN]


def test_more_members_than_one_statement_asks_for_come_and_go(connection: Connection, row: int) -> None:
    many = [f"uid=u{number},o=corp" for number in range(1203)]
    apply(connection, row, step(Kind.ADD, *many))
    with pytest.raises(ChangeRefused):
        apply(connection, row, step(Kind.ADD, many[1202]))
    apply(connection, row, step(Kind.DELETE, *many[1:]))
    assert held(connection, row) == [ANN, BOB, CYN, many[0]]


def renamed(connection: Connection, old: str, new: str) -> None:
    follow_dn(connection, normalise_dn(old), (new, normalise_dn(new)), LATER)


def test_a_member_follows_a_new_dn_in_the_same_place_and_is_found_by_it(connection: Connection, row: int) -> None:
    renamed(connection, BOB, "uid=Robert,ou=People,o=Corp")
    assert held(connection, row) == [ANN, "uid=Robert,ou=People,o=Corp", CYN]
    apply(connection, row, step(Kind.DELETE, "uid=robert,ou=people,o=corp"))
    assert held(connection, row) == [ANN, CYN]


def test_a_group_whose_members_follow_has_changed_and_the_others_have_not(connection: Connection, row: int) -> None:
    other = put(connection, group("other", ANN))
    before = {dn: at(connection, dn).bare.revision for dn in (CREW, OTHER)}
    told = len(notes(connection))
    renamed(connection, BOB, DEE)
    assert at(connection, CREW).bare.revision == before[CREW] + 1
    assert at(connection, OTHER).bare.revision == before[OTHER]
    assert notes(connection)[told:] == [(row, before[CREW] + 1, "entry")]
    assert held(connection, other) == [ANN]


CREW, OTHER = (f"cn={name},ou=Groups,dc=example,dc=com" for name in ("crew", "other"))


def test_who_is_there_by_the_new_dn_already_is_not_there_twice(connection: Connection, row: int) -> None:
    renamed(connection, BOB, ANN.upper())
    assert held(connection, row) == [ANN, CYN]


def test_who_is_gone_leaves_the_groups_that_are_ours_and_stays_in_copies(connection: Connection, row: int) -> None:
    copy = put(connection, group("copy", ANN, BOB), owned=False)
    follow_dn(connection, normalise_dn(ANN), None, LATER)
    assert (held(connection, row), held(connection, copy)) == ([BOB, CYN], [ANN, BOB])
    renamed(connection, BOB, DEE)
    assert held(connection, copy) == [ANN, DEE]


def test_members_by_login_name_follow_the_login_name_and_those_by_dn_do_not(connection: Connection) -> None:
    row = put(connection, group("unix", ANN, memberUid=[b"Ann", b"bob"], memberNisNetgroup=[b"ann"]))
    follow_name(connection, "ann", "Anna", LATER)
    assert held(connection, row, "memberuid") == ["Anna", "bob"]
    assert (held(connection, row), held(connection, row, "membernisnetgroup")) == ([ANN], ["ann"])
    follow_name(connection, MEMBERS["memberuid"](b"ANNA"), None, LATER)
    assert held(connection, row, "memberuid") == ["bob"]
