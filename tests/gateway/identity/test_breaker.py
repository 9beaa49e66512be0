"""The circuit breaker."""

from __future__ import annotations

from gateway.identity.breaker import Breaker


def test_it_opens_after_so_many_outages_in_a_row() -> None:
    breaker = Breaker(failures=3, pause=10)
    for now in (0, 1):
        breaker.failed(now)
    assert breaker.allows(2)
    breaker.failed(2)
    assert breaker.open
    assert not breaker.allows(11.9)


def test_an_answer_in_between_begins_the_count_again() -> None:
    breaker = Breaker(failures=2, pause=10)
    breaker.failed(0)
    breaker.answered()
    breaker.failed(1)
    assert breaker.allows(1)


def test_after_the_pause_one_call_is_the_trial() -> None:
    breaker = Breaker(failures=1, pause=10)
    breaker.failed(0)
    assert breaker.allows(10)
    assert not breaker.allows(10.1)
    breaker.answered()
    assert breaker.allows(10.2)
    assert not breaker.open


def test_a_trial_that_fails_opens_it_again() -> None:
    breaker = Breaker(failures=1, pause=10)
    breaker.failed(0)
    assert breaker.allows(10)
    breaker.failed(12)
    assert not breaker.allows(21.9)
    assert breaker.allows(22)


def test_a_trial_that_never_ends_does_not_keep_it_open_for_ever() -> None:
    breaker = Breaker(failures=1, pause=10)
    breaker.failed(0)
    assert breaker.allows(10)
    assert breaker.allows(20)


def test_a_clock_that_is_set_back_does_not_make_the_pause_longer() -> None:
    breaker = Breaker(1, 10)
    breaker.failed(5000)
    assert not breaker.allows(5009)
    assert breaker.allows(1000)


def test_a_trial_that_did_not_ask_the_source_leaves_the_trial_to_the_next_call() -> None:
    breaker = Breaker(failures=1, pause=10)
    breaker.failed(0)
    assert breaker.allows(10)
    breaker.untried()
    assert breaker.open
    assert breaker.allows(10)
    breaker.answered()
    assert not breaker.open
