"""One connection: bytes in, requests begun, and the end of it.

Whom it speaks for is in `speaker`, what a request means in the operations, how one runs in `call`, which may run in
`order`, what goes out in `outlet`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from cryptography import x509
from twisted.internet.interfaces import IAddress, ISSLTransport
from twisted.internet.protocol import Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from gateway.errors import ProtocolError
from gateway.frontends.ldap import controls
from gateway.frontends.ldap.call import Call
from gateway.frontends.ldap.confined import confined
from gateway.frontends.ldap.extended import starttls_result
from gateway.frontends.ldap.idleness import Idleness
from gateway.frontends.ldap.operations import OPERATIONS
from gateway.frontends.ldap.order import Order
from gateway.frontends.ldap.outlet import LAST_WORDS, Outlet, Transport
from gateway.frontends.ldap.paging import Pages
from gateway.frontends.ldap.peers import address_of
from gateway.frontends.ldap.policy import reset_controls
from gateway.frontends.ldap.services import Clock, Services
from gateway.frontends.ldap.sins import SEARCH_AFTER_UNBIND, is_forgiven, without_harmless
from gateway.frontends.ldap.speaker import Speaker
from gateway.identity.model import Identity
from gateway.wire.controls import START_TLS
from gateway.wire.ldap import (
    MessageBuffer,
    UnusableRequest,
    decode_message,
    encode_encoded,
    encode_message,
    encode_operation,
)
from gateway.wire.messages import (
    AbandonRequest,
    BindResponse,
    ExtendedRequest,
    ExtendedResponse,
    LdapMessage,
    LdapResult,
    Response,
    ResultCode,
    UnbindRequest,
)

_log = Logger()


class Session(Speaker, Protocol):
    """An LDAP client, as long as it is connected. `gone` is called once when it no longer is. `client` is who connects,
    where that is not who the transport's other end is.
    """

    outlet: Outlet

    def __init__(
        self,
        services: Services,
        clock: Clock,
        gone: Callable[[Session], object],
        listener: str = "ldap",
        client: IAddress | None = None,
    ) -> None:
        super().__init__(services, listener)
        self.clock = clock
        self._client = client
        self._gone = gone
        self._buffer = MessageBuffer(services.limits.message_anonymous)
        self._order = Order(services.limits.operations)
        self._pages: Pages | None = None
        self._pumping = False
        self._paused = False
        self._closing = False
        self._draining = False
        self._silent = True
        self._has_unbound = False
        self._idleness: Idleness | None = None

    # --- what Twisted calls

    def connectionMade(self) -> None:  # noqa: N802 - IProtocol
        transport = cast(Transport, self.transport)
        limits = self.services.limits
        nearest = address_of(getattr(transport.getPeer(), "host", ""))
        address = nearest if self._client is None else address_of(getattr(self._client, "host", ""))
        self.arrived(address, {address, nearest}, is_tls=bool(ISSLTransport.providedBy(transport)))
        self.outlet = Outlet(transport, self.clock, limits.write, self._pump)
        self._transport = transport
        self._idleness = Idleness(self.clock, limits.idle, self._is_busy, self._leave_idle)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - IProtocol
        self._silent = False
        try:
            messages = self._buffer.feed(data)
            while messages and not self._closing:
                for message in messages:
                    self._decode(message)
                if self._idleness is not None:
                    self._idleness.heard()
                self._pump()
                # What stands behind good messages is judged after them: a bind may have raised the limit.
                messages = self._buffer.feed(b"") if self._buffer.pending and not self._closing else []
        except ProtocolError as error:
            self.disconnect(ResultCode.PROTOCOL_ERROR, str(error))

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 - IProtocol
        if self._silent:
            _log.debug("{peer} connected and left without a byte", peer=self.peer.address)
        self._closing = True
        self._order.clear()
        if self._pages is not None:
            self._pages.close()
        self.outlet.lost()
        if self._idleness is not None:
            self._idleness.stop()
        self._gone(self)

    @property
    def pages(self) -> Pages:
        """The paged searches of this connection that rest."""
        if self._pages is None:
            self._pages = Pages(self.services.limits, self.clock, self.services.resting, self.peer.address)
        return self._pages

    # --- the order of requests

    def _decode(self, data: bytes) -> None:
        try:
            message = decode_message(data)
        except UnusableRequest as fault:
            if fault.answer is None:
                raise
            self._take(fault.answer)
            return
        request = message.operation
        if type(request) is AbandonRequest:
            self._order.abandon(request.message_id)
        elif type(request) is UnbindRequest or type(request) in OPERATIONS:
            self._take(message)
        else:
            raise ProtocolError("this is not a request")

    def _take(self, message: LdapMessage) -> None:
        """Put a request in its place, or what is to be answered there to one that could not be used."""
        if not (self._closing or self._draining):
            self._order.add(message)

    def _pump(self) -> None:
        """Begin what may begin, and read more only as long as there is room for it."""
        if self._pumping:
            return
        self._pumping = True
        try:
            while not (self._closing or self._draining or self.outlet.full):
                message = self._order.next()
                if message is None:
                    break
                self._begin(message)
        finally:
            self._pumping = False
        if self._draining and not self._order.running:
            self.disconnect(ResultCode.UNAVAILABLE, "the server is shutting down", LAST_WORDS)
        paused = self.outlet.full or self._order.is_full
        if paused is not self._paused and not self._closing:
            self._paused = paused
            _ = self._transport.pauseProducing() if paused else self._transport.resumeProducing()

    def _begin(self, message: LdapMessage) -> None:
        request = message.operation
        operation = OPERATIONS.get(type(request))
        if operation is None:
            self._begin_other(message)
            return
        call = Call(self, message)
        self._order.begin(call)
        if self._has_unbound:
            self._has_unbound = False
            is_forgiven(self, SEARCH_AFTER_UNBIND)
        if call.is_bind:
            self.become(None)  # RFC 4513 4: anonymous until, and unless, the bind succeeds
        refused = None
        if message.controls:
            asked = without_harmless(self, request, message.controls)
            refused = controls.refusal(request, asked, self.application.persona.controls)
        if refused is None and self.must_change and (refused := confined(request)) is not None:
            call.controls = reset_controls(message.controls)
        if refused is not None:
            call.finish(call.answer(refused))
        elif isinstance(request, ExtendedRequest) and request.name == START_TLS:
            self._start_tls(call)
        else:
            call.run(operation(call, request))

    def _begin_other(self, message: LdapMessage) -> None:
        """An unbind, or the answer to a request that could not be used."""
        if type(message.operation) is UnbindRequest:
            if SEARCH_AFTER_UNBIND in self.application.tolerates:
                self._order.end(message.id)
                self._has_unbound = True
            else:
                self._close()
            return
        self._order.end(message.id)
        if type(message.operation) is BindResponse:
            self.become(None)  # a bind that failed, RFC 4513 4
        self.outlet.write(encode_message(message))

    def running(self, message_id: int) -> Call | None:
        """The operation of this connection that is in progress under this id."""
        return self._order.call(message_id)

    def finished(self, call: Call, response: Response) -> None:
        """Called by a request that has its answer."""
        message = call.message
        self._order.end(message.id)
        self.outlet.write(encode_encoded(message.id, encode_operation(response), call.controls))
        self._pump()

    def become(self, identity: Identity | None) -> None:
        """Speak for this person from now on, None is anonymous: of whom nobody knows anything, less is read."""
        if identity is not self.identity:
            super().become(identity)
            limits = self.services.limits
            self._buffer.limit = limits.message_anonymous if identity is None else limits.message_authenticated

    def certificate(self) -> x509.Certificate | None:
        """The client's, if this port asks for one and TLS has verified it. It ends the handshake otherwise: by the time
        that a request arrives, there is none or a good one."""
        if self.services.naming is None or not self.is_tls:
            return None
        transport: Any = self.transport
        shown = transport.getPeerCertificate()
        return None if shown is None else cast(x509.Certificate, shown.to_cryptography())

    def _start_tls(self, call: Call) -> None:
        """RFC 4511 4.14. What a client sends behind the request, before it has the answer, was put there by somebody
        else: it would be read as if it had come through TLS."""
        if self._order.waiting or self._buffer.pending:
            self.disconnect(ResultCode.PROTOCOL_ERROR, "data behind a StartTLS request")
            return
        result = starttls_result(self.services, is_tls=self.is_tls, is_busy=self._order.running > 1)
        call.finish(ExtendedResponse(result, START_TLS))
        if result.code == ResultCode.SUCCESS:
            self._transport.startTLS(self.services.tls)
            self.is_behind_tls()

    # --- the end

    def drain(self) -> None:
        """Begin nothing more; when what is in progress is done, say so and close."""
        self._draining = True
        self._pump()

    def disconnect(self, code: ResultCode, text: str, patience: float | None = None) -> None:
        """Close with a notice of disconnection; what is in progress gets no answer."""
        if not self._closing:
            _log.info("{peer} disconnected: {text}", peer=self.peer.address, text=text)
            self._close(LdapResult(code, diagnostic=text), patience)

    def abort(self) -> None:
        """Close without a word, even if the peer does not read."""
        self._closing = True
        self.outlet.abort()

    def _close(self, notice: LdapResult | None = None, patience: float | None = None) -> None:
        self._closing = True
        self._order.clear()
        self.outlet.close(notice, patience)

    def _is_busy(self) -> bool:
        return self._order.running > 0

    def _leave_idle(self) -> None:
        _log.debug("{peer} was idle: closed", peer=self.peer.address)
        self._close()
