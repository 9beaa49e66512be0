"""The daemon: every listener open or none, ready only then, and an end that lets operations in flight finish."""

from __future__ import annotations

import resource
import signal
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.interfaces import IDelayedCall, IListeningPort
from twisted.logger import Logger
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.python.failure import Failure

from gateway import __version__
from gateway.app import Core, Stores, assemble, open_stores
from gateway.auditfile import AuditFile, check_writable
from gateway.config import Settings
from gateway.config.clientcertificates import plain_fingerprint
from gateway.config.doubts import outside
from gateway.config.listen import Ldap, Ldaps, Named, Proxy
from gateway.errors import BindferryError, ConfigError, DirectoryError
from gateway.frontends.ldap.applications import Applications
from gateway.frontends.ldap.balanced import Balanced
from gateway.frontends.ldap.certificates import Naming
from gateway.frontends.ldap.configured import configured
from gateway.frontends.ldap.listener import Crowd, Door, Listener
from gateway.frontends.ldap.paging import Resting
from gateway.frontends.ldap.services import Services
from gateway.frontends.web.health import Condition, site
from gateway.frontends.web.metrics import Metrics
from gateway.identity.audit import AuditSink, Everyone, JsonLines
from gateway.identity.flights import within
from gateway.identity.guard import GuardedSource
from gateway.identity.told import Company
from gateway.notify import Notifier
from gateway.sockets import ServerTls, bound, shared_port

_log = Logger(namespace="bindferry")
_RENEWAL = 60.0
"""Seconds between looks at the files of the certificates."""
_PATIENCE = 5.0
"""Seconds that `/health` waits for the directory."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a daemon that is one of several gets from whoever started them (`gateway.workers`): the sockets that all
    listen on, by name, and the others. Of what one alone must do it does nothing until it is told to `lead`."""

    name: str
    sockets: Mapping[str, socket.socket]
    company: Company
    crowd: Crowd


