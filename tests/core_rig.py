"""The whole core over the doubles that ship: one person `jdoe` in the old store, nobody in the directory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from waiting import now, start

from gateway import passwords
from gateway.groups.carrying import CarryRules, GroupCarrier
from gateway.groups.following import FollowedSource
from gateway.groups.search import GroupRules, GroupSearch
from gateway.identity.administrators import Administrators
from gateway.identity.audit import AuditRecord
from gateway.identity.authenticate import Authenticator
from gateway.identity.budget import ForwardBudget
from gateway.identity.change_password import PasswordChanges
from gateway.identity.claims import Claims
from gateway.identity.directory_work import DirectoryWork
from gateway.identity.guard import GuardedSource, GuardRules
from gateway.identity.migrate import MigrationRules, Migrator
from gateway.identity.model import Identity, LoginName, PasswordCredential, Peer, Secret
from gateway.identity.names import NameRules
from gateway.identity.outcome import Outcome
from gateway.identity.password_rules import PasswordRules
from gateway.identity.proofs import Proofs
from gateway.identity.set_password import PasswordSetter
from gateway.identity.source_names import EVERY_NAME, SourceNames
from gateway.identity.throttle import Throttle, ThrottleRules
from gateway.identity.union import UnionSearch
from gateway.identity.verify_certificate import CertificateVerifier
from gateway.identity.verify_legacy import LegacyVerifier
from gateway.identity.verify_native import NativeVerifier
from gateway.testing.memory_directory import MemoryDirectory
from gateway.testing.memory_source import MemorySource
from gateway.testing.plain_hasher import PlainHasher
from gateway.wire.dn import leaf, normalise_dn

PEER = Peer("192.0.2.1", "mail")
RIGHT = b"right-canary-7c1"
WRONG = b"wrong-canary-3e8"


class Trail(list[AuditRecord]):
    """An audit sink that keeps everything."""

    def record(self, record: AuditRecord) -> None:
        self.append(record)

    def events(self) -> list[tuple[str, str]]:
        return [(record.event, record.outcome) for record in self]


class SlowHasher(PlainHasher):
    """Hashing (not verifying) waits until `finish`."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[Deferred[None]] = []
        self.slow = False

    async def hash(self, password: bytes) -> str:
        if self.slow:
            self.waiting.append(Deferred())
            await self.waiting[-1]
        return await super().hash(password)

    def finish(self) -> None:
        waiting, self.waiting = self.waiting, []
        for one in waiting:
            one.callback(None)


class Rig:
    """Everything of `gateway.app.assemble`, over doubles."""

    def __init__(
        self,
        *sources: MemorySource,
        names: NameRules | None = None,
        throttle: ThrottleRules | None = None,
        migration: MigrationRules | None = None,
        lockout: tuple[int, float] | None = None,
        guard: GuardRules | None = None,
        changes: PasswordRules | None = None,
        administrators: Sequence[str] = (),
        groups: GroupRules | None = None,
        carries: bool = False,
        name_rules: Mapping[str, SourceNames] | None = None,
        native: MemoryDirectory | None = None,
    ) -> None:
        self.clock = Clock()
        self.clock.advance(1_000_000)
        self.hasher = SlowHasher()
        self.native = native or MemoryDirectory(self.hasher)
        self.source = MemorySource("staff")
        self.jdoe = self.source.add("jdoe", RIGHT, aliases=["John.Doe@corp.example"])
        self.sources: Sequence[MemorySource] = sources or (self.source,)
        self.trail = Trail()
        rules = names or NameRules.of(["CORP"], ["corp.example"], ["uid"], ["dc=example,dc=com"])
        asked_for = name_rules or {}
        guarded = [
            GuardedSource(source, guard or GuardRules(), self.clock, asked_for.get(source.name, EVERY_NAME))
            for source in self.sources
        ]
        proofs = Proofs(300, 60)
        limits = Throttle(throttle or ThrottleRules())
        followed = [FollowedSource(source, self.native) for source in guarded]
        self.carrier = GroupCarrier(self.native, followed, CarryRules(), self.clock)
        self.migrator = Migrator(
            native=self.native,
            claims=Claims(self.native, guarded, rules),
            hasher=self.hasher,
            proofs=proofs,
            audit=self.trail,
            rules=migration or MigrationRules(),
            clock=self.clock,
            follower=self.carrier if carries else None,
        )
        moved = NativeVerifier(self.native, proofs, limits, self.clock)
        budgets = {source.name: ForwardBudget(*lockout) for source in self.sources} if lockout else {}
        self.authenticator = Authenticator(
            native=self.native,
            sources=guarded,
            names=rules,
            moved=moved,
            legacy=LegacyVerifier(
                native=self.native,
                moved=moved,
                migrator=self.migrator,
                throttle=limits,
                budgets=budgets,
                clock=self.clock,
            ),
            hasher=self.hasher,
            proofs=proofs,
            throttle=limits,
            audit=self.trail,
            clock=self.clock,
        )
        self.certificates = CertificateVerifier(
            native=self.native, sources=guarded, names=rules, proofs=proofs, audit=self.trail, clock=self.clock
        )
        changes = changes or PasswordRules()
        setter = PasswordSetter(
            native=self.native,
            sources=guarded,
            hasher=self.hasher,
            hashes=passwords,
            proofs=proofs,
            throttle=limits,
            rules=changes,
            clock=self.clock,
        )
        self.passwords = PasswordChanges(
            native=self.native,
            sources=guarded,
            names=rules,
            prover=self.authenticator,
            migrator=self.migrator,
            setter=setter,
            administrators=Administrators(administrators, normalise_dn, self.native),
            audit=self.trail,
            rules=changes,
            clock=self.clock,
        )
        self.union = UnionSearch(self.native, followed, rules, self.carrier.copies if carries else None)
        self.names, self.group_rules = rules, groups or GroupRules()
        self.search = GroupSearch(self.union, self.group_rules, self.clock, self.native)
        self.work = DirectoryWork(
            native=self.native,
            sources=followed,
            union=self.union,
            bases=("dc=example,dc=com", *(base for source in self.sources for base in source.bases)),
            administrators=Administrators(administrators, normalise_dn, self.native),
            setter=setter,
            throttle=limits,
            audit=self.trail,
            clock=self.clock,
        )

    def begin(self, name: str = "jdoe", password: bytes = RIGHT) -> Deferred[Outcome]:
        """Start a bind that may wait."""
        return start(self.authenticator.bind(PasswordCredential(login(name), Secret(password)), PEER))

    def bind(self, name: str = "jdoe", password: bytes = RIGHT) -> Outcome:
        """A bind that is answered without waiting."""
        return now(self.authenticator.bind(PasswordCredential(login(name), Secret(password)), PEER))

    def moved(self, name: str = "jdoe") -> Identity | None:
        """Whoever is in the directory under this name."""
        return now(self.native.find(login(name)))

    def verified(self) -> int:
        """How many passwords reached a source."""
        return sum(call.startswith("verify") for source in self.sources for call in source.asked)


def login(name: str) -> LoginName:
    """A DN or a bare name, as the front end reads it."""
    if "=" in name:
        return LoginName.of_dn(name, normalise_dn(name), leaf(name))
    return LoginName.of(name)
