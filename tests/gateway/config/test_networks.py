from __future__ import annotations

import ipaddress

import pytest

from gateway.config.networks import EVERYWHERE, holds

SOME = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("2001:db8::/32"))


@pytest.mark.parametrize(("address", "inside"), [
    ("10.200.3.4", True),
    ("2001:db8:1::5", True),
    ("11.0.0.1", False),
    ("2001:db9::1", False),
    ("local", False),
    ("", False),
])  # fmt: skip
def test_an_address_is_in_a_network_of_its_own_family(address: str, inside: bool) -> None:
    assert holds(SOME, address) is inside


def test_everywhere_is_every_ip_address_and_nothing_else() -> None:
    assert holds(EVERYWHERE, "203.0.113.1")
    assert holds(EVERYWHERE, "fe80::1")
    assert not holds(EVERYWHERE, "local")
