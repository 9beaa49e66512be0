"""Opening a connection to the first server that can be used: TCP, TLS, and what its user wants done first.

Which order to try servers in is in `servers`; who keeps connections is in `pool` and `shared`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import IAddress, IProtocol, IProtocolFactory, IReactorTime
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from twisted.python.failure import Failure

from backends.legacy.ldapclient.connection import LdapConnection
from backends.legacy.ldapclient.servers import Server, Servers
from backends.legacy.ldapclient.tls import Creator
from gateway.errors import SourceUnavailable
from gateway.identity.flights import within

Dial = Callable[[Server, IProtocolFactory], Deferred[IProtocol]]
Prepare = Callable[[LdapConnection], Awaitable[None]]
_log = Logger(namespace="bindferry.ldap")


class AccountRefused(SourceUnavailable):
    """The service account's own name or password was refused: a fault of the configuration, not of a server."""


@dataclass(frozen=True, slots=True)
class Security:
    """`creator` makes the TLS side for a host; `starttls` asks for TLS on every `ldap://` connection."""

    creator: Callable[[str], Creator]
    starttls: bool = False


def dialler(reactor: object) -> Dial:
    """How the daemon connects. `reactor` is what `HostnameEndpoint` wants: TCP, time, a name resolver."""

    def dial(server: Server, factory: IProtocolFactory) -> Deferred[IProtocol]:
        return HostnameEndpoint(reactor, server.host, server.port).connect(factory)

    return dial


class Connector:
    """Connects, and remembers which servers could not be used. `source` is the name that errors carry."""

    def __init__(
        self, source: str, servers: Servers, security: Security, *, dial: Dial, clock: IReactorTime, timeout: float
    ) -> None:
        self.source = source
        self.servers = servers
        self.clock = clock
        self.timeout = timeout
        self._security = security
        self._dial = dial

    async def connect(self, prepare: Prepare | None = None) -> LdapConnection:
        """A connection to the best server on which `prepare` succeeded. All of this takes one server no longer than its
        share of the timeout, so that the second is reached before whoever waits gives up."""
        share = self.timeout / len(self.servers.all)
        for server in self.servers.candidates(self.clock.seconds()):
            try:
                connection = await self.open(server, share, prepare)
            except AccountRefused:
                raise
            except SourceUnavailable as error:
                self.blame(str(server), error.text)
                continue
            self.servers.worked(str(server))
            return connection
        raise SourceUnavailable(self.source, self.servers.reasons(), untried=True)

    async def open(self, server: Server, seconds: float, prepare: Prepare | None = None) -> LdapConnection:
        """A connection to this server, whatever it did before."""
        connection = LdapConnection(self.source, str(server), self.clock, self.timeout)
        try:
            await within(self.clock, seconds, self._set_up(server, connection, prepare))
        except TimeoutError:
            text = f"{server} could not be used within {seconds:g} seconds"
            raise connection.give_up(SourceUnavailable(self.source, text)) from None
        except BaseException:
            connection.close()
            raise
        return connection

    def blame(self, place: str, text: str) -> None:
        """Use this server only when nothing better is left, for a while."""
        now = self.clock.seconds()
        if not self.servers.shunned(place, now):
            _log.warn("source {source}: {text}", source=self.source, text=text)
        self.servers.failed(place, now, text)

    async def _set_up(self, server: Server, connection: LdapConnection, prepare: Prepare | None) -> None:
        try:
            await _cancellable(self._dial(server, _Only(connection)))
        except (ConnectError, OSError) as error:
            text = f"{server} cannot be reached: {error}"
            raise SourceUnavailable(self.source, text) from None
        if server.tls:
            await connection.secure(self._security.creator(server.host))
        elif self._security.starttls:
            await connection.start_tls(self._security.creator(server.host))
        if prepare is not None:
            await prepare(connection)


def _cancellable(dialled: Deferred[IProtocol]) -> Deferred[IProtocol]:
    """The same, and `CancelledError` when cancelled: endpoints then say that the host does not exist, or the like."""

    given_up = False

    def cancel(_: Deferred[IProtocol]) -> None:
        nonlocal given_up
        given_up = True
        dialled.cancel()

    def forward(result: IProtocol | Failure) -> None:
        if not given_up:
            waiter.callback(result)  # a Failure handed to callback() is an errback

    waiter: Deferred[IProtocol] = Deferred(cancel)
    dialled.addBoth(forward)
    return waiter


class _Only(Factory):
    """Makes the one connection that it was made for."""

    noisy = False

    def __init__(self, connection: LdapConnection) -> None:
        self._connection = connection

    def buildProtocol(self, addr: IAddress | None) -> LdapConnection:  # noqa: N802 - IProtocolFactory
        return self._connection
