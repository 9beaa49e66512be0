"""Attributes and their values as bytes (RFC 4511 section 4.1.7): in entries, additions and changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from gateway.wire import ber


def read_values(data: bytes, at: int, end: int) -> tuple[tuple[bytes, ...], int]:
    """The SET OF values at `at`, which may be empty, and the index behind it."""
    at, stop = ber.enter(data, at, end, ber.SET)
    values = []
    while at < stop:
        value, at = ber.read_octets(data, at, stop)
        values.append(value)
    return tuple(values), stop


def read_attributes(data: bytes, at: int, end: int) -> tuple[tuple[tuple[str, tuple[bytes, ...]], ...], int]:
    """The SEQUENCE OF attributes at `at`, and the index behind it."""
    at, stop = ber.enter(data, at, end, ber.SEQUENCE)
    attributes = []
    while at < stop:
        name, values, at = read_attribute(data, at, stop)
        attributes.append((name, values))
    return tuple(attributes), stop


def read_attribute(data: bytes, at: int, end: int) -> tuple[str, tuple[bytes, ...], int]:
    """The name and values of the one attribute at `at`, and the index behind it."""
    at, after = ber.enter(data, at, end, ber.SEQUENCE)
    name, at = ber.read_text(data, at, after)
    values, at = read_values(data, at, after)
    if at != after:
        ber.skip_unknown(data, at, after)
    return name, values, after


def write_values(values: Sequence[bytes]) -> bytes:
    """The SET OF values."""
    return ber.set_of(b"".join(map(ber.octets, values)))


def write_attributes(attributes: Iterable[tuple[str, Sequence[bytes]]]) -> bytes:
    """The SEQUENCE OF attributes, in the order given."""
    return ber.sequence(write_each(attributes))


def write_each(attributes: Iterable[tuple[str, Sequence[bytes]]]) -> bytes:
    """What is inside that SEQUENCE: one attribute behind the other."""
    return b"".join([ber.sequence(_description(name) + write_values(values)) for name, values in attributes])


@lru_cache(maxsize=1024)
def _description(name: str) -> bytes:
    """An attribute description; a directory has few of them, and every entry repeats them."""
    return ber.text(name)
