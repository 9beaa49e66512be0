"""The factory of connections for any number of ports: how many there may be, and how they end.

Opening and closing the ports themselves is `gateway.app`'s. One `Listener` serves LDAP and LDAPS alike, since a session
sees from its transport whether it is TLS; so the limit is one for all ports.
"""

from __future__ import annotations

from typing import Protocol as Seam
from typing import cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import Logger

from gateway.frontends.ldap.outlet import LAST_WORDS, Transport, notice_of_disconnection
from gateway.frontends.ldap.services import Clock, Services
from gateway.frontends.ldap.session import Session
from gateway.wire.messages import LdapResult, ResultCode

_log = Logger()


class Crowd(Seam):
    """The connections of all processes that listen on the same ports."""

    def count(self, own: int) -> int:
        """Say how many this process has; how many all have together."""
        ...

    def is_ahead(self) -> bool:
        """Whether this process has so many more than another that the next one should be that one's."""
        ...


class Turned(Protocol):
    """A connection that is turned away as soon as it is made."""

    def __init__(self, result: LdapResult) -> None:
        self._result = result

    def connectionMade(self) -> None:  # noqa: N802 - IProtocol
        transport = cast(Transport, self.transport)
        transport.write(notice_of_disconnection(self._result))
        transport.loseConnection()


class Listener(Factory):
    """Makes sessions. `sessions` are the connections that are open now."""

    noisy = False

    def __init__(self, services: Services, clock: Clock, crowd: Crowd | None = None) -> None:
        self.sessions: set[Session] = set()
        self._services = services
        self._clock = clock
        self._crowd = crowd
        self._is_draining = False
        self._all_gone: Deferred[None] | None = None

    def __len__(self) -> int:
        """How many connections are open."""
        return len(self.sessions)

    def __bool__(self) -> bool:
        """A factory without connections is one all the same."""
        return True

    def buildProtocol(self, addr: IAddress | None) -> Protocol:  # noqa: N802 - IProtocolFactory
        """A session, or one sentence why not."""
        return self.connected(addr, "ldap", self._services)

    def connected(self, addr: IAddress | None, name: str, services: Services) -> Protocol:
        """The same for a connection to the port of this name, where other services are given."""
        if self._is_draining:
            return Turned(LdapResult(ResultCode.UNAVAILABLE, diagnostic="the server is shutting down"))
        if self._all() >= self._services.limits.connections:
            _log.debug("{peer} turned away: too many connections", peer=getattr(addr, "host", "local"))
            return Turned(LdapResult(ResultCode.BUSY, diagnostic="too many connections"))
        session = Session(services, self._clock, self._gone, name, client=addr)
        self.sessions.add(session)
        self._all()
        return session

    def _all(self) -> int:
        """The connections of all processes; those have to be told of each change of ours."""
        own = len(self.sessions)
        return own if self._crowd is None else self._crowd.count(own)

    async def drain(self, grace: float) -> None:
        """End every connection: at once where nothing is in progress, else when that is done, at the latest
        after `grace` seconds. No connection is open when this returns."""
        self._is_draining = True
        for session in tuple(self.sessions):
            session.drain()
        await self._wait(grace)
        for session in tuple(self.sessions):
            session.disconnect(ResultCode.UNAVAILABLE, "the server is shutting down")
        await self._wait(LAST_WORDS)
        for session in tuple(self.sessions):
            session.abort()

    async def _wait(self, seconds: float) -> None:
        """Until all connections are gone, or that many seconds."""
        if not self.sessions:
            return
        gone: Deferred[None] = Deferred()
        timer = self._clock.callLater(seconds, gone.callback, None)
        self._all_gone = gone
        try:
            await gone
        finally:
            self._all_gone = None
            if timer.active():
                timer.cancel()

    def _gone(self, session: Session) -> None:
        self.sessions.discard(session)
        self._all()
        if self._all_gone is not None and not self.sessions and not self._all_gone.called:
            self._all_gone.callback(None)


class Door(Factory):
    """One of several ports of a listener: its connections know its name, and have its services."""

    noisy = False

    def __init__(self, listener: Listener, name: str, services: Services) -> None:
        self._listener = listener
        self._name = name
        self._services = services

    def buildProtocol(self, addr: IAddress | None) -> Protocol:  # noqa: N802 - IProtocolFactory
        """A session, or one sentence why not; the limit is one for all ports."""
        return self._listener.connected(addr, self._name, self._services)
