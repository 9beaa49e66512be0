"""From whom a connection comes: the address that throttle, audit and rules see, and whether it is this machine's."""

from __future__ import annotations

import ipaddress

LOCAL = "local"
"""The address of a peer without one: a socket of this machine's file system."""


def address_of(host: object) -> str:
    """One spelling for each peer: an IPv4 client of a socket for both families is the same client, and an IPv6 zone
    names our interface, not the peer."""
    text = str(host or "")
    if ":" not in text:
        return text or LOCAL
    try:
        address = ipaddress.IPv6Address(text.partition("%")[0])
    except ValueError:
        return text
    return str(address.ipv4_mapped or address)


def is_local(address: str) -> bool:
    """Whether nothing that this peer sends crosses a network."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == LOCAL
