"""What may still be forwarded to a source."""

from __future__ import annotations

from waiting import now as result

from gateway.identity.budget import Allowance, ForwardBudget


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


def test_a_clock_that_is_set_back_spends_nothing_for_longer() -> None:
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


def test_whoever_forwards_is_told_whether_the_end_of_the_budget_is_a_verdict() -> None:
    """R6: spent on wrong passwords is a no, spent on an outage is not."""
    budget = ForwardBudget(threshold=2, window=100)
    assert result(budget.take("uid=j", 1.0)) is Allowance.YES
    assert result(budget.take("uid=j", 2.0)) is Allowance.SPENT
    budget.doubt("uid=j", 1.0)
    assert result(budget.take("uid=j", 3.0)) is Allowance.DOUBTFUL
