"""The controls that change a search or a comparison, as bytes: sort (RFC 2891), assertion (RFC 4528), values of
entries (RFC 3876), subentries (RFC 3672), and two of Active Directory's.

Readers raise `ProtocolError` only. What to do about them is not known here; paged results are in `controls`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.errors import ProtocolError
from gateway.wire import ber
from gateway.wire.filter import And, Extensible, Filter, Not, Or
from gateway.wire.filter_codec import read_filter, write_filter

SORT_REQUEST = "1.2.840.113556.1.4.473"
SORT_RESPONSE = "1.2.840.113556.1.4.474"
ASSERTION = "1.3.6.1.1.12"
MATCHED_VALUES = "1.2.826.0.1.3344810.2.3"
SUBENTRIES = "1.3.6.1.4.1.4203.1.10.1"
SEARCH_OPTIONS = "1.2.840.113556.1.4.1340"

_RULE, _REVERSE, _ATTRIBUTE = 0x80, 0x81, 0x80


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key: `rule` is an ordering rule's name or OID, None for the attribute's own."""

    attribute: str
    rule: str | None = None
    reverse: bool = False


def _contents(value: bytes | None) -> tuple[bytes, int, int]:
    """A value that is one SEQUENCE, and where its contents start and stop."""
    if value is None:
        raise ProtocolError("a control without its value")
    start, stop = ber.enter(value, 0, len(value), ber.SEQUENCE)
    if stop != len(value):
        raise ProtocolError("more bytes than one value")
    return value, start, stop


def decode_sort_keys(value: bytes | None) -> tuple[SortKey, ...]:
    """The value of a sort request control; at least one key, none of them twice."""
    data, at, end = _contents(value)
    keys = []
    while at < end:
        start, at = ber.enter(data, at, end, ber.SEQUENCE)
        keys.append(_read_key(data, start, at))
    if not keys or len({key.attribute.lower() for key in keys}) != len(keys):
        raise ProtocolError("a sort request without keys, or with one of them twice")
    return tuple(keys)


def _read_key(data: bytes, at: int, end: int) -> SortKey:
    rule, reverse = None, False
    attribute, at = ber.read_text(data, at, end)
    if at < end and data[at] == _RULE:
        rule, at = ber.read_text(data, at, end, _RULE)
    if at < end and data[at] == _REVERSE:
        reverse, at = ber.read_boolean(data, at, end, _REVERSE)
    ber.skip_unknown(data, at, end, b"\x80\x81")
    return SortKey(attribute, rule, reverse)


def encode_sort_keys(keys: Sequence[SortKey]) -> bytes:
    """The value of a sort request control."""
    return ber.sequence(b"".join(map(_write_key, keys)))


def _write_key(key: SortKey) -> bytes:
    rule = b"" if key.rule is None else ber.text(key.rule, _RULE)
    return ber.sequence(ber.text(key.attribute) + rule + (ber.boolean(True, _REVERSE) if key.reverse else b""))


def encode_sort_result(code: int, attribute: str | None = None) -> bytes:
    """The value of a sort response control; `attribute` is the first one to blame."""
    blamed = b"" if attribute is None else ber.text(attribute, _ATTRIBUTE)
    return ber.sequence(ber.integer(code, ber.ENUMERATED) + blamed)


def decode_sort_result(value: bytes | None) -> tuple[int, str | None]:
    """The value of a sort response control."""
    data, at, end = _contents(value)
    blamed = None
    code, at = ber.read_integer(data, at, end, ber.ENUMERATED)
    if at < end and data[at] == _ATTRIBUTE:
        blamed, at = ber.read_text(data, at, end, _ATTRIBUTE)
    ber.skip_unknown(data, at, end, b"\x80")
    return code, blamed


def decode_assertion(value: bytes | None) -> Filter:
    """The filter of an assertion control."""
    if value is None:
        raise ProtocolError("an assertion control without its value")
    wanted, at = read_filter(value, 0, len(value))
    if at != len(value):
        raise ProtocolError("more bytes than one filter")
    return wanted


def encode_assertion(wanted: Filter) -> bytes:
    """The value of an assertion control."""
    return write_filter(wanted)


def decode_matched_values(value: bytes | None) -> tuple[Filter, ...]:
    """The items of a ValuesReturnFilter, each of them simple: no And, Or and Not, and nothing about the DN."""
    data, at, end = _contents(value)
    items = []
    while at < end:
        item, at = read_filter(data, at, end)
        if isinstance(item, And | Or | Not) or (isinstance(item, Extensible) and item.dn_attributes):
            raise ProtocolError("a filter for values holds simple items only (RFC 3876 2)")
        items.append(item)
    return tuple(items)


def encode_matched_values(items: Sequence[Filter]) -> bytes:
    """The value of a matched values control."""
    return ber.sequence(b"".join(map(write_filter, items)))


def decode_subentries(value: bytes | None) -> bool:
    """Whether subentries are to be shown, and nothing else, or everything else only (RFC 3672 3)."""
    if value is None:
        raise ProtocolError("a subentries control without its value")
    shown, at = ber.read_boolean(value, 0, len(value))
    if at != len(value):
        raise ProtocolError("more bytes than one value")
    return shown


def encode_subentries(shown: bool) -> bytes:
    """The value of a subentries control."""
    return ber.boolean(shown)


def decode_extended_dn(value: bytes | None) -> bool:
    """Whether GUID and SID are to be texts; without a value they are digits (MS-ADTS 3.1.1.3.4.1.5)."""
    if value is None:
        return False
    data, at, end = _contents(value)
    flag, at = ber.read_integer(data, at, end)
    ber.skip_unknown(data, at, end)
    return flag == 1


def decode_search_options(value: bytes | None) -> int:
    """Flags: 1 no references to other domains, 2 all of the server's trees (MS-ADTS 3.1.1.3.4.1.12)."""
    data, at, end = _contents(value)
    flags, at = ber.read_integer(data, at, end)
    ber.skip_unknown(data, at, end)
    return flags
