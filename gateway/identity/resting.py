"""What a search holds while nobody waits for its next entry, and who has to let go of it.

A search in pages may rest between two of them for minutes. What it has open meanwhile in a source may be scarce (an
`ldap` source lends a connection to each search, and has four of them): so only some may keep it. A reader that has let
go begins anew when it is asked again, and leaves out what was shown (`union`): that costs time, and no memory.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol, runtime_checkable

from gateway.errors import BusyError, SourceError
from gateway.identity.model import Entry
from gateway.identity.search import Query

BATCH = 64
"""Entries that are read at once."""
PATIENCE = 1.0
"""Seconds of rest after which a reader lets go for a newcomer. Before that it is the newcomer's turn: readers in quick
alternation must not make each other begin anew with every page."""


@runtime_checkable
class FewSearches(Protocol):
    """A source that can hold only so many searches open at once (0: any number). Others need not have this."""

    searches: int


def searches_of(source: object) -> int:
    """How many searches this source holds open at once, 0 is any number."""
    return source.searches if isinstance(source, FewSearches) else 0


class Searched(Protocol):
    """The part of a source that is read here."""

    name: str

    def search(self, query: Query) -> AsyncGenerator[Entry, None]: ...


class Pause:
    """Between two pages. Who asks for pages makes one for each search, and puts it into the `Query`."""

    __slots__ = ("reader", "since")

    def __init__(self) -> None:
        self.reader: Reader | None = None
        self.since = 0.0

    async def begin(self, now: float) -> None:
        """The page is over; `now` in seconds. No step of the search may be under way."""
        self.since = now
        if self.reader is not None:
            await self.reader.rest(self)

    def end(self) -> None:
        """The next page begins."""
        if self.reader is not None:
            self.reader.lot.resting.pop(self.reader, None)


class Lot:
    """The readers of one source that rest with something open: `most` of them, None is any number."""

    __slots__ = ("most", "resting")

    def __init__(self, source: object) -> None:
        searches = searches_of(source)
        self.most = searches // 2 if searches else None  # the other half is for those who do not rest
        self.resting: dict[Reader, float] = {}  # the longest rest first

    async def add(self, reader: Reader, now: float) -> None:
        """One more begins to rest; where there are too many, one lets go."""
        self.resting[reader] = now
        if self.most is None or len(self.resting) <= self.most:
            return
        longest = next(iter(self.resting))
        one = longest if now - self.resting[longest] >= PATIENCE else reader
        del self.resting[one]
        await one.let_go()


class Reader:
    """The entries of one source, in batches. `again` is True once it has begun anew; `failure` is what ended it behind
    the entries of the last batch, None where it has come to its end."""

    __slots__ = ("_entries", "_query", "_source", "again", "failure", "lot")

    def __init__(self, source: Searched, query: Query, lot: Lot) -> None:
        self._source = source
        self._query = query
        self._entries: AsyncGenerator[Entry, None] | None = source.search(query)
        self.again = False
        self.failure: SourceError | BusyError | None = None
        self.lot = lot

    async def batch(self) -> list[Entry]:
        """The next entries; fewer than `BATCH` are the last ones. What came before a `failure` is not lost by it."""
        if self._entries is None:
            self._entries = self._source.search(self._query)
            self.again = True
        batch: list[Entry] = []
        try:
            async for entry in self._entries:
                batch.append(entry)
                if len(batch) == BATCH:
                    break
        except (SourceError, BusyError) as error:
            self.failure = error
        return batch

    async def rest(self, pause: Pause) -> None:
        """Nobody waits for the next batch."""
        if self._entries is not None:
            await self.lot.add(self, pause.since)

    async def let_go(self) -> None:
        """Close what is open; the next `batch` begins anew."""
        self.lot.resting.pop(self, None)
        entries, self._entries = self._entries, None
        if entries is not None:
            await entries.aclose()
