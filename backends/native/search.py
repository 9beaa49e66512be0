"""Searching the database page by page, so that neither memory nor a thread is held for long by one search.

Functions for a pool's thread. Every person is checked by the query itself at the end (`Query.selects`): what SQL leaves
out is only what the query cannot select.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, exists, select

from backends.native.engine import Store
from backends.native.narrow import people_found
from backends.native.reading import named
from backends.native.record import PEOPLE, Record, read, tree_key_of
from backends.native.tables import identity
from gateway.errors import IdentityConflict
from gateway.identity.search import BaseNotFound, Query, Scope

PAGE = 200
"""People read in one transaction."""


@dataclass(slots=True)
class Search:
    """One search under way. `rows` are those that the index named and that are still to be read; None: all in scope are
    read, in the order of their tree keys, and `last` is the one that was read last."""

    query: Query
    rows: list[int] | None = None
    last: str | None = None
    ended: bool = False

    @property
    def scope(self) -> list[ColumnElement[bool]]:
        """The base and scope of the query as conditions."""
        base = tree_key_of(self.query.base)
        if self.query.scope is Scope.BASE:
            return [identity.c.tree_key == base]
        conditions = _below(base)
        if self.query.scope is Scope.ONE:
            conditions.append(identity.c.depth == base.count(",") + 1)
        return conditions


def _below(base: str) -> list[ColumnElement[bool]]:
    """At or below: keys that begin with `base`. It ends with a comma, and "-" is the character behind that."""
    return [identity.c.tree_key >= base, identity.c.tree_key < f"{base[:-1]}-"] if base else []


def begin(store: Store, query: Query, base: str) -> tuple[list[Record], Search]:
    """The first page, and what `proceed` needs. `base` is the directory's own, normalised.

    `BaseNotFound` where nobody is at or below the query's base, and that is not the directory's own either.
    """
    search = Search(query)
    with store.reading() as connection:
        person = _pinned(connection, query)
        if person is not None:
            search.ended = True
            return [person], search
        if query.scope is not Scope.BASE:
            search.rows = people_found(connection, query.filter)
        found = _page(connection, search)
        if not found and query.base not in {"", base} and not _exists(connection, query.base):
            raise BaseNotFound(query.base)
    return found, search


def _pinned(connection: Connection, query: Query) -> Record | None:
    """The one person whom the query can mean. Where that name leads to nobody whom the filter selects, the attributes
    decide: the name that somebody signs in with need not be the `uid` that is shown."""
    if query.person is None:
        return None
    try:
        record = named(connection, query.person)
    except IdentityConflict:
        return None
    return record if record is not None and query.selects(record.identity) else None


def proceed(store: Store, search: Search) -> list[Record]:
    """The next page; it may be empty without being the last: see `ended`."""
    with store.reading() as connection:
        return _page(connection, search)


def _exists(connection: Connection, base: str) -> bool:
    return bool(connection.execute(select(exists().where(*_below(tree_key_of(base))))).scalar_one())


def _page(connection: Connection, search: Search) -> list[Record]:
    rows = _walk(connection, search) if search.rows is None else _listed(connection, search, search.rows)
    return [record for record in map(read, rows) if search.query.selects(record.identity)]


def _listed(connection: Connection, search: Search, rows: list[int]) -> Sequence[Row[*tuple[object, ...]]]:
    page, search.rows = rows[:PAGE], rows[PAGE:]
    search.ended = not search.rows
    if not page:
        return []
    return connection.execute(PEOPLE.where(identity.c.id.in_(page), *search.scope)).all()


def _walk(connection: Connection, search: Search) -> Sequence[Row[*tuple[object, ...]]]:
    statement = PEOPLE.where(*search.scope)
    if search.last is not None:
        statement = statement.where(identity.c.tree_key > search.last)
    rows = connection.execute(statement.order_by(identity.c.tree_key).limit(PAGE)).all()
    search.ended = len(rows) < PAGE
    if rows:
        search.last = rows[-1].tree_key
    return rows
