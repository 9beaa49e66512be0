"""Every question that is asked of the database is answered through an index: none reads a whole table."""

from __future__ import annotations

import importlib
import pkgutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Delete, Select, Update, event
from sqlalchemy.types import NullType, TypeEngine

import backends.native
from backends.native import adding, carrying, changing, entries, feed, members, reading, search, stages, writing
from backends.native.engine import Store, open_store
from backends.native.tables import metadata
from gateway.identity.changes import Deed, Kind, Modification
from gateway.identity.model import LoginName, Origin
from gateway.identity.search import BaseNotFound, Query, Scope
from gateway.testing.directory_hooks import BASE, adoption, dn_login, group, person
from gateway.wire.filter import parse_filter


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/x.db", busy_timeout=1, readers=1)
    writing.adopt(store, adoption(person("jdoe", aliases=("jd",))))
    staff = group("staff", f"uid=jdoe,{BASE}", memberUid=[b"jdoe"], gidNumber=[b"7"])
    carrying.carry(store, staff, Origin("staff", staff.dn_key), 1.0)
    yield store
    store.close()


@pytest.fixture
def plans(store: Store) -> list[str]:
    """What SQLite says about each statement that is run from now on."""
    lines: list[str] = []

    def explain(connection: Connection, cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
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
    writing.change_person(store, written.identity.id, writing.PersonChange(password=writing.NewHash("x")), 1.0)
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
    query = Query(f"ou=people,{BASE}", scope, parse_filter("(objectClass=*)"))
    search.begin(store, query, "")
    further = [stages.Stage(query, kind, begun=True, last="dc=com,") for kind in (stages.PEOPLE, stages.ENTRIES)]
    search.proceed(store, search.Search(query, further))
    with pytest.raises(BaseNotFound):
        search.begin(store, Query("ou=gone", scope, parse_filter("(objectClass=*)")), BASE)
    assert_indexed(plans)


@pytest.mark.parametrize(
    "text",
    [
        "(member=uid=jdoe)",
        "(memberUid=jdoe)",
        "(&(objectClass=posixGroup)(gidNumber=7))",
        "(|(cn=staff)(member=uid=jdoe))",
        "(&(objectClass=groupOfNames)(cn=st*))",
        "(&(cn=staff)(member=*))",
        "(&(cn=staff)(memberUid=j*))",
    ],
)
@pytest.mark.parametrize("asked", [None, frozenset({"cn"})])
def test_searches_for_groups(store: Store, plans: list[str], text: str, asked: frozenset[str] | None) -> None:
    search.begin(store, Query(BASE, Scope.SUBTREE, parse_filter(text), attributes=asked), BASE)
    assert_indexed(plans)


def test_members_are_not_read_where_nobody_asks_for_them(store: Store, plans: list[str]) -> None:
    asked = frozenset({"cn", "+"})
    for text in ("(cn=staff)", "(objectClass=*)"):
        search.begin(store, Query(BASE, Scope.SUBTREE, parse_filter(text), attributes=asked), BASE)
    assert plans
    assert not [line for line in plans if "member" in line.replace("membership", "")]


def test_groups_by_member_and_origin(store: Store, plans: list[str]) -> None:
    assert members.memberships(store, [f"uid=jdoe,{BASE}"], False)
    entries.carried(store, "staff", ["1", "2"])
    assert_indexed(plans)


def test_carrying(store: Store, plans: list[str]) -> None:
    for shown in (group("staff", f"uid=x,{BASE}"), group("new", dn=f"cn=new,{BASE}")):
        assert carrying.carry(store, shown, Origin("staff", shown.dn_key), 2.0)
    assert_indexed(plans)


def test_a_member_that_comes_or_goes_touches_no_other(store: Store, plans: list[str]) -> None:
    dn_key, deed = f"cn=staff,ou=groups,{BASE}", Deed(2.0)
    for kind in (Kind.ADD, Kind.DELETE):
        steps = [Modification(kind, "member", (f"uid=new,{BASE}".encode(),))]
        assert changing.change(store, dn_key, changing.Steps(steps), deed)
    assert_indexed(plans)
    of_members = {line for line in plans if line.startswith("SEARCH member ")}
    by_key = "INDEX ix_member_key_attribute_entry (key=? AND attribute=?"
    assert of_members
    assert not [line for line in of_members - BY_POSITION if by_key not in line], of_members


BY_POSITION = {
    "SEARCH member USING PRIMARY KEY (entry=? AND attribute=?)",  # max(position): the end of that range, and no more
    "SEARCH member USING PRIMARY KEY (entry=? AND attribute=? AND position=?)",
}

WHOLE_LISTS = {"_ALL", "_ANY", "_POSITIONS", "_CLEAR", "_LAST", "_AT", "_DELETE", "_RENAME"}
"""Statements that may go by a group alone: it is all of its members, the first, or the one at a position."""
WHOLE_TABLES = {
    ("renames", "_ALL"): "all who were renamed, kept in memory",
    ("reading", "_COUNTS"): "how many people there are, for `status`",
}
COLUMNS = {"PEOPLE", "ENTRIES"}
"""No statements yet: every use adds its conditions."""
MODULES = [
    importlib.import_module(found.name) for found in pkgutil.iter_modules(backends.native.__path__, "backends.native.")
]


def statements() -> Iterator[tuple[str, str, Any]]:
    """Every statement that a module of the native store has made once."""
    for module in MODULES:
        for name, value in vars(module).items():
            if isinstance(value, Select | Update | Delete) and name not in COLUMNS:
                yield module.__name__.rpartition(".")[2], name, value


def sample(kind: TypeEngine[Any]) -> object:
    """A value that a column of this type may hold."""
    if isinstance(kind, NullType):
        return "x"
    return {uuid.UUID: uuid.uuid4(), bytes: b"x"}.get(kind.python_type) or kind.python_type(1)


def parameters(statement: Any) -> dict[str, object]:
    binds = [bind for bind in statement.compile().binds.values() if bind.value is None]
    return {bind.key: [sample(bind.type)] * 2 if bind.expanding else sample(bind.type) for bind in binds}


def test_there_are_statements() -> None:
    assert len(list(statements())) > 30


@pytest.mark.parametrize(("module", "name", "statement"), list(statements()))
def test_every_statement_goes_by_an_index(
    store: Store, plans: list[str], module: str, name: str, statement: Any
) -> None:
    if isinstance(statement, Update) and not statement._values:
        last = list(statement.table.columns)[-1]
        statement = statement.values({last: sample(last.type)})
    with store.writing() as connection:
        connection.execute(statement, parameters(statement))
    assert plans
    scans = [line for line in plans if line.startswith("SCAN")]
    assert bool(scans) is ((module, name) in WHOLE_TABLES), (module, name, plans)
    by_group = [line for line in plans if line.startswith("SEARCH member USING PRIMARY KEY")]
    assert not by_group or name in WHOLE_LISTS, (module, name, plans)


def test_whoever_is_removed_is_found_where_others_refer_to_them() -> None:
    """Not every database has that in its plans: without an index it reads the whole table."""
    for table in metadata.sorted_tables:
        for reference in table.foreign_keys:
            leading = [next(iter(index.columns)) for index in table.indexes] + [next(iter(table.primary_key))]
            assert reference.parent in leading, f"{table.name}.{reference.parent.name}"


def test_renames_and_removals(store: Store, plans: list[str]) -> None:
    deed, jdoe, asmith = Deed(2.0), f"uid=jdoe,ou=people,{BASE}", f"uid=asmith,{BASE}"
    assert changing.rename(store, jdoe, changing.NewName(asmith, asmith, keep_old=False), deed)
    assert changing.change(store, asmith, changing.Steps([Modification(Kind.REPLACE, "mail", (b"a@x",))]), deed)
    assert adding.remove(store, asmith, deed)
    assert adding.remove(store, f"cn=staff,ou=groups,{BASE}", deed)
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
