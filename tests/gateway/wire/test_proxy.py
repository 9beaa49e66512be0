"""The PROXY protocol, by HAProxy's specification; Twisted's own reader is the oracle for whole headers."""

from __future__ import annotations

import contextlib
import ipaddress
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.protocols.haproxy._v1parser import V1Parser
from twisted.protocols.haproxy._v2parser import V2Parser

from gateway.errors import ProtocolError
from gateway.wire.proxy import LONGEST_V1, LONGEST_V2, ProxyHeader, read_header

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
PORTS = st.integers(0, 65535)


def v1(source: object, destination: object, ports: tuple[int, int] = (56324, 389)) -> bytes:
    family = "TCP6" if ":" in str(source) else "TCP4"
    return f"PROXY {family} {source} {destination} {ports[0]} {ports[1]}\r\n".encode()


def v2(command: int, family: int, rest: bytes) -> bytes:
    return SIGNATURE + struct.pack("!BBH", 0x20 | command, family, len(rest)) + rest


def v2_of(
    source: ipaddress.IPv4Address | ipaddress.IPv6Address, ports: tuple[int, int] = (56324, 389), tlvs: bytes = b""
) -> bytes:
    family = 0x21 if source.version == 6 else 0x11
    return v2(1, family, source.packed * 2 + struct.pack("!HH", *ports) + tlvs)


ADDRESSES = st.ip_addresses()
V1 = st.builds(lambda address, ports: (v1(address, address, ports), str(address)), ADDRESSES, st.tuples(PORTS, PORTS))
V2 = st.builds(
    lambda address, ports, tlvs: (v2_of(address, ports, tlvs), str(address)),
    ADDRESSES,
    st.tuples(PORTS, PORTS),
    st.binary(max_size=300),
)


@given(V1 | V2, st.binary(max_size=60))
def test_the_clients_address_and_where_the_header_ends_are_read(header: tuple[bytes, str], behind: bytes) -> None:
    data, address = header
    assert read_header(data + behind) == ProxyHeader(str(ipaddress.ip_address(address)), len(data))


@given(V1 | V2)
def test_however_it_is_cut_into_segments_no_beginning_is_taken_for_the_whole(header: tuple[bytes, str]) -> None:
    data, _ = header
    assert all(read_header(data[:end]) is None for end in range(len(data)))


@given(V1)
def test_twisted_reads_version_1_the_same(header: tuple[bytes, str]) -> None:
    assert str(ipaddress.ip_address(V1Parser.parse(header[0][:-2]).source.host)) == read_header(header[0]).source


@given(V2)
def test_twisted_reads_version_2_the_same(header: tuple[bytes, str]) -> None:
    host = V2Parser.parse(header[0]).source.host
    host = host.decode() if isinstance(host, bytes) else host
    assert str(ipaddress.ip_address(host)) == read_header(header[0]).source


@given(st.binary(max_size=200))
def test_anything_else_is_refused_or_waited_for_and_never_misread(data: bytes) -> None:
    try:
        header = read_header(data)
    except ProtocolError:
        return
    if header is None:
        assert data.startswith((b"PROXY ", SIGNATURE)) or b"PROXY ".startswith(data) or SIGNATURE.startswith(data)
    else:
        assert header.length <= len(data)


@given(V1 | V2, st.data())
def test_a_changed_octet_never_makes_the_reader_fail_otherwise(header: tuple[bytes, str], data: st.DataObject) -> None:
    octets = bytearray(header[0])
    octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ProtocolError):
        read_header(bytes(octets))


@pytest.mark.parametrize("header", [
    b"PROXY UNKNOWN\r\n",
    b"PROXY UNKNOWN ffff:f:f:f:f:f:f:f ffff:f:f:f:f:f:f:f 65535 65535\r\n",
    b"PROXY UNKNOWN anything at all\r\n",
    v2(0, 0, b""),
    v2(0, 0x11, bytes(12)),  # LOCAL with an address: not to be used
    v2(0, 0, b"\x04\x00\x01x"),
    v2(1, 0, b""),
    v2(1, 0x10, bytes(12)),
    v2(1, 0x31, bytes(216)),
])  # fmt: skip
def test_a_balancer_that_names_nobody_speaks_for_itself(header: bytes) -> None:
    assert read_header(header + b"0") == ProxyHeader(None, len(header))


@pytest.mark.parametrize("data", [
    b"GET / HTTP/1.0\r\n\r\n",
    b"0\x0c\x02\x01\x01",  # LDAP itself
    b"\x16\x03\x01",  # TLS itself
    b"PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n",
    b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n",
    b"PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n",
    b"PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n",
    b"PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n",
    b"PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n",
    b"PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n",
    b"PROXY TCP4 ::1 ::1 1 2\r\n",
    b"PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n",
    b"PROXY TCP6 \xff::1 ::1 1 2\r\n",
    b"PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n",
    b"PROXY \r\n",
    b"PROXY TCP4 " + b"x" * LONGEST_V1,
    SIGNATURE + b"\x11\x11\x00\x0c" + bytes(12),  # version 1 in version 2's clothes
    SIGNATURE + b"\x22\x11\x00\x0c" + bytes(12),
    v2(1, 0x11, bytes(11)),
    v2(1, 0x21, bytes(35)),
    v2(1, 0x13, bytes(12)),
    v2(1, 0x41, bytes(40)),
    v2(1, 0x31, bytes(215)),
    SIGNATURE + b"\x21\x11" + struct.pack("!H", LONGEST_V2),
])  # fmt: skip
def test_what_is_no_header_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_header(data)


def test_no_header_is_waited_for_beyond_its_bound() -> None:
    longest = v1("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", (65535, 65535))
    assert read_header(longest) is not None
    assert len(longest) <= LONGEST_V1
    full = v2_of(ipaddress.ip_address("::1"), tlvs=bytes(4096 - 36))
    assert len(full) == LONGEST_V2
    assert read_header(full) == ProxyHeader("::1", LONGEST_V2)
