"""Who is listed in a group, and which groups list somebody: static groups of every old class. Pure.

A member is listed by DN (`member`, `uniqueMember`) or, in posixGroup, by login name (`memberUid`). The primary group of
an account (`gidNumber`, `primaryGroupID`) lists nobody, and is no part of `memberOf` in any directory that we know. It
has to come along all the same: Unix machines ask for its name.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.identity.model import Attributes, Entry, Identity
from gateway.wire.filter import And, Equal, Filter, Or, Present
from gateway.wire.groupclasses import GROUP_CLASSES, LISTS
from gateway.wire.matching import EXACT
from gateway.wire.syntaxes import distinguished_name, name_and_uid

LISTED = frozenset(map(str.lower, LISTS))
"""The attributes that list members, by their canonical names."""


@dataclass(frozen=True, slots=True)
class GroupWords:
    """How groups are asked for: their object classes keep the question off everything else, since few servers have an
    index of every list. `lists` are those attributes that make somebody a member."""

    classes: tuple[str, ...] = GROUP_CLASSES
    lists: tuple[str, ...] = LISTS

    def groups(self) -> Filter:
        """Groups, whomever they list."""
        return Or(tuple(Equal("objectClass", name.encode()) for name in self.classes))

    def every(self) -> Filter:
        """Groups that list anybody."""
        return And((self.groups(), Or(tuple(map(Present, self.lists)))))

    def listing(self, entries: Iterable[Entry]) -> Filter:
        """Groups that list any of these entries."""
        return And((self.groups(), Or(tuple(item for entry in entries for item in self._items(entry)))))

    def around(self, entries: Iterable[Entry]) -> Filter:
        """Groups that come along with these: those that list one, and an account's primary group (RFC 2307)."""
        items: list[Filter] = []
        numbers: dict[bytes, None] = {}
        for entry in entries:
            items += self._items(entry)
            if isinstance(entry, Identity):
                numbers.update(dict.fromkeys(entry.attributes.get("gidNumber")))
        return And((self.groups(), Or((*items, *(Equal("gidNumber", number) for number in numbers)))))

    def _items(self, entry: Entry) -> Iterator[Filter]:
        dn = entry.dn.encode("utf-8", "surrogateescape")
        for name in self.lists:
            if name != "memberUid":
                yield Equal(name, dn)
            elif isinstance(entry, Identity):
                yield Equal(name, entry.name.encode("utf-8", "surrogateescape"))

    def dns(self, group: Attributes) -> Iterator[bytes]:
        """The DNs that a group lists, as it spells them, with the bit string that may follow one (RFC 4517 3.3.21)."""
        for name in self.lists:
            if name != "memberUid":
                yield from group.get(name)

    def names(self, group: Attributes) -> tuple[bytes, ...]:
        """The login names that it lists."""
        return group.get("memberUid") if "memberUid" in self.lists else ()

    def hashes(self, group: Attributes) -> Iterator[int]:
        """One number for each member, for `Members`."""
        for value in self.dns(group):
            key = dn_key_of(value)
            if key is not None:
                yield hash(key)
        yield from map(_name_hash, self.names(group))


def dn_key_of(value: bytes) -> str | None:
    """The normalised DN of one of them, None where it is none. One with a bit string behind it is another (RFC 4517
    4.2.31), as the servers' own matching has it."""
    key = name_and_uid(value) if value.endswith(b"'B") else distinguished_name(value)
    return None if key is None else key.decode("utf-8")


class Members:
    """Who is in one group, eight bytes for each: a keyed hash of this process, so that a hundred thousand fit."""

    __slots__ = ("_hashes",)

    def __init__(self, hashes: Sequence[int]) -> None:
        self._hashes = array("q", sorted(hashes))

    def __len__(self) -> int:
        return len(self._hashes)

    def hold(self, entry: Entry) -> bool:
        """Whether this entry is listed."""
        if self._has(hash(entry.dn_key)):
            return True
        return isinstance(entry, Identity) and self._has(_name_hash(entry.name.encode("utf-8", "surrogateescape")))

    def _has(self, wanted: int) -> bool:
        at = bisect_left(self._hashes, wanted)
        return at < len(self._hashes) and self._hashes[at] == wanted


def _name_hash(name: bytes) -> int:
    """Of a login name: never that of a DN."""
    return hash(("name", EXACT.prepare(name)))
