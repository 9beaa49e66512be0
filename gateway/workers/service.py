"""The process of the supervisor: takes every port, makes the directory, starts the workers and speaks for all of them.

What it decides is in `supervisor.py` and `crew.py`.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IListeningPort
from twisted.logger import Logger

from gateway import __version__
from gateway.app import budgets, open_stores, throttle_rules
from gateway.auditfile import check_writable
from gateway.config import Settings
from gateway.daemon import places_of, run, take_ports
from gateway.errors import BindferryError
from gateway.frontends.web.health import Condition, site
from gateway.frontends.web.totals import Totals
from gateway.identity.proofs import KEY_BYTES, Proofs
from gateway.identity.throttle import Throttle
from gateway.notify import Notifier
from gateway.workers.begin import Begin
from gateway.workers.board import new_board
from gateway.workers.common import Common
from gateway.workers.spawning import Spawning
from gateway.workers.supervisor import Supervisor

_log = Logger(namespace="bindferry")
_MARGIN = 35.0
"""Seconds that a worker may take beyond its own graces (connections, adoptions, groups, threads): the directory's."""


class Service:
    """Several workers as one daemon. `text` is the configuration's, as it was read."""

    def __init__(self, settings: Settings, path: Path, text: str, reactor: Any, notifier: Notifier) -> None:
        self._settings = settings
        self._path = path
        self._text = text
        self._reactor = reactor
        self._notifier = notifier
        self._totals = Totals()
        self._sockets: dict[str, socket.socket] = {}
        self._port: IListeningPort | None = None
        self._supervisor: Supervisor | None = None
        self._started: Deferred[None] | None = None
        self._stopping = False
        self.addresses: dict[str, tuple[str, int]] = {}

    async def start(self) -> None:
        """Take every port, open every store once and so make the directory, then begin with all workers; returns when
        each is ready. `ConfigError`, `ConfigErrors` or `BindferryError` where one of them cannot be."""
        try:
            self._sockets = take_ports(self._settings)
            self.addresses = {name: one.getsockname()[:2] for name, one in self._sockets.items()}
            check_writable(self._settings.audit.file)
            await open_stores(self._settings, self._reactor).close()
            self._serve_figures()
            await self._begin()
        except BaseException:
            await self.stop()
            raise
        for warning in self._settings.warnings:
            _log.warn("{text}", text=str(warning))
        places = places_of(self.addresses)
        _log.info("bindferry {version} is ready: {places}", version=__version__, places=places)
        self._notifier.ready()
        self._tell_status()
        self._notifier.watch(
            self._reactor, lambda: self._supervisor is not None and bool(self._supervisor.crew.at_work)
        )

    async def stop(self) -> None:
        """Nobody connects any more; every worker ends what is in progress, within its graces."""
        self._stopping = True
        self._notifier.stopping()
        for taken in self._sockets.values():
            taken.close()
        if self._supervisor is not None:
            await self._supervisor.stop(4 * self._settings.stop.grace + _MARGIN)
        if self._port is not None:
            await _maybe(self._port.stopListening())

    def reopen(self) -> None:
        """Every worker begins a new audit file, and uses renewed certificates (SIGHUP)."""
        if self._supervisor is not None:
            self._supervisor.say("reopen")

    async def condition(self) -> Condition:
        """What `/health` says: people can log in as long as one worker says so."""
        if self._stopping or self._supervisor is None:
            return Condition(ok=False, text="stopping")
        return together([Condition(**one) for one in (await self._supervisor.ask("condition")).values()])

    async def figures(self) -> bytes:
        """What `/metrics` says: the sums of all."""
        if self._supervisor is not None:
            for number, report in (await self._supervisor.ask("metrics")).items():
                self._totals.take(number, report)
        return self._totals.text()

    def _serve_figures(self) -> None:
        taken = self._sockets.pop("health", None)
        if taken is None:
            return
        factory = site(self.condition, self.figures, self._reactor)
        self._port = self._reactor.adoptStreamPort(taken.fileno(), taken.family, factory)
        taken.close()

    async def _begin(self) -> None:
        settings = self._settings
        key = os.urandom(KEY_BYTES)
        begin = Begin(0, settings.workers, str(self._path), self._text, key, {})
        spawn = Spawning(self._reactor, begin, self._sockets, new_board(settings.workers))
        proofs = Proofs(settings.passwords.remember, settings.passwords.remember_wrong, key=key)
        common = Common(budgets(settings), Throttle(throttle_rules(settings)), proofs)
        supervisor = Supervisor(settings.workers, spawn, common, self._reactor, self._changed)
        self._supervisor = supervisor
        self._totals.own("bindferry_workers", "Workers that answer", "gauge", lambda: len(supervisor.crew.at_work))
        self._totals.own("bindferry_workers_ended", "Workers that died", "counter", lambda: supervisor.crew.replaced)
        self._started = Deferred()
        supervisor.start()
        await self._started

    def _changed(self) -> None:
        supervisor = self._supervisor
        if supervisor is None or self._stopping:
            return
        for number in set(range(supervisor.crew.count)) - set(supervisor.crew.here):
            self._totals.end(number)
        if self._started is None or self._started.called:
            self._tell_status()
        elif supervisor.crew.complete:
            self._started.callback(None)
        elif supervisor.crew.replaced:
            self._started.errback(BindferryError("a worker ended before all were ready: its own words are above"))

    def _tell_status(self) -> None:
        crew = self._supervisor.crew if self._supervisor is not None else None
        if crew is not None:
            workers = f"{len(crew.at_work)} of {crew.count} workers"
            self._notifier.status(f"ready: {places_of(self.addresses)}; {workers}")


def together(conditions: list[Condition]) -> Condition:
    """The condition of several as that of one. A source is unavailable where one of them says so."""
    if not conditions:
        return Condition(ok=False, text="no worker answers")
    sources: dict[str, str] = {}
    for condition in conditions:
        sources |= {name: word for name, word in condition.sources.items() if sources.get(name, "ok") == "ok"}
    best = next((condition for condition in conditions if condition.ok), conditions[0])
    return Condition(ok=best.ok, text=best.text, sources=sources)


def supervise(settings: Settings, path: Path, text: str, reactor: Any, notifier: Notifier) -> BindferryError | None:
    """Run until told to stop; what went wrong at the start, None after a clean end."""
    return run(Service(settings, path, text, reactor, notifier), reactor)


async def _maybe(result: Any) -> None:
    if result is not None:
        await result
