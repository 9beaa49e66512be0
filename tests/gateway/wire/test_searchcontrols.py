from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ProtocolError
from gateway.wire import searchcontrols as c
from gateway.wire.filter import parse_filter

KEYS = st.builds(c.SortKey, st.text(min_size=1, max_size=9), st.none() | st.text(max_size=9), st.booleans())


def test_sort_keys_as_rfc_2891_has_them() -> None:
    keys = (c.SortKey("sn"), c.SortKey("cn", "2.5.13.3", reverse=True))
    assert c.encode_sort_keys(keys) == bytes.fromhex("3019 3004 0402736e 3011 0402636e 8008 322e352e31332e33 8101ff")
    assert c.decode_sort_keys(c.encode_sort_keys(keys)) == keys
    assert c.encode_sort_result(0) == bytes.fromhex("3003 0a0100")
    assert c.decode_sort_result(c.encode_sort_result(16, "foo")) == (16, "foo")


@given(st.lists(KEYS, min_size=1, max_size=4, unique_by=lambda key: key.attribute.lower()))
def test_sort_keys_survive_the_way_there_and_back(keys: list[c.SortKey]) -> None:
    assert c.decode_sort_keys(c.encode_sort_keys(keys)) == tuple(keys)


def test_a_sort_request_has_keys_and_none_of_them_twice() -> None:
    for keys in ((), (c.SortKey("sn"), c.SortKey("SN", None, reverse=True))):
        with pytest.raises(ProtocolError):
            c.decode_sort_keys(c.encode_sort_keys(keys))


def test_an_assertion_is_a_filter() -> None:
    wanted = parse_filter("(&(uid=jdoe)(!(cn=x)))")
    assert c.decode_assertion(c.encode_assertion(wanted)) == wanted
    for value in (None, b"", c.encode_assertion(wanted) + b"\0"):
        with pytest.raises(ProtocolError):
            c.decode_assertion(value)


def test_filters_for_values_are_simple() -> None:
    """RFC 3876 2."""
    items = tuple(map(parse_filter, ["(mail=*@corp.example)", "(cn=*)", "(uid:caseExactMatch:=x)", "(sn>=m)"]))
    assert c.decode_matched_values(c.encode_matched_values(items)) == items
    for text in ("(&(uid=x)(cn=y))", "(|(uid=x)(cn=y))", "(!(uid=x))", "(uid:dn:=x)"):
        with pytest.raises(ProtocolError):
            c.decode_matched_values(c.encode_matched_values([parse_filter(text)]))


def test_subentries_is_a_boolean() -> None:
    """RFC 3672 3."""
    assert c.decode_subentries(bytes.fromhex("0101ff")) is True
    assert c.decode_subentries(bytes.fromhex("010100")) is False
    assert c.encode_subentries(True) == bytes.fromhex("0101ff")
    for value in (None, b"", b"\x01\x01\xff\x00", b"\x02\x01\x01"):
        with pytest.raises(ProtocolError):
            c.decode_subentries(value)


def test_search_options_are_flags() -> None:
    assert c.decode_search_options(bytes.fromhex("3003 020103")) == 3
    with pytest.raises(ProtocolError):
        c.decode_search_options(None)


READERS: list[Callable[[bytes], object]] = [
    c.decode_sort_keys,
    c.decode_sort_result,
    c.decode_assertion,
    c.decode_matched_values,
    c.decode_subentries,
    c.decode_search_options,
]


@given(st.sampled_from(READERS), st.binary(max_size=16), st.booleans())
def test_no_value_raises_anything_but_protocol_errors(
    reader: Callable[[bytes], object], value: bytes, wrapped: bool
) -> None:
    if wrapped:
        value = bytes([0x30, len(value)]) + value
    with contextlib.suppress(ProtocolError):
        reader(value)
