"""A reactor for tests of what has real threads: time stands still until told, threads' results are pumped by `run`.

Not here: sockets, signals, processes. It starts no loop; whoever calls `run` is the reactor thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorThreads
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool
from zope.interface import implementer

T = TypeVar("T")


@implementer(IReactorThreads)
class PumpReactor(Clock):
    """`task.Clock` with threads. `advance` moves its time; `run` drives one coroutine to its end."""

    def __init__(self) -> None:
        super().__init__()
        self._calls: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._threads: ThreadPool | None = None

    def callFromThread(self, callable: Callable[..., object], *args: object, **kwargs: object) -> None:  # noqa: N802 - IReactorFromThreads
        """Have `run` or `drain` call it; safe from every thread."""
        self._calls.put(lambda: callable(*args, **kwargs))

    def callInThread(self, callable: Callable[..., object], *args: object, **kwargs: object) -> None:  # noqa: N802 - IReactorInThreads
        """Call it in a thread of this reactor's own small pool."""
        self.getThreadPool().callInThread(callable, *args, **kwargs)

    def getThreadPool(self) -> ThreadPool:  # noqa: N802 - IReactorThreads
        """The pool of `callInThread`, started at the first use and ended by `close`."""
        if self._threads is None:
            self._threads = ThreadPool(0, 4, "pump")
            self._threads.start()
        return self._threads

    def suggestThreadPoolSize(self, size: int) -> None:  # noqa: N802 - IReactorThreads
        """At most `size` threads from now on."""
        self.getThreadPool().adjustPoolsize(0, size)

    def run(self, coroutine: Coroutine[Any, Any, T], timeout: float = 10.0) -> T:
        """The coroutine's result, or what it raises. `TimeoutError` after `timeout` seconds of the real clock, and
        the coroutine is cancelled. Delayed calls of 0 seconds run; for later ones the test calls `advance`."""
        return self.wait(Deferred.fromCoroutine(coroutine), timeout)

    def wait(self, deferred: Deferred[T], timeout: float = 10.0) -> T:
        """The result of a Deferred that was started before; else as `run`."""
        results: list[Any] = []
        deferred.addBoth(results.append)
        self.until(lambda: bool(results), timeout, otherwise=deferred.cancel)
        if isinstance(results[0], Failure):
            results[0].raiseException()
        result: T = results[0]
        return result

    def until(
        self, reached: Callable[[], bool], timeout: float = 10.0, *, otherwise: Callable[[], object] | None = None
    ) -> None:
        """Pump until `reached()`; `TimeoutError` (after calling `otherwise`) when that takes too long."""
        deadline = time.monotonic() + timeout
        while True:
            self.advance(0)
            if reached():
                return
            try:
                call = self._calls.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                if otherwise is not None:
                    otherwise()
                raise TimeoutError(f"still waiting after {timeout} seconds") from None
            call()

    def drain(self) -> None:
        """Do what threads have handed over so far and what is due; does not wait."""
        self.advance(0)
        while not self._calls.empty():
            self._calls.get()()
        self.advance(0)

    def close(self) -> None:
        """End the threads of `callInThread`, if there were any."""
        if self._threads is not None:
            self._threads.stop()
            self._threads = None
