"""Which workers there are, and when one that died is replaced."""

from __future__ import annotations

from gateway.workers.crew import LONGEST, SILENCE, YOUNG, Crew


def started(count: int) -> Crew:
    crew = Crew(count)
    for number in range(count):
        crew.begun(number, 0.0)
    return crew


def test_who_has_begun_is_here_and_at_work_once_it_is_ready() -> None:
    crew = started(2)
    assert (crew.here, crew.at_work, crew.complete) == ([0, 1], [], False)
    crew.ready(1)
    assert (crew.at_work, crew.complete) == ([1], False)
    crew.ready(0)
    assert crew.complete


def test_whoever_dies_after_a_while_is_replaced_at_once() -> None:
    crew = started(1)
    for now in (YOUNG, 2 * YOUNG, 3 * YOUNG):
        assert crew.ended(0, now) == 0
        crew.begun(0, now)
    assert crew.replaced == 3


def test_whoever_dies_young_again_and_again_is_replaced_later_and_later() -> None:
    crew = started(1)
    pauses = []
    for _ in range(10):
        pauses.append(crew.ended(0, 1.0))
        crew.begun(0, 0.0)
    assert pauses[:5] == [0, 0.5, 1, 2, 4]
    assert pauses[-1] == LONGEST


def test_one_that_lived_long_makes_good_for_those_before_it() -> None:
    crew = started(1)
    for _ in range(5):
        crew.ended(0, 1.0)
        crew.begun(0, 0.0)
    assert crew.ended(0, YOUNG) == 0
    crew.begun(0, YOUNG)
    assert crew.ended(0, YOUNG + 1) == 0


def test_one_leads_and_another_when_that_one_dies() -> None:
    crew = started(3)
    assert crew.appoint() is None, "nobody is ready"
    crew.ready(1)
    crew.ready(2)
    assert crew.appoint() == 1
    assert crew.appoint() is None, "there is one"
    crew.ended(2, 1.0)
    assert crew.appoint() is None
    crew.begun(2, 1.0)
    crew.ready(2)
    crew.ended(1, 2.0)
    assert crew.appoint() == 2


def test_whoever_says_nothing_for_too_long_hangs() -> None:
    crew = started(2)
    for _ in range(SILENCE):
        assert crew.look() == []
        crew.heard(0)
    assert crew.look() == [1]
    crew.ended(1, 5.0)
    for _ in range(2 * SILENCE):
        hanging = crew.look()
    assert hanging == [0], "who is gone does not hang"
    crew.begun(1, 5.0)
    assert crew.look() == [0], "the next one has just begun"
