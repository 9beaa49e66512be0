"""What other processes write is seen here within a second, while people are kept in memory (R9, R19).

Twice a second SQLite's `data_version` tells whether anybody has committed; if so, the feed of changes since the last
one seen drops the changed people from memory. Where that fails or comes late, memory is not used.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.error import TimeoutError as DeadlineError
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from backends.native.cache import Changes
from gateway.errors import BindferryError
from gateway.threads import ThreadReactor

POLL = 0.5
"""Seconds between two looks."""

TRUST = 1.0
"""Seconds from the beginning of a look during which memory may answer: the promise of R9."""

IDLE = 60.0
"""Seconds after which, if nobody asks for anybody, looking ends until somebody does."""

_log = Logger()


class Clocked(ThreadReactor, Protocol):
    """A reactor that tells the time."""

    def seconds(self) -> float:
        """As IReactorTime."""
        ...


class Watch:
    """Says whether memory may be used now, and keeps looking as long as somebody asks.

    `look` reads the feed, in a thread; `apply` is given what it tells.
    """

    def __init__(
        self,
        clock: Clocked,
        look: Callable[[], Awaitable[Changes | None]],
        apply: Callable[[Changes | None], None],
    ) -> None:
        self._clock = clock
        self._look = look
        self._apply = apply
        self._looked = float("-inf")  # when the last look that succeeded began
        self._asked = float("-inf")
        self._look_under_way: Deferred[None] | None = None
        self._failing = False
        self._open = True
        self._timer: IDelayedCall | None = None

    def fresh(self) -> bool:
        """Whether memory may be used now. If not, a look begins, and the next question has better prospects.

        A clock that was set back makes it False: it must not stretch the second.
        """
        self._asked = now = self._clock.seconds()
        if self._looked <= now < self._looked + TRUST:
            return True
        self._begin(now)
        if self._open and self._timer is None:
            self._timer = self._clock.callLater(POLL, self._tick)
        return False

    def close(self) -> None:
        """Look no more; memory is not to be used from now on."""
        self._open = False
        self._looked = float("-inf")
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def settled(self) -> None:
        """Wait for the look that is under way."""
        if self._look_under_way is not None:
            await DeferredList([self._look_under_way])

    def _tick(self) -> None:
        self._timer = None
        now = self._clock.seconds()
        if now - self._asked <= IDLE:
            self._timer = self._clock.callLater(POLL, self._tick)
            self._begin(now)

    def _begin(self, now: float) -> None:
        if self._open and self._look_under_way is None:
            self._look_under_way = Deferred.fromCoroutine(self._run(now))
            self._look_under_way.addErrback(self._unforeseen).addCallback(self._ended)

    async def _run(self, began: float) -> None:
        try:
            changes = await self._look()
        except (BindferryError, DeadlineError) as error:
            if self._open and not self._failing:
                _log.warn("people in memory are not used: {reason}", reason=str(error))
                self._failing = True
        else:
            self._apply(changes)
            if self._open:
                self._looked = began
            if self._failing:
                _log.info("people in memory are used again")
                self._failing = False

    def _ended(self, _: None) -> None:
        self._look_under_way = None

    def _unforeseen(self, failure: Failure) -> None:
        _log.failure("the feed of changes cannot be read", failure=failure)
