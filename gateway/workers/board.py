"""How many connections each worker has: a page of memory that all share, read and written without asking anybody.

Each writes its own number only, and a number is one aligned word, so nobody sees half of one.
"""

from __future__ import annotations

import mmap
import os

_VACANT = -1
_WORD = 8


def new_board(count: int) -> int:
    """The descriptor of an empty board for so many workers; it has no name, and is gone with the last who has it."""
    descriptor = os.memfd_create("bindferry-connections", os.MFD_CLOEXEC)
    os.ftruncate(descriptor, count * _WORD)
    board = Board(descriptor, count)
    for number in range(count):
        board.vacate(number)
    return descriptor


class Board:
    """A `Crowd`, for worker `number`; the supervisor has none."""

    def __init__(self, descriptor: int, count: int, number: int = 0) -> None:
        self._words = memoryview(mmap.mmap(descriptor, count * _WORD)).cast("q")
        self._number = number

    def vacate(self, number: int) -> None:
        """There is no such worker now."""
        self._words[number] = _VACANT

    def count(self, own: int) -> int:
        """As `Crowd.count`."""
        self._words[self._number] = own
        return sum(words for words in self._words if words > 0)

    def is_ahead(self) -> bool:
        """As `Crowd.is_ahead`: by more than an eighth, so that busy ones need not be exact."""
        least = min((words for words in self._words if words != _VACANT), default=0)
        return self._words[self._number] > least + least // 8
