"""Attributes as they go over the wire, taken apart as far as somebody looks at them.

What a search sends of people whom nobody keeps is copied from the database to the client; a filter that asks for the
first attribute takes apart the first. How the bytes come into the database is in `personvalue.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import Any

from gateway.errors import DirectoryUnavailable, ProtocolError
from gateway.identity.model import Attributes
from gateway.wire.attributes import read_attribute

Pair = tuple[str, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class Shape:
    """The names of attributes in their order, and at which place each is, in lower case. Many people share one."""

    names: tuple[str, ...]
    place: dict[str, int]


NO_SHAPE = Shape((), {})


@lru_cache(maxsize=4096)
def shapes(names: bytes) -> tuple[Shape, Shape]:
    """Those of user and operational attributes, of the names as `named` writes them."""
    user, operational = json.loads(names)
    return _shape(user), _shape(operational)


def named(attributes: Attributes, operational: Attributes) -> bytes:
    """The names of both."""
    both = [[name for name, _ in each.items()] for each in (attributes, operational)]
    return json.dumps(both, separators=(",", ":")).encode("ascii")


def _shape(names: list[str]) -> Shape:
    # Interned: a hundred thousand people in memory share one "objectClass".
    return Shape(tuple(map(intern, names)), {intern(name.lower()): place for place, name in enumerate(names)})


class Encoded(Attributes):
    """Attributes of this shape, one PartialAttribute behind the other (RFC 4511 4.1.7)."""

    __slots__ = ("_at", "_data", "_pairs", "_shape")

    def __init__(self, shape: Shape, data: bytes) -> None:
        self._shape = shape
        self._data = data
        self._pairs: list[Pair] = []
        self._at = 0

    @property
    def names(self) -> tuple[str, ...]:
        """As spelled, in order."""
        return self._shape.names

    @property
    def encoded(self) -> bytes:
        """As they were written."""
        return self._data

    def get(self, name: str) -> tuple[bytes, ...]:
        """As of any attributes."""
        place = self._shape.place.get(name.lower())
        if place is None:
            return ()
        while place >= len(self._pairs):
            self._go_on()
        return self._pairs[place][1]

    def items(self) -> Iterator[Pair]:
        """As of any attributes."""
        pairs = self._pairs
        return iter(pairs) if len(pairs) == len(self._shape.names) else self._items()

    def and_also(self, others: Attributes) -> Attributes:
        """As of any attributes; those that nobody looks at are not taken apart for that."""
        if isinstance(others, Encoded) and self._shape.place.keys().isdisjoint(others._shape.place):
            return _Both(self, others)
        return super().and_also(others)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._shape.place

    def __len__(self) -> int:
        return len(self._shape.names)

    def __getattr__(self, name: str) -> Any:
        """What all attributes have in common, made when it is first needed."""
        if name != "_by_key":
            raise AttributeError(name)
        self._by_key = dict(zip(self._shape.place, self.items(), strict=True))
        return self._by_key

    def _items(self) -> Iterator[Pair]:
        pairs = self._pairs
        for place in range(len(self._shape.names)):
            if place == len(pairs):
                self._go_on()
            yield pairs[place]

    def _go_on(self) -> None:
        """Take the next one apart."""
        try:
            _, values, self._at = read_attribute(self._data, self._at, len(self._data))
        except ProtocolError as error:
            raise DirectoryUnavailable(f"a person of the directory cannot be read ({error})") from None
        self._pairs.append((self._shape.names[len(self._pairs)], values))


class _Both(Attributes):
    """Two that have no name in common, as one: what a filter looks at."""

    __slots__ = ("_first", "_second")

    def __init__(self, first: Encoded, second: Encoded) -> None:
        self._first = first
        self._second = second

    def get(self, name: str) -> tuple[bytes, ...]:
        return self._first.get(name) or self._second.get(name)

    def items(self) -> Iterator[Pair]:
        yield from self._first.items()
        yield from self._second.items()

    def __contains__(self, name: object) -> bool:
        return name in self._first or name in self._second

    def __len__(self) -> int:
        return len(self._first) + len(self._second)

    def __getattr__(self, name: str) -> Any:
        if name != "_by_key":
            raise AttributeError(name)
        self._by_key = {pair[0].lower(): pair for pair in self.items()}
        return self._by_key
