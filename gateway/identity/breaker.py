"""The circuit breaker of one source: after some outages in a row it is left alone for a while. Pure.

closed --`failures` outages in a row--> open --`pause` seconds--> one trial --answer--> closed
                                          ^                           |
                                          +--------- outage ----------+
"""

from __future__ import annotations


class Breaker:
    """`failures` outages in a row open it for `pause` seconds; then one call at a time is let through as a trial."""

    def __init__(self, failures: int, pause: float) -> None:
        self._failures = failures
        self._pause = pause
        self._count = 0
        self._closed_again = 0.0

    def allows(self, now: float) -> bool:
        """Whether a call may go out at `now` (seconds). The first one after a pause is the trial."""
        if self._count < self._failures:
            return True
        if 0 < self._closed_again - now <= self._pause:  # not longer, if the clock was set back
            return False
        self._closed_again = now + self._pause
        return True

    def answered(self) -> None:
        """The source answered, whatever it said."""
        self._count = 0

    def untried(self) -> None:
        """The source was not asked after all: the next call is the trial."""
        self._closed_again = 0.0

    def failed(self, now: float) -> None:
        """The source could not be reached or did not answer in time."""
        self._count += 1
        if self._count >= self._failures:
            self._closed_again = now + self._pause

    @property
    def open(self) -> bool:
        """Whether the last `failures` calls all failed."""
        return self._count >= self._failures
