"""When a connection that nobody uses ends. Ending it is the session's."""

from __future__ import annotations

from collections.abc import Callable

from gateway.frontends.ldap.services import Clock, DelayedCall


class Idleness:
    """Calls `over` when nothing was `heard` for `limit` seconds and nothing `is_busy`. One timer for all that is heard,
    not one for each request."""

    __slots__ = ("_clock", "_heard", "_is_busy", "_limit", "_over", "_timer")

    def __init__(self, clock: Clock, limit: float, is_busy: Callable[[], object], over: Callable[[], object]) -> None:
        self._clock = clock
        self._limit = limit
        self._is_busy = is_busy
        self._over = over
        self._heard = clock.seconds()
        self._timer: DelayedCall = clock.callLater(limit, self._look)

    def heard(self) -> None:
        """A request came."""
        self._heard = self._clock.seconds()

    def stop(self) -> None:
        """The connection is gone."""
        if self._timer.active():
            self._timer.cancel()

    def _look(self) -> None:
        rest = self._heard + self._limit - self._clock.seconds()
        if rest <= 0 and not self._is_busy():
            self._over()
        else:
            self._timer = self._clock.callLater(rest if rest > 0 else self._limit, self._look)
