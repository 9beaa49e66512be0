"""Requests and answers on one LDAP connection: message ids, deadlines, cancellation, what a server does wrong.

Which operations there are is in `connection`; what one of them still expects is in `pending`.
"""

from __future__ import annotations

from typing import cast

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IReactorTime, ITCPTransport
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure

from backends.legacy.ldapclient.pending import Pending, describe
from backends.legacy.ldapclient.tls import explain
from gateway.errors import ProtocolError, SourceError, SourceMisbehaved, SourceUnavailable
from gateway.wire.ldap import MessageBuffer, decode_message, encode_message
from gateway.wire.messages import (
    AbandonRequest,
    BindResponse,
    Control,
    ExtendedResponse,
    LdapMessage,
    Request,
    Response,
    UnbindRequest,
)

NOTICE_OF_DISCONNECTION = "1.3.6.1.4.1.1466.20036"
MAX_ANSWER = 16 << 20
"""Bytes that one message of a server may announce; photographs and large groups fit."""
MAX_ABANDONED = 256
"""Abandoned operations whose late answers are still waited for; a connection with more is given up."""


class Link(Protocol):
    """Sends requests and matches answers to them. Once `problem` is set it is of no further use.

    Every wait ends after `timeout` seconds, for a search after so many seconds without an entry. What the server does
    wrong is `SourceMisbehaved` for everybody who waits, and the end of the connection. `hung` says that it ended
    because nothing at all came back; `rested` that it has been used and put aside before.
    """

    def __init__(self, source: str, place: str, clock: IReactorTime, timeout: float) -> None:
        self.place = place
        self.problem: SourceError | None = None
        self.hung = False
        self.rested = False
        self.last_used = clock.seconds()
        self.source = source
        self.clock = clock
        self.timeout = timeout
        self.buffer = MessageBuffer(MAX_ANSWER)
        self._last_id = 0
        self._pending: dict[int, Pending] = {}
        self._abandoned: set[int] = set()
        self._retired = False
        self._heard = clock.seconds()

    @property
    def usable(self) -> bool:
        """Whether a new operation may be sent."""
        return self.problem is None and not self._retired and len(self._abandoned) < MAX_ABANDONED

    @property
    def busy(self) -> bool:
        """Whether anything is in flight, or may still be answered."""
        return bool(self._pending or self._abandoned)

    async def ask(self, request: Request, pending: Pending, controls: tuple[Control, ...] = ()) -> Response:
        """The answer that ends this operation; what came before is in `pending`."""
        if self.problem is not None:
            raise self.problem
        message_id = self._send(request, controls)
        self.last_used = self.clock.seconds()
        waiter: Deferred[Response] = Deferred(lambda _: self._cancelled(message_id))
        pending.begin(waiter, self.last_used, self.clock.callLater(self.timeout, self._overdue, message_id))
        self._pending[message_id] = pending
        try:
            return await waiter
        finally:
            pending.end()
            self._pending.pop(message_id, None)
            if self._retired and not self._pending:
                self.close()

    def retire(self) -> None:
        """Close it as soon as nobody waits for an answer."""
        self._retired = True
        if not self._pending:
            self.close()

    def close(self) -> None:
        """Say goodbye (Unbind) and let go. Whoever still waits gets `SourceUnavailable`."""
        if self.problem is None and self.transport is not None:
            self._send(UnbindRequest())
            self.transport.loseConnection()
        self.fail(SourceUnavailable(self.source, f"the connection to {self.place} was closed here"))

    def give_up(self, problem: SourceError) -> SourceError:
        """Drop the connection at once: a server that hangs would never take a polite goodbye. Returns what everybody
        is told, for the caller to raise."""
        self.fail(problem)
        if self.transport is not None:
            cast(ITCPTransport, self.transport).abortConnection()
        return self.problem or problem

    def timed_out(self, what: str) -> SourceError:
        """Nothing at all came back: neither this connection nor, for a while, its server is to be used again."""
        self.hung = True
        return self.give_up(self._overtime(what))

    def fail(self, problem: SourceError) -> None:
        """Tell everybody who waits; the first problem stays."""
        if self.problem is None:
            self.problem = problem
        waiting, self._pending = list(self._pending.values()), {}
        for pending in waiting:
            pending.fail(self.problem)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - IProtocol
        """Bytes from the server."""
        self._heard = self.clock.seconds()
        try:
            messages = self.buffer.feed(data)
            while messages:
                for message in messages:
                    if self.problem is not None:
                        return
                    self._received(decode_message(message))
                messages = self.buffer.feed(b"")
        except ProtocolError as error:
            self.give_up(SourceMisbehaved(self.source, f"{self.place} broke the protocol: {error}"))

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 - IProtocol
        """The connection is gone, by whoever's hand."""
        why = "the server closed it" if isinstance(reason.value, ConnectionDone) else explain(reason)
        self.fail(SourceUnavailable(self.source, f"lost the connection to {self.place}: {why}"))

    def _send(self, request: Request, controls: tuple[Control, ...] = ()) -> int:
        assert self.transport is not None
        self._last_id += 1  # there are 2^31 - 1 of them: more than one connection lives to send
        self.transport.write(encode_message(LdapMessage(self._last_id, request, controls)))
        return self._last_id

    def _received(self, message: LdapMessage) -> None:
        if message.id == 0:
            self._notified(message)
        elif message.id in self._abandoned:
            if not Pending.goes_on(message.operation):
                self._abandoned.discard(message.id)
        elif (pending := self._pending.get(message.id)) is None:
            raise ProtocolError("an answer to nothing that was asked")
        elif pending.take(message):
            del self._pending[message.id]
            pending.deliver(message)
        else:
            pending.postpone(self.timeout)

    def _notified(self, message: LdapMessage) -> None:
        """RFC 4511 4.4: the notice of disconnection ends everything; other notifications may be ignored."""
        operation = message.operation
        if not isinstance(operation, ExtendedResponse):
            raise ProtocolError("a message with id 0 that is no notification")
        if operation.name == NOTICE_OF_DISCONNECTION:
            text = f"{self.place} announced that it disconnects: {describe(operation.result)}"
            self.give_up(SourceUnavailable(self.source, text))

    def _overdue(self, message_id: int) -> None:
        pending = self._pending.get(message_id)
        if pending is None:
            return
        if self._heard <= pending.began:
            self.timed_out(pending.what)
        else:
            self._abandon(message_id)
            pending.fail(self._overtime(pending.what))

    def _cancelled(self, message_id: int) -> None:
        """Whoever asked no longer waits. Half a timeout without a byte is taken for a hanging server: the guard
        around a source has the same deadline as we have, and its cancellation may come first."""
        pending = self._pending.get(message_id)
        if pending is None:
            return
        if self._heard <= pending.began and self.clock.seconds() - pending.began >= self.timeout / 2:
            self.timed_out(pending.what)
        else:
            self._abandon(message_id)

    def _abandon(self, message_id: int) -> None:
        """RFC 4511 4.11. A bind cannot be abandoned: who is bound would be unknown, so the connection goes."""
        pending = self._pending.pop(message_id)
        if pending.expected is BindResponse:
            self.give_up(SourceUnavailable(self.source, f"the connection to {self.place} was given up in a bind"))
        elif self.problem is None:
            self._abandoned.add(message_id)
            self._send(AbandonRequest(message_id))

    def _overtime(self, what: str) -> SourceUnavailable:
        return SourceUnavailable(self.source, f"{self.place} did not answer a {what} within {self.timeout:g} seconds")
