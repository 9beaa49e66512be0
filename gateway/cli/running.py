"""One coroutine on the real reactor, from beginning to end. The daemon does not run by this (`gateway.daemon`)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet import reactor as imported
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure


def run_async(begin: Callable[[Any], Coroutine[Any, Any, int]]) -> int:
    """The result of a coroutine that is given the real reactor; what it raises is raised.

    Ctrl-C or SIGTERM cancels it; it may still tidy up, and then `KeyboardInterrupt` is raised. Once a process.
    """
    reactor: Any = imported  # the module is the reactor; its type has no name
    run = _Run(reactor, begin)
    reactor.callWhenRunning(run.start)
    reactor.run()
    if run.interrupted or not (run.results or run.failures):
        raise KeyboardInterrupt
    for failure in run.failures:
        failure.raiseException()
    return run.results[0]


class _Run:
    def __init__(self, reactor: Any, begin: Callable[[Any], Coroutine[Any, Any, int]]) -> None:
        self.results: list[int] = []
        self.failures: list[Failure] = []
        self.interrupted = False
        self._reactor = reactor
        self._begin = begin
        self._ended: Deferred[None] = Deferred()
        self._stopping = False

    def start(self) -> None:
        self._running = Deferred.fromCoroutine(self._begin(self._reactor))
        self._reactor.addSystemEventTrigger("before", "shutdown", self._stop)
        self._running.addCallbacks(self.results.append, self.failures.append)
        self._running.addBoth(self._end)

    def _end(self, _: object) -> None:
        self._ended.callback(None)
        if not self._stopping:
            self._reactor.stop()

    def _stop(self) -> Deferred[None]:
        self._stopping = True
        if not self._ended.called:
            self.interrupted = True
            self._running.cancel()
        return self._ended
