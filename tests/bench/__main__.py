"""`make bench`: Bindferry beside the servers that it stands in for, one table. Nothing passes or fails by its time."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import resource
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Result
from bench.load import compile_load
from bench.measuring import Bench
from bench.plot import plot
from bench.processes import family_of
from bench.rows import ROWS, Row, chosen
from bench.servers import Servers
from bench.table import replaced, table


def arguments(words: list[str]) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two short rounds: under two minutes")
    parser.add_argument("--only", action="append", default=[], metavar="ROW", help=" ".join(row.key for row in ROWS))
    parser.add_argument("--rounds", type=int, help="how often each party has its turn (2 or 5)")
    parser.add_argument("--seconds", type=float, help="of one turn (0.5 or 4)")
    parser.add_argument("--people", type=int, help="in every server (4,000 or 10,000)")
    parser.add_argument("--workers", type=int, help="of Bindferry, where its configuration has that option")
    parser.add_argument("--json", type=Path, metavar="FILE", help="every sample")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="the ratios as a picture")
    parser.add_argument("--rst", type=Path, metavar="FILE", help="write the table between the marks of this document")
    asked = parser.parse_args(words)
    asked.rounds = asked.rounds or (2 if asked.quick else 5)
    asked.people = asked.people or (4_000 if asked.quick else 10_000)
    asked.seconds = asked.seconds or (0.5 if asked.quick else 4.0)
    if unknown := set(asked.only) - {row.key for row in ROWS}:
        parser.error(f"there is no row {', '.join(sorted(unknown))}")
    return asked


def measure(bench: Bench, rows: list[Row]) -> list[Result]:
    """All rows, each party in turn, round by round."""
    results = []
    for row in rows:
        result = Result(row.work, row.goal, {party: [] for party in row.parties})
        for round_ in range(bench.rounds):
            for party in row.parties:
                print(f"\r{row.key}: round {round_ + 1}, {party}".ljust(70), end="", file=sys.stderr, flush=True)
                result.samples[party].append(row.measure(bench, party, round_))
        results.append(result)
    print("\r".ljust(71) + "\r", end="", file=sys.stderr)
    return results


def machine() -> str:
    """Cores and family, and how busy it was: no name."""
    busy = "a busy machine" if os.getloadavg()[0] > 0.5 else "a quiet machine"
    cores = len(os.sched_getaffinity(0))
    family = family_of(Path("/proc/cpuinfo").read_text())
    return f"{cores} cores ({family}), load {os.getloadavg()[0]:.1f} before the first row: {busy}"


def main() -> None:
    asked = arguments(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # servers are ended, too
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # ten thousand connections, on both sides
    where, when = machine(), datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="bindferry-bench-") as name:
        place = Path(name)
        load = compile_load(place)
        servers = Servers(place, asked.people, load, asked.workers)
        try:
            results = measure(Bench(servers, load, asked.seconds, asked.rounds), chosen(asked.only, quick=asked.quick))
        finally:
            servers.stop()
    head = (
        f"{when:%Y-%m-%d}, {where}.\n"
        f"{asked.people:,} people, {asked.rounds} rounds of {asked.seconds:g} s, 16 connections. Ratios are medians\n"
        "of the rounds, with the least and the most. Where two figures stand in a cell, the first is ours.\n"
    )
    text = f"{head}\n{table(results)}"
    print(text)
    if asked.json:
        told = {"machine": where, "at": when.isoformat(), "rows": [dataclasses.asdict(result) for result in results]}
        asked.json.write_text(json.dumps(told, indent=1))
    if asked.plot:
        asked.plot.write_text(plot(results))
    if asked.rst:
        asked.rst.write_text(replaced(asked.rst.read_text(), text))


if __name__ == "__main__":
    main()
