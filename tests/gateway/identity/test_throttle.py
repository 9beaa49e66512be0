"""Failures and now -> locked until."""

from __future__ import annotations

from gateway.identity.throttle import ForwardBudget, Tally, Throttle, ThrottleRules, after_failure

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


def test_what_is_forwarded_stays_one_short_of_the_sources_own_lockout() -> None:
    """R20."""
    budget = ForwardBudget(threshold=5, window=100)
    assert [budget.reserve("uid=j", now) for now in range(6)] == [True, True, True, True, False, False]
    assert budget.reserve("uid=j", 100.0)  # the first failure has left the source's window
    assert not budget.reserve("uid=j", 100.5)


def test_attempts_under_way_count_so_concurrent_guesses_cannot_overshoot() -> None:
    """R20."""
    budget = ForwardBudget(threshold=3, window=100)
    assert [budget.reserve("uid=j", 0.0) for _ in range(4)] == [True, True, False, False]


def test_what_never_reached_the_source_is_given_back() -> None:
    """R6: an outage locks nobody out."""
    budget = ForwardBudget(threshold=2, window=100)
    assert budget.reserve("uid=j", 1.0)
    budget.refund("uid=j", 1.0)
    assert budget.reserve("uid=j", 2.0)
    budget.refund("uid=j", 55.0)  # never reserved: changes nothing
    assert not budget.reserve("uid=j", 3.0)


def test_what_may_have_been_counted_stays_spent_and_is_no_verdict() -> None:
    """R20 and R6: a source that hangs may have counted the attempt."""
    budget = ForwardBudget(threshold=3, window=100)
    assert budget.reserve("uid=j", 1.0)
    assert not budget.doubtful("uid=j")
    assert budget.reserve("uid=j", 2.0)
    budget.doubt("uid=j", 2.0)
    assert not budget.reserve("uid=j", 3.0)
    assert budget.doubtful("uid=j")
    assert budget.reserve("uid=j", 102.0)
    assert not budget.doubtful("uid=j")


def test_a_right_password_clears_the_budget() -> None:
    budget = ForwardBudget(threshold=2, window=100)
    assert budget.reserve("uid=j", 1.0)
    budget.clear("uid=j")
    assert budget.reserve("uid=j", 2.0)


def test_a_clock_that_is_set_back_locks_nobody_for_longer() -> None:
    throttle = Throttle(ThrottleRules(failures=1, lock=60, lock_max=60))
    throttle.failed("jdoe", "192.0.2.1", 5000)
    assert throttle.locked("jdoe", "192.0.2.1", 5001)
    assert not throttle.locked("jdoe", "192.0.2.1", 1000)
    budget = ForwardBudget(2, 900)
    assert budget.reserve("jdoe", 5000)
    assert budget.reserve("jdoe", 1000)


def test_names_that_nobody_has_drive_out_nothing_that_was_spent() -> None:
    """R20: else a flood of them would make room for more guesses than the source's lockout allows."""
    budget = ForwardBudget(2, 900, capacity=10)
    assert budget.reserve("jdoe", 0)
    for number in range(100):
        assert budget.reserve(f"nobody{number}", 1)
        budget.refund(f"nobody{number}", 1)
    assert not budget.reserve("jdoe", 2)
