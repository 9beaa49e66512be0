"""The controls that show an entry before and after a change (RFC 4527), as bytes.

The answer's value is a whole SearchResultEntry, which `gateway.wire.ldap.encode_entry` writes.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.errors import ProtocolError
from gateway.wire import ber
from gateway.wire.messages import SearchResultEntry
from gateway.wire.responses import ENTRY, read_entry

PRE_READ = "1.3.6.1.1.13.1"
POST_READ = "1.3.6.1.1.13.2"


def decode_attributes(value: bytes | None) -> tuple[str, ...]:
    """The AttributeSelection of a request; none of them is all, as in a search."""
    if value is None:
        raise ProtocolError("a read control without its value")
    at, end = ber.enter(value, 0, len(value), ber.SEQUENCE)
    if end != len(value):
        raise ProtocolError("more bytes than one value")
    names = []
    while at < end:
        name, at = ber.read_text(value, at, end)
        names.append(name)
    return tuple(names)


def encode_attributes(names: Sequence[str]) -> bytes:
    """The value of a request."""
    return ber.sequence(b"".join(map(ber.text, names)))


def decode_read_entry(value: bytes | None) -> SearchResultEntry:
    """The value of an answer."""
    if value is None:
        raise ProtocolError("a read control without its value")
    start, end = ber.enter(value, 0, len(value), ENTRY)
    if end != len(value):
        raise ProtocolError("more bytes than one value")
    return read_entry(value, start, end)
