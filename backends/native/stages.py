"""Reading one table for a search: by the rows that the index named, or by place, a page at a time.

Which tables, and what comes first, is in `search.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table

from backends.native import entries, record
from backends.native.members import all_of, asked, shown, some_of
from backends.native.narrow import entries_found, people_found
from backends.native.record import tree_key_of
from backends.native.tables import entry, identity
from gateway.identity.model import Entry
from gateway.identity.search import Filter, Query, Scope

PAGE = 200
"""People or entries read in one transaction."""

MOST_MEMBERS = 100_000
"""Values of members after which a page ends."""

Rows = Sequence[Row[*tuple[Any, ...]]]
Chosen = Iterator[tuple[Entry | None, int]]
"""For each row the entry, where the query selects it, and how many values of members were read for it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a search must know of a table."""

    table: Table
    columns: Select[*tuple[Any, ...]]
    found: Callable[[Connection, Filter], list[int] | None]
    chosen: Callable[[Connection, Query, Rows], Chosen]


def _people(_connection: Connection, query: Query, rows: Rows) -> Chosen:
    for row in rows:
        person = record.read(row).identity
        yield person if query.selects(person) else None, 0


def _entries(connection: Connection, query: Query, rows: Rows) -> Chosen:
    """Members are read of those entries only that are selected and shown with them; a filter sees what it asks for."""
    records = [entries.read(row) for row in rows]
    needs = asked(query.filter)
    in_full = {name for name, need in needs.items() if need.everything}
    parts = some_of(connection, [one.row for one in records], needs) if needs and records else {}
    for one in records:
        held = dict(parts.get(one.row, {}))
        held.update(all_of(connection, one.row, in_full & one.bare.members))
        if not query.selects(one.having(held)):
            yield None, sum(map(len, held.values()))
            continue
        wanted = shown(query) & one.bare.members
        values = {name: held[name] for name in wanted & in_full}
        values.update(all_of(connection, one.row, wanted - in_full))
        yield one.having(values), sum(map(len, values.values()))


PEOPLE = Kind(identity, record.PEOPLE, people_found, _people)
ENTRIES = Kind(entry, entries.ENTRIES, entries_found, _entries)


@dataclass(slots=True)
class Stage:
    """One table that a search goes through. `rows` are those that the index named and that are still to be read; None:
    all in scope are read, in the order of their tree keys, and `last` is the one that was read last."""

    query: Query
    kind: Kind
    begun: bool = False
    ended: bool = False
    rows: list[int] | None = None
    last: str | None = None

    def page(self, connection: Connection) -> tuple[list[Entry], int]:
        """The next entries that the query selects, and how many were looked at. It may be none without being the end:
        see `ended`."""
        if not self.begun and self.query.scope is not Scope.BASE:
            self.rows = self.kind.found(connection, self.query.filter)
        self.begun = True
        rows = self._walked(connection) if self.rows is None else self._listed(connection, self.rows)
        selected: list[Entry] = []
        looked = values = 0
        for found, weight in self.kind.chosen(connection, self.query, rows):
            looked, values = looked + 1, values + weight
            if found is not None:
                selected.append(found)
            if values > MOST_MEMBERS:
                break
        self._go_on(rows, looked)
        return selected, looked

    def _go_on(self, rows: Rows, looked: int) -> None:
        cut = looked < len(rows)
        if self.rows is None:
            self.ended = not cut and len(rows) < PAGE
            self.last = rows[looked - 1].tree_key if rows else self.last
        else:
            self.rows = [row for row in self.rows if row > rows[looked - 1].id] if cut else self.rows[PAGE:]
            self.ended = not self.rows

    def _listed(self, connection: Connection, rows: list[int]) -> Rows:
        if not rows:
            return []
        table = self.kind.table
        chosen = self.kind.columns.where(table.c.id.in_(rows[:PAGE]), *self._scope())
        return connection.execute(chosen.order_by(table.c.id)).all()

    def _walked(self, connection: Connection) -> Rows:
        table = self.kind.table
        statement = self.kind.columns.where(*self._scope())
        if self.last is not None:
            statement = statement.where(table.c.tree_key > self.last)
        return connection.execute(statement.order_by(table.c.tree_key).limit(PAGE)).all()

    def _scope(self) -> list[ColumnElement[bool]]:
        """The base and scope of the query as conditions."""
        table, base = self.kind.table, tree_key_of(self.query.base)
        if self.query.scope is Scope.BASE:
            return [table.c.tree_key == base]
        conditions = below(table, self.query.base)
        if self.query.scope is Scope.ONE:
            conditions.append(table.c.depth == base.count(",") + 1)
        return conditions


def below(table: Table, base: str) -> list[ColumnElement[bool]]:
    """At or below this normalised DN: keys that begin with its own. That ends with a comma, and "-" is the character
    behind that."""
    first = tree_key_of(base)
    return [table.c.tree_key >= first, table.c.tree_key < f"{first[:-1]}-"] if first else []
