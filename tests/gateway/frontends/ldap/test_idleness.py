from __future__ import annotations

from twisted.internet.task import Clock

from gateway.frontends.ldap.idleness import Idleness


class Watched:
    """An `Idleness` of ten seconds, and what it asks and does."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.busy = 0
        self.ended_at: list[float] = []
        self.idleness = Idleness(self.clock, 10, lambda: self.busy, lambda: self.ended_at.append(self.clock.seconds()))

    def pass_to(self, second: float) -> None:
        while self.clock.seconds() < second:
            self.clock.advance(0.5)


def test_it_is_over_when_nothing_was_heard_for_the_limit() -> None:
    watched = Watched()
    watched.pass_to(30)
    assert watched.ended_at == [10]


def test_whatever_is_heard_begins_the_limit_anew() -> None:
    watched = Watched()
    watched.pass_to(7)
    watched.idleness.heard()
    watched.pass_to(9)
    watched.idleness.heard()
    watched.pass_to(30)
    assert watched.ended_at == [19]


def test_what_is_busy_is_not_idle_and_is_looked_at_again_after_the_limit() -> None:
    watched = Watched()
    watched.busy = 1
    watched.pass_to(15)
    watched.busy = 0
    watched.pass_to(30)
    assert watched.ended_at == [20]


def test_however_much_is_heard_there_is_one_timer_and_none_after_the_end() -> None:
    watched = Watched()
    for _ in range(100):
        watched.clock.advance(0.3)
        watched.idleness.heard()
    assert len(watched.clock.getDelayedCalls()) == 1
    watched.idleness.stop()
    assert not watched.clock.getDelayedCalls()


def test_stopping_twice_or_after_its_end_is_nothing() -> None:
    watched = Watched()
    watched.pass_to(10)
    watched.idleness.stop()
    watched.idleness.stop()
    assert watched.ended_at == [10]
