"""Facts about bounded pools of threads; real threads, a reactor that the test drives."""

from __future__ import annotations

import gc
import queue
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from twisted.internet.defer import CancelledError
from twisted.internet.error import TimeoutError as DeadlineError
from twisted.internet.task import Clock
from twisted.logger import ILogObserver, globalLogPublisher
from waiting import now, settled, start, waiting

from gateway.errors import BusyError
from gateway.threads import Pool

LONG = 10.0  # seconds after which a test has failed


class ThreadClock(Clock):
    """A clock whose `callFromThread` queues for the test to deliver."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: queue.SimpleQueue[tuple[Callable[..., object], tuple[object, ...]]] = queue.SimpleQueue()

    def callFromThread(self, callable: Callable[..., object], *args: object) -> None:
        self.posted.put((callable, args))

    def deliver(self, count: int = 1) -> None:
        for _ in range(count):
            function, args = self.posted.get(timeout=LONG)
            function(*args)


class Gate:
    """Work that says when it began, and goes on when the test lets it."""

    def __init__(self) -> None:
        self.began = threading.Semaphore(0)
        self.go = threading.Event()

    def work(self, value: object = None) -> object:
        self.began.release()
        assert self.go.wait(LONG)
        return value

    def wait_begun(self, count: int = 1) -> None:
        for _ in range(count):
            assert self.began.acquire(timeout=LONG)


@pytest.fixture
def clock() -> ThreadClock:
    return ThreadClock()


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.go.set()


def test_it_returns_the_result(clock: ThreadClock) -> None:
    pool = Pool(clock, "p", 1, 0)
    result = start(pool.run(divmod, 7, 2))
    clock.deliver()
    assert settled(result) == (3, 1)
    assert (pool.running, pool.waiting) == (0, 0)


def test_it_raises_what_the_work_raises(clock: ThreadClock) -> None:
    pool = Pool(clock, "p", 1, 0)
    result = start(pool.run(divmod, 7, 0))
    clock.deliver()
    with pytest.raises(ZeroDivisionError):
        settled(result)


def test_no_thread_is_started_before_there_is_work(clock: ThreadClock) -> None:
    pool = Pool(clock, "lazy-pool", 4, 4)
    pool.start()
    assert [t for t in threading.enumerate() if t.name.startswith("lazy-pool")] == []


def test_work_is_done_in_daemon_threads_and_never_in_more_than_its_size(clock: ThreadClock, gate: Gate) -> None:
    pool = Pool(clock, "bounded-pool", 2, 3)
    results = [start(pool.run(gate.work, n)) for n in range(5)]
    gate.wait_begun(2)
    threads = [t for t in threading.enumerate() if t.name.startswith("bounded-pool")]
    assert [t.daemon for t in threads] == [True, True]
    assert (pool.running, pool.waiting) == (2, 3)
    gate.go.set()
    clock.deliver(5)
    assert [settled(result) for result in results] == [0, 1, 2, 3, 4]


def test_an_idle_thread_is_used_again(clock: ThreadClock) -> None:
    pool = Pool(clock, "p", 4, 0)
    used = []
    for _ in range(3):
        result = start(pool.run(threading.get_ident))
        clock.deliver()
        used.append(settled(result))
    assert len(set(used)) == 1


def test_a_full_pool_is_busy_at_once(clock: ThreadClock, gate: Gate) -> None:
    pool = Pool(clock, "p", 1, 1)
    start(pool.run(gate.work))
    start(pool.run(gate.work))
    with pytest.raises(BusyError):
        now(pool.run(gate.work))


def test_a_deadline_gives_up_and_the_thread_stays_occupied_until_it_returns(clock: ThreadClock, gate: Gate) -> None:
    pool = Pool(clock, "p", 1, 0)
    result = start(pool.run(gate.work, deadline=5))
    gate.wait_begun()
    clock.advance(5)
    with pytest.raises(DeadlineError):
        settled(result)
    assert pool.running == 1
    with pytest.raises(BusyError):
        now(pool.run(gate.work))
    gate.go.set()
    clock.deliver()
    assert pool.running == 0


def test_a_result_in_time_leaves_no_timer_behind(clock: ThreadClock) -> None:
    pool = Pool(clock, "p", 1, 0)
    result = start(pool.run(int, "1", deadline=5))
    clock.deliver()
    assert settled(result) == 1
    assert clock.getDelayedCalls() == []


@pytest.mark.parametrize("late", [False, True], ids=["cancelled", "late"])
def test_waiting_work_that_is_given_up_never_runs(clock: ThreadClock, gate: Gate, late: bool) -> None:
    pool = Pool(clock, "p", 1, 1)
    first = start(pool.run(gate.work))
    gate.wait_begun()
    ran: list[int] = []
    second = start(pool.run(ran.append, 1, deadline=5))
    clock.advance(5) if late else second.cancel()
    with pytest.raises(DeadlineError if late else CancelledError):
        settled(second)
    assert (pool.running, pool.waiting) == (1, 0)
    third = start(pool.run(int, "3"))
    gate.go.set()
    clock.deliver(2)
    settled(first)
    assert settled(third) == 3
    assert ran == []


def test_running_work_can_be_cancelled_and_its_late_failure_tells_no_text(clock: ThreadClock, gate: Gate) -> None:
    """R15: a driver's error text may hold anything."""

    def fail() -> None:
        gate.work()
        raise ValueError("canary-7f3a")

    events: list[dict[str, Any]] = []
    pool = Pool(clock, "p", 1, 0)
    result = start(pool.run(fail))
    gate.wait_begun()
    result.cancel()
    with pytest.raises(CancelledError):
        settled(result)
    observer = cast("ILogObserver", events.append)
    globalLogPublisher.addObserver(observer)
    try:
        gate.go.set()
        clock.deliver()
    finally:
        globalLogPublisher.removeObserver(observer)
    assert "ValueError" in str(events)
    assert "canary" not in str(events)


