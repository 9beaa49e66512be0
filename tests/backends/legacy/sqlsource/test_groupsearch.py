"""Groups of an `sql` source: which statements answer what, and how much is read for it. The suite of promises runs in
`test_sql_conformance.py`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from usertable import BASE, GROUPS, Harness, execute, group_options, make, options, source_over

from backends.legacy.sqlsource import groupsearch
from gateway.errors import SourceMisbehaved
from gateway.identity.model import Entry, Identity, LoginName
from gateway.identity.outcome import Accepted
from gateway.identity.search import BaseNotFound, Query, Scope
from gateway.wire.dn import normalise_dn
from gateway.wire.filtertext import parse_filter

LIST = "SELECT * FROM users WHERE id > :after ORDER BY id LIMIT :limit"
ADA = f"uid=ada,{BASE}"
LISTING = (
    f"(&(|(objectClass=groupOfNames)(objectClass=posixGroup))(|(member={ADA})(uniqueMember={ADA})(memberUid=ada)))"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make(tmp_path / "users.db")


@contextmanager
def groups_of(path: Path, **changes: Any) -> Iterator[tuple[Harness, list[str]]]:
    """A source, and the tables that its statements have been about."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.extend(name for text, name in STATEMENTS.items() if text in statement)

    with source_over(options(path, list=LIST, groups=group_options(**changes))) as old:
        event.listen(old.source.database.engine, "before_cursor_execute", note)
        yield old, asked


STATEMENTS = {
    "FROM roles ORDER": "list",
    "WHERE name = ?": "by_name",
    "JOIN roles": "members",
    "WHERE username": "query",
    "SELECT group_name FROM": "groups",
    "LIMIT": "people",
}


def search(
    old: Harness,
    text: str = "(objectClass=*)",
    base: str = "dc=example,dc=com",
    scope: Scope = Scope.SUBTREE,
    **more: Any,
) -> list[Entry]:
    wanted = Query(normalise_dn(base), scope, parse_filter(text), **more)

    async def entries() -> list[Entry]:
        return [entry async for entry in old.source.search(wanted)]

    return old.run(entries())


def names(entries: list[Entry]) -> list[str]:
    return [entry.attributes.first("cn") or "" for entry in entries]


def test_people_and_groups_are_one_tree(path: Path) -> None:
    with groups_of(path) as (old, _):
        assert old.source.bases == (BASE, GROUPS)
        assert [isinstance(entry, Identity) for entry in search(old)] == [True] * 6 + [False] * 3
        assert names(search(old, base=GROUPS)) == ["staff", "Büro, West", "Empty"]
        assert len(search(old, base=BASE)) == 6
        assert search(old, scope=Scope.ONE) == []
        with pytest.raises(BaseNotFound):
            search(old, base="ou=elsewhere,dc=example,dc=com")


def test_groups_below_the_people_are_found_once(path: Path) -> None:
    inner = f"ou=groups,{BASE}"
    with groups_of(path, dn=f"cn={{name}},{inner}") as (old, _):
        assert old.source.bases == (BASE,)
        assert len(search(old, base=BASE)) == 9
        assert len(search(old, base=BASE, scope=Scope.ONE)) == 6
        assert len(search(old, base=inner)) == 3


def test_the_groups_of_one_person_are_asked_of_that_one(path: Path) -> None:
    """R18: nobody's list of members is read, and no people."""
    with groups_of(path) as (old, asked):
        assert names(search(old, LISTING, attributes=frozenset(), few=True)) == ["staff", "Büro, West"]
        assert asked == ["query", "groups", "list"]


def test_whoever_is_in_no_group_costs_no_list_of_groups(path: Path) -> None:
    with groups_of(path) as (old, asked):
        assert search(old, f"(member=uid=bob,{BASE})") == []
        assert search(old, "(member=uid=ada,ou=elsewhere)") == []
        assert asked == ["query", "groups"]


