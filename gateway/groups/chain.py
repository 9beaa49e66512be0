"""Active Directory's rule from entry to entry (LDAP_MATCHING_RULE_IN_CHAIN), put into items that every store knows.

`(member:1.2.840.113556.1.4.1941:=U)` becomes all that lists U, or lists what lists U, and so on; `(memberOf:…:=G)` all
that is in G or in a group below it. Each DN is asked about once, so that cycles end; too many are an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gateway.groups.filters import MEMBER_OF, chains, replaced
from gateway.groups.lookup import DEPTH, Memberships, TooManyGroups, pause
from gateway.groups.memberof import SPELLED_TRANSITIVE
from gateway.groups.members import dn_key_of
from gateway.identity.flights import Clock
from gateway.identity.model import Attributes
from gateway.identity.search import Query, Scope, SearchIncomplete
from gateway.wire.attributetypes import attribute_type, canonical, is_secret
from gateway.wire.filter import Equal, Extensible, Filter, Or

MOST_LINKS = 1000
"""DNs that one such item may come to: stores take filters of that length, and indexes serve them."""
_BATCH = 64
_STEP = 2000
_DN_RULES = {"distinguishedNameMatch", "uniqueMemberMatch"}


class Chains:
    """Resolves such items, before the search itself begins. `upwards`: where the question is about one entry, it is
    asked which groups that is in, which is less than who is in a group."""

    def __init__(self, memberships: Memberships, clock: Clock, *, upwards: bool) -> None:
        self._memberships = memberships
        self._clock = clock
        self._upwards = upwards

    async def resolved(self, query: Query) -> Query:
        """The same question without them. What cannot be followed (no DN, an attribute that holds none) stays, and is
        Undefined. `TooManyGroups`; `SearchIncomplete` where a store does not answer."""
        words: dict[Extensible, Filter] = {}
        for item in chains(query.filter):
            if item not in words:
                words[item] = await self._resolve(item, query)
        return replace(query, filter=replaced(query.filter, words.__getitem__))  # type: ignore[arg-type]  # it is of wire

    async def _resolve(self, item: Extensible, query: Query) -> Filter:
        key = dn_key_of(item.value)
        attribute = (item.attribute or "").partition(";")[0]
        if key is None or item.dn_attributes or not _holds_dns(attribute):
            return item
        if canonical(attribute) != MEMBER_OF:
            return _any(attribute, await self._up(attribute, key, item.value))
        if self._upwards and (query.person is not None or query.scope is Scope.BASE):
            return Equal(SPELLED_TRANSITIVE, item.value)
        return _any(attribute, await self._down(key, item.value))

    async def _up(self, attribute: str, key: str, value: bytes) -> list[bytes]:
        """The value, and the DN of every entry that has it or one of these: all by one attribute."""
        found, frontier = {key: value}, [value]
        for _ in range(DEPTH):
            if not frontier:
                return list(found.values())
            next_ones: list[bytes] = []
            for at in range(0, len(frontier), _BATCH):
                wanted = _any(attribute, frontier[at : at + _BATCH])
                entries, complete = await self._memberships.find(wanted, few=False)
                _check(complete)
                for entry in entries:
                    if entry.dn_key not in found:
                        found[entry.dn_key] = entry.dn.encode("utf-8", "surrogateescape")
                        next_ones.append(found[entry.dn_key])
                _bound(found)
            frontier = next_ones
        raise TooManyGroups

    async def _down(self, key: str, value: bytes) -> list[bytes]:
        """The group, and every group below it."""
        found, frontier = {key: value}, [key]
        groups: dict[str, str] | None = None
        for _ in range(DEPTH):
            below: list[str] = []
            for one in frontier:
                group, complete = await self._memberships.members(one)
                _check(complete)
                if group is None:
                    continue
                if groups is None:
                    groups = await self._every_group()
                below += [member for member in await self._listed(group.attributes) if member in groups]
            frontier = [one for one in dict.fromkeys(below) if one not in found]
            if not frontier:
                return list(found.values())
            found.update((one, (groups or {})[one].encode("utf-8", "surrogateescape")) for one in frontier)
            _bound(found)
        raise TooManyGroups

    async def _every_group(self) -> dict[str, str]:
        entries, complete = await self._memberships.find(self._memberships.words.every(), few=False)
        _check(complete)
        return {entry.dn_key: entry.dn for entry in entries}

    async def _listed(self, group: Attributes) -> list[str]:
        found = []
        for number, value in enumerate(self._memberships.words.dns(group), 1):
            key = dn_key_of(value)
            if key is not None:
                found.append(key)
            if not number % _STEP:
                await pause(self._clock)
        return found


def _holds_dns(attribute: str) -> bool:
    known = attribute_type(attribute)
    return known is not None and known.kind.equality in _DN_RULES and not is_secret(attribute)


def _any(attribute: str, values: Sequence[bytes]) -> Filter:
    items: tuple[Filter, ...] = tuple(Equal(attribute, value) for value in values)
    return items[0] if len(items) == 1 else Or(items)


def _bound(found: dict[str, bytes]) -> None:
    if len(found) > MOST_LINKS:
        raise TooManyGroups


def _check(complete: bool) -> None:
    if not complete:
        raise SearchIncomplete(("groups in groups",))
