"""Ratios, spreads and medians."""

from __future__ import annotations

from bench.figures import Ratio, Result, Sample, brief, middle, ratio, shown


def rates(*numbers: float) -> list[Sample]:
    return [Sample(number) for number in numbers]


def test_a_ratio_is_of_neighbours_in_time_and_not_of_medians() -> None:
    """The machine was three times as slow in the second round, for both."""
    assert ratio(rates(300, 100, 310), rates(150, 50, 155)) == Ratio(2.0, 2.0, 2.0)


def test_the_spread_is_from_the_least_to_the_most() -> None:
    assert ratio(rates(1, 2, 9), rates(1, 1, 3)) == Ratio(2.0, 1.0, 3.0)


def test_who_did_nothing_has_no_ratio() -> None:
    assert ratio(rates(5, 0), rates(0, 5)) is None


def test_the_middle_is_the_median_of_each_figure() -> None:
    assert middle([Sample(1, 5.0, 9.0), Sample(2, 4.0, 8.0), Sample(9, 3.0, 1.0)]) == Sample(2, 4.0, 8.0)


def test_a_fault_of_one_round_is_told_once() -> None:
    bad = Sample(0, fault="code 80")
    result = Result("bind", "", {"Bindferry": [Sample(1), bad, bad], "slapd": [Sample(1)]})
    assert result.faults == ["Bindferry: code 80"]


def test_three_digits_are_shown() -> None:
    assert [shown(number) for number in (0.8333, 1.0, 12.34, 123.4, 31000.4)] == ["0.833", "1", "12.3", "123", "31,000"]


def test_two_digits_are_shown_of_what_is_compared() -> None:
    assert [brief(number) for number in (0.0677, 0.8333, 1.0, 9.96, 33.1, 2005, 90_833)] == [
        "0.068", "0.83", "1", "10", "33", "2005", "91k",
    ]  # fmt: skip
