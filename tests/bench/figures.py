"""What was measured, and what is made of it: medians of rounds, ratios of neighbours, their spread. No I/O."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sample:
    """One party in one round. Times are milliseconds, `cpu` seconds of the server for one operation, `pss` and `rss`
    bytes behind the work. `fault` says what was wrong: then the row says nothing."""

    rate: float
    p50: float = 0.0
    p99: float = 0.0
    cpu: float = 0.0
    pss: int = 0
    rss: int = 0
    note: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours to theirs: the median of the rounds, and the smallest and largest."""

    middle: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{brief(self.middle)} ({brief(self.least)}-{brief(self.most)})"


@dataclass(frozen=True, slots=True)
class Result:
    """A row: the samples of each party, round by round, ours first."""

    work: str
    goal: str
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    @property
    def faults(self) -> list[str]:
        """What was wrong, by party."""
        return sorted({f"{party}: {one.fault}" for party, all_ in self.samples.items() for one in all_ if one.fault})

    @property
    def notes(self) -> list[str]:
        """What the last round has to say besides, by party."""
        return [f"{party}: {all_[-1].note}" for party, all_ in self.samples.items() if all_ and all_[-1].note]


def ratio(ours: Sequence[Sample], theirs: Sequence[Sample]) -> Ratio | None:
    """Of neighbours: round by round, as both then had the same machine. None where a party did nothing."""
    each = [our.rate / their.rate for our, their in zip(ours, theirs, strict=True) if their.rate and our.rate]
    if not each:
        return None
    return Ratio(statistics.median(each), min(each), max(each))


def middle(samples: Sequence[Sample]) -> Sample:
    """The median of each figure."""

    def of(name: str) -> float:
        return statistics.median(getattr(one, name) for one in samples)

    return Sample(of("rate"), of("p50"), of("p99"), of("cpu"), round(of("pss")), round(of("rss")))


def shown(number: float) -> str:
    """Three digits that count."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}" if number < 10 else f"{number:.1f}"


def brief(number: float) -> str:
    """Two digits that count, for what is compared and not added up."""
    if number >= 10_000:
        return f"{number / 1000:,.0f}k"
    return f"{number:.0f}" if number >= 9.95 else f"{float(f'{number:.2g}'):g}"
