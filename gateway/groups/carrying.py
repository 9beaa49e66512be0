"""Groups come along when their members move (R18): copied into the directory, behind the adoption and never in its way.

With a group come those that list it, and the containers above, so that a search below them finds its base. A group of a
hundred thousand members is read once in `refresh` seconds, and not once for each of them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from gateway.errors import BusyError, DirectoryError, IdentityConflict, SourceError
from gateway.groups.members import GroupWords, dn_key_of
from gateway.identity.entrykeys import key_of
from gateway.identity.flights import Clock, SingleFlight, within
from gateway.identity.model import Entry, Identity, NativeEntry, Origin
from gateway.identity.ports import LegacySource, NativeDirectory
from gateway.identity.search import BaseNotFound, Query, Scope, SearchIncomplete, parent_of
from gateway.identity.search import within as below
from gateway.wire.filter import Present

MOST_GROUPS = 1000
"""Groups that come along with one person, those that list one another included."""
MOST_WAITING = 1000
"""People whose groups wait to be copied; of one more, they come with somebody else or with the next round."""
_REMEMBERED = 100_000
_log = Logger(namespace="bindferry.groups")


@dataclass(frozen=True, slots=True)
class CarryRules:
    """`refresh`: seconds for which a copy is new enough; each such time all copies are read again, too."""

    refresh: float = 3600.0
    words: GroupWords = field(default_factory=GroupWords)


class GroupCarrier:
    """Copies groups, one person's after the other's."""

    def __init__(
        self, native: NativeDirectory, sources: Sequence[LegacySource], rules: CarryRules, clock: Clock
    ) -> None:
        self._native = native
        self._sources = {source.name: source for source in sources}
        self._rules = rules
        self._clock = clock
        self._waiting: OrderedDict[Origin, Identity] = OrderedDict()
        self._copied: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._work: SingleFlight[None] = SingleFlight()
        self._timer: IDelayedCall | None = None
        self._ended = False

    def follow(self, person: Identity) -> None:
        """Somebody has just moved: what belongs to them comes behind. Returns at once, and raises nothing."""
        if person.origin.source not in self._sources or self._ended:
            return
        if len(self._waiting) >= MOST_WAITING:
            _log.warn("source {source}: groups come later, too many wait to be copied", source=person.origin.source)
            return
        self._waiting[person.origin] = person
        self._begin()

    def start(self) -> None:
        """Read all copies again, every `refresh` seconds from now on."""
        self._timer = self._clock.callLater(self._rules.refresh, self._again)

    def end(self) -> None:
        """Begin nothing new."""
        self._ended = True
        self._waiting.clear()
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    async def drain(self, grace: float) -> None:
        """Wait up to `grace` seconds for the copy that is being made, if any."""
        try:
            await within(self._clock, grace, self._work.idle())
        except TimeoutError:
            _log.warn("groups were still being copied; they come with the next member who moves")

    def _again(self) -> None:
        Deferred.fromCoroutine(self._work.run("refresh", self.refresh))
        self.start()

    def _begin(self) -> None:
        Deferred.fromCoroutine(self._work.run("follow", self._follow))

    async def _follow(self) -> None:
        while self._waiting and not self._ended:
            _, person = self._waiting.popitem(last=False)
            await self._guarded(person.origin.source, self._bring(person))

    async def refresh(self) -> None:
        """Read every group that is copied here again, from where it came."""
        copies = Query("", Scope.SUBTREE, self._rules.words.groups(), attributes=frozenset())
        try:
            async with aclosing(self._native.search(copies)) as entries:
                async for entry in entries:
                    if isinstance(entry, NativeEntry) and not entry.owned and entry.origin is not None:
                        source = self._sources.get(entry.origin.source)
                        if source is not None and not self._ended:
                            await self._guarded(source.name, self._copy(source, entry.dn_key))
        except (DirectoryError, BaseNotFound) as error:
            _log.warn("groups cannot be copied again now: {error}", error=str(error))

    async def _guarded(self, source: str, work: object) -> None:
        try:
            await work  # type: ignore[misc]  # one of the coroutines above
        except (SourceError, BusyError, DirectoryError, IdentityConflict, SearchIncomplete) as error:
            _log.warn("source {source}: a group could not be copied: {error}", source=source, error=str(error))
        except Exception:  # noqa: BLE001 (nobody waits for this: it must not end the others')
            _log.failure("source {source}: a group could not be copied", source=source)

    async def _bring(self, person: Identity) -> None:
        source = self._sources[person.origin.source]
        for above in _above(person.dn_key, source):
            await self._copy_once(source, above)
        keys = [dn_key_of(group.encode("utf-8", "surrogateescape")) for group in person.groups[:MOST_GROUPS]]
        wanted = dict.fromkeys(key for key in keys if key)
        wanted.update(dict.fromkeys(group.dn_key for group in await self._around(source, person)))
        seen: set[str] = set()
        while wanted and len(seen) < MOST_GROUPS:
            key, _ = wanted.popitem()
            seen.add(key)
            for above in _above(key, source):
                await self._copy_once(source, above)
            group = await self._copy_once(source, key)
            if group is not None:  # else the groups around it have come with it before
                around = await self._around(source, group)
                wanted.update(dict.fromkeys(one.dn_key for one in around if one.dn_key not in seen))

    async def _copy_once(self, source: LegacySource, dn_key: str) -> Entry | None:
        """The entry as it was copied now; None where that was done a while ago, or there is none."""
        done = self._copied.get((source.name, dn_key))
        if done is not None and 0 <= self._clock.seconds() - done < self._rules.refresh:
            return None
        return await self._copy(source, dn_key)

    async def _copy(self, source: LegacySource, dn_key: str) -> Entry | None:
        query = Query(dn_key, Scope.BASE, Present("objectClass"), limit=1)
        found = await _first(source.search(query))
        if found is not None and not isinstance(found, Identity):
            await self._native.carry(found, Origin(source.name, key_of(found)), self._clock.seconds())
        else:
            found = None
        self._copied[source.name, dn_key] = self._clock.seconds()
        self._copied.move_to_end((source.name, dn_key))
        if len(self._copied) > _REMEMBERED:
            self._copied.popitem(last=False)
        return found

    async def _around(self, source: LegacySource, entry: Entry) -> list[Entry]:
        """The groups of this source that come along with this entry; what they list is not read."""
        wanted = self._rules.words.around(entry)
        query = Query("", Scope.SUBTREE, wanted, limit=MOST_GROUPS, attributes=frozenset(), few=True)
        found: list[Entry] = []
        try:
            async with aclosing(source.search(query)) as entries:
                async for group in entries:
                    found.append(group)
                    if len(found) == MOST_GROUPS:
                        break
        except BaseNotFound:
            return found
        return found


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