def test_an_idle_pool_keeps_neither_arguments_nor_results(clock: ThreadClock) -> None:
    """R15: what was passed to a thread may be a password."""

    class Password:
        pass

    password = Password()
    gone = weakref.ref(password)
    pool = Pool(clock, "p", 1, 0)
    result = start(pool.run(lambda value: value, password))
    clock.deliver()
    assert settled(result) is password
    del result, password
    settled_twice = start(pool.run(int))  # the thread has come round to wait again
    clock.deliver()
    settled(settled_twice)
    gc.collect()
    assert gone() is None


def test_close_waits_for_what_runs_and_for_what_waits(clock: ThreadClock, gate: Gate) -> None:
    pool = Pool(clock, "closing-pool", 1, 1)
    results = [start(pool.run(gate.work, n)) for n in range(2)]
    gate.wait_begun()
    closed = start(pool.close(5))
    with pytest.raises(BusyError):
        now(pool.run(int))
    assert waiting(closed)
    gate.go.set()
    clock.deliver(2)
    settled(closed)
    assert [settled(result) for result in results] == [0, 1]
    assert clock.getDelayedCalls() == []
    for thread in threading.enumerate():
        if thread.name.startswith("closing-pool"):
            thread.join(LONG)
            assert not thread.is_alive()


def test_close_gives_up_after_its_grace(clock: ThreadClock, gate: Gate) -> None:
    pool = Pool(clock, "p", 1, 1)
    running = start(pool.run(gate.work))
    gate.wait_begun()
    behind = start(pool.run(gate.work))
    closed = start(pool.close(5))
    clock.advance(5)
    settled(closed)
    for result in (running, behind):
        with pytest.raises(BusyError):
            settled(result)


def test_an_idle_pool_closes_at_once_and_can_be_started_again(clock: ThreadClock) -> None:
    pool = Pool(clock, "p", 1, 0)
    now(pool.close(5))
    with pytest.raises(BusyError):
        now(pool.run(int))
    pool.start()
    result = start(pool.run(int))
    clock.deliver()
    assert settled(result) == 0


def test_work_that_hangs_does_not_keep_the_process_alive() -> None:
    program = """
import threading
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from gateway.threads import Pool

async def main():
    pool = Pool(reactor, "p", 1, 0)
    try:
        await pool.run(threading.Event().wait, deadline=0.05)
    except Exception as error:
        print(type(error).__name__)
    await pool.close(0.05)
    reactor.stop()

reactor.callWhenRunning(lambda: Deferred.fromCoroutine(main()))
reactor.run()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "TimeoutError\n"
