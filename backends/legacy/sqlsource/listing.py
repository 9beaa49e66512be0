"""All people of an `sql` source, batch by batch, for searches that are about more than one: the statement `list`.

With `:after` and `:limit` each batch is a short statement of its own, whatever the reader's pace; without them one
cursor stays open. Memory is that of one batch either way. What is not here: searches for one person.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from twisted.logger import Logger

from backends.legacy.sqlsource.database import Database, Reading
from backends.legacy.sqlsource.options import SqlOptions
from backends.legacy.sqlsource.rows import PersonReader, Record, RowFault
from backends.legacy.sqlsource.statements import parameters
from gateway.errors import SourceMisbehaved
from gateway.identity.model import Identity
from gateway.identity.search import Query

_log = Logger()


class Listing:
    """The statement `list` of one source. `read` makes a person of a row in a thread, with a connection if there are
    groups to ask for."""

    def __init__(
        self,
        options: SqlOptions,
        database: Database,
        people: PersonReader,
        read: Callable[[Record, Reading | None], Identity],
    ) -> None:
        self._options = options
        self._database = database
        self._people = people
        self._read = read

    async def search(self, query: Query) -> AsyncGenerator[Identity, None]:
        """Whom `query` selects, each once; nobody if there is no statement. A row that is nobody (no name, a value
        that cannot be read) cannot log in either: it is counted in the log and left out."""
        found, bad = 0, LeftOut("are nobody")
        seen_key = ""
        async with aclosing(self._batches()) as batches:
            async for batch in batches:
                people = await self._select(batch, query, bad)
                for person in people:
                    if person.origin.key == seen_key:
                        continue  # a join that multiplies rows; the list is ordered by key
                    seen_key = person.origin.key
                    yield person
                    found += 1
                    if found == query.limit:
                        bad.report(self._options.name)
                        return
        bad.report(self._options.name)

    async def _select(self, batch: Sequence[Record], query: Query, bad: LeftOut) -> list[Identity]:
        def select(reading: Reading | None) -> list[Identity]:
            people = []
            for record in batch:
                try:
                    if reading is not None and not query.covers(self._people.account(record).dn or ""):
                        continue
                    person = self._read(record, reading)
                except RowFault as fault:
                    bad.note(str(fault))
                    continue
                if query.selects(person):
                    people.append(person)
            return people

        if self._options.groups is not None:
            return await self._database.ask(select)
        return await self._database.in_thread(lambda: self._database.guarded(lambda _: select(None)))

    async def _batches(self) -> AsyncGenerator[list[Record], None]:
        statement, size = self._options.listing, self._options.batch
        if statement is None:
            return
        if "after" in parameters(statement):
            pages = self._pages(statement, size)
        else:
            pages = self._database.stream(statement, size)
        async with aclosing(pages) as batches:
            async for batch in batches:
                yield batch

    async def _pages(self, statement: str, size: int) -> AsyncGenerator[list[Record], None]:
        after: object = self._options.list_start
        while True:
            page = await self._database.ask(partial(self._page, statement, after, size))
            if page.rows and (page.last == after or len(page.rows) > size):
                raise SourceMisbehaved(
                    self._options.name, "the statement `list` does not go on after :after, in the order of the key"
                )
            if page.rows:
                yield page.rows
            if len(page.rows) < size:
                return
            after = page.last

    def _page(self, statement: str, after: object, size: int, reading: Reading) -> _Page:
        """In a thread."""
        rows = reading.rows(statement, {"after": after, "limit": size}, size + 1)
        return _Page(rows, self._people.raw_key(rows[-1]) if rows else after)


@dataclass(frozen=True, slots=True)
class _Page:
    """One batch, and the key to go on behind. (No tuple: CPython 3.11's `anext` with a default unpacks one that is sent
    to it.)"""

    rows: list[Record]
    last: object


class LeftOut:
    """Rows left out of one search, as they `are nobody`."""

    def __init__(self, why: str) -> None:
        self._why = why
        self.count = 0
        self.first = ""

    def note(self, fault: str) -> None:
        self.first = self.first or fault
        self.count += 1

    def report(self, source: str) -> None:
        if self.count:
            _log.warn(
                "source {source}: {count} rows {why} and were left out; the first: {fault}",
                why=self._why,
                source=source,
                count=self.count,
                fault=self.first,
            )
