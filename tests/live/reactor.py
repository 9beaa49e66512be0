"""The real reactor, for tests against real servers: it runs in one background thread for the whole test run.

Not for unit tests: those use in-memory transports and `waiting.now`.
"""

from __future__ import annotations

import concurrent.futures
import functools
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, cast

from twisted.internet import reactor as installed
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

T = TypeVar("T")

reactor = cast(ReactorBase, installed)


def in_reactor(function: Callable[[], Coroutine[Any, Any, T]], timeout: float = 30) -> T:
    """Call `function` in the reactor's thread and wait for the coroutine that it makes; its result or exception.

    After `timeout` seconds the coroutine is cancelled, and TimeoutError raised.
    """
    _running()
    outcome: concurrent.futures.Future[T] = concurrent.futures.Future()
    started: list[Deferred[T]] = []

    def failed(failure: Failure) -> None:
        outcome.set_exception(failure.value)

    def begin() -> None:
        deferred = Deferred.fromCoroutine(function())
        started.append(deferred)
        deferred.addCallbacks(outcome.set_result, failed)

    def cancel() -> None:
        for deferred in started:
            deferred.cancel()

    reactor.callFromThread(begin)
    try:
        return outcome.result(timeout)
    except concurrent.futures.TimeoutError:
        if outcome.done():  # the coroutine's own TimeoutError
            raise
        reactor.callFromThread(cancel)
        raise TimeoutError(f"still waiting after {timeout} s") from None


@functools.cache
def _running() -> threading.Thread:
    thread = threading.Thread(target=reactor.run, kwargs={"installSignalHandlers": False}, name="reactor", daemon=True)
    thread.start()
    # Not atexit: Python joins the reactor's pool threads before it calls that, and they only end when it stops.
    threading.Thread(target=_stop_after_main, args=(thread,), name="reactor-stop").start()
    return thread


def _stop_after_main(thread: threading.Thread) -> None:
    threading.main_thread().join()
    reactor.callFromThread(reactor.stop)
    thread.join(10)
