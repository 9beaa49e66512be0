"""Searching the database page by page, so that neither memory nor a thread is held for long by one search.

Functions for a pool's thread. People come first, then what is no person. Each is checked by the query itself at the end
(`Query.selects`): what SQL leaves out is only what the query cannot select.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, exists, select

from backends.native.engine import Store
from backends.native.reading import named
from backends.native.record import Record
from backends.native.stages import ENTRIES, PAGE, PEOPLE, Stage, below
from gateway.errors import IdentityConflict, LimitError
from gateway.identity.model import Entry
from gateway.identity.search import BaseNotFound, Query, Scope


@dataclass(slots=True)
class Search:
    """One search under way: the tables that are still to be read.

    `scanned`: no index named what is to be read in one of them, so all below the base is. `passed` counts what was read
    like that and not selected; more than `most` (0: no bound) are too many.
    """

    query: Query
    stages: list[Stage]
    most: int = 0
    scanned: bool = False
    passed: int = 0

    @property
    def ended(self) -> bool:
        """Whether all has been read."""
        return not self.stages


def begin(store: Store, query: Query, base: str, most: int = 0) -> tuple[list[Entry], Search]:
    """The first page, and what `proceed` needs. `base` is the directory's own, normalised.

    `BaseNotFound` where nothing is at or below the query's base, and that is not the directory's own either.
    `LimitError`, here and later, where more than `most` would be read for nothing.
    """
    search = Search(query, [Stage(query, PEOPLE), Stage(query, ENTRIES)], most)
    with store.reading() as connection:
        person = _pinned(connection, query)
        if person is not None:
            search.stages.clear()
            return [person.identity], search
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


def proceed(store: Store, search: Search) -> list[Entry]:
    """The next page; it may be empty without being the last: see `ended`."""
    with store.reading() as connection:
        return _page(connection, search)


def _exists(connection: Connection, base: str) -> bool:
    return any(
        connection.execute(select(exists().where(*below(kind.table, base)))).scalar_one() for kind in (PEOPLE, ENTRIES)
    )


def _count(search: Search, passed: int) -> None:
    search.scanned = True
    search.passed += passed
    if search.most and search.passed > search.most:
        raise LimitError("this filter would read too many entries in vain: ask for an indexed attribute, too")


def _page(connection: Connection, search: Search) -> list[Entry]:
    found: list[Entry] = []
    looked = 0
    while search.stages and looked < PAGE:
        stage = search.stages[0]
        selected, rows = stage.page(connection)
        found.extend(selected)
        looked += rows
        if stage.rows is None and search.query.scope is not Scope.BASE:
            _count(search, rows - len(selected))
        if not stage.ended:
            break
        search.stages.pop(0)
        if rows and search.query.scope is Scope.BASE:
            search.stages.clear()  # there is one entry with a DN
    return found
