"""Bounded pools of threads for work that blocks: hashing, database drivers, ldap3.

What is not here: which work belongs into a thread, and what its failures mean to a login.

Twisted's own ThreadPool queues without limit and joins its threads when it stops, so one driver that hangs keeps the
process alive for ever. These threads are daemons, and a pool never has more of them than its size.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol, TypeVar, TypeVarTuple, cast

from twisted.internet.defer import Deferred
from twisted.internet.error import TimeoutError as DeadlineError
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from gateway.errors import BusyError

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_log = Logger()


class ThreadReactor(Protocol):
    """The part of a reactor that a pool needs."""

    def callLater(self, delay: float, callable: Callable[..., object], *args: object) -> IDelayedCall:  # noqa: N802  # Twisted's name
        """As IReactorTime."""
        ...

    def callFromThread(self, callable: Callable[..., object], *args: object) -> None:  # noqa: N802  # Twisted's name
        """As IReactorFromThreads."""
        ...


class _Job:
    """One piece of work. Its arguments may be passwords: they are let go of as soon as they are not needed."""

    __slots__ = ("_work", "deferred", "result")

    def __init__(self, work: Callable[[], object], withdraw: Callable[[_Job], None]) -> None:
        self._work: Callable[[], object] | None = work
        self.result: object = None
        self.deferred: Deferred[object] = Deferred(lambda _: withdraw(self))

    def perform(self) -> None:
        """In a pool's thread. Never raises: a failure is the result."""
        work = self._work
        try:
            self.result = work() if work is not None else None
        except BaseException:  # noqa: BLE001  # whoever awaits the work gets it, whatever it is
            self.result = Failure()  # type: ignore[no-untyped-call]  # Twisted has no types there
        self.forget()

    def forget(self) -> None:
        """Let go of the work and its arguments."""
        self._work = None


class Pool:
    """At most `size` threads, started when work first needs them, and at most `queue` pieces of work behind them.

    All methods are for the reactor's thread. Work that was given up (deadline, cancellation, `close`) while it ran
    occupies its thread until it really returns, so work that hangs fills the pool, and the pool then says busy.
    """

    def __init__(self, reactor: ThreadReactor, name: str, size: int, queue: int) -> None:
        self.name = name
        self.size = size
        self.queue = queue
        self._reactor = reactor
        self._accepted: set[_Job] = set()  # neither returned nor withdrawn; touched by the reactor's thread only
        self._emptied: list[Deferred[None]] = []
        self._ready = threading.Condition()  # guards all that follows
        self._jobs: deque[_Job] = deque()
        self._threads = 0
        self._open = True

    @property
    def running(self) -> int:
        """Threads that are occupied, by abandoned work too."""
        return min(len(self._accepted), self.size)

    @property
    def waiting(self) -> int:
        """Pieces of work that no thread has begun."""
        return len(self._accepted) - self.running

    def start(self) -> None:
        """Accept work again after `close`. A new pool accepts at once, and starts no thread before it has work."""
        with self._ready:
            self._open = True

    async def run(self, function: Callable[[*Ts], T], *args: *Ts, deadline: float | None = None) -> T:
        """The result of `function(*args)`, called in a thread; whatever it raises is raised here.

        `deadline` is in seconds from now, waiting included; after it `twisted.internet.error.TimeoutError` is raised.
        Work that is cancelled or late before a thread has begun it never runs.
        `BusyError`, at once, when the pool is full or closed.
        """
        if not self._open:
            raise BusyError(f"thread pool {self.name} is closed")
        if len(self._accepted) >= self.size + self.queue:
            raise BusyError(f"thread pool {self.name} is full")
        job = _Job(lambda: function(*args), self._withdraw)
        timer = None if deadline is None else self._reactor.callLater(max(0.0, deadline), self._expire, job)
        self._accept(job)
        try:
            return cast("T", await job.deferred)
        finally:
            if timer is not None and timer.active():
                timer.cancel()

    async def close(self, grace: float) -> None:
        """Refuse new work, wait up to `grace` seconds for the old, abandon the rest: its callers get `BusyError`."""
        with self._ready:
            self._open = False
            self._ready.notify_all()
        if self._accepted:
            emptied: Deferred[None] = Deferred()
            self._emptied.append(emptied)
            timer = self._reactor.callLater(grace, self._give_up, emptied)
            try:
                await emptied
            finally:
                if timer.active():
                    timer.cancel()
                if emptied in self._emptied:
                    self._emptied.remove(emptied)
        for job in list(self._accepted):
            self._abandon(job, BusyError(f"thread pool {self.name} is closed"))

    def _give_up(self, emptied: Deferred[None]) -> None:
        self._emptied.remove(emptied)
        emptied.callback(None)

    def _accept(self, job: _Job) -> None:
        self._accepted.add(job)
        with self._ready:
            self._jobs.append(job)
            self._ready.notify()
            if self._threads == self.size or self._threads >= len(self._accepted):
                return
            self._threads += 1
            name = f"{self.name}-{self._threads}"
        threading.Thread(target=self._serve, name=name, daemon=True).start()

    def _expire(self, job: _Job) -> None:
        error = DeadlineError(string=f"thread pool {self.name}")  # type: ignore[no-untyped-call]  # as above
        self._abandon(job, error)

    def _abandon(self, job: _Job, error: Exception) -> None:
        self._withdraw(job)
        if not job.deferred.called:
            job.deferred.errback(error)

    def _withdraw(self, job: _Job) -> None:
        """Take back what no thread has begun; what has begun goes on, and nobody waits for it any more."""
        with self._ready:
            if job not in self._jobs:
                return
            self._jobs.remove(job)
        job.forget()
        self._leave(job)

    def _leave(self, job: _Job) -> None:
        self._accepted.discard(job)
        if not self._accepted:
            emptied, self._emptied = self._emptied, []
            for deferred in emptied:
                deferred.callback(None)

    def _serve(self) -> None:
        """The life of one thread."""
        while (job := self._next()) is not None:
            job.perform()
            self._reactor.callFromThread(self._returned, job)
            del job  # an idle thread keeps no result and no password

    def _next(self) -> _Job | None:
        with self._ready:
            while not self._jobs:
                if not self._open:
                    self._threads -= 1
                    return None
                self._ready.wait()
            return self._jobs.popleft()

    def _returned(self, job: _Job) -> None:
        self._leave(job)
        result: Any = job.result
        if not job.deferred.called:
            job.deferred.callback(result)  # a Failure becomes an errback
        elif isinstance(result, Failure):  # its text may hold anything: only the kind is told (R15)
            _log.warn("{pool}: abandoned work failed late: {kind}", pool=self.name, kind=type(result.value).__name__)
        else:
            _log.info("{pool}: abandoned work returned late", pool=self.name)
