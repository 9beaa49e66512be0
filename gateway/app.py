"""The composition root: settings in, the core and its stores out, wired together and nothing opened to the world.

Who listens, and how the daemon starts and ends, is in `gateway.daemon`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway import passwords
from gateway.absent import AbsentDirectory
from gateway.config import Settings
from gateway.config.settings import Source
from gateway.errors import ConfigError, ConfigErrors, DirectoryMissing, ProtocolError
from gateway.groups.carrying import CarryRules, GroupCarrier
from gateway.groups.following import FollowedSource
from gateway.groups.members import GroupWords
from gateway.groups.search import GroupRules, GroupSearch
from gateway.identity.administrators import Administrators
from gateway.identity.audit import AuditSink
from gateway.identity.authenticate import Authenticator
from gateway.identity.budget import Budget, ForwardBudget
from gateway.identity.change_password import PasswordChanges
from gateway.identity.claims import Claims
from gateway.identity.directory_work import DirectoryWork
from gateway.identity.guard import GuardedSource, GuardRules
from gateway.identity.mapping import AttributeRules, MappedSource
from gateway.identity.migrate import MigrationRules, Migrator
from gateway.identity.model import normalise
from gateway.identity.names import NameRules
from gateway.identity.password_rules import PasswordRules
from gateway.identity.ports import LegacySource, NativeDirectory
from gateway.identity.proofs import Proofs
from gateway.identity.set_password import PasswordSetter
from gateway.identity.source_names import SourceNames
from gateway.identity.throttle import Throttle, ThrottleRules
from gateway.identity.told import Company, nobody
from gateway.identity.union import UnionSearch
from gateway.identity.verify_certificate import CertificateVerifier
from gateway.identity.verify_legacy import LegacyVerifier
from gateway.identity.verify_native import NativeVerifier
from gateway.passwords.argon2 import Argon2Hasher
from gateway.passwords.pool import HashingPool
from gateway.plugins import Context, Names
from gateway.threads import Pool
from gateway.wire.dn import normalise_dn


@dataclass(frozen=True, slots=True)
class Stores:
    """The directory, the guarded sources in the order of the configuration, and the hashing that both use."""

    native: NativeDirectory
    sources: tuple[GuardedSource, ...]
    hasher: HashingPool
    hashing: Pool

    async def close(self, grace: float = 5.0) -> None:
        """Close everything, the directory last: what is being written is written."""
        for source in self.sources:
            await source.close()
        await self.hashing.close(grace)
        await self.native.close()


@dataclass(frozen=True, slots=True)
class Core:
    """What a front end asks, and what the daemon looks after."""

    stores: Stores
    authenticator: Authenticator
    search: GroupSearch
    migrator: Migrator
    groups: GroupCarrier
    passwords: PasswordChanges
    work: DirectoryWork
    names: NameRules
    administrators: Administrators
    certificates: CertificateVerifier
    proofs: Proofs = field(repr=False)
    throttle: Throttle = field(repr=False)


def open_stores(settings: Settings, reactor: Any, *, may_create: bool = True) -> Stores:
    """The stores that these settings name. Sources are not contacted yet.

    Without `may_create` the directory is neither made nor upgraded: for who only looks, an `AbsentDirectory` stands
    for one that is not there yet.
    `ConfigErrors` holds whatever an administrator must mend first: a missing driver, a directory that cannot be
    opened or was made by a newer release.
    """
    costs = settings.passwords
    hashing = Pool(reactor, "hashing", costs.threads, costs.queue)
    cost = Argon2Hasher(costs.memory >> 10, costs.time, costs.parallelism)
    hasher = HashingPool(reactor, hashing, cost)
    context = Context(reactor, hasher, settings.directory.base, may_create)
    errors: list[ConfigError] = []
    sources: list[GuardedSource] = []
    for number, source in enumerate(settings.sources):
        try:
            sources.append(_guarded(source, context, reactor))
        except ConfigError as error:
            errors.append(ConfigError(error.text, where=error.where or f"sources.{number}", file=error.file))
    native: NativeDirectory | None = None
    if not errors:
        try:
            native = settings.directory.plugin.build(settings.directory.options, context)
        except ConfigError as error:
            if isinstance(error, DirectoryMissing) and not may_create:
                return Stores(AbsentDirectory(error), tuple(sources), hasher, hashing)
            errors.append(ConfigError(error.text, where=error.where or "directory", file=error.file))
    if native is None:
        raise ConfigErrors(errors)
    return Stores(native, tuple(sources), hasher, hashing)


def _guarded(source: Source, context: Context, reactor: Any) -> GuardedSource:
    options = source.options
    built: LegacySource = source.plugin.build(options, context)
    rules = AttributeRules.of(options.map.rename, options.map.drop, options.map.add)
    return GuardedSource(
        MappedSource(built, rules) if rules else built,
        GuardRules(
            timeout=options.timeout,
            search_timeout=options.search_timeout,
            concurrency=options.concurrency,
            breaker_failures=options.breaker.failures,
            breaker_pause=options.breaker.pause,
        ),
        reactor,
        _names(options.names),
    )


def _names(options: Names) -> SourceNames:
    """Which names the source is asked for; `ConfigError` where a suffix is no DN."""
    try:
        suffixes = None if options.suffixes is None else tuple(map(normalise_dn, options.suffixes))
    except ProtocolError as error:
        raise ConfigError(f"names.suffixes: {error}") from None
    domains = None if options.domains is None else frozenset(map(normalise, options.domains))
    return SourceNames(suffixes, domains, None if options.pattern is None else re.compile(options.pattern))


def name_rules(settings: Settings, sources: Iterable[LegacySource]) -> NameRules:
    """How names are read: by section `names`, and as entries of any of the trees."""
    trees = map(normalise_dn, (settings.directory.base, *settings.names.trees))
    return NameRules.of(
        settings.names.domains,
        settings.names.suffixes,
        settings.names.dn_attributes,
        (*trees, *(base for source in sources for base in source.bases)),
    )


def assemble(settings: Settings, stores: Stores, audit: AuditSink, clock: Any, company: Company | None = None) -> Core:
    """The core over these stores; `company` are the other processes of this gateway."""
    names = name_rules(settings, stores.sources)
    tell, key = (nobody, None) if company is None else (company.tell, company.key)
    throttle = Throttle(throttle_rules(settings), tell=tell)
    proofs = Proofs(settings.passwords.remember, settings.passwords.remember_wrong, key=key, tell=tell)
    migration = MigrationRules(
        enabled=settings.migration.enabled,
        wait=settings.migration.wait,
        queue=settings.migration.queue,
        parallel=settings.passwords.threads,
    )
    followed = [FollowedSource(source, stores.native) for source in stores.sources]
    carrier = GroupCarrier(stores.native, followed, CarryRules(settings.groups.refresh, _words(settings)), clock)
    migrator = Migrator(
        native=stores.native,
        claims=Claims(stores.native, stores.sources, names),
        hasher=stores.hasher,
        proofs=proofs,
        audit=audit,
        rules=migration,
        clock=clock,
        follower=carrier if settings.groups.carry else None,
    )
    moved = NativeVerifier(stores.native, proofs, throttle, clock)
    authenticator = Authenticator(
        native=stores.native,
        sources=stores.sources,
        names=names,
        moved=moved,
        legacy=LegacyVerifier(
            native=stores.native,
            moved=moved,
            migrator=migrator,
            throttle=throttle,
            budgets=_budgets(settings, company),
            clock=clock,
        ),
        hasher=stores.hasher,
        proofs=proofs,
        throttle=throttle,
        audit=audit,
        clock=clock,
    )
    rules = _password_rules(settings)
    setter = PasswordSetter(
        native=stores.native,
        sources=stores.sources,
        hasher=stores.hasher,
        hashes=passwords,
        proofs=proofs,
        throttle=throttle,
        rules=rules,
        clock=clock,
    )
    administrators = Administrators(settings.access.administrators, normalise_dn, stores.native)
    changes = PasswordChanges(
        native=stores.native,
        sources=stores.sources,
        names=names,
        prover=authenticator,
        migrator=migrator,
        setter=setter,
        administrators=administrators,
        audit=audit,
        rules=rules,
        clock=clock,
    )
    union = UnionSearch(stores.native, followed, names, carrier.copies if settings.groups.carry else None)
    search = GroupSearch(union, _group_rules(settings), clock, stores.native)
    work = DirectoryWork(
        native=stores.native,
        sources=followed,
        union=search,
        bases=(normalise_dn(settings.directory.base), *(base for source in stores.sources for base in source.bases)),
        administrators=administrators,
        setter=setter,
        throttle=throttle,
        audit=audit,
        clock=clock,
    )
    bearer = CertificateVerifier(
        native=stores.native, sources=stores.sources, names=names, proofs=proofs, audit=audit, clock=clock
    )
    return Core(
        stores, authenticator, search, migrator, carrier, changes, work, names, administrators, bearer, proofs, throttle
    )


def _password_rules(settings: Settings) -> PasswordRules:
    changes = settings.changes
    return PasswordRules(
        minimum_length=changes.minimum_length,
        refuse_login_name=changes.refuse_login_name,
        require_old=changes.require_old,
        for_administrators=changes.rules_for_administrators,
        reset_must_change=changes.reset_must_change,
        wait=changes.wait,
    )


def _group_rules(settings: Settings) -> GroupRules:
    groups = settings.groups
    return GroupRules(
        computed=groups.member_of == "computed",
        nested=groups.nested,
        patience=groups.patience,
        words=_words(settings),
        login_attributes=settings.names.login_attributes,
    )


def _words(settings: Settings) -> GroupWords:
    return GroupWords(settings.groups.object_classes, settings.groups.lists)


def throttle_rules(settings: Settings) -> ThrottleRules:
    """When a name is locked here."""
    throttle = settings.throttle
    return ThrottleRules(throttle.failures, throttle.window, throttle.lock, throttle.lock_max)


def budgets(settings: Settings) -> dict[str, ForwardBudget]:
    """One for each source that is said to lock accounts (R20)."""
    return {
        source.name: ForwardBudget(source.options.lockout.threshold, source.options.lockout.window)
        for source in settings.sources
        if source.options.lockout is not None
    }


def _budgets(settings: Settings, company: Company | None) -> Mapping[str, Budget]:
    own = budgets(settings)
    return own if company is None else {name: company.budget(name) for name in own}
