"""The union search over the native directory and the sources: each person once, and unchanged (R17).

The directory is read first. Whoever a source then shows is looked up by origin: has this person moved, the directory's
entry is what counts, whether the move happened yesterday or between the two reads; so a search in the middle of a
migration finds one entry, neither none nor two.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from gateway.errors import BusyError, IdentityConflict, SourceError
from gateway.identity.claims import find_first
from gateway.identity.model import Entry, Identity, Origin
from gateway.identity.names import NameRules
from gateway.identity.ports import LegacySource, NativeDirectory
from gateway.identity.resting import BATCH, Lot, Reader
from gateway.identity.search import BaseNotFound, Query, SearchIncomplete, within


@dataclass(slots=True)
class _Seen:
    """What one search has yielded; as large as its result."""

    origins: set[Origin] = field(default_factory=set)
    dns: set[str] = field(default_factory=set)

    def has(self, entry: Entry) -> bool:
        """Whether it was yielded as it is."""
        return entry.dn_key in self.dns

    def add(self, entry: Entry) -> bool:
        """Whether it is new."""
        origin = entry.origin if isinstance(entry, Identity) else None
        if entry.dn_key in self.dns or origin in self.origins:
            return False
        self.dns.add(entry.dn_key)
        if origin is not None:
            self.origins.add(origin)
        return True


class UnionSearch:
    """One tree out of the directory and all sources."""

    def __init__(self, native: NativeDirectory, sources: Sequence[LegacySource], names: NameRules) -> None:
        self._native = native
        self._sources = tuple(sources)
        self._names = names
        self._lots = {source.name: Lot(source) for source in self._sources}

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """Entries that match, each once. A search for one person who has moved is answered from the directory alone,
        without suspending where that person is in memory.

        `BaseNotFound` before the first entry; `SearchIncomplete` after the last one that could be had;
        `DirectoryUnavailable` at any time.
        """
        moved = await self._moved(query)
        if moved is not None:
            if query.selects(moved):
                yield moved
            return
        seen, missing, based = _Seen(), [], False
        for name, entries in self._reads(query, seen):
            try:
                async with aclosing(entries):
                    async for entry in entries:
                        if seen.add(entry):
                            yield entry
                based = True
            except BaseNotFound:
                continue
            except (SourceError, BusyError):
                missing.append(name)
        if missing:
            raise SearchIncomplete(tuple(missing))
        if not based:
            raise BaseNotFound

    def _reads(self, query: Query, seen: _Seen) -> Iterator[tuple[str, AsyncGenerator[Entry, None]]]:
        """What to read, in this order: the directory first, then every source that the base concerns."""
        yield "", self._native.search(query)
        # No limit there: of what a source shows some is left out here, and what is cut short must not look whole.
        unlimited = replace(query, limit=0)
        for source in self._sources:
            if any(within(base, query.base) or within(query.base, base) for base in source.bases):
                yield source.name, self._unmoved(source, unlimited, seen)

    async def _moved(self, query: Query) -> Identity | None:
        """The person whom this search is about, if it is about one who has moved and is below its base.

        A mere alias is not enough: where the filter does not select who has it, it may mean somebody else.
        """
        if query.person is None:
            return None
        readings = self._names.readings(query.person)
        try:
            person = await find_first(self._native, readings)
        except IdentityConflict:
            return None  # an alias of two people: the general search shows both
        if person is None or not query.covers(person.dn_key):
            return None
        named = any(reading.dn is not None or reading.key == person.name_key for reading in readings)
        return person if named or query.selects(person) else None

    async def _unmoved(self, source: LegacySource, query: Query, seen: _Seen) -> AsyncGenerator[Entry, None]:
        """What a source shows, with the directory's entry in the place of everybody who has moved."""
        reader, pause = Reader(source, query, self._lots[source.name]), query.pause
        if pause is not None:
            pause.reader = reader
        try:
            while True:
                batch = await reader.batch()
                new = [entry for entry in batch if not seen.has(entry)] if reader.again else batch
                for current in await self._current(source.name, query, new):
                    yield current
                if len(batch) < BATCH:
                    return
        finally:
            if pause is not None:
                pause.reader = None
            await reader.let_go()

    async def _current(self, source: str, query: Query, batch: Sequence[Entry]) -> list[Entry]:
        keys = [entry.origin.key for entry in batch if isinstance(entry, Identity)]
        moved = await self._native.by_origin(source, keys) if keys else {}
        current: list[Entry] = []
        for entry in batch:
            now_here = moved.get(entry.origin.key) if isinstance(entry, Identity) else None
            if now_here is None:
                current.append(entry)
            elif query.selects(now_here):
                current.append(now_here)
        return current
