"""The value of the database that holds a person: attributes as they go over the wire, and what is known besides (R3).

State, hash and revision are columns: they change. A version byte, a checksum of all that follows, four lengths, then
the head (origin, aliases, groups), the names of the attributes, the user attributes and the operational ones.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any
from zlib import crc32

from backends.native.encoded import Encoded, named, shapes
from gateway.identity.model import NO_ATTRIBUTES, Attributes, Identity
from gateway.wire.attributes import write_each

_VERSION = 2
_PREFIX = struct.Struct(">BI")
_LENGTHS = struct.Struct(">IIII")
_HEAD = _PREFIX.size + _LENGTHS.size


def pack(person: Identity) -> bytes:
    """The value of a person."""
    head = [person.origin.source, person.origin.key, person.aliases, person.groups]
    return packed(person.attributes, person.operational, head)


def packed(attributes: Attributes, operational: Attributes, head: Sequence[object]) -> bytes:
    """The value of these; `head` is what `head_of` gives."""
    parts = (
        json.dumps(head, separators=(",", ":")).encode("ascii"),
        named(attributes, operational),
        write_each(attributes.items()),
        write_each(operational.items()),
    )
    data = b"".join((_LENGTHS.pack(*map(len, parts)), *parts))
    return _PREFIX.pack(_VERSION, crc32(data)) + data


def unpack(data: bytes) -> tuple[Attributes, Attributes, bytes]:
    """User attributes, operational ones, and the head. `ValueError` or `struct.error` where a bit of it is another one
    than was written."""
    version, checksum = _PREFIX.unpack_from(data)
    if version != _VERSION or crc32(memoryview(data)[_PREFIX.size :]) != checksum:
        raise ValueError(version)
    head, names, user, _ = _LENGTHS.unpack_from(data, _PREFIX.size)
    names_at = _HEAD + head
    user_at = names_at + names
    operational_at = user_at + user
    shape, operational = shapes(data[names_at:user_at])
    return (
        Encoded(shape, data[user_at:operational_at]),
        Encoded(operational, data[operational_at:]) if operational.names else NO_ATTRIBUTES,
        data[_HEAD:names_at],
    )


def head_of(head: bytes) -> tuple[Any, ...]:
    """Source and key of the origin, aliases, groups."""
    return tuple(json.loads(head))
