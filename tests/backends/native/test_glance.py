"""A look at the index on the reactor's thread: never "nobody" where a thread finds somebody."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from waiting import now

from backends.native import adding, carrying, glance, reading, search, writing
from backends.native.engine import Store, open_store
from backends.native.glance import FEW, Glance
from backends.native.sql import SqlOptions, build
from gateway import plugins
from gateway.identity.changes import Deed
from gateway.identity.model import Entry, LoginName, Origin
from gateway.identity.search import BaseNotFound, Query, Scope
from gateway.testing.directory_hooks import BASE, adoption, dn_login, group, person
from gateway.testing.plain_hasher import PlainHasher
from gateway.testing.pump import PumpReactor
from gateway.wire.filter import parse_filter

JDOE = f"uid=jdoe,ou=people,{BASE}"
FILTERS = [
    "(uid=jdoe)", "(uid=nobody)", "(|(uid=nobody)(mail=nobody@example.com))", "(|(uid=nobody)(uid=jdoe))",
    "(&(objectClass=person)(uid=nobody))", "(objectClass=person)", "(objectClass=nothing)", "(uid=j*)", "(uid=x*)",
    "(mail=*)", "(description=x)", "(!(uid=nobody))", "(cn=staff)", "(memberUid=jdoe)", "(memberUid=nobody)",
    f"(member={JDOE})", "(member=uid=nobody)", "(&)", "(|)",
]  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/x.db", busy_timeout=1, readers=1)
    writing.adopt(store, adoption(person("jdoe", aliases=("jd", "j@example.com"))))
    leaver = person("leaver")
    writing.adopt(store, adoption(leaver))
    adding.remove(store, leaver.dn_key, Deed(1.0))
    staff = group("staff", JDOE, memberUid=[b"jdoe"])
    carrying.carry(store, staff, Origin("staff", staff.dn_key), 1.0)
    yield store
    store.close()


@pytest.fixture
def look(store: Store) -> Iterator[Glance]:
    look = Glance(store.path)
    yield look
    look.close()


@pytest.mark.parametrize("name", ["jdoe", "JD", "j@example.com", "nobody", "leaver", "staff", "", "\ud800"])
def test_nobody_has_a_name_where_reading_finds_nobody(store: Store, look: Glance, name: str) -> None:
    login = LoginName.of(name)
    assert look.nobody(login) == (reading.find(store, login) is None and name != "\ud800")


@pytest.mark.parametrize("dn", [person("jdoe").dn_key, person("leaver").dn_key, f"cn=staff,ou=groups,{BASE}", BASE])
def test_nobody_has_a_dn_where_reading_finds_nobody(store: Store, look: Glance, dn: str) -> None:
    assert look.nobody(dn_login(dn)) == (reading.find(store, dn_login(dn)) is None)


def test_whoever_came_from_a_key_or_was_removed_is_not_none(look: Glance) -> None:
    """R10, R9: a removed person's origin is remembered, and is no news for a thread alone."""
    here, gone = person("jdoe").origin, person("leaver").origin
    assert look.none_from(here.source, ["x", "y"])
    assert not look.none_from(here.source, ["x", here.key])
    assert not look.none_from(gone.source, [gone.key])
    assert look.none_from("elsewhere", [here.key])
    assert not look.none_from(here.source, [str(number) for number in range(FEW + 1)])


@pytest.mark.parametrize("text", FILTERS)
@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("base", [BASE, f"ou=people,{BASE}", person("jdoe").dn_key, f"ou=gone,{BASE}"])
def test_a_search_that_selects_something_is_never_said_to_select_nothing(
    store: Store, look: Glance, text: str, scope: Scope, base: str
) -> None:
    """R17: and a base that is not there is told as `begin` tells it."""
    query = Query(base, scope, parse_filter(text))
    found: list[Entry] = []
    is_there = True
    try:
        found, _ = search.begin(store, query, BASE)
    except BaseNotFound:
        is_there = False
    try:
        is_nothing = look.selects_nothing(query, BASE)
    except BaseNotFound:
        assert not is_there
    else:
        assert not is_nothing or (is_there and not found)


@pytest.mark.parametrize("text", ["(uid=nobody)", "(|(uid=x)(mail=y))", "(&(objectClass=person)(uid=x))"])
def test_searches_for_one_who_is_not_here_need_no_thread(look: Glance, text: str) -> None:
    assert look.selects_nothing(Query(BASE, Scope.SUBTREE, parse_filter(text), LoginName.of("nobody")), BASE)


def test_somebody_whom_only_the_login_name_leads_to_may_be_selected(look: Glance) -> None:
    query = Query(BASE, Scope.SUBTREE, parse_filter("(uid=jd)"), LoginName.of("jd"))
    assert not look.selects_nothing(query, BASE)


def test_what_another_process_adopts_is_seen_at_once(store: Store, look: Glance) -> None:
    """R9, R11: nothing is kept here that could be stale."""
    assert look.nobody(LoginName.of("asmith"))
    other = open_store(f"sqlite:///{store.path}", busy_timeout=1, readers=1)
    writing.adopt(other, adoption(person("asmith")))
    other.close()
    assert not look.nobody(LoginName.of("asmith"))


def test_a_file_that_cannot_answer_never_says_nobody(store: Store, look: Glance) -> None:
    """R6: a thread is asked instead, and has the fault."""
    assert look.nobody(LoginName.of("nobody"))
    with sqlite3.connect(store.path) as connection:
        connection.execute("ALTER TABLE identity RENAME TO gone")
    connection.close()
    query = Query(BASE, Scope.BASE, parse_filter("(uid=nobody)"))
    assert not look.nobody(LoginName.of("nobody"))
    assert not look.selects_nothing(query, BASE)
    look.close()
    assert not look.none_from("staff", ["x"])  # nor does one that is closed


def test_every_glance_is_through_an_index(store: Store) -> None:
    statements = [text for text in vars(glance).values() if isinstance(text, str) and text.startswith("SELECT")]
    assert len(statements) == 8
    connection = sqlite3.connect(store.path)
    values = {"key": "x", "name": "y", "last": "z"}
    for statement in statements:
        lines = [str(row[-1]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
        assert any(line.startswith("SEARCH") for line in lines)
        assert not [line for line in lines if line.startswith("SCAN") and "CONSTANT ROW" not in line], lines
    connection.close()


def test_the_directory_answers_for_nobody_without_suspending(tmp_path: Path) -> None:
    reactor = PumpReactor()
    options = SqlOptions(url=f"sqlite:///{tmp_path}/y.db", base=BASE)
    directory = build(options, plugins.Context(reactor, PlainHasher()))
    query = Query(BASE, Scope.SUBTREE, parse_filter("(uid=nobody)"), LoginName.of("nobody"))

    async def everybody() -> list[str]:
        return [entry.dn async for entry in directory.search(query)]

    assert now(directory.find(LoginName.of("nobody"))) is None
    assert now(directory.find(dn_login(JDOE))) is None
    assert now(directory.by_origin("staff", ["1", "2"])) == {}
    assert now(everybody()) == []
    reactor.run(directory.close())
