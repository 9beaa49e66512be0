from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ProtocolError
from gateway.wire import ber


def whole_integer(data: bytes) -> int:
    value, after = ber.read_integer(data, 0, len(data))
    assert after == len(data)
    return value


@pytest.mark.parametrize(
    ("encoded", "value"),
    [
        ("020100", 0),
        ("02017f", 127),
        ("02020080", 128),
        ("020200ff", 255),
        ("02020100", 256),
        ("02047fffffff", 2**31 - 1),
    ],
)
def test_integers_are_read_and_written_in_the_shortest_form(encoded: str, value: int) -> None:
    assert whole_integer(bytes.fromhex(encoded)) == value
    assert ber.integer(value).hex() == encoded


@pytest.mark.parametrize("encoded", ["0204 00000005", "0208 0000000000000005", "028101 05", "0284 00000001 05"])
def test_integers_longer_than_needed_are_accepted(encoded: str) -> None:
    assert whole_integer(bytes.fromhex(encoded)) == 5


@pytest.mark.parametrize(
    "encoded",
    ["0200", "0201ff", "020180", "020480000000", "02050080000000", "0209000000000000000005", "0a0105", "2201"],
)
def test_integers_that_ldap_does_not_know_are_refused(encoded: str) -> None:
    with pytest.raises(ProtocolError):
        whole_integer(bytes.fromhex(encoded))


@pytest.mark.parametrize(("encoded", "value"), [("010100", False), ("0101ff", True), ("010101", True)])
def test_every_octet_but_zero_is_true(encoded: str, value: bool) -> None:
    assert ber.read_boolean(bytes.fromhex(encoded), 0, 3) == (value, 3)


@pytest.mark.parametrize("encoded", ["0100", "0102ffff", "0201ff"])
def test_a_boolean_has_one_octet(encoded: str) -> None:
    data = bytes.fromhex(encoded)
    with pytest.raises(ProtocolError):
        ber.read_boolean(data, 0, len(data))


def test_true_is_written_as_ff() -> None:
    """RFC 4511 5.1."""
    assert ber.boolean(True) == b"\x01\x01\xff"
    assert ber.boolean(False) == b"\x01\x01\x00"


@pytest.mark.parametrize("length", ["10", "8110", "820010", "83000010", "8400000010"])
def test_lengths_longer_than_needed_are_accepted(length: str) -> None:
    """Active Directory announces every length in four octets."""
    data = b"\x04" + bytes.fromhex(length) + b"x" * 16
    assert ber.read_octets(data, 0, len(data)) == (b"x" * 16, len(data))


@pytest.mark.parametrize(
    ("encoded", "why"),
    [
        ("0480 61 0000", "indefinite"),
        ("048500000000 0161", "four octets"),
        ("04ff", "four octets"),
        ("0484000001", "cut short"),
        ("0482", "cut short"),
        ("04", "cut short"),
        ("", "cut short"),
        ("0403 6161", "longer than"),
        ("0484ffffffff 61", "longer than"),
        ("2403 040161", "expected"),
        ("0c0161", "expected"),
    ],
)
def test_what_is_refused_as_a_string(encoded: str, why: str) -> None:
    data = bytes.fromhex(encoded)
    for read in (ber.read_octets, ber.read_text):
        with pytest.raises(ProtocolError, match=why):
            read(data, 0, len(data))


@pytest.mark.parametrize("length", ["03", "8103", "820003", "8400000003"])
def test_an_element_is_entered_whatever_form_its_length_has(length: str) -> None:
    data = b"\x30" + bytes.fromhex(length) + b"\x04\x01a"
    assert ber.enter(data, 0, len(data), ber.SEQUENCE) == (len(data) - 3, len(data))


@pytest.mark.parametrize(
    "encoded", ["", "30", "3001", "3084", "3084 000000", "3084 00000001", "3084 ffffffff 00", "3100"]
)
def test_an_element_that_is_not_whole_is_not_entered(encoded: str) -> None:
    data = bytes.fromhex(encoded)
    with pytest.raises(ProtocolError):
        ber.enter(data, 0, len(data), ber.SEQUENCE)


def test_an_element_does_not_reach_beyond_what_holds_it() -> None:
    data = b"\x04\x03abc\x04\x01d"
    assert ber.read_octets(data, 0, 5) == (b"abc", 5)
    for end in range(5):
        with pytest.raises(ProtocolError):
            ber.read_octets(data, 0, end)


@pytest.mark.parametrize(
    ("size", "header"),
    [(0, "0400"), (127, "047f"), (128, "048180"), (255, "0481ff"), (256, "04820100"), (65536, "0483010000")],
)
def test_lengths_are_written_in_the_shortest_form(size: int, header: str) -> None:
    contents = b"x" * size
    assert ber.octets(contents) == bytes.fromhex(header) + contents
    assert ber.element(ber.OCTET_STRING, contents) == ber.octets(contents)


@given(st.binary(max_size=300))
def test_text_keeps_bytes_that_are_not_utf8(raw: bytes) -> None:
    data = ber.octets(raw)
    text, after = ber.read_text(data, 0, len(data))
    assert after == len(data)
    assert ber.text(text) == data


def test_what_a_later_ldap_appends_is_skipped() -> None:
    """RFC 4511 section 4: unknown trailing components of a SEQUENCE are ignored."""
    data = b"\x85\x01x" + b"\xa6\x02\x05\x00"
    ber.skip_unknown(data, 0, len(data), known=b"\x80")


@pytest.mark.parametrize("encoded", ["04 01 78", "80 01 78", "9f 01 78", "85 05 78", "85", "00"])
def test_what_is_no_extension_is_not_skipped(encoded: str) -> None:
    data = bytes.fromhex(encoded)
    with pytest.raises(ProtocolError):
        ber.skip_unknown(data, 0, len(data), known=b"\x80")
