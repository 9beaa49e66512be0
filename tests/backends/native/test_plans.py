"""Every question that is asked of the database is answered through an index: none reads a whole table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from backends.native import feed, reading, search, writing
from backends.native.engine import Store, open_store
from gateway.identity.model import LoginName
from gateway.identity.search import BaseNotFound, Query, Scope
from gateway.testing.directory_hooks import BASE, adoption, dn_login, person
from gateway.wire.filter import parse_filter


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/x.db", busy_timeout=1, readers=1)
    writing.adopt(store, adoption(person("jdoe", aliases=("jd",))))
    yield store
    store.close()


@pytest.fixture
def plans(store: Store) -> list[str]:
    """What SQLite says about each statement that is run from now on."""
    lines: list[str] = []

    def explain(connection: Connection, cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "UPDATE")):
            raw = connection.connection.cursor()
            lines.extend(str(row[-1]) for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall())

    for engine in (store._read, store._write):
        event.listen(engine, "before_cursor_execute", explain)
    return lines


def assert_indexed(plans: list[str]) -> None:
    assert plans
    assert not [line for line in plans if line.startswith("SCAN") and "CONSTANT ROW" not in line], plans
    assert not [line for line in plans if "TEMP B-TREE" in line], plans


def test_people_by_name_alias_dn_and_origin(store: Store, plans: list[str]) -> None:
    for login in (LoginName.of("nobody"), LoginName.of("jd"), dn_login(f"uid=x,{BASE}")):
        reading.find(store, login)
    reading.by_origin(store, "staff", ["1", "2"])
    reading.by_id(store, person("jdoe").id)
    assert_indexed(plans)


def test_adoption_and_changes(store: Store, plans: list[str]) -> None:
    written = writing.adopt(store, adoption(person("asmith")))
    writing.change_person(store, written.identity.id, None, writing.NewHash("x"), 1.0)
    assert_indexed(plans)


@pytest.mark.parametrize(
    "text",
    ["(uid=jdoe)", "(|(uid=jdoe)(cn=x)(mail=a*)(mail=b*))", "(&(objectClass=person)(memberOf=cn=x))", "(mail=*)"],
)
def test_searches_by_attribute(store: Store, plans: list[str], text: str) -> None:
    search.begin(store, Query(BASE, Scope.SUBTREE, parse_filter(text)), BASE)
    assert_indexed(plans)


@pytest.mark.parametrize("scope", list(Scope))
def test_searches_by_place_and_their_pages(store: Store, plans: list[str], scope: Scope) -> None:
    _, under_way = search.begin(store, Query(f"ou=people,{BASE}", scope, parse_filter("(objectClass=*)")), "")
    under_way.last = "dc=com,"
    search.proceed(store, under_way)
    with pytest.raises(BaseNotFound):
        search.begin(store, Query("ou=gone", scope, parse_filter("(objectClass=*)")), BASE)
    assert_indexed(plans)


def test_the_feed(store: Store, plans: list[str]) -> None:
    look = feed.Feed(store)
    writing.adopt(store, adoption(person("asmith")))
    look.look()
    look.close()
    assert_indexed(plans)


def test_one_level_is_read_alone_however_much_is_below_it(store: Store, plans: list[str]) -> None:
    search.begin(store, Query(BASE, Scope.ONE, parse_filter("(objectClass=*)")), BASE)
    assert any("ix_identity_depth_tree_key (depth=? AND tree_key>? AND tree_key<?)" in line for line in plans), plans


def test_people_whom_the_index_named_are_read_by_their_number(store: Store, plans: list[str]) -> None:
    search.begin(store, Query(BASE, Scope.SUBTREE, parse_filter("(uid=jdoe)")), BASE)
    assert any("SEARCH identity USING INTEGER PRIMARY KEY" in line for line in plans), plans
