"""Connections that come through a load balancer: the PROXY header first, then what would have come without it.

Headers themselves are in `gateway.wire.proxy`. Whoever is behind this (a `Listener`, or TLS before one) is told the
client's address and never sees the header.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from gateway.config.networks import IPNetwork, holds
from gateway.errors import ProtocolError
from gateway.frontends.ldap.outlet import Transport
from gateway.frontends.ldap.peers import address_of
from gateway.frontends.ldap.services import Clock, DelayedCall
from gateway.wire.proxy import read_header

_log = Logger()


class Balanced(Factory):
    """Listens behind balancers of these networks. Nobody else may connect: who could choose the own address could get
    round every rule about addresses."""

    noisy = False

    def __init__(self, behind: Any, networks: Sequence[IPNetwork], clock: Clock, *, seconds: float, most: int) -> None:
        self.behind = behind
        self.clock = clock
        self.seconds = seconds
        self.waiting: set[Waiting] = set()
        self._networks = tuple(networks)
        self._most = most

    def buildProtocol(self, addr: IAddress | None) -> Protocol | None:  # noqa: N802 - IProtocolFactory
        """None, which closes, for who is no balancer, and where too many have not said yet whom they bring."""
        balancer = address_of(getattr(addr, "host", ""))
        if not holds(self._networks, balancer):
            _log.info("{peer} disconnected: {text}", peer=balancer, text="it is no balancer that may connect here")
            return None
        if len(self.waiting) >= self._most:
            _log.debug("{peer} turned away: too many connections", peer=balancer)
            return None
        return Waiting(self, addr, balancer)

    def end(self) -> None:
        """Close what has not become anybody's connection yet."""
        for waiting in tuple(self.waiting):
            waiting.abort()


class Waiting(Protocol):
    """A connection whose header has not come, or not wholly."""

    def __init__(self, factory: Balanced, addr: IAddress | None, balancer: str) -> None:
        self._factory = factory
        self._addr = addr
        self._balancer = balancer
        self._received = b""
        self._timer: DelayedCall | None = None

    def connectionMade(self) -> None:  # noqa: N802 - IProtocol
        self._factory.waiting.add(self)
        self._timer = self._factory.clock.callLater(self._factory.seconds, self._too_late)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - IProtocol
        self._received += data
        try:
            header = read_header(self._received)
        except ProtocolError as error:
            self._give_up(str(error))
            return
        if header is not None:
            self._leave()
            self._hand_over(header.source, self._received[header.length :])

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 - IProtocol
        self._leave()
        if not self._received:
            _log.debug("{peer} connected and left without a byte", peer=self._balancer)

    def abort(self) -> None:
        """Close at once."""
        self._leave()
        cast(Transport, self.transport).abortConnection()

    def _hand_over(self, source: str | None, rest: bytes) -> None:
        """From here on the transport is the other protocol's, as if that had been there from the first byte."""
        protocol = self._factory.behind.buildProtocol(self._addr if source is None else _address(source))
        if protocol is None:
            self.abort()
            return
        transport: Any = self.transport
        transport.protocol = protocol
        protocol.makeConnection(transport)
        if rest:
            protocol.dataReceived(rest)

    def _too_late(self) -> None:
        if self._received:
            self._give_up("its PROXY header did not come in time")
        else:
            _log.debug("{peer} sent nothing: closed", peer=self._balancer)
            self.abort()

    def _give_up(self, text: str) -> None:
        _log.info("{peer} disconnected: {text}", peer=self._balancer, text=text)
        self.abort()

    def _leave(self) -> None:
        self._factory.waiting.discard(self)
        if self._timer is not None and self._timer.active():
            self._timer.cancel()


def _address(source: str) -> IAddress:
    return (IPv6Address if ":" in source else IPv4Address)("TCP", source, 0)
