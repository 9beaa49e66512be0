"""The figures of several processes as if they were one: added up, and where a sum would lie, the largest or smallest.

What a process has counted stays counted when it has ended, so that no counter of the whole ever falls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from gateway.frontends.web.metrics import Family

_COMBINED: dict[str, Callable[[float, float], float]] = {
    # One worker that holds calls back is enough to be told.
    "bindferry_source_unavailable": max,
    # Each reads the same files; who has not read the new ones yet is the one to know of.
    "bindferry_certificate_seconds": min,
}
_LASTING = ("counter", "histogram")

_Key = tuple[str, tuple[tuple[str, str], ...]]


class Totals(Collector):
    """`take` the report of each process, `end` one that is gone, and `text` is what Prometheus scrapes."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[str, str]] = {}
        self._ended: dict[str, dict[_Key, float]] = {}
        self._reports: dict[int, Sequence[Family]] = {}
        self._own: list[tuple[str, str, str, Callable[[], float]]] = []

    def own(self, name: str, text: str, kind: str, read: Callable[[], float]) -> None:
        """A figure of this process itself; `kind` is gauge or counter."""
        self._own.append((name, text, kind, read))

    def take(self, process: int, report: Iterable[Sequence[object]]) -> None:
        """The latest report of one process (`Metrics.report`, which may have been JSON in between)."""
        self._reports[process] = [(name, text, kind, samples) for name, text, kind, samples in report]  # type: ignore[misc]  # as `Family` says

    def end(self, process: int) -> None:
        """It is gone; what it had counted when it was last asked stays."""
        for name, _, kind, samples in self._reports.pop(process, ()):
            if kind in _LASTING:
                _add(self._ended.setdefault(name, {}), name, samples)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)

    def collect(self) -> Iterator[Metric]:
        """As prometheus_client's."""
        figures = {name: dict(kept) for name, kept in self._ended.items()}
        for report in self._reports.values():
            for name, text, kind, samples in report:
                self._told[name] = (text, kind)
                _add(figures.setdefault(name, {}), name, samples)
        for name, kept in figures.items():
            metric = Metric(name, *self._told[name])
            for (sample, labels), value in kept.items():
                metric.add_sample(sample, dict(labels), value)
            yield metric
        for name, text, kind, read in self._own:
            metric = Metric(name, text, kind)
            metric.add_sample(f"{name}_total" if kind == "counter" else name, {}, read())
            yield metric


def _add(kept: dict[_Key, float], family: str, samples: Iterable[tuple[str, dict[str, str], float]]) -> None:
    combined = _COMBINED.get(family)
    for name, labels, value in samples:
        key = (name, tuple(sorted(labels.items())))
        if key not in kept:
            kept[key] = value
        else:
            kept[key] = kept[key] + value if combined is None else combined(kept[key], value)
