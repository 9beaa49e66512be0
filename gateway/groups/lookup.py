"""Which groups list an entry: asked of the whole tree, for one entry or for many at once, within time and number.

What is shown of it is in `memberof.py`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

from twisted.internet.defer import Deferred, TimeoutError

from gateway.errors import LimitError
from gateway.groups.members import LISTED, GroupWords, Members
from gateway.identity.flights import Clock, within
from gateway.identity.model import NO_ATTRIBUTES, Entry, Identity
from gateway.identity.portvalues import Renamed
from gateway.identity.search import BaseNotFound, Filter, Query, Scope, SearchIncomplete
from gateway.wire.filter import Present

MOST_GROUPS = 10_000
"""Groups of one entry, or met on one way through groups in groups."""
DEPTH = 64
"""Groups in groups in groups: no directory is that deep."""
FEW = 16
"""So many entries are asked about one by one, which reads nobody's list of members."""
_KEPT = 10_000
_KEEP_SECONDS = 1.0
_STEP = 2000


class TooManyGroups(LimitError):
    """More groups than may be walked: said, and never cut short in silence."""

    def __init__(self) -> None:
        super().__init__(f"there are more than {MOST_GROUPS} groups, or more than {DEPTH} of them in each other")


class Searcher(Protocol):
    """The tree as a whole; `gateway.identity.union.UnionSearch` is one."""

    def search(self, query: Query) -> AsyncGenerator[Entry, None]: ...


class Renames(Protocol):
    """Who has another name here than in their source; `gateway.identity.ports.NativeDirectory` knows."""

    async def renamed(self) -> Sequence[Renamed]: ...


@dataclass(frozen=True, slots=True)
class Held:
    """The groups that list one entry: normalised DN -> the DN as its group spells it. Not `complete` where a store did
    not answer, so that there may be more."""

    groups: Mapping[str, str]
    complete: bool = True


NO_GROUPS = Held({})


@dataclass(slots=True)
class Known:
    """Lists of members that one search has read already, so that a group of a hundred thousand is read once."""

    members: dict[str, Members] = field(default_factory=dict)


class Memberships:
    """Reverse look-ups. Answers are kept for one second, which is how stale anything may be."""

    def __init__(self, tree: Searcher, words: GroupWords, clock: Clock, patience: float, renames: Renames) -> None:
        self._tree = tree
        self._renames = renames
        self.words = words
        self._clock = clock
        self._patience = patience
        self._kept: dict[tuple[str, str], tuple[float, Held]] = {}

    async def of(self, entries: Sequence[Entry], known: Known | None = None) -> list[Held]:
        """The groups of each entry, directly. `TooManyGroups`."""
        if len(entries) <= FEW:
            return [await self.of_one(entry) for entry in entries]
        listing, complete = await self.find(self.words.listing(entries))
        known = known or Known()
        for group in listing:
            if group.dn_key not in known.members:
                known.members[group.dn_key], whole = await self._members(group)
                complete = complete and whole
        return [
            Held({group.dn_key: group.dn for group in listing if known.members[group.dn_key].hold(entry)}, complete)
            for entry in entries
        ]

    async def of_one(self, entry: Entry) -> Held:
        """The same of one entry; the lists themselves are not read."""
        key = (entry.dn_key, entry.name if isinstance(entry, Identity) else "")
        kept = self._kept.get(key)
        if kept is not None and 0 <= self._clock.seconds() - kept[0] < _KEEP_SECONDS:
            return kept[1]
        since = self._clock.seconds()
        listing, complete = await self.find(self.words.listing([entry]))
        held = Held({group.dn_key: group.dn for group in listing}, complete)
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        self._kept[key] = (since, held)
        return held

    async def through(self, held: Held) -> Held:
        """The same groups, and those that list them, and so on; each once, so that cycles end. `TooManyGroups`."""
        found, complete, frontier = dict(held.groups), held.complete, dict(held.groups)
        for _ in range(DEPTH):
            if not frontier:
                return Held(found, complete)
            stubs = [Entry(dn, key, NO_ATTRIBUTES) for key, dn in frontier.items()]
            listing, whole = await self.find(self.words.listing(stubs))
            complete = complete and whole
            frontier = {group.dn_key: group.dn for group in listing if group.dn_key not in found}
            found.update(frontier)
            if len(found) > MOST_GROUPS:
                raise TooManyGroups
        raise TooManyGroups

    async def find(self, wanted: Filter, *, few: bool = True) -> tuple[list[Entry], bool]:
        """The entries anywhere that match, without what they list; and whether every store has answered."""
        query = Query("", Scope.SUBTREE, wanted, limit=MOST_GROUPS + 1, attributes=frozenset(), few=few)
        return await self._read(query)

    async def at(self, dn_key: str, attributes: Iterable[str] = ()) -> tuple[Entry | None, bool]:
        """The entry of that name, and whether every store has answered."""
        query = Query(dn_key, Scope.BASE, Present("objectClass"), limit=1, attributes=frozenset(attributes))
        found, complete = await self._read(query)
        return (found[0] if found else None), complete

    async def _read(self, query: Query) -> tuple[list[Entry], bool]:
        found: list[Entry] = []
        try:
            await within(self._clock, self._patience, _collect(self._tree.search(query), found))
        except BaseNotFound:
            return found, True
        except (SearchIncomplete, TimeoutError):
            return found, False
        if len(found) > MOST_GROUPS:
            raise TooManyGroups
        return found, True

    async def was_renamed(self, dn_key: str) -> bool:
        """Whether what had this name in its source has another one here."""
        return any(one.was_key == dn_key != one.dn_key for one in await self._renames.renamed())

    async def members(self, dn_key: str) -> tuple[Entry | None, bool]:
        """The group of that name with all that it lists."""
        return await self.at(dn_key, LISTED)

    async def _members(self, group: Entry) -> tuple[Members, bool]:
        whole, complete = await self.members(group.dn_key)
        found: list[int] = []
        for number in self.words.hashes(whole.attributes if whole is not None else NO_ATTRIBUTES):
            found.append(number)
            if not len(found) % _STEP:
                await pause(self._clock)
        return Members(found), complete


async def _collect(entries: AsyncGenerator[Entry, None], into: list[Entry]) -> None:
    async with aclosing(entries):
        async for entry in entries:
            into.append(entry)


async def pause(clock: Clock) -> None:
    """Let others have their turn."""
    turn: Deferred[None] = Deferred()
    timer = clock.callLater(0, turn.callback, None)
    try:
        await turn
    finally:
        if timer.active():
            timer.cancel()
