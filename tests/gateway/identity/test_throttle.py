"""Failures and now -> locked until."""

from __future__ import annotations

from gateway.identity.throttle import Tally, Throttle, ThrottleRules, after_failure

RULES = ThrottleRules(failures=3, window=100, lock=10, lock_max=25)


def test_the_last_failure_within_the_window_locks() -> None:
    throttle = Throttle(RULES)
    for now in (0.0, 1.0):
        throttle.failed("jdoe", "a", now)
    assert not throttle.locked("jdoe", "a", 2.0)
    throttle.failed("jdoe", "a", 2.0)
    assert throttle.locked("jdoe", "a", 11.9)
    assert not throttle.locked("jdoe", "a", 12.0)


def test_failures_far_apart_never_lock() -> None:
    throttle = Throttle(RULES)
    for number in range(20):
        throttle.failed("jdoe", "a", number * 101.0)
        assert not throttle.locked("jdoe", "a", number * 101.0)


def test_each_further_lock_is_twice_as_long_up_to_the_most() -> None:
    tally, now, pauses = Tally(), 0.0, []
    for _ in range(3):
        for _ in range(3):
            tally = after_failure(tally, now, RULES)
        pauses.append(tally.locked_until - now)
        now = tally.locked_until
    assert pauses == [10, 20, 25]


def test_a_right_password_ends_the_count() -> None:
    throttle = Throttle(RULES)
    throttle.failed("jdoe", "a", 0)
    throttle.failed("jdoe", "a", 0)
    throttle.succeeded("jdoe", "a")
    throttle.failed("jdoe", "a", 0)
    assert not throttle.locked("jdoe", "a", 0)


def test_one_name_never_locks_another() -> None:
    throttle = Throttle(RULES)
    for _ in range(3):
        throttle.failed("jdoe", "a", 0)
    assert not throttle.locked("mmuster", "a", 0)


def test_no_failures_configured_means_no_locks() -> None:
    throttle = Throttle(ThrottleRules(failures=0))
    for _ in range(50):
        throttle.failed("jdoe", "a", 0)
    assert not throttle.locked("jdoe", "a", 0)


def test_the_table_is_bounded_and_forgets_the_oldest() -> None:
    throttle = Throttle(ThrottleRules(failures=1), capacity=4)
    for name in ("a", "b", "c"):
        throttle.failed(name, "x", 0)
    assert [throttle.locked(name, "x", 0) for name in ("a", "b", "c")] == [False, True, True]


def test_guesses_from_one_place_lock_out_that_place_and_not_the_person() -> None:
    throttle = Throttle(RULES)
    for _ in range(5):
        throttle.failed("jdoe", "attacker", 0)
    assert throttle.locked("jdoe", "attacker", 0)
    assert not throttle.locked("jdoe", "home", 0)


def test_guesses_from_very_many_places_lock_the_name_everywhere() -> None:
    throttle = Throttle(RULES)
    for number in range(30):
        throttle.failed("jdoe", f"place {number}", 0)
        throttle.succeeded("jdoe", "home")
    assert throttle.locked("jdoe", "home", 0)


def test_a_clock_that_is_set_back_locks_nobody_for_longer() -> None:
    throttle = Throttle(ThrottleRules(failures=1, lock=60, lock_max=60))
    throttle.failed("jdoe", "192.0.2.1", 5000)
    assert throttle.locked("jdoe", "192.0.2.1", 5001)
    assert not throttle.locked("jdoe", "192.0.2.1", 1000)
