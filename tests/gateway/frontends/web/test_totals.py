"""Figures of several processes as those of one."""

from __future__ import annotations

import json

from gateway.frontends.web.metrics import Metrics
from gateway.frontends.web.totals import Totals
from gateway.identity.audit import AuditRecord


def process(binds: int, connections: float = 0, unavailable: float = 0, left: float = 0) -> Metrics:
    metrics = Metrics()
    for _ in range(binds):
        metrics.record(AuditRecord("bind", 0.0, "jdoe", "accepted", "memory", seconds=0.0002))
    metrics.gauge("bindferry_connections", "LDAP connections", lambda: connections)
    metrics.gauge_for("bindferry_source_unavailable", "1 while", "source", {"staff": lambda: unavailable})
    metrics.gauge_for("bindferry_certificate_seconds", "Until", "listener", {"ldaps": lambda: left})
    return metrics


def took(*processes: Metrics) -> Totals:
    totals = Totals()
    for number, metrics in enumerate(processes):
        totals.take(number, json.loads(json.dumps(metrics.report())))
    return totals


def lines(totals: Totals) -> set[str]:
    return set(totals.text().decode().splitlines())


def test_one_process_reads_as_it_does_without_the_sum() -> None:
    metrics = process(3, 5, 1, 60)
    assert took(metrics).text() == metrics.text()


def test_counts_and_connections_are_added_up() -> None:
    assert {
        'bindferry_binds_total{outcome="accepted",via="memory"} 5.0',
        'bindferry_bind_seconds_bucket{le="0.0005",via="memory"} 5.0',
        'bindferry_bind_seconds_count{via="memory"} 5.0',
        "bindferry_connections 11.0",
    } <= lines(took(process(2, 4), process(3, 7)))


def test_a_source_is_unavailable_where_one_says_so_and_a_certificate_ends_with_the_first() -> None:
    assert {
        'bindferry_source_unavailable{source="staff"} 1.0',
        'bindferry_certificate_seconds{listener="ldaps"} 60.0',
    } <= lines(took(process(0, 0, 1, 90), process(0, 0, 1, 60), process(0, 0, 0, 75)))


def test_what_a_process_had_counted_stays_and_its_connections_do_not() -> None:
    totals = took(process(2, 4), process(3, 7))
    totals.end(0)
    assert {'bindferry_binds_total{outcome="accepted",via="memory"} 5.0', "bindferry_connections 7.0"} <= lines(totals)
    totals.take(0, process(1, 1).report())
    assert {'bindferry_binds_total{outcome="accepted",via="memory"} 6.0', "bindferry_connections 8.0"} <= lines(totals)
    totals.end(0)
    totals.end(0)
    assert 'bindferry_binds_total{outcome="accepted",via="memory"} 6.0' in lines(totals)


def test_figures_of_the_whole_stand_beside_them() -> None:
    totals = took(process(1))
    totals.own("bindferry_workers", "Workers", "gauge", lambda: 2)
    totals.own("bindferry_workers_ended", "Died", "counter", lambda: 1)
    assert {"bindferry_workers 2.0", "bindferry_workers_ended_total 1.0"} <= lines(totals)
