"""The union search over the native directory and the sources: each person once, and unchanged (R17).

The directory is read first. Whoever a source then shows is looked up by origin: has this person moved, the directory's
entry is what counts, whether the move happened yesterday or between the two reads; so a search in the middle of a
migration finds one entry, neither none nor two.

Of what is no person, groups above all, the source is the truth as long as it answers. The directory's copy stands in
for it where the source is not there any more, or does not answer; what was changed or made here always counts (R18).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Protocol

from gateway.errors import BusyError, IdentityConflict, SourceError
from gateway.identity.claims import find_first
from gateway.identity.entrykeys import key_of
from gateway.identity.model import Entry, Identity, NativeEntry, Origin
from gateway.identity.names import NameRules
from gateway.identity.ports import LegacySource, NativeDirectory
from gateway.identity.resting import BATCH, Lot, Reader
from gateway.identity.search import BaseNotFound, Query, Scope, SearchIncomplete, within


class StandIns(Protocol):
    """What is known of the copies that stand in for sources; `gateway.groups.copies.Copies` is one."""

    def answer(self, query: Query, sources: Collection[str], found: int) -> bool:
        """Whether what was found is all that there is, these sources' included, which cannot be asked now; `found`
        entries of it are here, copies among them. No where that is not known (R6)."""


@dataclass(slots=True)
class _Seen:
    """What one search has yielded; as large as its result. Origins of those alone who are here: they may have another
    DN than their source shows. Whoever has not moved is shown by one source, and once."""

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
        if origin is not None and isinstance(entry, Identity) and entry.revision:
            self.origins.add(origin)
        return True


class UnionSearch:
    """One tree out of the directory and all sources."""

    def __init__(
        self,
        native: NativeDirectory,
        sources: Sequence[LegacySource],
        names: NameRules,
        stand_ins: StandIns | None = None,
    ) -> None:
        self._native = native
        self._copies = stand_ins
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
        seen, missing, based, here = _Seen(), list[str](), False, 0
        for name, entries in self._reads(query, seen, missing):
            try:
                async with aclosing(entries):
                    async for entry in entries:
                        if seen.add(entry):
                            here += not name
                            yield entry
                based = True
            except BaseNotFound:
                continue
            except (SourceError, BusyError):
                missing.append(name)
        if missing and not (based and self._told_by_copies(query, missing, here)):
            raise SearchIncomplete(tuple(missing))
        if not based:
            raise BaseNotFound

    def _reads(
        self, query: Query, seen: _Seen, missing: Sequence[str]
    ) -> Iterator[tuple[str, AsyncGenerator[Entry, None]]]:
        """What to read, in this order: the directory first, then every source that the base concerns, at
        last what stands in for those that have not answered."""
        yield "", self._here(query)
        # No limit there: of what a source shows some is left out here, and what is cut short must not look whole.
        unlimited = replace(query, limit=0)
        for source in self._sources:
            if any(within(base, query.base) or within(query.base, base) for base in source.bases):
                yield source.name, self._unmoved(source, unlimited, seen)
        if missing:
            yield "", self._stand_ins(query, missing)

    async def _here(self, query: Query) -> AsyncGenerator[Entry, None]:
        """What the directory has, but for copies of what a source is still to be asked for."""
        shown = held_back = False
        async with aclosing(self._native.search(replace(query, limit=0))) as entries:
            async for entry in entries:
                if _copied_from(entry) in self._lots:
                    held_back = True
                else:
                    shown = True
                    yield entry
        if held_back and not shown:
            raise BaseNotFound  # as far as the directory can tell: that is for the source to say

    async def _stand_ins(self, query: Query, sources: Collection[str]) -> AsyncGenerator[Entry, None]:
        """The copies of what these sources do not show now."""
        async with aclosing(self._native.search(replace(query, limit=0))) as entries:
            async for entry in entries:
                if _copied_from(entry) in sources:
                    yield entry

    def _told_by_copies(self, query: Query, missing: Collection[str], here: int) -> bool:
        return self._copies is not None and self._copies.answer(query, missing, here)

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
                for current in await self._current(source.name, query, new, seen):
                    yield current
                if reader.failure is not None:
                    raise reader.failure
                if len(batch) < BATCH:
                    return
        finally:
            if pause is not None:
                pause.reader = None
            await reader.let_go()

    async def _current(self, source: str, query: Query, batch: Sequence[Entry], seen: _Seen) -> list[Entry]:
        keys = [entry.origin.key for entry in batch if isinstance(entry, Identity)]
        moved = await self._native.by_origin(source, keys) if keys else {}
        things = {key_of(entry): entry for entry in batch if not isinstance(entry, Identity)}
        owned = await self._native.carried(source, list(things)) if things else {}
        current: list[Entry] = []
        for entry in batch:
            if isinstance(entry, Identity):
                now_here = moved.get(entry.origin.key, entry)  # None: removed here
                if now_here is entry or (now_here is not None and query.selects(now_here)):
                    current.append(now_here)
            elif owned.get(key_of(entry), entry) is None:
                continue  # removed here
            elif (ours := owned.get(key_of(entry))) is None or not ours.owned:
                current.append(entry)
            elif ours.dn_key not in seen.dns:  # it does not match any more, or has become ours since it was read
                current += await self._owned(query, ours)
        return current

    async def _owned(self, query: Query, ours: NativeEntry) -> list[Entry]:
        if not query.covers(ours.dn_key):
            return []
        alone = replace(query, base=ours.dn_key, scope=Scope.BASE, person=None, pause=None)
        try:
            async with aclosing(self._native.search(alone)) as entries:
                return [entry async for entry in entries]
        except BaseNotFound:
            return []


def _copied_from(entry: Entry) -> str | None:
    """The source of which this is a mere copy; None for everything else."""
    if isinstance(entry, NativeEntry) and not entry.owned and entry.origin is not None:
        return entry.origin.source
    return None
