"""Which workers there are, when one that died is replaced, and which of them does what one alone must do. Pure.

begun --ready--> at work --end--> gone --pause--> begun
The pause is nothing, unless a worker dies young time and again: then it doubles up to `LONGEST`.
"""

from __future__ import annotations

from dataclasses import dataclass

YOUNG = 10.0
"""Seconds. Who dies younger than that died of what will kill the next one, too."""
LONGEST = 30.0
_FIRST = 0.5
SILENCE = 6
"""Looks in a row that found no word from a worker: then it hangs, and is ended. Looks and not seconds, since a machine
that was suspended, or a clock that was set forward, makes nobody hang."""


@dataclass(slots=True)
class _Place:
    """One worker; `None` while there is none in this place."""

    begun: float | None = None
    missed: int = 0
    ready: bool = False
    died_young: int = 0


class Crew:
    """`count` places, from 0. Times are in seconds of any one clock."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._places = [_Place() for _ in range(count)]
        self.leader: int | None = None
        self.replaced = 0
        """How many have died so far."""

    @property
    def at_work(self) -> list[int]:
        """Who answers."""
        return [number for number, place in enumerate(self._places) if place.ready]

    @property
    def here(self) -> list[int]:
        """Who runs, ready or not."""
        return [number for number, place in enumerate(self._places) if place.begun is not None]

    @property
    def complete(self) -> bool:
        """Whether every place has a worker that answers."""
        return all(place.ready for place in self._places)

    def begun(self, number: int, now: float) -> None:
        """Its process was started."""
        place = self._places[number]
        place.begun, place.missed, place.ready = now, 0, False

    def ready(self, number: int) -> None:
        """It answers from now on."""
        self._places[number].ready = True

    def heard(self, number: int) -> None:
        """It is alive."""
        self._places[number].missed = 0

    def look(self) -> list[int]:
        """Who has said nothing for too long. To be asked every few seconds."""
        for place in self._places:
            place.missed += 1
        return [number for number in self.here if self._places[number].missed > SILENCE]

    def ended(self, number: int, now: float) -> float:
        """It is gone; seconds until the next one is to begin in its place."""
        place = self._places[number]
        young = place.begun is not None and now - place.begun < YOUNG
        place.died_young = place.died_young + 1 if young else 0
        place.begun, place.ready = None, False
        self.replaced += 1
        if self.leader == number:
            self.leader = None
        return 0.0 if place.died_young < 2 else float(min(_FIRST * 2 ** (place.died_young - 2), LONGEST))

    def appoint(self) -> int | None:
        """A leader where there is none and somebody is ready; None if nobody has to be told."""
        if self.leader is not None or not self.at_work:
            return None
        self.leader = self.at_work[0]
        return self.leader
