"""Single flight: the same question asked many times at once is worked out once, and waits have ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any, Generic, Protocol, TypeVar

from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure

T = TypeVar("T")


class Clock(Protocol):
    """What the core needs of a reactor: the time in seconds since the epoch, and being called later."""

    def seconds(self) -> float: ...

    def callLater(self, delay: float, callable: Callable[..., object], *args: object) -> IDelayedCall: ...  # noqa: N802 (Twisted's name)


class SingleFlight(Generic[T]):
    """Runs one coroutine a key at a time; whoever asks meanwhile shares its result.

    The work is nobody's in particular: one who stops waiting does not stop it for the others.
    """

    def __init__(self) -> None:
        self._waiting: dict[Hashable, list[Deferred[T]]] = {}

    async def run(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of `work()`, or of the same work begun by somebody else."""
        waiter: Deferred[T] = Deferred()
        waiters = self._waiting.get(key)
        if waiters is not None:
            waiters.append(waiter)
        else:
            self._waiting[key] = [waiter]
            Deferred.fromCoroutine(work()).addBoth(self._land, key)
        return await waiter

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._waiting

    async def landed(self, key: Hashable) -> None:
        """Return when no work of that key is under way, whatever became of it."""
        waiters = self._waiting.get(key)
        if waiters is not None:
            waiter: Deferred[T] = Deferred()
            waiters.append(waiter)
            await waiter.addErrback(lambda _: None)

    async def idle(self) -> None:
        """Return when nothing is under way."""
        while self._waiting:
            waiter: Deferred[T] = Deferred()
            next(iter(self._waiting.values())).append(waiter)
            await waiter

    def _land(self, result: T | Failure, key: Hashable) -> None:
        for waiter in self._waiting.pop(key):
            if not waiter.called:
                waiter.callback(result)  # a Failure handed to callback() is an errback


async def within(clock: Clock, seconds: float, work: Awaitable[T]) -> T:
    """The result of `work`, or `TimeoutError` after `seconds`: even where `work` ignores being cancelled."""
    inner = Deferred.fromCoroutine(_await(work))
    if inner.called:
        return await inner
    outer: Deferred[T] = Deferred(lambda _: inner.cancel())

    def expire() -> None:
        if not outer.called:  # whoever waited may have gone, and `work` have ignored it
            outer.errback(TimeoutError())
        inner.cancel()

    timer = clock.callLater(seconds, expire)

    def finish(result: T | Failure) -> None:
        if timer.active():
            timer.cancel()
        if not outer.called:
            outer.callback(result)

    inner.addBoth(finish)
    return await outer


async def _await(work: Awaitable[T]) -> T:
    return await work
