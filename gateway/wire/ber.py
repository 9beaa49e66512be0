"""BER as LDAP uses it (RFC 4511 section 5.1): reading by index over one bytes object, writing by joining bytes.

Readers take `(data, at, end)`: the element at index `at`, which must lie whole before `end`; they answer its value
and the index behind it. Nothing is sliced but the leaf values themselves. They raise `ProtocolError` and nothing else.
Accepted because real clients send it: lengths and integers longer than needed, and any TRUE that is not zero.
Refused, as the RFC demands: indefinite lengths and strings in pieces. What the elements mean is not known here.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.errors import ProtocolError

BOOLEAN = 0x01
INTEGER = 0x02
OCTET_STRING = 0x04
ENUMERATED = 0x0A
SEQUENCE = 0x30
SET = 0x31

MAX_INT = 2**31 - 1
"""RFC 4511 4.1.1 maxInt, the largest integer anywhere in LDAP."""

_CLASS, _CONTEXT = 0xC0, 0x80
_LONG_TAG = 0x1F
_INTEGER_OCTETS = 8
_LENGTH_OCTETS = 4


class IncompleteError(ProtocolError):
    """The data ends before the element's header does; for a stream: wait for more."""


def read_header(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """The tag of the element at `at`, and where its contents start and stop."""
    try:
        tag = data[at]
        length = data[at + 1]
    except IndexError:
        raise IncompleteError("an element is cut short") from None
    start = at + 2
    if length >= 0x80:
        start, length = _long_length(data, start, length & 0x7F)
    stop = start + length
    if stop > end:
        raise ProtocolError("an element is longer than what holds it")
    return tag, start, stop


def read_length(data: bytes, at: int) -> tuple[int, int]:
    """Where the contents of the element at `at` start, and their announced length; they need not be there yet."""
    try:
        length = data[at + 1]
    except IndexError:
        raise IncompleteError("an element is cut short") from None
    return _long_length(data, at + 2, length & 0x7F) if length >= 0x80 else (at + 2, length)


def _long_length(data: bytes, at: int, count: int) -> tuple[int, int]:
    if count == 0:
        raise ProtocolError("an indefinite length is not allowed in LDAP")
    if count > _LENGTH_OCTETS:
        raise ProtocolError("a length of more than four octets")
    octets = data[at : at + count]
    if len(octets) < count:
        raise IncompleteError("an element is cut short")
    return at + count, int.from_bytes(octets, "big")


# `enter` and the three readers of leaves take elements of less than 128 octets at once: nearly all are, and a
# message has dozens. Everything else, faults too, goes through `_enter`. `end` is never beyond `len(data)`.


def enter(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Where the contents of the element at `at` start and stop; its tag must be `tag`."""
    start = at + 2
    if start <= end and data[at] == tag:
        length = data[at + 1]
        if length == 0x84:  # what Active Directory writes in front of everything constructed
            start = at + 6
            length = int.from_bytes(data[at + 2 : start], "big")
        elif length >= 0x80:
            return _enter(data, at, end, tag)
        stop = start + length
        if stop <= end:
            return start, stop
    return _enter(data, at, end, tag)


def _enter(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    found, start, stop = read_header(data, at, end)
    if found != tag:
        raise ProtocolError(f"element 0x{tag:02x} expected, found 0x{found:02x}")
    return start, stop


def read_octets(data: bytes, at: int, end: int, tag: int = OCTET_STRING) -> tuple[bytes, int]:
    """An OCTET STRING, and the index behind it."""
    start = at + 2
    if start <= end and data[at] == tag and (length := data[at + 1]) < 0x80 and (stop := start + length) <= end:
        return data[start:stop], stop
    start, stop = _enter(data, at, end, tag)
    return data[start:stop], stop


def read_text(data: bytes, at: int, end: int, tag: int = OCTET_STRING) -> tuple[str, int]:
    """An LDAPString, and the index behind it; what is not UTF-8 is kept as surrogate escapes."""
    start = at + 2
    if start <= end and data[at] == tag and (length := data[at + 1]) < 0x80 and (stop := start + length) <= end:
        return data[start:stop].decode("utf-8", "surrogateescape"), stop
    start, stop = _enter(data, at, end, tag)
    return data[start:stop].decode("utf-8", "surrogateescape"), stop


def read_integer(data: bytes, at: int, end: int, tag: int = INTEGER) -> tuple[int, int]:
    """An INTEGER (or ENUMERATED) of LDAP's range 0 to 2^31-1, and the index behind it."""
    stop = at + 3
    if stop <= end and data[at] == tag and data[at + 1] == 1 and (value := data[at + 2]) < 0x80:
        return value, stop
    start, stop = _enter(data, at, end, tag)
    return integer_of(data, start, stop), stop


def read_boolean(data: bytes, at: int, end: int, tag: int = BOOLEAN) -> tuple[bool, int]:
    """A BOOLEAN, and the index behind it."""
    start, stop = enter(data, at, end, tag)
    if stop - start != 1:
        raise ProtocolError("a BOOLEAN that is not one octet")
    return data[start] != 0, stop


def integer_of(data: bytes, start: int, stop: int) -> int:
    """The contents of an INTEGER of LDAP's range 0 to 2^31-1."""
    if stop - start == 1 and data[start] < 0x80:
        return data[start]
    if not 0 < stop - start <= _INTEGER_OCTETS:
        raise ProtocolError("an INTEGER of a length that LDAP does not use")
    value = int.from_bytes(data[start:stop], "big", signed=True)
    if not 0 <= value <= MAX_INT:
        raise ProtocolError("an INTEGER outside LDAP's range")
    return value


def text_of(data: bytes, start: int, stop: int) -> str:
    """The contents of an LDAPString."""
    return data[start:stop].decode("utf-8", "surrogateescape")


def skip_unknown(data: bytes, at: int, end: int, known: bytes = b"") -> None:
    """Walk over what a later version of LDAP put at the end of a SEQUENCE (RFC 4511 section 4 says: ignore it).

    Only context-specific tags that are not among `known`, the ones this SEQUENCE has a meaning for: a second
    `authentication` or universal elements out of place are faults, not extensions.
    """
    while at < end:
        tag, _, stop = read_header(data, at, end)
        if tag & _CLASS != _CONTEXT or tag & _LONG_TAG == _LONG_TAG or tag in known:
            raise ProtocolError(f"element 0x{tag:02x} out of place")
        at = stop


def writer(tag: int) -> Callable[[bytes], bytes]:
    """A function from contents to the whole element with this tag."""
    short = tuple(bytes((tag, size)) for size in range(0x80))

    def write(contents: bytes) -> bytes:
        size = len(contents)
        if size < 0x80:
            return short[size] + contents
        return header(tag, size) + contents

    return write


def header(tag: int, size: int) -> bytes:
    """Tag and length of an element whose contents have `size` octets, in the shortest form."""
    if size < 0x80:
        return bytes((tag, size))
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets


def element(tag: int, contents: bytes) -> bytes:
    """An element with any tag; `writer` is faster for a tag in frequent use."""
    return header(tag, len(contents)) + contents


octets = writer(OCTET_STRING)
sequence = writer(SEQUENCE)
set_of = writer(SET)


def text(value: str, tag: int = OCTET_STRING) -> bytes:
    """An LDAPString; surrogate escapes become the bytes they stand for."""
    contents = value.encode("utf-8", "surrogateescape")
    return octets(contents) if tag == OCTET_STRING else element(tag, contents)


def integer(value: int, tag: int = INTEGER) -> bytes:
    """An INTEGER in the shortest form."""
    if 0 <= value < 0x80:
        return bytes((tag, 1, value))
    return element(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def boolean(value: bool, tag: int = BOOLEAN) -> bytes:
    """A BOOLEAN; TRUE is 0xFF (RFC 4511 5.1)."""
    return bytes((tag, 1, 0xFF if value else 0))
