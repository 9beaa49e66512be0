"""The reactor for tests that have threads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThreadPool

from gateway.testing.pump import PumpReactor


@pytest.fixture
def reactor() -> Iterator[PumpReactor]:
    reactor = PumpReactor()
    yield reactor
    reactor.close()


def test_a_coroutine_may_wait_for_a_thread(reactor: PumpReactor) -> None:
    async def ask() -> int:
        return await deferToThreadPool(reactor, reactor.getThreadPool(), sum, (1, 2, 3))

    assert reactor.run(ask()) == 6


def test_what_it_raises_is_raised(reactor: PumpReactor) -> None:
    async def fail() -> None:
        await deferToThreadPool(reactor, reactor.getThreadPool(), int, "x")

    with pytest.raises(ValueError, match="invalid literal"):
        reactor.run(fail())


def test_time_stands_still_until_it_is_told(reactor: PumpReactor) -> None:
    waiting = deferLater(reactor, 5, lambda: "late")
    reactor.drain()
    assert not waiting.called
    reactor.advance(5)
    assert reactor.wait(waiting) == "late"


def test_calls_that_are_due_now_run(reactor: PumpReactor) -> None:
    async def soon() -> str:
        return await deferLater(reactor, 0, lambda: "soon")

    assert reactor.run(soon()) == "soon"


def test_a_coroutine_that_never_ends_is_cancelled(reactor: PumpReactor) -> None:
    never: Deferred[None] = Deferred()
    ended: list[str] = []

    async def hang() -> None:
        try:
            await never
        except CancelledError:
            ended.append("cancelled")
            raise

    with pytest.raises(TimeoutError):
        reactor.run(hang(), timeout=0.05)
    assert ended == ["cancelled"]


def test_a_call_from_a_thread_waits_for_the_pump(reactor: PumpReactor) -> None:
    calls: list[int] = []
    reactor.callFromThread(calls.append, 1)
    assert calls == []
    reactor.drain()
    assert calls == [1]
