"""Sharing work, and waits that end."""

from __future__ import annotations

import pytest
from twisted.internet.defer import CancelledError, Deferred, TimeoutError
from twisted.internet.task import Clock
from waiting import now, settled, start, waiting

from gateway.identity.flights import SingleFlight, within


class Work:
    """Counts how often it is begun; ends when told."""

    def __init__(self) -> None:
        self.begun = 0
        self.end: Deferred[str] = Deferred()

    async def __call__(self) -> str:
        self.begun += 1
        return await self.end


def test_the_same_question_at_once_is_worked_out_once() -> None:
    flights: SingleFlight[str] = SingleFlight()
    work = Work()
    asked = [start(flights.run("key", work)) for _ in range(50)]
    assert work.begun == 1
    work.end.callback("answer")
    assert [settled(one) for one in asked] == ["answer"] * 50
    assert len(flights) == 0


def test_different_questions_do_not_share() -> None:
    flights: SingleFlight[str] = SingleFlight()
    one, other = Work(), Work()
    start(flights.run("one", one))
    start(flights.run("other", other))
    assert (one.begun, other.begun) == (1, 1)


def test_a_failure_reaches_everybody() -> None:
    flights: SingleFlight[str] = SingleFlight()
    work = Work()
    asked = [start(flights.run("key", work)) for _ in range(2)]
    work.end.errback(ValueError("no"))
    for one in asked:
        with pytest.raises(ValueError, match="no"):
            settled(one)


def test_who_stops_waiting_does_not_stop_the_others() -> None:
    flights: SingleFlight[str] = SingleFlight()
    work = Work()
    impatient, patient = start(flights.run("key", work)), start(flights.run("key", work))
    impatient.cancel()
    with pytest.raises(CancelledError):
        settled(impatient)
    work.end.callback("answer")
    assert settled(patient) == "answer"


def test_idle_returns_when_the_last_has_landed() -> None:
    flights: SingleFlight[str] = SingleFlight()
    work = Work()
    start(flights.run("key", work))
    idle = start(flights.idle())
    assert waiting(idle)
    work.end.callback("x")
    settled(idle)
    now(flights.idle())


def test_work_that_is_done_at_once_needs_no_timer() -> None:
    clock = Clock()

    async def done() -> int:
        return 7

    assert now(within(clock, 5, done())) == 7
    assert clock.getDelayedCalls() == []


def test_a_deadline_cancels_the_work() -> None:
    clock, cancelled = Clock(), []
    hanging: Deferred[None] = Deferred(cancelled.append)
    waited = start(within(clock, 5, hanging))
    clock.advance(4.9)
    assert waiting(waited)
    clock.advance(0.2)
    with pytest.raises(TimeoutError):
        settled(waited)
    assert cancelled == [hanging]


def test_a_deadline_holds_even_where_the_work_ignores_it() -> None:
    clock = Clock()

    async def stubborn() -> None:
        while True:
            try:
                await Deferred()
            except CancelledError:
                continue

    waited = start(within(clock, 5, stubborn()))
    clock.advance(5)
    with pytest.raises(TimeoutError):
        settled(waited)


def test_an_answer_in_time_takes_the_timer_away() -> None:
    clock = Clock()
    answer: Deferred[int] = Deferred()
    waited = start(within(clock, 5, answer))
    answer.callback(3)
    assert settled(waited) == 3
    assert clock.getDelayedCalls() == []


def test_cancelling_the_wait_cancels_the_work() -> None:
    clock, cancelled = Clock(), []
    waited = start(within(clock, 5, Deferred(cancelled.append)))
    waited.cancel()
    with pytest.raises(CancelledError):
        settled(waited)
    assert len(cancelled) == 1
    assert clock.getDelayedCalls() == []


def test_work_that_ignores_being_given_up_ends_no_wait_twice() -> None:
    clock, end = Clock(), [Deferred[str](), Deferred[str]()]

    async def stubborn() -> str:
        try:
            return await end[0]
        except CancelledError:
            return await end[1]

    wait = start(within(clock, 5, stubborn()))
    wait.cancel()
    with pytest.raises(CancelledError):
        settled(wait)
    clock.advance(5)  # AlreadyCalledError, once
