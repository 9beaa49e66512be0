"""The value of the database that holds an entry which is no person: every byte and the order of everything (R3).

A version byte, the length of a JSON header, the header, then all attribute values end to end. The header has names and
lengths. People were kept like that, too, before schema 6.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gateway.identity.model import NO_ATTRIBUTES, Attributes

_VERSION = 1
_PREFIX = struct.Struct(">BI")

Shown = Iterable[tuple[str, Sequence[bytes] | None]]
"""Attributes in their order; None stands for values that are kept elsewhere."""


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


DAMAGED = (ValueError, KeyError, TypeError, struct.error)
"""What reading a damaged value raises."""


def unpack(data: bytes) -> tuple[Any, Reader]:
    """The header, and what reads the values behind it."""
    version, length = _PREFIX.unpack_from(data)
    if version != _VERSION:
        raise ValueError(version)
    end = _PREFIX.size + length
    return json.loads(data[_PREFIX.size : end]), Reader(data, end)
