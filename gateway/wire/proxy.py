"""The header that a load balancer puts before a connection's own bytes: the PROXY protocol, versions 1 and 2 (HAProxy's
`doc/proxy-protocol.txt`). Pure: bytes in, the client's address out. From whom one is believed is for the listener.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from gateway.errors import ProtocolError

LONGEST_V1 = 107
"""Octets with the end of the line (section 2.1)."""
LONGEST_V2 = 16 + 4096
"""Octets. The protocol allows 64 KiB; real headers have some hundred, the most a certificate's name."""

_V1 = b"PROXY "
_V2 = b"\r\n\r\n\0\r\nQUIT\n"
_V2_FIXED = 16
_UNKNOWN = b"UNKNOWN"
_PORT = re.compile(rb"0|[1-9][0-9]{0,4}")
_FAMILIES: dict[bytes, type[ipaddress.IPv4Address | ipaddress.IPv6Address]] = {
    b"TCP4": ipaddress.IPv4Address,
    b"TCP6": ipaddress.IPv6Address,
}
_ADDRESS_OCTETS = {1: 4, 2: 16}  # AF_INET, AF_INET6
_UNIX = 3
_UNIX_OCTETS = 216


@dataclass(frozen=True, slots=True)
class ProxyHeader:
    """`source` is the client's address, None where the balancer speaks for itself (a health check) or does not know.
    `length` is how many octets the header takes."""

    source: str | None
    length: int


def read_header(data: bytes) -> ProxyHeader | None:
    """The header at the beginning of `data`, None while more of it is to come. `ProtocolError` where there is none."""
    if data.startswith(_V1[: len(data)]):
        return _read_v1(data)
    if data.startswith(_V2[: len(data)]):
        return _read_v2(data)
    raise ProtocolError("no PROXY header at the beginning")


def _read_v1(data: bytes) -> ProxyHeader | None:
    end = data.find(b"\r\n", 0, LONGEST_V1)
    if end < 0:
        if len(data) >= LONGEST_V1:
            raise ProtocolError("a PROXY header without an end")
        return None
    words = data[:end].split(b" ")
    if words[1] == _UNKNOWN:  # the receiver must ignore what follows
        return ProxyHeader(None, end + 2)
    family = _FAMILIES.get(words[1])
    if family is None or len(words) != 6 or not all(_is_port(word) for word in words[4:]):
        raise ProtocolError("a PROXY header that makes no sense")
    try:
        source, _ = (family(word.decode("ascii")) for word in words[2:4])
    except ValueError:
        raise ProtocolError("a PROXY header without an address") from None
    return ProxyHeader(str(source), end + 2)


def _is_port(word: bytes) -> bool:
    return _PORT.fullmatch(word) is not None and int(word) < 1 << 16


def _read_v2(data: bytes) -> ProxyHeader | None:
    if len(data) < _V2_FIXED:
        return None
    version, command = data[12] >> 4, data[12] & 15
    family, transport = data[13] >> 4, data[13] & 15
    rest = int.from_bytes(data[14:16], "big")
    if version != 2 or command > 1:
        raise ProtocolError("a PROXY header of an unknown version")
    if _V2_FIXED + rest > LONGEST_V2:
        raise ProtocolError("a PROXY header that is too long")
    if len(data) < _V2_FIXED + rest:
        return None
    length = _V2_FIXED + rest
    if not command or not family or not transport:  # LOCAL or unspecified: nothing behind it counts
        return ProxyHeader(None, length)
    if family == _UNIX and rest >= _UNIX_OCTETS:
        return ProxyHeader(None, length)  # somebody on the balancer's own machine
    octets = _ADDRESS_OCTETS.get(family)
    if octets is None or transport > 2 or rest < 2 * octets + 4:
        raise ProtocolError("a PROXY header without an address")
    return ProxyHeader(str(ipaddress.ip_address(data[_V2_FIXED : _V2_FIXED + octets])), length)
