from __future__ import annotations

import pytest
from conversation import Client, People, person, services

from gateway.frontends.ldap.peers import address_of, is_local


@pytest.mark.parametrize(("host", "address"), [
    ("192.0.2.7", "192.0.2.7"),
    ("::ffff:192.0.2.7", "192.0.2.7"),
    ("::FFFF:C000:0207", "192.0.2.7"),
    ("2001:DB8:0:0::1", "2001:db8::1"),
    ("fe80::1%eth0", "fe80::1"),
    ("no:address", "no:address"),
    ("", "local"),
    (None, "local"),
])  # fmt: skip
def test_a_peer_has_one_spelling(host: object, address: str) -> None:
    assert address_of(host) == address


@pytest.mark.parametrize(("address", "near"), [
    ("127.0.0.1", True),
    ("127.3.4.5", True),
    ("::1", True),
    ("local", True),
    ("192.0.2.7", False),
    ("10.0.0.1", False),
    ("fe80::1", False),
    ("nonsense", False),
])  # fmt: skip
def test_local_is_what_crosses_no_network(address: str, near: bool) -> None:
    assert is_local(address) is near


def test_an_ipv4_client_of_a_socket_for_both_families_is_the_same_client_to_the_core() -> None:
    people = People(person())
    for peer in ("192.0.2.7", "::ffff:192.0.2.7"):
        Client(services(people), peer=peer).bind()
    assert {peer.address for peer in people.peers} == {"192.0.2.7"}
