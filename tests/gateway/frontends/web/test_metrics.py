"""Figures for Prometheus."""

from __future__ import annotations

from gateway.frontends.web.metrics import Metrics
from gateway.identity.audit import AuditRecord


def lines(metrics: Metrics) -> set[str]:
    return set(metrics.text().decode().splitlines())


def test_binds_are_counted_by_outcome_and_by_who_decided() -> None:
    metrics = Metrics()
    for _ in range(2):
        metrics.record(AuditRecord("bind", 0.0, "jdoe", "accepted", "memory", seconds=0.0002))
    metrics.record(AuditRecord("bind", 0.0, "jdoe", "wrong-password", "source:staff", seconds=0.2))
    assert {
        'bindferry_binds_total{outcome="accepted",via="memory"} 2.0',
        'bindferry_binds_total{outcome="wrong-password",via="source:staff"} 1.0',
        'bindferry_bind_seconds_bucket{le="0.0005",via="memory"} 2.0',
        'bindferry_bind_seconds_count{via="source:staff"} 1.0',
    } <= lines(metrics)


def test_adoptions_misses_and_collisions_are_counted_by_source() -> None:
    """R12: the miss is counted and shown."""
    metrics = Metrics()
    for event in ("adopt", "adopt-missed", "collision"):
        metrics.record(AuditRecord(event, 0.0, "jdoe", "written", "source:staff"))
    assert {
        f'bindferry_adoptions_total{{event="{event}",source="staff"}} 1.0'
        for event in ("adopt", "adopt-missed", "collision")
    } <= lines(metrics)


def test_gauges_are_read_when_they_are_scraped() -> None:
    metrics = Metrics()
    value = [1.0]
    metrics.gauge("waiting", "How many wait", lambda: value[0])
    metrics.gauge_for("open", "Whether it is", "source", {"staff": lambda: value[0]})
    value[0] = 7.0
    assert {"waiting 7.0", 'open{source="staff"} 7.0'} <= lines(metrics)


def test_no_name_of_a_person_is_a_label() -> None:
    """R15, and a bounded number of series."""
    metrics = Metrics()
    metrics.record(
        AuditRecord("bind", 0.0, "canary-name", "accepted", "memory", "canary-name", "id", "10.0.0.1", "app")
    )
    assert b"canary" not in metrics.text()
    assert b"10.0.0.1" not in metrics.text()


def test_changes_are_counted_apart() -> None:
    metrics = Metrics()
    metrics.record(AuditRecord("password", 0.0, "jdoe", "written", "directory"))
    text = metrics.text().decode()
    assert 'bindferry_changes_total{event="password",outcome="written"} 1.0' in text
    assert "bindferry_adoptions_total{" not in text


def test_a_count_that_somebody_else_keeps_has_a_figure_for_each_of_its_labels() -> None:
    metrics, kept = Metrics(), {("wiki", "ldapv2"): 0.0}
    metrics.counters("sins", "What was forgiven", ("application", "sin"), lambda: kept)
    assert 'sins_total{application="wiki",sin="ldapv2"} 0.0' in lines(metrics)
    kept["wiki", "ldapv2"] += 2
    assert 'sins_total{application="wiki",sin="ldapv2"} 2.0' in lines(metrics)
