"""Brings groups of a source here: those that list somebody, those that list these, and the containers above (R18).

When that is done, and for whom, is in `carrying.py`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing

from gateway.groups.copies import Copies
from gateway.groups.members import GroupWords, dn_key_of
from gateway.identity.entrykeys import key_of
from gateway.identity.flights import Clock
from gateway.identity.model import NO_ATTRIBUTES, Entry, Identity, Origin
from gateway.identity.ports import LegacySource, NativeDirectory, Renamed
from gateway.identity.search import BaseNotFound, Query, Scope, parent_of
from gateway.identity.search import within as below
from gateway.wire.filter import Present

MOST_GROUPS = 1000
"""Groups that come along with one person, those that list one another included."""
_REMEMBERED = 100_000
_TRIES = 5
"""Times that an entry is read while people go on being renamed."""


class Bringer:
    """Copies each entry at most once in `refresh` seconds, and notes in `copies` whose groups are all here."""

    def __init__(self, native: NativeDirectory, words: GroupWords, refresh: float, clock: Clock) -> None:
        self._native = native
        self._words = words
        self._refresh = refresh
        self._clock = clock
        self._copied: OrderedDict[tuple[str, str], float] = OrderedDict()
        self.copies = Copies(words)

    async def containers(self, source: LegacySource, dn_key: str) -> None:
        """What is above an entry in its source, from the top."""
        for above in _above(dn_key, source):
            await self.copy_once(source, above)

    async def bring(self, source: LegacySource, members: Sequence[Entry]) -> bool:
        """Every group that lists one of these, and so on; whether these were all: then it is noted."""
        wanted = dict.fromkeys(key for member in members for key in _shown(member, source.name))
        around, whole = await self._around(source, members)
        wanted.update(dict.fromkeys(group.dn_key for group in around))
        brought: dict[str, Entry] = {}
        while wanted and len(brought) < MOST_GROUPS:
            key, _ = wanted.popitem()
            await self.containers(source, key)
            group = await self.copy_once(source, key)
            brought[key] = group or Entry(key, key, NO_ATTRIBUTES)
            if group is not None or not self.copies.complete(source.name, key):  # else those around it have come before
                around, all_of_them = await self._around(source, [brought[key]])
                whole = whole and all_of_them
                wanted.update(dict.fromkeys(one.dn_key for one in around if one.dn_key not in brought))
        if whole and not wanted:
            self.copies.note(source.name, (*members, *brought.values()))
            return True
        return False

    async def copy_once(self, source: LegacySource, dn_key: str) -> Entry | None:
        """The entry as it was copied now; None where that was done a while ago, or there is none."""
        done = self._copied.get((source.name, dn_key))
        if done is not None and 0 <= self._clock.seconds() - done < self._refresh:
            return None
        return await self.copy(source, dn_key)

    async def copy(self, source: LegacySource, dn_key: str) -> Entry | None:
        """Whenever it was copied last. Where somebody was renamed here meanwhile it is read again: the rename has
        followed in the copies that were here, and this one was not yet, or still is as it was read before (R18)."""
        found: Entry | None = None
        names: Sequence[Renamed] | None = None
        for _ in range(_TRIES):
            before, names = names, await self._native.renamed()
            if before == names:
                break
            found = await self._copy(source, dn_key)
        self._copied[source.name, dn_key] = self._clock.seconds()
        self._copied.move_to_end((source.name, dn_key))
        if len(self._copied) > _REMEMBERED:
            self._copied.popitem(last=False)
        return found

    async def _copy(self, source: LegacySource, dn_key: str) -> Entry | None:
        query = Query(dn_key, Scope.BASE, Present("objectClass"), limit=1)
        found = await _first(source.search(query))
        if found is None or isinstance(found, Identity):
            return None
        await self._native.carry(found, Origin(source.name, key_of(found)), self._clock.seconds())
        return found

    async def _around(self, source: LegacySource, entries: Sequence[Entry]) -> tuple[list[Entry], bool]:
        """The groups of this source that come along with these entries, and whether these are all; what they list is
        not read."""
        wanted = self._words.around(entries)
        query = Query("", Scope.SUBTREE, wanted, limit=MOST_GROUPS, attributes=frozenset(), few=True)
        found: list[Entry] = []
        try:
            async with aclosing(source.search(query)) as groups:
                async for group in groups:
                    found.append(group)
                    if len(found) == MOST_GROUPS:
                        return found, False
        except BaseNotFound:
            return found, True
        return found, True


def _shown(member: Entry, source: str) -> Iterator[str]:
    """The groups that this source showed for one of its people."""
    if not isinstance(member, Identity) or member.origin.source != source:
        return
    for group in member.groups[:MOST_GROUPS]:
        key = dn_key_of(group.encode("utf-8", "surrogateescape"))
        if key:
            yield key


def _above(dn_key: str, source: LegacySource) -> Iterator[str]:
    """The containers of an entry in its source, from the top."""
    found = []
    above = parent_of(dn_key)
    while above and any(below(above, base) for base in source.bases):
        found.append(above)
        above = parent_of(above)
    return reversed(found)


async def _first(entries: AsyncGenerator[Entry, None]) -> Entry | None:
    try:
        async with aclosing(entries):
            async for entry in entries:
                return entry
    except BaseNotFound:
        return None
    return None
