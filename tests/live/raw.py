"""LDAP bytes made by hand and sent over a plain socket: what no client library would send.

Not the project's codec: what this says must not depend on it.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

NOTICE = b"1.3.6.1.4.1.1466.20036"
START_TLS = b"1.3.6.1.4.1.1466.20037"


def tlv(tag: int, *contents: bytes) -> bytes:
    """One BER element."""
    content = b"".join(contents)
    length = bytes([len(content)]) if len(content) < 128 else b"\x82" + len(content).to_bytes(2, "big")
    return bytes([tag]) + length + content


def message(number: int, operation: bytes) -> bytes:
    """An LDAPMessage."""
    return tlv(0x30, tlv(2, bytes([number])), operation)


def bind_request(number: int, dn: str, password: bytes) -> bytes:
    """A simple bind."""
    return message(number, tlv(0x60, tlv(2, b"\x03"), tlv(4, dn.encode()), tlv(0x80, password)))


def extended_request(number: int, name: bytes, value: bytes | None = None) -> bytes:
    """An extended request."""
    return message(number, tlv(0x77, tlv(0x80, name), tlv(0x81, value) if value is not None else b""))


@contextlib.contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    """A connection to 127.0.0.1."""
    with socket.create_connection(("127.0.0.1", port), 30) as channel:
        yield channel


def rest(channel: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while data := channel.recv(65536):
            found += data
    return found
