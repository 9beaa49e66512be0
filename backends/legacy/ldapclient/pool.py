"""Connections that are used by one at a time: a bind needs the whole connection, and so do pages of a search.

The connection that look-ups share is in `shared`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from backends.legacy.ldapclient.connection import LdapConnection
from gateway.errors import BusyError, SourceUnavailable

Opener = Callable[[], Awaitable[LdapConnection]]


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """At most `size` connections; one that rested for `idle` seconds is closed; who needs one waits `timeout`."""

    size: int
    idle: float
    timeout: float


class Pool:
    """Lends connections, the one used last first, so that a few stay warm and the rest can rest and close."""

    def __init__(self, source: str, opener: Opener, clock: IReactorTime, limits: PoolLimits) -> None:
        self._source = source
        self._open = opener
        self._clock = clock
        self._limits = limits
        self._resting: list[LdapConnection] = []
        self._lent: set[LdapConnection] = set()
        self._opening = 0
        self._waiting: deque[Deferred[LdapConnection | None]] = deque()
        self._sweep: IDelayedCall | None = None
        self._closed = False

    @property
    def size(self) -> int:
        """How many connections there are or will be in a moment."""
        return len(self._resting) + len(self._lent) + self._opening

    @asynccontextmanager
    async def lease(self, *, fresh: bool = False) -> AsyncIterator[LdapConnection]:
        """A connection for one user, `fresh` for a newly opened one. Comes back whatever happens; one with something in
        flight or a problem is let go. `BusyError` when none came free in time."""
        connection = await self._take(fresh)
        self._lent.add(connection)
        try:
            yield connection
        finally:
            self._lent.discard(connection)
            self._give_back(connection)

    def drop(self, place: str) -> None:
        """Close what rests of connections to this server: it has just hung or failed."""
        for connection in [one for one in self._resting if one.place == place]:
            self._resting.remove(connection)
            connection.close()

    def close(self) -> None:
        """Close everything, lent connections too; who waits gets `SourceUnavailable`."""
        self._closed = True
        if self._sweep is not None and self._sweep.active():
            self._sweep.cancel()
        for connection in [*self._resting, *self._lent]:
            connection.close()
        self._resting.clear()
        while self._waiting:
            self._waiting.popleft().errback(self._over())

    async def _take(self, fresh: bool) -> LdapConnection:
        if self._closed:
            raise self._over()
        while self._resting:
            connection = self._resting.pop()
            if not fresh and connection.usable:
                return connection
            connection.close()
        if self.size >= self._limits.size:
            connection_or_room = await self._wait()
            if connection_or_room is not None:
                return connection_or_room
        else:
            self._opening += 1
        return await self._open_one()

    async def _open_one(self) -> LdapConnection:
        """`_opening` counts this one already."""
        try:
            connection = await self._open()
        except BaseException:
            self._opening -= 1
            self._room()
            raise
        self._opening -= 1
        if self._closed:
            connection.close()
            raise self._over()
        return connection

    async def _wait(self) -> LdapConnection | None:
        """A connection that came free, or None: there is room for a new one, and it is counted already."""
        waiter: Deferred[LdapConnection | None] = Deferred(self._waiting.remove)
        self._waiting.append(waiter)
        waiter.addTimeout(self._limits.timeout, self._clock)
        try:
            return await waiter
        except TimeoutError:
            text = f"none of {self._limits.size} connections came free within {self._limits.timeout:g} seconds"
            raise BusyError(f"source {self._source}: {text}") from None

    def _give_back(self, connection: LdapConnection) -> None:
        connection.rested = True
        if self._closed or connection.busy or not connection.usable:
            connection.close()
            self._room()
        elif self._waiting:
            self._waiting.popleft().callback(connection)
        else:
            self._resting.append(connection)
            if self._sweep is None:
                self._sweep = self._clock.callLater(self._limits.idle, self._close_idle)

    def _room(self) -> None:
        if self._waiting and not self._closed and self.size < self._limits.size:
            self._opening += 1
            self._waiting.popleft().callback(None)

    def _close_idle(self) -> None:
        now = self._clock.seconds()
        for connection in [one for one in self._resting if now - one.last_used >= self._limits.idle]:
            self._resting.remove(connection)
            connection.close()
        self._sweep = None
        if self._resting:
            oldest = min(one.last_used for one in self._resting)
            self._sweep = self._clock.callLater(max(0.0, oldest + self._limits.idle - now), self._close_idle)

    def _over(self) -> SourceUnavailable:
        return SourceUnavailable(self._source, "the source is closed")
