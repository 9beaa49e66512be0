"""A person as one value of the database, and back: every byte and the order of everything as adopted (R3).

The packing is that of entries, too (`entries.py`).

A version byte, the length of a JSON header, the header, then all attribute values end to end. The header has names and
lengths; the values stay bytes and cost nothing to take apart. State, hash and revision are columns: they change.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, select

from backends.native.tables import identity as table
from gateway.errors import DirectoryUnavailable
from gateway.identity.account_attributes import with_state
from gateway.identity.model import ACTIVE, NO_ATTRIBUTES, AccountState, Attributes, Identity, Origin, Secret

_VERSION = 1
_PREFIX = struct.Struct(">BI")


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A person and what the directory knows besides: never handed out. `row` is the number of the database row,
    `charset` and `significant` are as in `Adoption`."""

    row: int
    identity: Identity
    password_hash: str = field(repr=False)
    charset: str
    significant: int | None = None

    def hashed(self, password: Secret) -> bytes:
        """Those bytes of a password that the hash is of (R13, R14)."""
        return password.canonical(self.charset)[: self.significant]


Shown = Iterable[tuple[str, Sequence[bytes] | None]]
"""Attributes in their order; None stands for values that are kept elsewhere."""


def pack(person: Identity) -> bytes:
    """The value that holds attributes, aliases, groups, origin."""
    return packed(
        person.attributes.items(),
        person.operational,
        aliases=person.aliases,
        groups=person.groups,
        origin=(person.origin.source, person.origin.key),
    )


def packed(shown: Shown, operational: Attributes, **more: object) -> bytes:
    """Attributes and whatever else of an entry; `more` goes into the header."""
    values: list[bytes] = []
    header = {
        "attributes": list(_lengths(shown, values)),
        "operational": list(_lengths(operational.items(), values)),
        **more,
    }
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    return b"".join((_PREFIX.pack(_VERSION, len(text)), text, *values))


def _lengths(attributes: Shown, into: list[bytes]) -> Iterator[tuple[str, list[int] | None]]:
    for name, values in attributes:
        into.extend(values or ())
        yield name, None if values is None else [len(value) for value in values]


class Reader:
    """Cuts the values off one after the other."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def attributes(self, lengths: list[tuple[str, list[int]]]) -> Attributes:
        if not lengths:
            return NO_ATTRIBUTES
        # Interned: a hundred thousand people in memory share one "objectClass".
        return Attributes([(sys.intern(name), [self._cut(length) for length in each]) for name, each in lengths])

    def shown(self, lengths: list[tuple[str, list[int] | None]]) -> tuple[tuple[str, tuple[bytes, ...] | None], ...]:
        """The same, with None where the values are elsewhere."""
        return tuple(
            (sys.intern(name), None if each is None else tuple(self._cut(length) for length in each))
            for name, each in lengths
        )

    def end(self) -> None:
        """`ValueError` if anything is missing or left over."""
        if self._at != len(self._data):
            raise ValueError(self._at)

    def _cut(self, length: int) -> bytes:
        start, self._at = self._at, self._at + length
        return self._data[start : self._at]


PEOPLE: Select[*tuple[Any, ...]] = select(
    table.c.id,
    table.c.uuid,
    table.c.name,
    table.c.dn,
    table.c.tree_key,
    table.c.record,
    table.c.password_hash,
    table.c.charset,
    table.c.significant,
    table.c.disabled,
    table.c.locked,
    table.c.must_change,
    table.c.expires_at,
    table.c.reset,
    table.c.revision,
)
"""All that `read` needs of each person."""


def read(row: Row[*tuple[Any, ...]]) -> Record:
    """The person of one row of `PEOPLE`; `DirectoryUnavailable` if it was damaged."""
    number, person_id, name, dn, tree_key, data, password_hash, charset, significant, *rest = row
    try:
        header, values = unpack(data)
        state = _state(*rest[:5])
        person = Identity(
            dn=dn,
            dn_key=dn_key_of(tree_key),
            attributes=values.attributes(header["attributes"]),
            operational=with_state(values.attributes(header["operational"]), state),
            id=person_id,
            name=name,
            origin=Origin(*header["origin"]),
            aliases=tuple(header["aliases"]),
            groups=tuple(header["groups"]),
            state=state,
            revision=rest[5],
        )
        values.end()
    except DAMAGED as error:
        raise DirectoryUnavailable(
            f"person number {number} of the directory cannot be read ({type(error).__name__})"
        ) from None
    return Record(number, person, password_hash, charset, significant)


DAMAGED = (ValueError, KeyError, TypeError, struct.error)
"""What reading a damaged value raises."""


def unpack(data: bytes) -> tuple[Any, Reader]:
    """The header, and what reads the values behind it."""
    version, length = _PREFIX.unpack_from(data)
    if version != _VERSION:
        raise ValueError(version)
    end = _PREFIX.size + length
    return json.loads(data[_PREFIX.size : end]), Reader(data, end)


def _state(disabled: bool, locked: bool, must_change: bool, expires_at: float | None, reset: bool) -> AccountState:
    if not (disabled or locked or must_change) and expires_at is None:
        return ACTIVE
    return AccountState(disabled, locked, must_change, expires_at, reset)


def tree_key_of(dn_key: str) -> str:
    """The normalised DN from its root, each RDN followed by a comma; "" for the empty DN."""
    return "".join(f"{rdn}," for rdn in reversed(dn_key.split(","))) if dn_key else ""


def dn_key_of(tree_key: str) -> str:
    """The way back."""
    return ",".join(reversed(tree_key[:-1].split(",")))
