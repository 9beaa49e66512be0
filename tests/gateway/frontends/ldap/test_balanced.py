"""A port behind a load balancer: the header first, then the client."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from conversation import MemoryTransport, People, bind_request, person, services
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.task import Clock
from twisted.logger import LogEvent, formatEvent, globalLogPublisher
from twisted.python.failure import Failure

from gateway.frontends.ldap.balanced import Balanced
from gateway.frontends.ldap.listener import Listener
from gateway.wire.ldap import decode_message, encode_message
from gateway.wire.messages import LdapMessage

BALANCER = "10.0.0.1"
NETWORKS = (ipaddress.ip_network("10.0.0.0/24"), ipaddress.ip_network("2001:db8:b::/48"))
V1 = b"PROXY TCP4 203.0.113.9 10.0.0.5 56324 389\r\n"
V1_IPV6 = b"PROXY TCP6 2001:db8:1::9 2001:db8::5 56324 389\r\n"
V2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\x09\x0a\x00\x00\x05\xdc\x04\x01\x85"
LOCAL = b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00"
BIND = encode_message(LdapMessage(1, bind_request("jdoe", b"secret")))


class Door:
    """A port behind balancers of `NETWORKS`, and what came through it."""

    def __init__(self, *, most: int = 100, **settings: Any) -> None:
        self.clock = Clock()
        self.people = People(person())
        self.listener = Listener(services(self.people, **settings), self.clock)
        self.port = Balanced(self.listener, NETWORKS, self.clock, seconds=5, most=most)

    def connect(self, balancer: str = BALANCER) -> MemoryTransport | None:
        kind = IPv6Address if ":" in balancer else IPv4Address
        protocol = self.port.buildProtocol(kind("TCP", balancer, 40000))
        if protocol is None:
            return None
        transport = MemoryTransport(peer=balancer)
        transport.protocol = protocol
        protocol.makeConnection(transport)  # type: ignore[arg-type]  # only what is used
        return transport

    def through(self, data: bytes, step: int = 0) -> MemoryTransport:
        """A connection on which this is sent, in pieces of `step`."""
        transport = self.connect()
        assert transport is not None
        for start in range(0, len(data), step or len(data)):
            transport.protocol.dataReceived(data[start : start + (step or len(data))])
        return transport


@pytest.fixture
def lines() -> Any:
    """What is logged meanwhile: level and text."""
    events: list[LogEvent] = []
    globalLogPublisher.addObserver(events.append)
    yield lambda: [(event["log_level"].name, formatEvent(event)) for event in events]
    globalLogPublisher.removeObserver(events.append)


@pytest.mark.parametrize(("header", "address"), [
    (V1, "203.0.113.9"),
    (V1_IPV6, "2001:db8:1::9"),
    (V2, "203.0.113.9"),
    (V2[:14] + b"\x00\x10" + V2[16:] + b"\x04\x00\x01x", "203.0.113.9"),
    (b"PROXY UNKNOWN\r\n", BALANCER),
    (LOCAL, BALANCER),
])  # fmt: skip
@pytest.mark.parametrize("step", [0, 1, 7])
def test_the_core_sees_the_client_whatever_the_header_and_however_it_is_cut(
    header: bytes, address: str, step: int
) -> None:
    door = Door()
    transport = door.through(header + BIND, step)
    assert decode_message(transport.written).operation.result.code == 0  # type: ignore[union-attr]
    assert [peer.address for peer in door.people.peers] == [address]
    assert len(door.listener) == 1
    assert not door.port.waiting


def test_a_client_of_another_family_than_the_balancer_is_itself() -> None:
    door = Door()
    transport = door.connect("2001:db8:b::1")
    assert transport is not None
    transport.protocol.dataReceived(V1 + BIND)
    assert door.people.peers[0].address == "203.0.113.9"


def test_whoever_is_no_balancer_is_not_let_in_even_with_a_header(lines: Any) -> None:
    """Else anybody could choose the address that throttle, audit and rules see."""
    door = Door()
    assert door.connect("203.0.113.9") is None
    assert door.connect("127.0.0.1") is None
    assert lines() == [
        ("info", "203.0.113.9 disconnected: it is no balancer that may connect here"),
        ("info", "127.0.0.1 disconnected: it is no balancer that may connect here"),
    ]


def test_an_ipv4_balancer_on_a_socket_for_both_families_is_the_same_balancer() -> None:
    assert Door().connect(f"::ffff:{BALANCER}") is not None


@pytest.mark.parametrize("data", [BIND, b"\x16\x03\x01\x00", b"PROXY nonsense\r\n", b"GET / HTTP/1.1\r\n"])
def test_a_balancer_that_sends_no_header_is_closed_with_one_line(data: bytes, lines: Any) -> None:
    door = Door()
    transport = door.through(data)
    assert transport.aborted
    assert not door.people.asked
    (line,) = lines()
    assert line[0] == "info"
    assert not door.clock.getDelayedCalls()


def test_a_header_that_does_not_come_is_waited_for_so_long(lines: Any) -> None:
    door = Door()
    half, silent = door.through(V1[:20]), door.connect()
    assert silent is not None
    door.clock.advance(4.9)
    assert not half.aborted
    door.clock.advance(0.1)
    assert half.aborted
    assert silent.aborted
    assert [level for level, _ in lines()] == ["info", "debug"]
    assert not door.port.waiting


@pytest.mark.parametrize("data", [b"", LOCAL, b"PROXY UNKNOWN\r\n", V1])
def test_a_health_check_costs_one_debug_line_and_leaves_nothing(data: bytes, lines: Any) -> None:
    door = Door()
    transport = door.through(data) if data else door.connect()
    assert transport is not None
    transport.protocol.connectionLost(Failure(ConnectionError("gone")))
    (line,) = lines()
    assert line[0] == "debug"
    assert line[1].endswith("connected and left without a byte")
    assert (len(door.listener), len(door.port.waiting), door.clock.getDelayedCalls()) == (0, 0, [])
    assert door.people.asked == []


def test_connections_without_a_header_have_a_limit() -> None:
    door = Door(most=2)
    first = door.connect()
    assert first is not None
    assert door.connect() is not None
    assert door.connect() is None
    first.protocol.dataReceived(V1)
    assert door.connect() is not None


def test_at_the_end_those_that_wait_are_closed() -> None:
    door = Door()
    transport = door.connect()
    assert transport is not None
    door.port.end()
    assert transport.aborted
    assert not door.clock.getDelayedCalls()


def test_a_password_in_clear_is_taken_only_if_that_is_allowed_all_the_way() -> None:
    """A client on the balancer's own machine is not on ours."""

    def code(header: bytes, *networks: str) -> int:
        door = Door(clear_text=tuple(map(ipaddress.ip_network, networks)))
        return decode_message(door.through(header + BIND).written).operation.result.code  # type: ignore[union-attr]

    near = b"PROXY TCP4 127.0.0.1 10.0.0.5 56324 389\r\n"
    assert code(near) == 13
    assert code(V1, "203.0.113.0/24") == 13
    assert code(V1, "10.0.0.0/8") == 13
    assert code(V1, "10.0.0.0/8", "203.0.113.0/24") == 0
    assert code(near, "10.0.0.0/8") == 0


def test_one_connection_too_many_is_told_so_behind_its_header() -> None:
    door = Door(limits={"connections": 1})
    door.through(V1)
    refused = door.through(V1)
    assert decode_message(refused.written).operation.result.code == 51  # type: ignore[union-attr]
    assert refused.closing
