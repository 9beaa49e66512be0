"""R9, R19: memory answers only while what others write would have been seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from backends.native.cache import Changes
from backends.native.freshness import IDLE, POLL, Watch
from gateway.errors import DirectoryUnavailable
from gateway.testing.pump import PumpReactor

NOTHING = Changes({}, frozenset())


class Store:
    """Looks that the test answers, or that answer at once."""

    def __init__(self) -> None:
        self.at_once = True
        self.looks: list[Deferred[Changes | None]] = []
        self.applied: list[Changes | None] = []

    async def look(self) -> Changes | None:
        look: Deferred[Changes | None] = Deferred()
        self.looks.append(look)
        if self.at_once:
            look.callback(NOTHING)
        return await look


@pytest.fixture
def clock() -> Clock:
    return PumpReactor()


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def watch(clock: PumpReactor, store: Store) -> Iterator[Watch]:
    watch = Watch(clock, store.look, store.applied.append)
    yield watch
    watch.close()


def test_nothing_is_trusted_before_the_first_look(watch: Watch, store: Store) -> None:
    assert not watch.fresh()
    assert watch.fresh()
    assert len(store.looks) == 1


def test_it_looks_twice_a_second_while_somebody_asks(watch: Watch, store: Store, clock: Clock) -> None:
    watch.fresh()
    for _ in range(20):
        clock.advance(POLL)
        assert watch.fresh()
    assert len(store.looks) == 21


def test_it_stops_looking_when_nobody_asks_and_begins_again(watch: Watch, store: Store, clock: Clock) -> None:
    watch.fresh()
    clock.pump([POLL] * int(3 * IDLE / POLL))
    looks = len(store.looks)
    clock.pump([POLL] * 10)
    assert len(store.looks) == looks
    assert not watch.fresh()
    assert watch.fresh()


def test_a_look_that_hangs_ends_the_trust_within_a_second(watch: Watch, store: Store, clock: Clock) -> None:
    watch.fresh()
    store.at_once = False
    clock.advance(0.5)
    assert watch.fresh()
    clock.advance(0.49)
    assert watch.fresh()
    clock.advance(0.01)
    assert not watch.fresh()
    assert len(store.looks) == 2  # one at a time


def test_a_late_answer_counts_from_when_it_was_asked(watch: Watch, store: Store, clock: Clock) -> None:
    store.at_once = False
    watch.fresh()
    clock.advance(0.9)
    store.looks[0].callback(NOTHING)
    assert watch.fresh()
    clock.advance(0.1)
    assert not watch.fresh()


def test_a_look_that_fails_ends_the_trust_and_the_next_may_succeed(watch: Watch, store: Store, clock: Clock) -> None:
    watch.fresh()
    store.at_once = False
    for number in (1, 2):
        clock.advance(POLL)
        store.looks[number].errback(DirectoryUnavailable("locked"))
    assert not watch.fresh()
    store.looks[3].callback(NOTHING)
    assert watch.fresh()


def test_what_a_look_tells_is_applied_before_it_is_trusted(watch: Watch, store: Store) -> None:
    store.at_once = False
    watch.fresh()
    store.looks[0].callback(None)
    assert store.applied == [None]
    assert watch.fresh()


def test_a_clock_that_is_set_back_stretches_nothing(watch: Watch, store: Store, clock: Clock) -> None:
    clock.advance(7200)
    watch.fresh()
    assert watch.fresh()
    store.at_once = False
    clock.rightNow -= 3600
    assert not watch.fresh()


def test_a_closed_watch_trusts_nothing_and_looks_no_more(watch: Watch, store: Store, clock: Clock) -> None:
    watch.fresh()
    watch.close()
    assert not watch.fresh()
    clock.advance(POLL)
    assert len(store.looks) == 1
    assert not clock.getDelayedCalls()
