"""Figures for Prometheus, fed by the same records as the audit; no name of a person is ever a label."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.identity.audit import CHANGES, AuditRecord

Family = tuple[str, str, str, list[tuple[str, dict[str, str], float]]]
"""Name, help, type and samples: name, labels, figure."""

_BUCKETS = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class _Count(Collector):
    """A counter of one figure."""

    def __init__(self, name: str, text: str, read: Callable[[], float]) -> None:
        self._told = name, text
        self._read = read

    def collect(self) -> Iterator[Metric]:
        name, text = self._told
        yield CounterMetricFamily(name, text, value=self._read())


class _Counts(Collector):
    """A counter of several figures, told apart by labels."""

    def __init__(
        self, name: str, text: str, labels: tuple[str, ...], read: Callable[[], Mapping[tuple[str, ...], float]]
    ) -> None:
        self._told = name, text, labels
        self._read = read

    def collect(self) -> Iterator[Metric]:
        name, text, labels = self._told
        family = CounterMetricFamily(name, text, labels=labels)
        for values, figure in self._read().items():
            family.add_metric(values, figure)
        yield family


class Metrics:
    """An `AuditSink` that counts. `text` is what Prometheus scrapes."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # no stubs; a second series for each counter, of use to nobody here
        self.registry = CollectorRegistry()
        self._binds = Counter("bindferry_binds", "Binds decided", ("outcome", "via"), registry=self.registry)
        self._seconds = Histogram(
            "bindferry_bind_seconds", "Time to decide a bind", ("via",), buckets=_BUCKETS, registry=self.registry
        )
        self._adoptions = Counter(
            "bindferry_adoptions",
            "People written into the native directory, and why others were not (R12)",
            ("source", "event"),
            registry=self.registry,
        )
        self._changes = Counter(
            "bindferry_changes", "Changes through the gateway (R19)", ("event", "outcome"), registry=self.registry
        )
        self._children: dict[tuple[str, str], tuple[Counter, Histogram]] = {}

    def record(self, record: AuditRecord) -> None:
        """Count one decision."""
        if record.event in CHANGES:
            self._changes.labels(record.event, record.outcome).inc()
            return
        if record.event != "bind":
            self._adoptions.labels(record.via.removeprefix("source:"), record.event).inc()
            return
        key = (record.outcome, record.via)
        children = self._children.get(key)
        if children is None:
            children = (self._binds.labels(*key), self._seconds.labels(record.via))
            self._children[key] = children
        children[0].inc()
        children[1].observe(record.seconds)

    def gauge(self, name: str, text: str, read: Callable[[], float]) -> None:
        """A figure that is read when it is scraped."""
        Gauge(name, text, registry=self.registry).set_function(read)

    def counter(self, name: str, text: str, read: Callable[[], float]) -> None:
        """A count that somebody else keeps, read when it is scraped; shown as `name` with `_total` behind it."""
        self.registry.register(_Count(name, text, read))

    def counters(
        self, name: str, text: str, labels: tuple[str, ...], read: Callable[[], Mapping[tuple[str, ...], float]]
    ) -> None:
        """The same for several counts: figures by the values of the labels."""
        self.registry.register(_Counts(name, text, labels, read))

    def gauge_for(self, name: str, text: str, label: str, reads: dict[str, Callable[[], float]]) -> None:
        """The same for several things of one kind, told apart by `label`."""
        gauge = Gauge(name, text, (label,), registry=self.registry)
        for value, read in reads.items():
            gauge.labels(value).set_function(read)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self.registry)

    async def scraped(self) -> bytes:
        """The same for `health.site`, which may have to ask others."""
        return self.text()

    def report(self) -> list[Family]:
        """All figures as plain values, for whoever adds them up (`totals.py`)."""
        return [
            (family.name, family.documentation, family.type, [(s.name, s.labels, s.value) for s in family.samples])
            for family in self.registry.collect()
        ]
