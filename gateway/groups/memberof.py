"""What an entry shows as memberOf, once it is known which groups list it.

Who has not moved: what the source shows, and the groups besides that list the entry: the move must not be what brings
them (R17, R18). Everybody else: the groups that list the entry now, and of what the source showed when the person
moved, that for which no group can be had any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gateway.groups.filters import MEMBER_OF
from gateway.groups.lookup import Held, Known, Memberships
from gateway.groups.members import dn_key_of
from gateway.identity.model import Attributes, Entry, Identity, NativeEntry

SPELLED, SPELLED_TRANSITIVE = "memberOf", "msDS-memberOfTransitive"


def is_here(entry: Entry) -> bool:
    """Whether the directory holds this entry, and not (only) a source."""
    return isinstance(entry, NativeEntry) or (isinstance(entry, Identity) and entry.revision > 0)


class MemberOf:
    """Computes it for the entries of one search."""

    def __init__(self, memberships: Memberships, *, nested: bool) -> None:
        self._memberships = memberships
        self._nested = nested
        self._known = Known()
        self._exists: dict[str, bool] = {}

    async def shown(self, entries: Sequence[Entry], *, transitive: bool = False) -> list[tuple[Entry, bool]]:
        """Each entry with its memberOf, and whether all stores had a say in that. An entry that shows it right already
        is the same object. `transitive` adds the groups through groups, under a name of their own."""
        held = await self._memberships.of(entries, self._known)
        return [await self._one(entry, one, transitive) for entry, one in zip(entries, held, strict=True)]

    async def _one(self, entry: Entry, held: Held, transitive: bool) -> tuple[Entry, bool]:
        stored = _stored(entry)
        groups, complete = held.groups, held.complete
        if self._nested:
            through = await self._memberships.through(held)
            groups, complete = through.groups, through.complete
        kept = [value for value in stored if not is_here(entry) or await self._holds(value, groups)]
        mentioned = {dn_key_of(value) for value in kept}
        values = (*kept, *(_bytes(dn) for key, dn in groups.items() if key not in mentioned))
        shown = entry if values == stored else _with(entry, MEMBER_OF, SPELLED, values)
        if transitive:
            started = {**held.groups, **{key: _text(value) for value in values if (key := dn_key_of(value))}}
            through = await self._memberships.through(Held(started, held.complete))
            complete = complete and through.complete
            shown = _with(shown, SPELLED_TRANSITIVE.lower(), SPELLED_TRANSITIVE, map(_bytes, through.groups.values()))
        return shown, complete

    async def _holds(self, value: bytes, groups: Iterable[str]) -> bool:
        """Whether what was shown at the move holds still: the group lists the entry, or there is no group to ask."""
        key = dn_key_of(value)
        if key is None or key in groups:
            return True
        known = self._exists.get(key)
        if known is None:
            group, complete = await self._memberships.at(key)
            known = complete and (group is not None or await self._memberships.was_renamed(key))
            self._exists[key] = known
        return not known


def _stored(entry: Entry) -> tuple[bytes, ...]:
    return entry.attributes.get(SPELLED) or entry.operational.get(SPELLED)


def _with(entry: Entry, key: str, spelled: str, values: Iterable[bytes]) -> Entry:
    """The entry with other values of an attribute, where it stands; else as an operational one."""
    pairs = tuple(values)
    if key in entry.attributes:
        return replace(entry, attributes=_changed(entry.attributes, key, spelled, pairs))
    return replace(entry, operational=_changed(entry.operational, key, spelled, pairs))


def _changed(attributes: Attributes, key: str, spelled: str, values: tuple[bytes, ...]) -> Attributes:
    items = [(name, values if name.lower() == key else held) for name, held in attributes.items()]
    if key not in attributes:
        items.append((spelled, values))
    return Attributes((name, held) for name, held in items if held)


def _bytes(dn: str) -> bytes:
    return dn.encode("utf-8", "surrogateescape")


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
