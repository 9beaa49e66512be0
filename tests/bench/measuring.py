"""How each row is measured: one party in one round gives one sample."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench.figures import Sample
from bench.load import LoadError, Work, begin, finish, holding
from bench.processes import cpu_seconds, memory
from bench.servers import Server, Servers
from live.gateway_process import Gateway, until

HOT_FEW = 50
"""People who bind hot while others bind cold."""
IDLE = 10_000


@dataclass(slots=True)
class Bench:
    """One run: its servers, how long a round is, and what must be remembered from round to round."""

    servers: Servers
    load: Path
    seconds: float
    rounds: int
    capacity: float = 0.0
    warm: set[str] = field(default_factory=set)
    adopted: dict[int, float] = field(default_factory=dict)

    def run(self, party: str, work: Work) -> Sample:
        """This work on that server."""
        server = self.servers.get(party)
        port = server.tls_port or server.port if work.options.get("tls") else server.port
        work = Work(work.name, {"people": self.servers.count, "seconds": self.seconds, **work.options})
        before = cpu_seconds(server.pids)
        try:
            seen = finish(begin(self.load, work, port), 60 + 10 * self.seconds)
        except LoadError as error:
            return Sample(0, fault=str(error))
        return sample(
            seen, cpu_seconds(server.pids) - before, server, "entries" if work.name == "pages" else "operations"
        )

    def people(self, number: int, of: int = 1) -> dict[str, float | int | str]:
        """One part of everybody, but for those who bind hot."""
        size = (self.servers.count - HOT_FEW) // of
        return {"first": HOT_FEW + number * size, "people": size}


def sample(seen: dict[str, Any], cpu: float, server: Server, counted: str = "operations") -> Sample:
    """What the generator saw. A wrong result code is a fault, and so is nothing at all."""
    done, used = seen[counted], memory(server.pids)
    codes = {int(code): count for code, (count, _) in seen["codes"].items()}
    fault = f"{seen['wrong']} answers of result codes {codes} were wrong" if seen["wrong"] else ""
    notes = [f"{seen['bytes'] / seen['entries']:.0f} octets an entry"] if seen["entries"] else []
    if seen["handshakes"]:
        notes.append(f"{seen['resumed']} of {seen['handshakes']} handshakes resumed")
    return Sample(
        rate=done / seen["seconds"] if done else 0.0,
        p50=seen["p50"] / 1000,
        p99=seen["p99"] / 1000,
        cpu=cpu / done if done else 0.0,
        pss=used.pss,
        rss=used.rss,
        note=", ".join(notes),
        fault=fault or ("" if done else "nothing was answered"),
    )


def works(work: Work) -> Callable[[Bench, str, int], Sample]:
    """Nothing but this work. It is done for a moment before, so that nobody is measured while memory fills."""

    def measure(bench: Bench, party: str, round_: int) -> Sample:
        if f"{party} {work}" not in bench.warm:
            bench.warm.add(f"{party} {work}")
            bench.run(party, work.but(seconds=0.3))
        return bench.run(party, work.but(seed=round_ + 1))

    return measure


def hot(work: Work) -> Callable[[Bench, str, int], Sample]:
    """The same, after everybody has bound at our server once."""

    def measure(bench: Bench, party: str, round_: int) -> Sample:
        if party.startswith("Bindferry") and party not in bench.warm:
            bench.warm.add(party)
            first = bench.run(party, Work("once", {"seconds": 300, "connections": 32}))
            if first.fault:
                return first
        return bench.run(party, work.but(seed=round_ + 1))

    return measure


def cold(bench: Bench, party: str, round_: int) -> Sample:
    """Each person once: every bind is a hash."""
    if party == "raw argon2":
        return raw_argon2(bench)
    bench.servers.forget(party)
    return bench.run(party, Work("once", {**bench.people(0), "seconds": max(bench.seconds, 2)}))


def raw_argon2(bench: Bench) -> Sample:
    """argon2-cffi in as many threads as there are cores, in a process of its own."""
    script = Path(__file__).with_name("raw_argon2.py")
    said = subprocess.run(
        [sys.executable, script, str(max(bench.seconds, 1))], capture_output=True, text=True, check=True
    )
    rate, cpu = map(float, said.stdout.split())
    bench.capacity = rate
    return Sample(rate, cpu=cpu)


def first_binds(bench: Bench, party: str, round_: int) -> Sample:
    """People who have not moved bind, each once. The next party begins when all of them have moved."""
    people = bench.people(round_, bench.rounds)
    people["people"] = min(int(people["people"]), round(bench.seconds * 200))
    work = Work("once", {**people, "connections": 16, "seconds": 120})
    gateway = bench.servers.get(party).gateway
    began = time.monotonic()
    measured = bench.run(party, work)
    if gateway is None:
        return measured
    until(lambda: pending(gateway) == 0, "all have moved", 300)
    bench.adopted[round_] = int(people["people"]) / (time.monotonic() - began)
    return replace(measured, note=f"all {people['people']} written after {time.monotonic() - began:.1f} s")


def adoptions(bench: Bench, party: str, round_: int) -> Sample:
    """People written in a second, first bind to last write: measured by `first_binds` in the same round."""
    if party == "raw argon2":
        return raw_argon2(bench)
    if round_ not in bench.adopted:
        measured = first_binds(bench, party, round_)
        if measured.fault:
            return measured
    return Sample(bench.adopted[round_])


def pending(gateway: Gateway) -> int:
    """Adoptions behind their answers."""
    for line in gateway.get("/metrics").splitlines():
        if line.startswith("bindferry_adoptions_pending "):
            return int(float(line.split()[1]))
    raise LoadError("the gateway does not say what is pending")


def pages(bench: Bench, party: str, round_: int) -> Sample:
    """Everybody, a thousand at a time, on one connection: entries a second, times of a page."""
    return bench.run(party, Work("pages", {"connections": 1, "page": 1000}))


def beside_idle(bench: Bench, party: str, round_: int) -> Sample:
    """Searches while very many others are bound and silent, and the memory of one of those."""
    server = bench.servers.forget(party)  # what freed connections leave behind would hide the memory of new ones
    bench.run(party, Work("search"))
    alone, before = bench.run(party, Work("search")), memory(server.pids).pss
    try:
        with holding(bench.load, Work("idle", {"connections": IDLE}), server.port):
            each = (memory(server.pids).pss - before) / IDLE / 1024
            beside = bench.run(party, Work("search"))
    except LoadError as error:
        return Sample(0, fault=str(error))
    return replace(beside, note=f"{each:.1f} KiB an idle connection; {beside.rate / max(alone.rate, 1):.2f} x as alone")


def overload(work: str) -> Callable[[Bench, str, int], Sample]:
    """A hundred of them a second while cold binds come at ten times the rate that they can be hashed at."""

    def measure(bench: Bench, party: str, round_: int) -> Sample:
        if not bench.capacity:
            raw_argon2(bench)
        server = bench.servers.forget(party)
        bench.run(party, Work("once", {"people": HOT_FEW, "seconds": 60}))
        bench.run(party, Work("search", {"seconds": 0.1}))  # the service account is known hot, too
        rate = round(10 * bench.capacity)
        storm = Work("once", {**bench.people(0), "rate": rate, "connections": 500, "also": 51})
        storm = storm.but(seconds=bench.seconds + 1)
        before = memory(server.pids).pss
        running = begin(bench.load, storm, server.port)
        time.sleep(0.5)  # until it is at its height
        measured = bench.run(party, Work(work, {"people": HOT_FEW, "rate": 100}))
        try:
            seen = finish(running, 60 + bench.seconds)
        except LoadError as error:
            return Sample(0, fault=f"the storm: {error}")
        told = ", ".join(f"{many} of code {code}, the slowest {worst / 1000:.0f} ms"
                         for code, (many, worst) in seen["codes"].items())  # fmt: skip
        grown = (memory(server.pids).pss - before) / (1 << 20)
        return replace(measured, note=f"storm of {rate}/s: {told}; memory {grown:+.1f} MiB")

    return measure


def few(bench: Bench, party: str, round_: int) -> Sample:
    """Searches for a thousand people."""
    return works(Work("search", {"people": 1000}))(bench, party, round_)


def everybody(bench: Bench, party: str, round_: int) -> Sample:
    """Searches for people of whom hardly anybody is in memory."""
    count = 1_000_000 if "million" in party else bench.servers.count
    return works(Work("search", {"people": count}))(bench, party, round_)
