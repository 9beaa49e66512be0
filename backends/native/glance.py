"""Whom the directory does not have, told on the reactor's own thread by a look at the indexes of the local file.

Before the move that is everybody, several times in each bind and search: some 10 µs instead of a hop to a thread and
back through SQLAlchemy. Whoever may be here is read in a thread, once, and is in memory from then on. Nothing is kept,
so nothing can be stale (R9, R11); nor does a look wait: where the file cannot answer at once, a thread is asked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import ColumnElement, Exists, String, Table, and_, bindparam, exists, or_, select
from sqlalchemy.dialects import sqlite

from backends.native.keys import ALIAS, ENTRIES, MEMBERS, PEOPLE, Index
from backends.native.narrow import Probe, choices
from backends.native.record import tree_key_of
from backends.native.tables import entry, entry_lookup, identity, lookup, member, origin, removed
from gateway.identity.model import LoginName
from gateway.identity.search import BaseNotFound, Filter, Query, Scope

FEW = 16
"""Keys that are looked up in one glance; more are work for a thread."""

_KEY, _NAME, _LAST = (bindparam(name, type_=String()) for name in ("key", "name", "last"))


def _sql(*any_of: Exists) -> str:
    """Whether one of these is so, as text made once: SQLAlchemy takes longer to run a statement than SQLite."""
    return str(select(or_(*any_of)).compile(dialect=sqlite.dialect(paramstyle="named")))


def _inside(table: Table) -> ColumnElement[bool]:
    return and_(table.c.tree_key >= _KEY, table.c.tree_key < _LAST)


_PERSON_AT = _sql(exists().where(identity.c.tree_key == _KEY))
_NAMED = _sql(
    exists().where(identity.c.name_key == _KEY), exists().where(lookup.c.attribute == _NAME, lookup.c.key == _KEY)
)
_FROM = _sql(
    exists().where(origin.c.source == _NAME, origin.c.key == _KEY),
    exists().where(removed.c.source == _NAME, removed.c.key == _KEY),
)
_AT = _sql(exists().where(identity.c.tree_key == _KEY), exists().where(entry.c.tree_key == _KEY))
_BELOW = _sql(exists().where(_inside(identity)), exists().where(_inside(entry)))
_OF_PERSON = _sql(exists().where(lookup.c.attribute == _NAME, lookup.c.key == _KEY))
_OF_ENTRY = _sql(exists().where(entry_lookup.c.attribute == _NAME, entry_lookup.c.key == _KEY))
_OF_MEMBER = _sql(
    exists().where(member.c.attribute == _NAME, member.c.key == _KEY),
    exists().where(entry_lookup.c.attribute == _NAME, entry_lookup.c.key == _KEY),
)


class Glance:
    """One connection that reads, opened by the thread that first looks, and used by no other. A look that fails for
    whatever reason says that somebody may be there: whoever is then asked says what the matter is."""

    def __init__(self, path: Path) -> None:
        self._url = f"file:{quote(str(path))}?mode=rw"
        self._connection: sqlite3.Connection | None = None
        self._open = True

    def nobody(self, login: LoginName) -> bool:
        """Whether nobody here has this DN, login name or alias."""
        return self._sure(lambda: self._nobody(login))

    def none_from(self, source: str, keys: Sequence[str]) -> bool:
        """Whether none of these keys of `source` is of anybody who came here, or was removed here."""
        if len(keys) > FEW:
            return False
        return self._sure(lambda: not any(self._is(_FROM, name=source, key=key) for key in keys))

    def selects_nothing(self, query: Query, base: str) -> bool:
        """Whether the query can select nothing that is here. `BaseNotFound` as `search.begin` raises it."""
        return self._sure(lambda: self._selects_nothing(query, base))

    def close(self) -> None:
        """Look no more."""
        self._open = False
        self._let_go()

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _sure(self, look: Callable[[], bool]) -> bool:
        try:
            return self._open and look()
        except (sqlite3.Error, UnicodeEncodeError):  # the file is locked or damaged; a name that is not text
            self._let_go()
            return False

    def _nobody(self, login: LoginName) -> bool:
        if login.dn is not None:
            return not self._is(_PERSON_AT, key=tree_key_of(login.dn))
        return not self._is(_NAMED, key=login.key, name=ALIAS)

    def _selects_nothing(self, query: Query, base: str) -> bool:
        key = tree_key_of(query.base)
        if query.scope is Scope.BASE:
            found = self._is(_AT, key=key)
        else:
            found = query.person is not None and not self._nobody(query.person)
            found = found or not all(self._has_none(query.filter, index) for index in (PEOPLE, ENTRIES))
        if found:
            return False
        if query.base not in {"", base} and not self._is(_BELOW, key=key, last=f"{key[:-1]}-"):
            raise BaseNotFound(query.base)
        return True

    def _has_none(self, item: Filter, index: Index) -> bool:
        """Whether the most promising question to this index has no answer; False where it is no small one."""
        way = next(iter(choices(item, index)), None)
        if way is None or len(way) > FEW or any(probe.last is not None for probe in way):
            return False
        return not any(self._is(_statement(probe, index), name=probe.attribute, key=probe.key) for probe in way)

    def _is(self, statement: str, **values: str) -> bool:
        if self._connection is None:
            self._connection = sqlite3.connect(self._url, uri=True, timeout=0, isolation_level=None)
            self._connection.execute("PRAGMA query_only = ON")
        return bool(self._connection.execute(statement, values).fetchone()[0])


def _statement(probe: Probe, index: Index) -> str:
    if index is PEOPLE:
        return _OF_PERSON
    return _OF_MEMBER if probe.attribute in MEMBERS else _OF_ENTRY