class Daemon:
    """One gateway process. `start`, then `stop`; neither may be called twice."""

    def __init__(
        self,
        settings: Settings,
        reactor: Any,
        notifier: Notifier | None = None,
        watchers: Sequence[AuditSink] = (),
        part: Part | None = None,
    ) -> None:
        self._settings = settings
        self._part = part
        self._reactor = reactor
        self._notifier = notifier or Notifier({})
        self.metrics = Metrics()
        self._watchers = tuple(watchers)
        self._listener: Listener | None = None
        self._applications = Applications()
        self._sockets: dict[str, socket.socket] = {}
        self._ports: list[IListeningPort] = []
        self._entrances: list[Balanced] = []
        self._tls: dict[str, ServerTls] = {}
        self._renewing: IDelayedCall | None = None
        self._stores: Stores | None = None
        self._core: Core | None = None
        self._audit: AuditFile | None = None
        self._resting = Resting()
        self._stopping = False
        self.addresses: dict[str, tuple[str, int]] = {}
        """What was really opened: `ldap`, `ldaps`, `health` -> address and port."""

    async def start(self) -> None:
        """Take every port, then open the stores, then accept; `ConfigError` or `ConfigErrors`, with everything closed
        again and nothing written, where one of them cannot be had."""
        try:
            self._take_ports()
            check_writable(self._settings.audit.file)
            self._stores = open_stores(self._settings, self._reactor)
            self._audit = AuditFile(self._settings.audit.file)
            sinks = Everyone([JsonLines(self._audit.write), self.metrics, *self._watchers])
            company = self._part.company if self._part is not None else None
            self._core = assemble(self._settings, self._stores, sinks, self._reactor, company)
            if self._part is None:
                self.lead()
            self._prepare_tls()
            self._measure(self._core)
            self._accept(self._core)
        except BaseException:
            await self.stop()
            raise
        if self._part is not None:
            _log.info("{name} is ready", name=self._part.name)
            return
        for warning in self._settings.warnings:
            _log.warn("{text}", text=str(warning))
        places = places_of(self.addresses)
        _log.info("bindferry {version} is ready: {places}", version=__version__, places=places)
        self._notifier.ready()
        self._notifier.status(f"ready: {places}")
        self._notifier.watch(self._reactor)

    @property
    def core(self) -> Core:
        """What decides; only after `start`."""
        assert self._core is not None
        return self._core

    def lead(self) -> None:
        """Do what one process of a gateway does for all: copies of groups are renewed."""
        if self._settings.groups.carry and self._core is not None and not self._stopping:
            self._core.groups.start()

    async def stop(self) -> None:
        """Take nothing new, let what is in flight finish for up to `stop.grace` seconds, close the stores. A step that
        fails is logged and does not keep the next from being done."""
        self._stopping = True
        self._notifier.stopping()
        for step in (self._stop_accepting, self._end_connections, self._end_adoptions, self._close):
            try:
                await step()
            except Exception:  # noqa: BLE001 (what is left must still be closed)
                _log.failure("stopping: {step} failed", step=step.__name__)

    async def _stop_accepting(self) -> None:
        if self._renewing is not None and self._renewing.active():
            self._renewing.cancel()
        for taken in self._sockets.values():
            taken.close()
        for port in self._ports:
            await _maybe(port.stopListening())

    async def _end_connections(self) -> None:
        for entrance in self._entrances:
            entrance.end()
        if self._listener is not None:
            await self._listener.drain(self._settings.stop.grace)

    async def _end_adoptions(self) -> None:
        left = await self._core.migrator.drain(self._settings.stop.grace) if self._core is not None else 0
        if self._core is not None:
            self._core.groups.end()
            await self._core.groups.drain(self._settings.stop.grace)
        if left:
            _log.warn("{count} adoptions were not finished; those people move at their next bind", count=left)

    async def _close(self) -> None:
        if self._stores is not None:
            await self._stores.close(self._settings.stop.grace)
        if self._audit is not None:
            self._audit.close()

    def _prepare_tls(self) -> None:
        listen = self._settings.listen
        for name, place in listen.doors().items():
            if place.keypair is not None and place.keypair_files is not None:
                self._tls[name] = ServerTls(name, place.keypair, place.keypair_files, place.client_certificates)
        if self._tls:
            self._renewing = self._reactor.callLater(_RENEWAL, self._renew)

    def _renew(self) -> None:
        """Look whether the certificates' files have changed, now and every minute."""
        if self._renewing is not None and self._renewing.active():
            self._renewing.cancel()
        for tls in self._tls.values():
            tls.refresh()
        if not self._stopping and self._tls:
            self._renewing = self._reactor.callLater(_RENEWAL, self._renew)

    def reopen(self) -> None:
        """Begin a new audit file, and use renewed certificates (SIGHUP)."""
        self._renew()
        if self._audit is not None:
            try:
                self._audit.reopen()
            except ConfigError as error:
                _log.error("{text}", text=str(error))

    async def condition(self) -> Condition:
        """What `/health` says: whether people who have moved can log in, and how the sources are."""
        if self._stopping or self._core is None:
            return Condition(ok=False, text="stopping")
        stores = self._core.stores
        sources = {source.name: "unavailable" if source.open else "ok" for source in stores.sources}
        try:
            await within(self._reactor, _PATIENCE, stores.native.by_origin("", ["health"]))
        except (DirectoryError, TimeoutError):
            return Condition(ok=False, text="the native directory cannot be read", sources=sources)
        return Condition(ok=True, text="serving", sources=sources)

    def _take_ports(self) -> None:
        """Bind every socket before anything is opened or written; connections wait in the backlog meanwhile."""
        self._sockets = take_ports(self._settings) if self._part is None else dict(self._part.sockets)

    def _accept(self, core: Core) -> None:
        services = self._services(core)
        self._listener = Listener(services, self._reactor, self._part.crowd if self._part is not None else None)
        factories: dict[str, Any] = {"health": site(self.condition, self.metrics.scraped, self._reactor)}
        for name, door in self._settings.listen.doors().items():
            factories[name] = self._factory(name, door, self._listener, services)
        for name, taken in self._sockets.items():
            address, port = taken.getsockname()[:2]
            self._ports.append(self._listening(taken, factories[name]))
            self.addresses[name] = (address, port)
        for taken in self._sockets.values():
            taken.close()  # the reactor has its own copy

    def _listening(self, taken: socket.socket, factory: Any) -> Any:
        if self._part is not None:
            return shared_port(self._reactor, taken, factory, self._part.crowd.is_ahead)
        return self._reactor.adoptStreamPort(taken.fileno(), taken.family, factory)

    def _factory(self, name: str, door: Ldap | Ldaps, listener: Listener, services: Services) -> Any:
        """What makes the connections of one port."""
        context = self._tls.get(name)
        if door.client_certificates is not None:
            asked = door.client_certificates
            table = {plain_fingerprint(written): who for written, who in asked.fingerprints.items()}
            services = replace(services, naming=Naming(asked.map, table))
        factory: Any = Door(listener, name, services)
        if isinstance(door, Ldap) and not (isinstance(door, Named) and door.tls):
            of_port = replace(services, starttls=door.starttls, tls=context, clear_text=door.clear_text)
            factory = Door(listener, name, of_port)
        else:
            assert context is not None  # the configuration is checked
            factory = TLSMemoryBIOFactory(context, False, factory, self._reactor)
        return factory if door.proxy is None else self._balanced(factory, door.proxy)

    def _balanced(self, behind: Any, proxy: Proxy) -> Balanced:
        balanced = Balanced(
            behind,
            proxy.networks,
            self._reactor,
            seconds=proxy.timeout,
            most=self._settings.limits.connections,
        )
        self._entrances.append(balanced)
        return balanced

    def _services(self, core: Core) -> Services:
        settings = self._settings
        contexts = [settings.directory.base]
        for source in core.stores.sources:
            contexts += [base for base in source.bases if base not in contexts]
        self._applications = self._told_apart(contexts)
        return Services(
            binder=core.authenticator,
            searcher=core.search,
            spelled_out=core.search.spelled_out,
            passwords=core.passwords,
            work=core.work,
            administers=core.administrators.include if core.administrators else None,
            usher=core.certificates,
            naming_contexts=tuple(contexts),
            login_attributes=tuple(name.lower() for name in settings.names.login_attributes),
            limits=settings.limits,
            applications=self._applications,
            vendor_version=__version__,
            ldapv2=settings.access.ldapv2,
            netscape_controls=settings.access.netscape_controls,
            resting=self._resting,
        )

    def _told_apart(self, contexts: Sequence[str]) -> Applications:
        listed = self._settings.applications
        for warning in outside(listed, contexts):
            _log.warn("{text}", text=str(self._settings.located(warning)))
        return configured(listed, tuple(name.lower() for name in self._settings.names.login_attributes))

    def _measure(self, core: Core) -> None:
        metrics, stores = self.metrics, core.stores
        metrics.gauge("bindferry_adoptions_pending", "Adoptions behind their answers", lambda: core.migrator.pending)
        metrics.gauge("bindferry_hashing_running", "Threads that hash", lambda: stores.hashing.running)
        metrics.gauge("bindferry_hashing_waiting", "Hashes that wait for a thread", lambda: stores.hashing.waiting)
        metrics.gauge("bindferry_paged_searches", "Paged searches that rest", lambda: len(self._resting))
        metrics.counter(
            "bindferry_directory_scans",
            "Searches of the directory that no index could answer",
            lambda: stores.native.scans,
        )
        metrics.counters(
            "bindferry_sins",
            "What applications did wrong and were answered all the same",
            ("application", "sin"),
            lambda: self._applications.sins,
        )
        metrics.gauge("bindferry_connections", "LDAP connections", self._connections)
        metrics.gauge("bindferry_audit_lost", "Audit lines that could not be written", self._lost)
        metrics.gauge_for(
            "bindferry_certificate_seconds",
            "Seconds until the certificate expires",
            "listener",
            {name: partial(_left, tls, self._reactor) for name, tls in self._tls.items()},
        )
        metrics.gauge_for(
            "bindferry_source_unavailable",
            "1 while the circuit breaker holds calls to the source back",
            "source",
            {source.name: partial(_is_open, source) for source in stores.sources},
        )

    def _connections(self) -> float:
        return len(self._listener) if self._listener is not None else 0

    def _lost(self) -> float:
        return self._audit.lost if self._audit is not None else 0


