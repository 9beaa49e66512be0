"""The one connection that all look-ups share, bound as the service account, many operations in flight."""

from __future__ import annotations

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from backends.legacy.ldapclient.connection import LdapConnection
from backends.legacy.ldapclient.pool import Opener
from gateway.errors import SourceUnavailable
from gateway.identity.flights import SingleFlight


class Shared:
    """Opens it when it is needed, once for all who need it at that moment; closes it after `idle` seconds of rest."""

    def __init__(self, source: str, opener: Opener, clock: IReactorTime, idle: float) -> None:
        self._source = source
        self._open = opener
        self._clock = clock
        self._idle = idle
        self._connection: LdapConnection | None = None
        self._opening: SingleFlight[LdapConnection] = SingleFlight()
        self._sweep: IDelayedCall | None = None
        self._closed = False

    async def get(self) -> tuple[LdapConnection, bool]:
        """The connection, and whether it was there before: then the server may have closed it unnoticed."""
        if self._closed:
            raise self._over()
        if self._connection is not None and self._connection.usable:
            return self._connection, True
        return await self._opening.run("open", self._open_one), False

    def drop(self, place: str) -> None:
        """Use it no more if it leads to this server, which has just hung or failed; who waits for an answer on it may
        still get one."""
        if self._connection is not None and self._connection.place == place:
            self._connection.retire()

    def close(self) -> None:
        """Let go of it."""
        self._closed = True
        if self._sweep is not None and self._sweep.active():
            self._sweep.cancel()
        if self._connection is not None:
            self._connection.close()

    async def _open_one(self) -> LdapConnection:
        connection = await self._open()
        if self._closed:
            connection.close()
            raise self._over()
        if self._connection is not None:
            self._connection.retire()
        self._connection = connection
        if self._sweep is None or not self._sweep.active():
            self._sweep = self._clock.callLater(self._idle, self._close_idle)
        return connection

    def _close_idle(self) -> None:
        connection = self._connection
        if connection is None or connection.problem is not None:
            return
        rest = connection.last_used + self._idle - self._clock.seconds()
        if rest <= 0:
            connection.retire()
        else:
            self._sweep = self._clock.callLater(rest, self._close_idle)

    def _over(self) -> SourceUnavailable:
        return SourceUnavailable(self._source, "the source is closed")
