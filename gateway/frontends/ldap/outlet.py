"""Everything that goes out of one connection, and what is done about a peer that does not read it.

What is said is not known here. One clock runs while the peer leaves our answers unread; when it is over the
connection is aborted, since a polite end would wait for the same peer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from twisted.logger import Logger
from zope.interface import implementer

from gateway.frontends.ldap.services import Clock, DelayedCall
from gateway.wire.controls import NOTICE_OF_DISCONNECTION
from gateway.wire.ldap import encode_message
from gateway.wire.messages import ExtendedResponse, LdapMessage, LdapResult

LAST_WORDS = 1.0
"""Seconds that a peer has to read the notice of disconnection when the daemon stops."""

_log = Logger()


class Transport(Protocol):
    """The part of a TCP or TLS transport that is used here."""

    def write(self, data: bytes) -> object: ...

    def loseConnection(self) -> object: ...  # noqa: N802 - ITransport

    def abortConnection(self) -> object: ...  # noqa: N802 - ITCPTransport

    def registerProducer(self, producer: object, streaming: bool) -> object: ...  # noqa: N802 - IConsumer

    def unregisterProducer(self) -> object: ...  # noqa: N802 - IConsumer

    def pauseProducing(self) -> object: ...  # noqa: N802 - IPushProducer

    def resumeProducing(self) -> object: ...  # noqa: N802 - IPushProducer

    def startTLS(self, context: object) -> object: ...  # noqa: N802 - ITLSTransport

    def getPeer(self) -> object: ...  # noqa: N802 - ITransport


@implementer(IPushProducer)
class Outlet:
    """Writes to a transport. `full` while the transport holds more than it likes to; `changed` is called whenever
    that changes."""

    def __init__(self, transport: Transport, clock: Clock, patience: float, changed: Callable[[], object]) -> None:
        self.full = False
        self._transport = transport
        self._clock = clock
        self._patience = patience
        self._changed = changed
        self._waiters: list[Deferred[None]] = []
        self._deadline: DelayedCall | None = None
        transport.registerProducer(self, True)

    def write(self, data: bytes) -> None:
        """Send, or keep until the peer reads."""
        self._transport.write(data)

    async def room(self) -> None:
        """Wait until the peer has read what is kept; whoever sends much calls it when `full`."""
        while self.full:
            waiter: Deferred[None] = Deferred()
            self._waiters.append(waiter)
            await waiter

    def close(self, notice: LdapResult | None = None, patience: float | None = None) -> None:
        """End the connection when all is sent, with a notice of disconnection (RFC 4511 4.4.1) as the last of it.
        `patience`: how long a peer may keep it open that has nothing left to read but that."""
        if notice is not None:
            self._transport.write(notice_of_disconnection(notice))
        self._transport.unregisterProducer()  # a TLS transport with a producer would never close
        # In TLS the end is a message, too: a connection that rests in a client's pool does not hear it.
        self._arm(self._patience if patience is None else patience)
        self._transport.loseConnection()

    def abort(self) -> None:
        """End the connection at once."""
        self._transport.abortConnection()

    def lost(self) -> None:
        """The connection is gone."""
        self._disarm()
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.cancel()

    def pauseProducing(self) -> None:  # noqa: N802 - IPushProducer
        """Called by the transport when it holds too much."""
        self.full = True
        self._arm(self._patience)
        self._changed()

    def resumeProducing(self) -> None:  # noqa: N802 - IPushProducer
        """Called by the transport when all is sent."""
        self.full = False
        self._disarm()
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.called:  # its search may have been cancelled meanwhile
                waiter.callback(None)
        self._changed()

    def stopProducing(self) -> None:  # noqa: N802 - IPushProducer
        """Called by the transport when it dies; `lost` comes next."""

    def _arm(self, patience: float) -> None:
        if self._deadline is None:
            self._deadline = self._clock.callLater(patience, self._give_up)

    def _disarm(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None

    def _give_up(self) -> None:
        _log.info("a peer does not read its answers: connection aborted")
        self.abort()


def notice_of_disconnection(result: LdapResult) -> bytes:
    """The unsolicited notification before the server ends a connection (RFC 4511 4.4.1)."""
    return encode_message(LdapMessage(0, ExtendedResponse(result, NOTICE_OF_DISCONNECTION)))
