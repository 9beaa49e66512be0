"""Facts about the daemon's PasswordHasher; real threads, cheap costs, a reactor that the test drives."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, cast

import pytest
from twisted.internet.task import Clock
from twisted.logger import ILogObserver, globalLogPublisher
from waiting import now, settled, start

from gateway.errors import BusyError
from gateway.identity.hashing import PasswordHasher
from gateway.passwords.argon2 import Argon2Hasher
from gateway.passwords.pool import HashingPool
from gateway.threads import Pool

LONG = 10.0
CANARY = b"canary-5e1d"
SSHA = "{SSHA}jdALDtX0+MVMkRsX0ilHz0O6Uos95D4s"  # slappasswd's: "password"
BCRYPT = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"  # Openwall's: "U*U"


class ThreadClock(Clock):
    """A clock whose `callFromThread` queues for the test to deliver."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: queue.SimpleQueue[tuple[Callable[..., object], tuple[object, ...]]] = queue.SimpleQueue()

    def callFromThread(self, callable: Callable[..., object], *args: object) -> None:
        self.posted.put((callable, args))

    def deliver(self) -> None:
        function, args = self.posted.get(timeout=LONG)
        function(*args)


@pytest.fixture
def clock() -> ThreadClock:
    return ThreadClock()


@pytest.fixture
def pool(clock: ThreadClock) -> Pool:
    return Pool(clock, "hashing", 1, 1)


@pytest.fixture
def hasher(clock: ThreadClock, pool: Pool) -> HashingPool:
    return HashingPool(clock, pool, Argon2Hasher(8, 1, 1), deadline=5)


def _logged(run: Callable[[], object]) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    observer = cast("ILogObserver", events.append)
    globalLogPublisher.addObserver(observer)
    try:
        run()
    finally:
        globalLogPublisher.removeObserver(observer)
    return events


def _answer(clock: ThreadClock, hasher: HashingPool, password: bytes, stored: str) -> bool:
    result = start(hasher.verify(password, stored))
    clock.deliver()
    return settled(result)


def test_it_is_the_port() -> None:
    clock = ThreadClock()
    port: PasswordHasher = HashingPool(clock, Pool(clock, "p", 1, 1), Argon2Hasher(8, 1, 1))
    assert port.needs_rehash(SSHA)


def test_what_it_hashes_it_verifies_and_leaves_alone(clock: ThreadClock, hasher: HashingPool) -> None:
    made = start(hasher.hash(b"secret"))
    clock.deliver()
    stored = settled(made)
    assert _answer(clock, hasher, b"secret", stored)
    assert not _answer(clock, hasher, b"Secret", stored)
    assert not hasher.needs_rehash(stored)


def test_an_empty_password_is_an_error_to_hash_and_a_no_to_verify(clock: ThreadClock, hasher: HashingPool) -> None:
    """R5."""
    made = start(hasher.hash(b""))
    clock.deliver()
    with pytest.raises(ValueError, match="R5"):
        settled(made)
    assert not _answer(clock, hasher, b"", BCRYPT)


def test_a_quick_scheme_needs_no_thread(pool: Pool, hasher: HashingPool) -> None:
    assert now(hasher.verify(b"password", SSHA))
    assert not now(hasher.verify(b"wrong", SSHA))
    assert (pool.running, pool.waiting) == (0, 0)


def test_a_slow_scheme_goes_to_a_thread(clock: ThreadClock, hasher: HashingPool) -> None:
    assert _answer(clock, hasher, b"U*U", BCRYPT)
    assert not _answer(clock, hasher, b"wrong", BCRYPT)


@pytest.mark.parametrize("stored", ["", "password", "!", "{FOO}x", "{SSHA}AAAA", BCRYPT.replace("$05$", "$31$")])
def test_a_hash_that_nothing_can_match_is_a_no_after_the_work_of_a_hash(
    clock: ThreadClock, pool: Pool, hasher: HashingPool, stored: str
) -> None:
    """R25."""
    result = start(hasher.verify(b"password", stored))
    assert pool.running == 1
    clock.deliver()
    assert settled(result) is False


def test_burning_is_work_in_a_thread_even_for_an_empty_password(
    clock: ThreadClock, pool: Pool, hasher: HashingPool
) -> None:
    """R25."""
    for password in (b"secret", b""):
        burnt = start(hasher.burn(password))
        assert pool.running == 1
        clock.deliver()
        assert settled(burnt) is None


def test_a_full_queue_is_busy_for_every_method(clock: ThreadClock, pool: Pool, hasher: HashingPool) -> None:
    gate = threading.Event()
    held = [start(pool.run(gate.wait, LONG)) for _ in range(2)]
    try:
        for call in (hasher.hash(b"x"), hasher.verify(b"x", BCRYPT), hasher.verify(b"x", ""), hasher.burn(b"x")):
            with pytest.raises(BusyError):
                now(call)
        assert now(hasher.verify(b"password", SSHA))
    finally:
        gate.set()
    for result in held:
        clock.deliver()
        settled(result)


def test_work_that_is_late_is_busy_and_never_a_verdict(clock: ThreadClock, pool: Pool, hasher: HashingPool) -> None:
    """R6."""
    gate = threading.Event()
    held = start(pool.run(gate.wait, LONG))
    result = start(hasher.verify(b"U*U", BCRYPT))
    clock.advance(5)
    with pytest.raises(BusyError):
        settled(result)
    gate.set()
    clock.deliver()
    settled(held)


def test_an_unusable_hash_is_told_once_a_minute_without_hash_or_password(
    clock: ThreadClock, hasher: HashingPool
) -> None:
    """R15."""
    dear = BCRYPT.replace("$05$", "$31$")

    def ask() -> None:
        _answer(clock, hasher, CANARY, dear)

    told = _logged(ask)
    assert [event["why"] for event in told] == ["a bcrypt cost of 31 is over the limit of 16"]
    assert CANARY.decode() not in str(told)
    assert dear not in str(told)
    assert _logged(ask) == []
    clock.advance(60)
    assert len(_logged(ask)) == 1


def test_a_missing_hash_is_not_worth_a_line(clock: ThreadClock, hasher: HashingPool) -> None:
    assert _logged(lambda: _answer(clock, hasher, CANARY, "")) == []


def test_no_password_is_in_a_repr_or_an_error(clock: ThreadClock, pool: Pool, hasher: HashingPool) -> None:
    """R15."""
    gate = threading.Event()
    held = start(pool.run(gate.wait, LONG))
    waiting = start(hasher.hash(CANARY))
    shown = [repr(held), repr(waiting), repr(pool), repr(hasher), repr(vars(pool)), repr(vars(hasher))]
    with pytest.raises(BusyError) as full:
        now(hasher.hash(CANARY))
    clock.advance(5)
    with pytest.raises(BusyError) as late:
        settled(waiting)
    shown += [repr(full.value), str(late.value), repr(late.value), repr(late.value.__context__)]
    gate.set()
    clock.deliver()
    settled(held)
    assert CANARY.decode() not in "\n".join(shown)
