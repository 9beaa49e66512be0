"""The part of `MemoryDirectory` that holds what is no person: groups and containers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.errors import IdentityConflict
from gateway.identity.model import Attributes, Entry, NativeEntry, Origin, derive_id, normalise
from gateway.identity.search import Query, within
from gateway.wire.dn import InvalidDn, normalise_dn
from gateway.wire.schema import canonical

BY_DN = frozenset({"member", "uniquemember", "roleoccupant"})
BY_NAME = frozenset({"memberuid"})
MEMBERS = BY_DN | BY_NAME | {"membernisnetgroup", "nisnetgrouptriple"}


@dataclass(frozen=True, slots=True)
class _Held:
    entry: NativeEntry
    carried: Entry | None
    """What it was made of, to see whether that has changed."""


class MemoryEntries:
    """Entries by origin. They are kept with all their members; without these is how most are handed out."""

    def __init__(self) -> None:
        self.version = 0
        self._held: dict[Origin, _Held] = {}

    def __iter__(self) -> Iterator[NativeEntry]:
        return iter([held.entry for held in self._held.values()])

    def at(self, dn_key: str) -> NativeEntry | None:
        """The entry with this DN."""
        return next((entry for entry in self if entry.dn_key == dn_key), None)

    def carry(self, shown: Entry, origin: Origin, at: float) -> None:
        """As `NativeDirectory.carry`; whoever calls has seen that no person is there."""
        held = self._held.get(origin)
        if held is not None and (held.entry.owned or _same(held.carried, shown)):
            return
        other = next((one for one in self._held.values() if one.entry.dn_key == shown.dn_key), None)
        if other is not None and other.entry.origin != origin:
            if other.entry.owned:
                return
            self._refuse_other(shown, origin, other.entry)
            self.drop(other.entry)
        revision = int(at * 1000) if held is None else held.entry.revision + 1
        self.put(made(shown, origin, revision, owned=False), shown)

    @staticmethod
    def _refuse_other(shown: Entry, origin: Origin, other: NativeEntry) -> None:
        if other.origin is not None and other.origin.source != origin.source:
            raise IdentityConflict(
                f"the DN {shown.dn!r} of source {origin.source} is held by an entry that came from source "
                f"{other.origin.source}"
            )

    def put(self, entry: NativeEntry, carried: Entry | None = None) -> None:
        """Write it."""
        self._held[entry.origin or Origin("", str(entry.id))] = _Held(entry, carried)
        self.version += 1

    def drop(self, entry: NativeEntry) -> None:
        """Take it away."""
        del self._held[entry.origin or Origin("", str(entry.id))]
        self.version += 1

    def carried(self, source: str, keys: Sequence[str]) -> dict[str, NativeEntry | None]:
        """As `NativeDirectory.carried`."""
        origins = (Origin(source, key) for key in keys)
        return {one.key: bare(self._held[one].entry) for one in origins if one in self._held}

    def memberships(self, members: Sequence[str], *, by_name: bool) -> Mapping[str, Sequence[NativeEntry]]:
        """As `NativeDirectory.memberships`."""
        found: dict[str, list[NativeEntry]] = {}
        for entry in self:
            keys = member_keys(entry, by_name=by_name)
            for member in members:
                if member in keys:
                    found.setdefault(member, []).append(bare(entry))
        return found

    def search(self, query: Query) -> Iterator[NativeEntry]:
        """Those that match, with the members that are asked for."""
        asked = query.attributes
        for entry in self:
            if query.selects(entry):
                whole = asked is None or "*" in asked
                yield entry if whole else bare(entry, but=MEMBERS & (asked or frozenset()))

    def knows(self, base: str) -> bool:
        """Whether anything is at or below that DN."""
        return any(within(entry.dn_key, base) for entry in self)


def made(shown: Entry, origin: Origin, revision: int, *, owned: bool) -> NativeEntry:
    """An entry of the directory out of what is shown."""
    names = frozenset(canonical(name) for name, _ in shown.attributes.items())
    return NativeEntry(
        dn=shown.dn,
        dn_key=shown.dn_key,
        attributes=shown.attributes,
        operational=shown.operational,
        id=derive_id(origin),
        origin=origin if origin.source else None,
        owned=owned,
        revision=revision,
        members=names & MEMBERS,
    )


def bare(entry: NativeEntry, but: frozenset[str] = frozenset()) -> NativeEntry:
    """The entry without the values of its members, but for those of some attributes."""
    if entry.members <= but:
        return entry
    left = [pair for pair in entry.attributes.items() if canonical(pair[0]) not in MEMBERS - but]
    return replace(entry, attributes=Attributes(left))


def member_keys(entry: Entry, *, by_name: bool) -> set[str]:
    """Whom its members name."""
    names, key = (BY_NAME, _name) if by_name else (BY_DN, _dn)
    return {key(value) for name, values in entry.attributes.items() if canonical(name) in names for value in values}


def of_members(entry: Entry, by_name: bool, old: str, new: bytes | None) -> Iterator[tuple[str, list[bytes]]]:
    """The attributes with another value for a member, or without it."""
    names, key = (BY_NAME, _name) if by_name else (BY_DN, _dn)
    for name, values in entry.attributes.items():
        if canonical(name) not in names:
            yield name, list(values)
            continue
        left = [new if key(value) == old else value for value in values]
        if kept := [value for value in left if value is not None]:
            yield name, kept


def _name(value: bytes) -> str:
    return normalise(value.decode("utf-8", "backslashreplace"))


def _dn(value: bytes) -> str:
    try:
        return normalise_dn(value.partition(b"#'")[0].decode("utf-8"))
    except (InvalidDn, UnicodeDecodeError):
        return _name(value)


def _same(left: Entry | None, right: Entry) -> bool:
    return (
        left is not None
        and left.dn == right.dn
        and [*left.attributes.items()] == [*right.attributes.items()]
        and [*left.operational.items()] == [*right.operational.items()]
    )
