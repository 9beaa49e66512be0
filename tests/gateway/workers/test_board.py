"""Connections of all workers, on one page of memory."""

from __future__ import annotations

import os

from gateway.workers.board import Board, new_board


def boards(count: int) -> list[Board]:
    descriptor = new_board(count)
    try:
        return [Board(descriptor, count, number) for number in range(count)]
    finally:
        os.close(descriptor)


def test_everybody_knows_the_sum() -> None:
    first, second, _ = boards(3)
    assert first.count(3) == 3
    assert second.count(4) == 7
    assert first.count(2) == 6


def test_who_has_more_than_another_is_ahead() -> None:
    first, second = boards(2)
    first.count(0)
    second.count(1)
    assert (first.is_ahead(), second.is_ahead()) == (False, True)
    first.count(1)
    assert not second.is_ahead()


def test_of_many_connections_an_eighth_more_is_not_ahead() -> None:
    first, second = boards(2)
    first.count(800)
    second.count(900)
    assert not second.is_ahead()
    second.count(901)
    assert second.is_ahead()


def test_who_is_not_there_is_nobody_to_wait_for_and_has_no_connections() -> None:
    first, second = boards(2)
    assert first.count(5) == 5
    assert not first.is_ahead(), "the other has not begun"
    second.count(2)
    assert first.is_ahead()
    first.vacate(1)
    assert not first.is_ahead()
    assert first.count(5) == 5
