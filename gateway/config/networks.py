"""Networks as an administrator writes them: `10.0.0.0/8`, `2001:db8::/32`, or one address."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Annotated

from pydantic import BeforeValidator

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

EVERYWHERE: tuple[IPNetwork, ...] = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))


def _network(value: object) -> object:
    if isinstance(value, IPNetwork):
        return value
    try:
        return ipaddress.ip_network(str(value))
    except ValueError:
        raise ValueError("not a network: write for example 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32") from None


Network = Annotated[IPNetwork, BeforeValidator(_network)]


def holds(networks: Iterable[IPNetwork], address: str) -> bool:
    """Whether this IP address is in one of these networks; False for what is no IP address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)
