"""Groups come along when their members move (R18): copied into the directory, behind the adoption and never in its way.

With a group come those that list it, and the containers above, so that a search below them finds its base. A group of a
hundred thousand members is read once in `refresh` seconds, and not once for each of them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from gateway.errors import BusyError, DirectoryError, IdentityConflict, SourceError, SourceUnavailable
from gateway.groups.bringing import Bringer
from gateway.groups.members import GroupWords
from gateway.groups.rounds import members
from gateway.identity.flights import Clock, SingleFlight, within
from gateway.identity.model import Identity, NativeEntry, Origin
from gateway.identity.ports import LegacySource, NativeDirectory
from gateway.identity.search import BaseNotFound, Query, Scope, SearchIncomplete

MOST_WAITING = 1000
"""People whose groups wait to be copied; of one more, they come with the next round."""
FIRST_ROUND = 60.0
"""Seconds after the start until it is asked who has joined a group meanwhile: busy enough without."""
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
        self._bringer = Bringer(native, rules.words, rules.refresh, clock)
        self.copies = self._bringer.copies
        self._clock = clock
        self._waiting: OrderedDict[Origin, Identity] = OrderedDict()
        self._work: SingleFlight[None] = SingleFlight()
        self._timers: list[IDelayedCall] = []
        self._ended = False

    def follow(self, person: Identity) -> None:
        """Somebody has just moved: what belongs to them comes behind. Returns at once, and raises nothing."""
        if person.origin.source not in self._sources or self._ended:
            return
        if len(self._waiting) >= MOST_WAITING:
            _log.warn("source {source}: groups come later, too many wait to be copied", source=person.origin.source)
            return
        self._waiting[person.origin] = person
        self._begin("follow", self._follow)

    def start(self) -> None:
        """Read all copies again, every `refresh` seconds from now on; and soon look for groups that are missing."""
        soon = self._clock.callLater(min(FIRST_ROUND, self._rules.refresh / 2), self._begin, "rounds", self.rounds)
        self._timers = [soon, self._clock.callLater(self._rules.refresh, self._again)]

    def end(self) -> None:
        """Begin nothing new."""
        self._ended = True
        self._waiting.clear()
        for timer in self._timers:
            if timer.active():
                timer.cancel()

    async def drain(self, grace: float) -> None:
        """Wait up to `grace` seconds for the copy that is being made, if any."""
        try:
            await within(self._clock, grace, self._work.idle())
        except TimeoutError:
            _log.warn("groups were still being copied; they come with the next member who moves")

    def _again(self) -> None:
        self._begin("refresh", self.refresh)
        self._timers = [self._clock.callLater(self._rules.refresh, self._again)]

    def _begin(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        Deferred.fromCoroutine(self._work.run(name, work))

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
                            await self._guarded(source.name, self._bringer.copy(source, entry.dn_key))
        except (DirectoryError, BaseNotFound) as error:
            _log.warn("groups cannot be copied again now: {error}", error=str(error))
            return
        await self.rounds()

    async def rounds(self) -> None:
        """Bring what is missing: groups that somebody has joined who had moved before, and what could not be copied."""
        for source in self._sources.values():
            await self._guarded(source.name, self._round(source))

    async def _round(self, source: LegacySource) -> None:
        async with aclosing(members(self._native, self._rules.words)) as batches:
            async for batch in batches:
                if self._ended:
                    return
                try:
                    whole = await self._bringer.bring(source, batch)
                except (SourceUnavailable, BusyError):
                    raise  # what is known stays as it is: of the last time that the source answered
                except (SourceError, DirectoryError) as error:
                    self.copies.forget(source.name, batch)
                    _log.warn(
                        "source {source}: a group could not be copied: {error}", source=source.name, error=str(error)
                    )
                    continue
                for one in () if whole else batch:
                    if not await self._bringer.bring(source, [one]):
                        self.copies.forget(source.name, [one])

    async def _guarded(self, source: str, work: object) -> None:
        try:
            await work  # type: ignore[misc]  # one of the coroutines above
        except (SourceError, BusyError, DirectoryError, IdentityConflict, SearchIncomplete) as error:
            _log.warn("source {source}: a group could not be copied: {error}", source=source, error=str(error))
        except Exception:  # noqa: BLE001 (nobody waits for this: it must not end the others')
            _log.failure("source {source}: a group could not be copied", source=source)

    async def _bring(self, person: Identity) -> None:
        source = self._sources[person.origin.source]
        await self._bringer.containers(source, person.dn_key)
        await self._bringer.bring(source, [person])