def take_ports(settings: Settings) -> dict[str, socket.socket]:
    """Bind every socket; `ConfigError` for the first that cannot be had, and then none is."""
    places: dict[str, Any] = dict(settings.listen.doors())
    if settings.listen.health is not None:
        places["health"] = settings.listen.health
    taken: dict[str, socket.socket] = {}
    try:
        for name, place in places.items():
            taken[name] = bound(name, place.address, place.port)
    except ConfigError:
        for one in taken.values():
            one.close()
        raise
    return taken


def places_of(addresses: Mapping[str, tuple[str, int]]) -> str:
    """What is listened on, for people."""
    return ", ".join(f"{name} {address}:{port}" for name, (address, port) in addresses.items())


class Runs(Protocol):
    """What has a beginning and an end: a daemon, or the supervisor of several."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def reopen(self) -> None: ...


def serve(settings: Settings, reactor: Any, notifier: Notifier) -> BindferryError | None:
    """Run one daemon until told to stop; what went wrong at the start, None after a clean end."""
    return run(Daemon(settings, reactor, notifier), reactor)


def run(daemon: Runs, reactor: Any) -> BindferryError | None:
    """Run it until told to stop; what went wrong at the start, None after a clean end."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold passwords (R15)
    failed: list[BaseException] = []

    def give_up(failure: Failure) -> None:
        failed.append(failure.value or BindferryError("the start failed"))
        reactor.stop()

    def end() -> Deferred[None]:
        return Deferred.fromCoroutine(daemon.stop())

    def begin() -> None:
        starting = Deferred.fromCoroutine(daemon.start())
        starting.addCallbacks(
            lambda _: reactor.addSystemEventTrigger("before", "shutdown", end),
            give_up,
        )

    reactor.callWhenRunning(begin)
    signal.signal(signal.SIGHUP, lambda *_: reactor.callFromThread(daemon.reopen))
    reactor.run()
    if not failed:
        return None
    if isinstance(failed[0], BindferryError):
        return failed[0]
    raise failed[0]


def _left(tls: ServerTls, clock: Any) -> float:
    return float(tls.expires - clock.seconds())


def _is_open(source: GuardedSource) -> float:
    return float(source.open)


async def _maybe(result: Any) -> None:
    if result is not None:
        await result
