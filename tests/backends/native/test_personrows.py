"""The rows of one person: what is written anew, by which names the person is found then, and what others keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from native_rows import AT, notes, opened
from sqlalchemy import Connection, select

from backends.native.noting import CHANGED, REMOVED, RENAMED
from backends.native.personrows import delete_person, free_aliases, person_of, refuse_name, rewrite_person
from backends.native.record import Record
from backends.native.tables import identity, lookup, membership, origin
from backends.native.writing import insert_person
from gateway.identity.changes import ChangeRefused, Fault, Password
from gateway.identity.model import AccountState, Attributes, Identity
from gateway.testing.directory_hooks import adoption, person

LATER = AT + 100
JDOE = person("jdoe", aliases=("jd@corp.example", "Johnny"), groups=("cn=staff,o=corp",))
ANN = person("ann", aliases=("ann@corp.example",))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """A database with jdoe and ann."""
    store = opened(tmp_path)
    with store.writing() as connection:
        for one in (JDOE, ANN):
            insert_person(connection, adoption(one))
        yield connection
    store.close()


def held(connection: Connection, who: Identity = JDOE) -> Record:
    record = person_of(connection, who.dn_key)
    assert record is not None
    return record


def found_by(connection: Connection, row: int) -> set[tuple[str, str]]:
    rows = connection.execute(select(lookup.c.attribute, lookup.c.key).where(lookup.c.identity == row))
    return {(name, key) for name, key in rows}


def rewritten(connection: Connection, after: Identity, password: Password | None = None) -> Record:
    return rewrite_person(connection, held(connection), after, LATER, password)


def test_a_person_is_found_by_the_whole_dn(connection: Connection) -> None:
    assert held(connection).identity.name == "jdoe"
    assert person_of(connection, JDOE.dn_key.partition(",")[2]) is None
    assert person_of(connection, f"cn=x,{JDOE.dn_key}") is None


def test_what_is_written_is_what_is_given_back_and_read(connection: Connection) -> None:
    before = held(connection)
    after = replace(JDOE, attributes=Attributes({"uid": [b"jdoe"], "sn": [b"Doe"]}), state=AccountState(disabled=True))
    given = rewritten(connection, after)
    for record in (given, held(connection)):
        assert (record.row, record.identity.id) == (before.row, before.identity.id)
        assert record.identity.attributes.get("sn") == (b"Doe",)
        assert record.identity.state == AccountState(disabled=True)
        assert record.identity.revision == before.identity.revision + 1
        assert record.password_hash == before.password_hash


def test_nobody_is_found_by_what_is_gone_and_ann_by_what_she_had(connection: Connection) -> None:
    row, hers = held(connection).row, held(connection, ANN).row
    before = found_by(connection, hers)
    rewritten(connection, replace(JDOE, attributes=Attributes({"uid": [b"jdoe"], "sn": [b"Doe"]})))
    now = found_by(connection, row)
    assert ("sn", "doe") in now
    assert ("uid", "jdoe") in now
    assert not {name for name, _ in now} & {"cn", "objectclass"}
    assert found_by(connection, hers) == before


def test_a_value_that_two_attributes_have_is_gone_from_one_only(connection: Connection) -> None:
    rewritten(connection, replace(JDOE, attributes=Attributes({"uid": [b"jdoe"], "cn": [b"jdoe"]})))
    given = rewritten(connection, replace(JDOE, attributes=Attributes({"uid": [b"jdoe"]})))
    assert found_by(connection, given.row) - {("", "jd@corp.example"), ("", "johnny")} == {("uid", "jdoe")}


@pytest.mark.parametrize("state", [
    AccountState(disabled=True), AccountState(locked=True), AccountState(must_change=True),
    AccountState(must_change=True, reset=True), AccountState(expires_at=1_800_000_000.0),
])  # fmt: skip
def test_every_state_is_kept(connection: Connection, state: AccountState) -> None:
    rewritten(connection, replace(JDOE, state=state))
    assert held(connection).identity.state == state


def test_a_password_is_another_only_where_one_is_given(connection: Connection) -> None:
    given = rewritten(connection, JDOE, Password("{X}hash", "utf-8", 8))
    for record in (given, held(connection), rewritten(connection, JDOE), held(connection)):
        assert (record.password_hash, record.charset, record.significant) == ("{X}hash", "utf-8", 8)


def test_a_person_has_moved_in_the_tree_to_be_found_below_it_only(connection: Connection) -> None:
    there = person("jdoe", dn="uid=jdoe,ou=Leavers,ou=People,dc=example,dc=com", origin=JDOE.origin)
    rewritten(connection, there)
    assert person_of(connection, JDOE.dn_key) is None
    assert held(connection, there).identity.dn == there.dn
    depth = connection.execute(select(identity.c.depth).where(identity.c.id == held(connection, there).row)).scalar()
    assert depth == 5


@pytest.mark.parametrize(("after", "kind"), [
    (replace(JDOE, state=AccountState(locked=True)), CHANGED),
    (replace(JDOE, aliases=tuple(reversed(JDOE.aliases))), CHANGED),
    (replace(JDOE, aliases=JDOE.aliases[:1]), RENAMED),
    (replace(JDOE, name="john"), RENAMED),
])  # fmt: skip
def test_other_processes_are_told_whether_the_names_are_others(
    connection: Connection, after: Identity, kind: str
) -> None:
    row = held(connection).row
    given = rewritten(connection, after)
    assert notes(connection)[-1] == (row, given.identity.revision, kind)


def test_a_login_name_that_somebody_has_is_refused_and_nothing_is_written(connection: Connection) -> None:
    """R4."""
    before = held(connection).identity.revision
    with pytest.raises(ChangeRefused) as refused:
        rewritten(connection, replace(JDOE, name="Ann"))
    assert refused.value.fault is Fault.CONSTRAINT_VIOLATION
    assert (held(connection).identity.name, held(connection).identity.revision) == ("jdoe", before)
    refuse_name(connection, person("free"))


def test_the_own_login_name_in_another_spelling_is_no_clash(connection: Connection) -> None:
    assert rewritten(connection, replace(JDOE, name="JDoe")).identity.name == "JDoe"


def test_a_further_name_does_not_become_one_where_it_leads_to_somebody_else(connection: Connection) -> None:
    """R4: neither a login name nor a further name of theirs."""
    given = rewritten(connection, replace(JDOE, aliases=("Johnny", "ANN", "Ann@Corp.Example", "new")))
    assert given.identity.aliases == ("Johnny", "new")
    assert {key for name, key in found_by(connection, given.row) if not name} == {"johnny", "new"}


def test_what_was_there_before_stays_whoever_else_has_it(connection: Connection) -> None:
    row = held(connection).row
    wanted = replace(JDOE, aliases=("ann", "Ann@corp.example", "x"))
    assert free_aliases(connection, row, ("ANN",), wanted) == ("ann", "x")
    own = replace(JDOE, aliases=("JOHNNY", "jdoe"))
    assert free_aliases(connection, row, (), own) == own.aliases


def test_who_is_removed_takes_everything_along_and_is_told_of(connection: Connection) -> None:
    record, hers = held(connection), held(connection, ANN)
    delete_person(connection, record, LATER)
    assert person_of(connection, JDOE.dn_key) is None
    for table in (lookup, membership, origin):
        rows = connection.execute(select(table.c.identity)).scalars().all()
        assert record.row not in rows
    assert found_by(connection, hers.row)
    assert notes(connection)[-1] == (record.row, record.identity.revision + 1, REMOVED)