def test_a_filter_for_groups_reads_no_people_and_one_for_people_no_groups(path: Path) -> None:
    with groups_of(path) as (old, asked):
        assert len(search(old, "(objectClass=groupOfNames)", attributes=frozenset({"cn"}))) == 3
        assert asked == ["list"]
        asked.clear()
        assert len(search(old, "(&(objectClass=inetOrgPerson)(cn=*))")) > 0
        assert "list" not in asked


def test_members_are_read_where_the_answer_shows_them_or_the_filter_looks_at_all(path: Path) -> None:
    with groups_of(path) as (old, asked):
        (entry,) = search(old, f"(&(cn=staff)(member={ADA}))")
        assert entry.attributes.get("member") == (ADA.encode(),)
        assert asked == ["query", "groups", "list", "members"]
        asked.clear()
        assert names(search(old, "(member=*)", attributes=frozenset({"cn"}))) == ["staff", "Büro, West"]
        assert asked == ["list", "members", "members", "members"]
        (entry,) = search(old, "(cn=staff)", attributes=frozenset({"cn"}))
        assert not entry.attributes.get("member")


def test_one_group_is_read_by_its_name_where_a_statement_does_that(path: Path) -> None:
    with groups_of(path, by_name="SELECT * FROM roles WHERE name = :name") as (old, asked):
        assert names(search(old, "(&(objectClass=groupOfNames)(cn=staff))")) == ["staff"]
        assert asked == ["by_name", "members"]
        asked.clear()
        assert names(search(old, base=f"CN=Empty,{GROUPS}", spelled_base=f"CN=Empty,{GROUPS}")) == ["Empty"]
        assert "list" not in asked
        asked.clear()
        assert names(search(old, "(|(cn=staff)(cn=empty))")) == ["staff", "Empty"], "however it is spelled"
        assert "list" in asked


def test_a_group_of_a_hundred_thousand_is_read_whole_only_where_it_is_shown(path: Path) -> None:
    many = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
        " SELECT 'user' || i FROM n JOIN roles ON roles.id = 1 WHERE :key = 1"
    )
    with groups_of(path, members=many) as (old, asked):
        (entry,) = search(old, "(cn=staff)")
        assert len(entry.attributes.get("member")) == 100_000
        asked.clear()
        assert names(search(old, LISTING, attributes=frozenset())) == ["staff", "Büro, West"]
        assert "members" not in asked


def test_more_groups_than_are_read_at_once_are_said_and_not_cut(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groupsearch, "MAX_GROUPS", 2)
    with groups_of(path) as (old, _), pytest.raises(SourceMisbehaved, match="more than 2"):
        search(old, base=GROUPS)


def test_a_row_that_is_no_group_is_left_out(path: Path) -> None:
    execute(path, "INSERT INTO roles VALUES (4, '  ', 1, '')")
    with groups_of(path) as (old, _):
        assert len(search(old, base=GROUPS)) == 3


def test_a_statement_of_which_no_row_is_a_group_is_misbehaviour(path: Path) -> None:
    """Not a store without groups: nobody would look for the reason."""
    with groups_of(path, columns={"key": "nosuch"}) as (old, _), pytest.raises(SourceMisbehaved, match="'nosuch'"):
        search(old, base=GROUPS)


def test_a_row_that_a_join_has_doubled_is_one_group(path: Path) -> None:
    with groups_of(path, list="SELECT roles.* FROM roles JOIN users ON users.id < 3") as (old, _):
        assert len(search(old, base=GROUPS)) == 3


def test_whoever_is_bound_has_the_groups_that_list_them(path: Path) -> None:
    """R18: the DNs are the same, so that memberOf is before the move what it is after."""
    with groups_of(path) as (old, _):
        outcome = old.bind("ada")
        assert isinstance(outcome, Accepted)
        mine = search(old, LISTING)
        assert sorted(outcome.identity.groups) == sorted(entry.dn for entry in mine)


def test_a_group_is_nobody_who_can_log_in(path: Path) -> None:
    with groups_of(path) as (old, _):
        dn = f"cn=staff,{GROUPS}"
        assert old.run(old.source.lookup(LoginName.of_dn(dn, normalise_dn(dn), ("cn", "staff")))) is None
