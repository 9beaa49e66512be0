from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ProtocolError
from gateway.wire.ldap import encode_entry
from gateway.wire.messages import SearchResultEntry
from gateway.wire.readcontrols import decode_attributes, decode_read_entry, encode_attributes


def test_as_slapd_writes_it() -> None:
    """RFC 4527 3: a SearchResultEntry with its own tag."""
    value = bytes.fromhex("6416 0404 636e3d61 300e 300c 0402636e 3106 0404 4a6f686e")
    assert decode_read_entry(value) == SearchResultEntry("cn=a", (("cn", (b"John",)),))
    assert encode_entry("cn=a", [("cn", (b"John",))]) == value


@given(st.lists(st.text(max_size=9), max_size=4))
def test_attributes_survive_the_way_there_and_back(names: list[str]) -> None:
    assert decode_attributes(encode_attributes(names)) == tuple(names)


@pytest.mark.parametrize("value", [None, b"", b"junk", b"\x30\x00\x00", b"\x30\x02\x02\x00"])
def test_a_malformed_value(value: bytes | None) -> None:
    with pytest.raises(ProtocolError):
        decode_attributes(value)
    with pytest.raises(ProtocolError):
        decode_read_entry(value)


@given(st.binary(max_size=12), st.booleans())
def test_no_value_raises_anything_but_protocol_errors(value: bytes, wrapped: bool) -> None:
    if wrapped:
        value = bytes([0x30, len(value)]) + value
    for reader in (decode_attributes, decode_read_entry):
        with contextlib.suppress(ProtocolError):
            reader(value)
