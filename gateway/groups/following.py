"""A source whose groups list those who were renamed here by the names that they have here (R18).

The source goes on knowing them by the old ones: it is asked in its words, and what it shows is told in ours. So
members, memberOf and the copies that are made of groups are right while the source answers and when it is gone.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import cast

from gateway.groups.members import dn_key_of
from gateway.identity.model import Attributes, Entry, normalise
from gateway.identity.ports import LegacySource, NativeDirectory, Renamed
from gateway.identity.search import Query
from gateway.identity.sourceover import SourceOver
from gateway.wire.attributetypes import canonical
from gateway.wire.filter import And, Equal, Filter, Not, Or

_BY_DN = frozenset({"member", "uniquemember", "roleoccupant", "memberof"})
_BY_NAME = frozenset({"memberuid"})


class Names:
    """From the names of a source to ours, and back."""

    def __init__(self, renamed: Sequence[Renamed]) -> None:
        self._now = {one.was_key: one.dn.encode("utf-8", "surrogateescape") for one in renamed if one.was != one.dn}
        self._were: dict[str, list[bytes]] = {}
        for one in renamed:
            if one.was != one.dn:
                self._were.setdefault(one.dn_key, []).append(one.was.encode("utf-8", "surrogateescape"))
        named = [one for one in renamed if one.was_name != one.name]
        self._named_now = {normalise(one.was_name): one.name.encode() for one in named}
        self._named_before = {normalise(one.name): one.was_name.encode() for one in named}
        self._folded = {_folded(key.encode()) for key in self._now}

    def asked(self, item: Filter) -> Filter:
        """The filter that selects, of what the source has, what this one selects of what is shown."""
        match item:
            case And(items):
                return And(tuple(map(self.asked, items)))
            case Or(items):
                return Or(tuple(map(self.asked, items)))
            case Not(inner):
                return Not(self.asked(inner))
            case Equal(attribute, value):
                return self._equal(item, canonical(attribute), value)
        return item

    def _equal(self, item: Equal, attribute: str, value: bytes) -> Filter:
        before: Sequence[bytes] = ()
        gone = False
        if attribute in _BY_DN:
            key = dn_key_of(value) or ""
            before, gone = self._were.get(key, ()), key in self._now
        elif attribute in _BY_NAME:
            name = _name(value)
            gone = name in self._named_now
            before = [self._named_before[name]] if name in self._named_before else ()
        if not before and not gone:
            return item
        mine = () if gone else (item,)  # the source may have followed meanwhile
        return Or((*mine, *(Equal(item.attribute, one) for one in before)))

    def shown(self, entry: Entry) -> Entry:
        """The entry as it is to be seen; the same object where it names nobody who was renamed."""
        attributes, operational = self._told(entry.attributes), self._told(entry.operational)
        if attributes is entry.attributes and operational is entry.operational:
            return entry
        return replace(entry, attributes=attributes, operational=operational)

    def _told(self, attributes: Attributes) -> Attributes:
        changed = {name: told for name, values in attributes.items() if (told := self._values(name, values))}
        if not changed:
            return attributes
        return Attributes((name, changed.get(name, values)) for name, values in attributes.items())

    def _values(self, name: str, values: Sequence[bytes]) -> tuple[bytes, ...]:
        """The values with our names; () where they are the same."""
        kind = canonical(name)
        if kind in _BY_DN and self._now:
            told = tuple(self._dn(value) for value in values)
        elif kind in _BY_NAME and self._named_now:
            told = tuple(self._named_now.get(_name(value), value) for value in values)
        else:
            return ()
        return () if told == tuple(values) else tuple(dict.fromkeys(told))

    def _dn(self, value: bytes) -> bytes:
        if value.isascii() and not any(mark in value for mark in b'\\"#+;') and _folded(value) not in self._folded:
            return value  # a hundred thousand of them are not taken apart for one
        return self._now.get(dn_key_of(value) or "", value)


def _folded(value: bytes) -> bytes:
    return value.replace(b" ", b"").lower()


def _name(value: bytes) -> str:
    return normalise(value.decode("utf-8", "replace"))


class FollowedSource(SourceOver):
    """A `LegacySource` over another. Where nobody was renamed, nothing is between."""

    def __init__(self, source: LegacySource, native: NativeDirectory) -> None:
        super().__init__(source)
        self._native = native
        self._known: tuple[Sequence[Renamed], Names] = ((), Names(()))

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """As `LegacySource.search`; `DirectoryUnavailable`, too."""
        renamed = await self._native.renamed()
        names = self._names(renamed) if renamed else None
        if names is not None:
            query = replace(query, filter=names.asked(cast(Filter, query.filter)))
        async with aclosing(self._source.search(query)) as entries:
            async for entry in entries:
                yield entry if names is None else names.shown(entry)

    def _names(self, renamed: Sequence[Renamed]) -> Names:
        if self._known[0] is not renamed:
            self._known = renamed, Names(renamed)
        return self._known[1]
