"""Filters as bytes (RFC 4511 section 4.5.1.7). Their text form and their meaning are in `gateway.wire.filter`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from gateway.errors import ProtocolError
from gateway.wire import ber
from gateway.wire.filter import (
    And,
    Approx,
    Equal,
    Extensible,
    Filter,
    GreaterOrEqual,
    LessOrEqual,
    Not,
    Or,
    Present,
    Substrings,
)
from gateway.wire.unusable import UnusableRequest

MAX_DEPTH = 64
"""Levels of And, Or and Not, one inside the other; real applications stay below ten."""

_AND, _OR, _NOT, _EQUAL, _SUBSTRINGS = 0xA0, 0xA1, 0xA2, 0xA3, 0xA4
_GREATER, _LESS, _PRESENT, _APPROX, _EXTENSIBLE = 0xA5, 0xA6, 0x87, 0xA8, 0xA9
_INITIAL, _ANY, _FINAL = 0x80, 0x81, 0x82
_RULE, _TYPE, _VALUE, _DN_ATTRIBUTES = 0x81, 0x82, 0x83, 0x84


def read_filter(data: bytes, at: int, end: int, depth: int = MAX_DEPTH) -> tuple[Filter, int]:
    """The Filter at `at`, and the index behind it."""
    tag, start, stop = ber.read_header(data, at, end)
    reader = _READERS.get(tag)
    if reader is None:
        raise UnusableRequest(f"filter of unknown kind 0x{tag:02x}")
    return reader(data, start, stop, depth), stop


def _read_items(data: bytes, at: int, end: int, depth: int) -> tuple[Filter, ...]:
    if depth == 0:
        raise UnusableRequest("the filter is nested too deeply")
    items = []
    while at < end:
        item, at = read_filter(data, at, end, depth - 1)
        items.append(item)
    return tuple(items)


def _set_reader(kind: Callable[[tuple[Filter, ...]], Filter]) -> Callable[[bytes, int, int, int], Filter]:
    def read(data: bytes, at: int, end: int, depth: int) -> Filter:
        return kind(_read_items(data, at, end, depth))

    return read


def _read_not(data: bytes, at: int, end: int, depth: int) -> Filter:
    items = _read_items(data, at, end, depth)
    if len(items) != 1:
        raise ProtocolError("a Not is of exactly one filter")
    return Not(items[0])


def _assertion_reader(kind: Callable[[str, bytes], Filter]) -> Callable[[bytes, int, int, int], Filter]:
    def read(data: bytes, at: int, end: int, _depth: int) -> Filter:
        attribute, at = ber.read_text(data, at, end)
        value, at = ber.read_octets(data, at, end)
        if at != end:
            ber.skip_unknown(data, at, end)
        return kind(attribute, value)

    return read


def _read_present(data: bytes, at: int, end: int, _depth: int) -> Filter:
    return Present(ber.text_of(data, at, end))


def _read_substrings(data: bytes, at: int, end: int, _depth: int) -> Filter:
    attribute, at = ber.read_text(data, at, end)
    start, stop = ber.enter(data, at, end, ber.SEQUENCE)
    if stop != end:
        ber.skip_unknown(data, stop, end)
    if start == stop:
        raise ProtocolError("a substring filter without substrings")
    initial: bytes | None = None
    final: bytes | None = None
    inner: list[bytes] = []
    at = start
    while at < stop:
        tag, start, after = ber.read_header(data, at, stop)
        if tag == _ANY and final is None:
            inner.append(data[start:after])
        elif tag == _INITIAL and initial is None and not inner and final is None:
            initial = data[start:after]
        elif tag == _FINAL and final is None:
            final = data[start:after]
        else:
            raise ProtocolError("substrings out of order")
        at = after
    return Substrings(attribute, initial, tuple(inner), final)


def _read_extensible(data: bytes, at: int, end: int, _depth: int) -> Filter:
    rule: str | None = None
    attribute: str | None = None
    dn_attributes = False
    if at < end and data[at] == _RULE:
        rule, at = ber.read_text(data, at, end, _RULE)
    if at < end and data[at] == _TYPE:
        attribute, at = ber.read_text(data, at, end, _TYPE)
    value, at = ber.read_octets(data, at, end, _VALUE)
    if at < end and data[at] == _DN_ATTRIBUTES:
        dn_attributes, at = ber.read_boolean(data, at, end, _DN_ATTRIBUTES)
    if at != end:
        ber.skip_unknown(data, at, end, b"\x81\x82\x83\x84")
    if rule is None and attribute is None:
        raise UnusableRequest("an extensible match with neither rule nor attribute")
    return Extensible(rule, attribute, value, dn_attributes)


_READERS: dict[int, Callable[[bytes, int, int, int], Filter]] = {
    _AND: _set_reader(And),
    _OR: _set_reader(Or),
    _NOT: _read_not,
    _EQUAL: _assertion_reader(Equal),
    _SUBSTRINGS: _read_substrings,
    _GREATER: _assertion_reader(GreaterOrEqual),
    _LESS: _assertion_reader(LessOrEqual),
    _PRESENT: _read_present,
    _APPROX: _assertion_reader(Approx),
    _EXTENSIBLE: _read_extensible,
}


def write_filter(item: Filter, depth: int = MAX_DEPTH) -> bytes:
    """The bytes of a filter; raises `UnusableRequest` when it is nested more deeply than a reader would take."""
    writer = _WRITERS.get(type(item))
    if writer is None:
        raise UnusableRequest("this filter has no form on the wire")
    return writer(item, depth)


def _write_items(items: Iterable[Filter], depth: int) -> bytes:
    if depth == 0:
        raise UnusableRequest("the filter is nested too deeply")
    return b"".join([write_filter(item, depth - 1) for item in items])


def _set_writer(tag: int) -> Callable[[And | Or, int], bytes]:
    element = ber.writer(tag)

    def write(item: And | Or, depth: int) -> bytes:
        return element(_write_items(item.items, depth))

    return write


def _write_not(item: Not, depth: int) -> bytes:
    return ber.element(_NOT, _write_items((item.item,), depth))


def _assertion_writer(tag: int) -> Callable[[Equal | GreaterOrEqual | LessOrEqual | Approx, int], bytes]:
    element = ber.writer(tag)

    def write(item: Equal | GreaterOrEqual | LessOrEqual | Approx, _depth: int) -> bytes:
        return element(ber.text(item.attribute) + ber.octets(item.value))

    return write


def _write_present(item: Present, _depth: int) -> bytes:
    return ber.text(item.attribute, _PRESENT)


def _write_substrings(item: Substrings, _depth: int) -> bytes:
    parts = [ber.element(_ANY, value) for value in item.any]
    if item.initial is not None:
        parts.insert(0, ber.element(_INITIAL, item.initial))
    if item.final is not None:
        parts.append(ber.element(_FINAL, item.final))
    return ber.element(_SUBSTRINGS, ber.text(item.attribute) + ber.sequence(b"".join(parts)))


def _write_extensible(item: Extensible, _depth: int) -> bytes:
    parts = []
    if item.rule is not None:
        parts.append(ber.text(item.rule, _RULE))
    if item.attribute is not None:
        parts.append(ber.text(item.attribute, _TYPE))
    parts.append(ber.element(_VALUE, item.value))
    if item.dn_attributes:
        parts.append(ber.boolean(True, _DN_ATTRIBUTES))
    return ber.element(_EXTENSIBLE, b"".join(parts))


# Any: each writer takes exactly the type that it is listed under.
_WRITERS: dict[type[Any], Callable[[Any, int], bytes]] = {
    And: _set_writer(_AND),
    Or: _set_writer(_OR),
    Not: _write_not,
    Equal: _assertion_writer(_EQUAL),
    Substrings: _write_substrings,
    GreaterOrEqual: _assertion_writer(_GREATER),
    LessOrEqual: _assertion_writer(_LESS),
    Present: _write_present,
    Approx: _assertion_writer(_APPROX),
    Extensible: _write_extensible,
}
