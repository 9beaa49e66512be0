"""The operations of one LDAP connection: bind, search, extended, StartTLS.

How an answer finds its question is in `link`; who uses a connection, and when one is opened, in `pool` and `servers`.
"""

from __future__ import annotations

from typing import cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHandshakeListener, IReactorTime, ISSLTransport, ITLSTransport
from zope.interface import implementer

from backends.legacy.ldapclient.link import Link
from backends.legacy.ldapclient.pending import BindAnswer, Pending, SearchAnswer, describe
from backends.legacy.ldapclient.tls import Creator
from gateway.errors import SourceError, SourceMisbehaved, SourceUnavailable
from gateway.wire.messages import (
    BindRequest,
    BindResponse,
    Control,
    ExtendedRequest,
    ExtendedResponse,
    SearchRequest,
    SearchResultDone,
    SimpleAuthentication,
)

START_TLS = "1.3.6.1.4.1.1466.20037"


@implementer(IHandshakeListener)
class LdapConnection(Link):
    """A client's end. Every method raises `SourceUnavailable` or `SourceMisbehaved` where no answer comes; a result
    code is an answer, whatever it is."""

    def __init__(self, source: str, place: str, clock: IReactorTime, timeout: float) -> None:
        super().__init__(source, place, clock, timeout)
        self._handshake: Deferred[None] | None = None

    async def bind(self, name: str, password: bytes, controls: tuple[Control, ...] = ()) -> BindAnswer:
        """One simple bind. Nothing else may be in flight (RFC 4511 4.2.1)."""
        if not name or not password:
            # R5: many servers answer success to a name without a password. Who asks for that has a fault.
            raise SourceMisbehaved(self.source, "a bind without name or password is never sent")
        if self.busy:
            raise SourceMisbehaved(self.source, "a bind is never sent while other operations are in flight")
        pending = Pending("bind", BindResponse)
        request = BindRequest(3, name, SimpleAuthentication(password))
        response = cast(BindResponse, await self.ask(request, pending, controls))
        return BindAnswer(response.result, pending.controls)

    async def search(self, request: SearchRequest, controls: tuple[Control, ...] = ()) -> SearchAnswer:
        """All that the server answers to one search."""
        pending = Pending("search", SearchResultDone, most=request.size_limit)
        done = cast(SearchResultDone, await self.ask(request, pending, controls))
        return SearchAnswer(done.result, tuple(pending.entries), pending.references, pending.controls)

    async def extended(self, name: str, value: bytes | None = None) -> ExtendedResponse:
        """One extended operation."""
        pending = Pending("extended operation", ExtendedResponse)
        return cast(ExtendedResponse, await self.ask(ExtendedRequest(name, value), pending))

    async def start_tls(self, creator: Creator) -> None:
        """StartTLS (RFC 4511 4.14) and the handshake. There is no going on in clear where it is refused."""
        result = (await self.extended(START_TLS)).result
        if result.code != 0:
            text = f"{self.place} refused StartTLS: {describe(result)}"
            raise self.give_up(SourceUnavailable(self.source, text))
        await self.secure(creator)

    async def secure(self, creator: Creator) -> None:
        """The TLS handshake, from the client's side; the certificate is verified as `creator` says."""
        if self.problem is not None:
            raise self.problem
        if self.buffer.pending or self.busy:
            # What came in clear before the handshake must never be read as if it had come under it.
            text = f"{self.place} sent more than its answer to StartTLS"
            raise self.give_up(SourceMisbehaved(self.source, text))
        waiter: Deferred[None] = Deferred(self._handshake_cancelled)
        self._handshake = waiter
        timer = self.clock.callLater(self.timeout, self.timed_out, "TLS handshake")
        try:
            cast(ITLSTransport, self.transport).startTLS(creator)
            await waiter
        finally:
            self._handshake = None
            if timer.active():
                timer.cancel()

    def handshakeCompleted(self) -> None:  # noqa: N802 - IHandshakeListener
        """The peer has shown a certificate that is good enough."""
        if self._handshake is not None and not self._handshake.called:
            self._handshake.callback(None)

    def fail(self, problem: SourceError) -> None:
        """Tell everybody who waits, for the handshake too."""
        super().fail(problem)
        if self._handshake is not None and not self._handshake.called:
            self._handshake.errback(self.problem or problem)

    @property
    def tls(self) -> ISSLTransport | None:
        """The transport if it is under TLS, for whoever wants to look at the certificate."""
        return self.transport if ISSLTransport.providedBy(self.transport) else None

    def _handshake_cancelled(self, _: Deferred[None]) -> None:
        # `give_up` must not fire the Deferred that is being cancelled.
        self._handshake = None
        self.give_up(SourceUnavailable(self.source, f"the connection to {self.place} was given up in its handshake"))
