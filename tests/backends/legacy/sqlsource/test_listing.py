"""Searches over an `sql` source: one person by name, more by the statement `list`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from usertable import BASE, Harness, by_dn, execute, make, options, source_over

from gateway.errors import SourceMisbehaved
from gateway.identity.model import Entry, Identity, LoginName
from gateway.identity.search import BaseNotFound, Query, Scope
from gateway.wire.dn import normalise_dn
from gateway.wire.filtertext import parse_filter

PAGED = "SELECT * FROM users WHERE id > :after ORDER BY id LIMIT :limit"
WHOLE = "SELECT * FROM users ORDER BY id"
GROUPS = {"query": "SELECT group_name FROM memberships WHERE user_id = :key", "dn": f"cn={{name}},ou=groups,{BASE}"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make(tmp_path / "users.db")


@pytest.fixture(params=[PAGED, WHOLE], ids=["paged", "one cursor"])
def old(request: pytest.FixtureRequest, path: Path) -> Iterator[Harness]:
    with source_over(options(path, list=request.param, batch=2)) as harness:
        yield harness


def query(text: str = "(objectClass=*)", *, base: str = BASE, scope: Scope = Scope.SUBTREE, **more: Any) -> Query:
    return Query(normalise_dn(base), scope, parse_filter(text), **more)


def search(old: Harness, wanted: Query) -> list[str]:
    async def entries() -> list[Entry]:
        return [entry async for entry in old.source.search(wanted)]

    found = old.run(entries())
    assert all(isinstance(entry, Identity) for entry in found)
    return [entry.name for entry in found if isinstance(entry, Identity)]


EVERYBODY = ["ada", "bob", "cyn", "dee", "eve", "fay"]


@pytest.mark.parametrize("base", [BASE, "dc=example,dc=com", "DC=com", ""])
def test_everybody_is_found_from_the_base_and_above_it(old: Harness, base: str) -> None:
    assert search(old, query(base=base)) == EVERYBODY


def test_filters_are_evaluated_here(old: Harness) -> None:
    assert search(old, query("(mail=*@example.com)")) == ["ada", "bob"]
    assert search(old, query("(&(objectClass=inetOrgPerson)(!(mail=*)))")) == ["cyn", "dee", "eve", "fay"]
    assert search(old, query("(cn=ADA lovelace)")) == ["ada"]
    assert search(old, query("(userPassword=*)")) == []


def test_scopes(old: Harness) -> None:
    assert search(old, query(scope=Scope.ONE)) == EVERYBODY
    assert search(old, query(base="dc=com", scope=Scope.ONE)) == []
    assert search(old, query(scope=Scope.BASE)) == []


def test_a_limit_ends_the_reading(old: Harness) -> None:
    assert search(old, query(limit=3)) == ["ada", "bob", "cyn"]
    assert search(old, query(limit=3)) == ["ada", "bob", "cyn"]


@pytest.mark.parametrize("scope", list(Scope))
def test_a_persons_own_dn_as_base(old: Harness, scope: Scope) -> None:
    expected = [] if scope is Scope.ONE else ["ada"]
    assert search(old, query(base=f"uid=Ada,{BASE}", scope=scope)) == expected


@pytest.mark.parametrize(
    "base", ["o=elsewhere", f"uid=zoe,{BASE}", f"cn=x,uid=ada,{BASE}", f"ou=x,{BASE}", f"cn=ada,{BASE}"]
)
def test_a_base_that_is_not_here_is_told(old: Harness, base: str) -> None:
    with pytest.raises(BaseNotFound):
        search(old, query(base=base))


def test_one_person_is_looked_up_and_nobody_else_is_read(path: Path) -> None:
    with source_over(options(path, list="SELECT boom FROM nowhere")) as old:
        assert search(old, query("(uid=ADA)", person=LoginName.of("ADA"))) == ["ada"]
        assert search(old, query("(uid=zoe)", person=LoginName.of("zoe"))) == []
        dn = by_dn(f"uid=ada,{BASE}")
        assert search(old, query(base=dn.typed, scope=Scope.BASE, person=dn)) == ["ada"]
        assert search(old, query("(uid=ada)", base="dc=com", person=LoginName.of("ada"))) == ["ada"]


def test_a_table_is_not_read_for_what_nobody_in_it_shows(path: Path) -> None:
    with source_over(options(path, list="SELECT boom FROM nowhere")) as old:
        assert search(old, query("(&(objectClass=*)(|(member=cn=x)(memberUid=ada)))")) == []
        with pytest.raises(SourceMisbehaved):
            search(old, query("(cn=x)"))


def test_without_a_list_only_people_who_are_named_are_found(path: Path) -> None:
    with source_over(options(path)) as old:
        assert search(old, query()) == []
        assert search(old, query("(uid=bob)", person=LoginName.of("bob"))) == ["bob"]


def test_two_people_of_one_name_show_neither(path: Path) -> None:
    """R4."""
    execute(path, "INSERT INTO users (id, username) VALUES (9, 'ada')")
    with source_over(options(path)) as old, pytest.raises(SourceMisbehaved):
        search(old, query("(uid=ada)", person=LoginName.of("ada")))


def test_a_row_that_a_join_multiplies_is_one_person(path: Path) -> None:
    joined = "SELECT users.* FROM users LEFT JOIN memberships ON user_id = id ORDER BY id"
    with source_over(options(path, list=joined, batch=1)) as old:
        assert search(old, query()) == EVERYBODY


def test_a_row_that_is_nobody_does_not_hide_the_others(old: Harness, path: Path) -> None:
    execute(path, "UPDATE users SET username = NULL WHERE id = 2")
    execute(path, "UPDATE users SET disabled = 'maybe' WHERE id = 4")
    assert search(old, query()) == ["ada", "cyn", "eve", "fay"]


def test_groups_can_be_searched_for(path: Path) -> None:
    """R18."""
    with source_over(options(path, list=PAGED, batch=4, groups=GROUPS)) as old:
        assert search(old, query(f"(memberOf=CN=Staff,ou=groups,{BASE})")) == ["ada"]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM users WHERE :after = :after ORDER BY id LIMIT :limit",
        "SELECT * FROM users WHERE id > :after OR :limit = 0 ORDER BY id",
    ],
)
def test_a_list_that_does_not_go_on_is_a_fault_and_no_endless_loop(path: Path, statement: str) -> None:
    with source_over(options(path, list=statement, batch=2)) as old, pytest.raises(SourceMisbehaved, match="go on"):
        search(old, query())


def test_keys_that_are_text(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            "CREATE TABLE t (k TEXT, n TEXT, p TEXT); INSERT INTO t VALUES ('b','x',''),('a','y','')"
        )
    changes = {
        "query": "SELECT * FROM t WHERE n = :name",
        "list": "SELECT * FROM t WHERE k > :after ORDER BY k LIMIT :limit",
        "list_start": "",
        "batch": 1,
        "columns": {"key": "k", "name": "n", "password": "p"},
        "attributes": {},
    }
    with source_over(options(path, **changes)) as old:
        assert search(old, query()) == ["y", "x"]
