"""What is written after a first yes, and when (R11, R12). The one place where migration hangs.

The answer to the application waits for hash and write only for a short time, and not at all where the adoptions before
it leave none of that; in a storm it goes out first and the adoption ends behind it, in a bounded queue. Whoever does
not fit is adopted at the next bind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from twisted.internet.defer import Deferred, DeferredSemaphore, TimeoutError

from gateway.errors import BusyError, DirectoryError, IdentityConflict, SourceError, Superseded
from gateway.identity.audit import AuditRecord, AuditSink
from gateway.identity.claims import Claims
from gateway.identity.flights import Clock, SingleFlight, within
from gateway.identity.hashing import PasswordHasher
from gateway.identity.model import Identity, Origin, Peer, Secret
from gateway.identity.ports import Adoption, NativeDirectory
from gateway.identity.proofs import Proofs, subject_of

SETTLE_SECONDS = 10.0
_WEIGHT = 0.2
"""Of the last adoption in the average of how long they take."""


@dataclass(frozen=True, slots=True)
class MigrationRules:
    """`wait` seconds that an answer waits for its adoption; `queue` adoptions in memory; `parallel` at work at once."""

    enabled: bool = True
    wait: float = 0.25
    queue: int = 10_000
    parallel: int = 2


@dataclass(frozen=True, slots=True)
class FirstYes:
    """A person whom a source just accepted, with the password that did it, how its bytes are read (R13), and how many
    of them counted (R14). `moved` is who that is in the directory, where only password and state are to be renewed."""

    identity: Identity
    password: Secret
    charset: str
    login: str
    peer: Peer
    significant: int | None = None
    moved: Identity | None = None


class Follower(Protocol):
    """What comes behind somebody who has moved."""

    def follow(self, person: Identity) -> None:
        """Returns at once, and raises nothing."""


class Migrator:
    """Adopts people into the native directory. Never turns a yes into a no: every failure is only reported."""

    def __init__(
        self,
        *,
        native: NativeDirectory,
        claims: Claims,
        hasher: PasswordHasher,
        proofs: Proofs,
        audit: AuditSink,
        rules: MigrationRules,
        clock: Clock,
        follower: Follower | None = None,
    ) -> None:
        self._native = native
        self._claims = claims
        self._hasher = hasher
        self._proofs = proofs
        self._audit = audit
        self._rules = rules
        self._clock = clock
        self._follower = follower
        self._jobs: SingleFlight[None] = SingleFlight()
        self._latest: dict[Origin, FirstYes] = {}
        self._slots = DeferredSemaphore(rules.parallel)
        self._took = 0.0  # seconds that an adoption at work takes, on average

    @property
    def pending(self) -> int:
        """How many adoptions are queued or at work."""
        return len(self._jobs)

    async def adopt(self, yes: FirstYes) -> None:
        """Begin the adoption, or hand this yes to the one that is under way; return when written or after `wait`
        seconds, at once where that many would not do. Of several yeses the last is written: the password may have been
        changed in between."""
        if not self._rules.enabled:
            return
        origin = yes.identity.origin
        if origin not in self._jobs and len(self._jobs) >= self._rules.queue:
            self._report("adopt-missed", yes, "the queue of adoptions is full; the next bind tries again")
            return
        self._latest[origin] = yes
        work = Deferred.fromCoroutine(self._jobs.run(origin, lambda: self._write(origin)))
        if self._took * len(self._jobs) > self._rules.wait * self._rules.parallel:
            return  # as below, without waiting in vain
        try:
            await within(self._clock, self._rules.wait, work)
        except TimeoutError:
            return  # it goes on behind the answer (R12)

    async def finished(self, origin: Origin, seconds: float) -> None:
        """Return when nothing is being written for this person, at the latest after that many seconds."""
        try:
            await within(self._clock, seconds, self._jobs.landed(origin))
        except TimeoutError:
            return  # whoever asked looks for the person, and sees

    async def drain(self, grace: float) -> int:
        """Wait up to `grace` seconds for all that is under way; how many adoptions were left undone."""
        try:
            await within(self._clock, grace, self._jobs.idle())
        except TimeoutError:
            return len(self._jobs)
        return 0

    async def _write(self, origin: Origin) -> None:
        await self._slots.acquire()
        began, yes = self._clock.seconds(), self._latest[origin]
        try:
            proven = await (self._adopted(origin) if yes.moved is None else self._renewed(yes, yes.moved))
        except IdentityConflict as error:
            self._report("collision", yes, str(error))
        except BusyError as error:
            self._report("adopt-missed", yes, f"{error}; the next bind tries again")
        except (DirectoryError, SourceError) as error:
            self._report("adopt-missed", yes, str(error))
        except Exception as error:  # noqa: BLE001 (R12: whatever fails here, the login holds)
            self._report("adopt-missed", yes, f"unforeseen {type(error).__name__}")
        else:
            if proven is not None:
                if self._follower is not None:
                    self._follower.follow(proven)
                lost = [] if yes.moved else [repr(one) for one in yes.identity.aliases if one not in proven.aliases]
                self._report("adopt", yes, f"without names that lead to others: {', '.join(lost)}" if lost else "")
        finally:
            del self._latest[origin]
            self._took += _WEIGHT * (self._clock.seconds() - began - self._took)
            self._slots.release()

    async def _adopted(self, origin: Origin) -> Identity | None:
        """The person as written with the last password that was accepted; None if somebody else has written
        meanwhile, with a password that may not be ours (R9)."""
        if (await self._native.by_origin(origin.source, [origin.key])).get(origin.key) is not None:
            return None
        person = await self._settled(self._latest[origin].identity)
        yes, hashed = await self._hash(origin)
        at = self._clock.seconds()
        adoption = Adoption(person, hashed, yes.peer.application, at, yes.charset, yes.significant)
        adopted = await self._native.adopt(adoption)
        if adopted.revision != adoption.first_revision:
            return None
        self._note_right(adopted, yes.password)
        return adopted

    async def _settled(self, person: Identity) -> Identity:
        """The person without names that lead to others; told in time, as one of `parallel` places is held meanwhile."""
        try:
            return await within(self._clock, SETTLE_SECONDS, self._claims.settle(person))
        except TimeoutError:
            raise BusyError(f"whose the further names are could not be told in {SETTLE_SECONDS:g} seconds") from None

    async def _hash(self, origin: Origin) -> tuple[FirstYes, str]:
        """The last yes, and the hash of its password."""
        while True:
            yes = self._latest[origin]
            hashed = await self._hasher.hash(yes.password.canonical(yes.charset)[: yes.significant])
            if self._latest[origin].password == yes.password:
                return yes, hashed

    async def _renewed(self, yes: FirstYes, moved: Identity) -> Identity | None:
        """The person with the password that the source has; None if somebody has changed it here meanwhile (R19)."""
        hashed = await self._hasher.hash(yes.password.canonical(yes.charset)[: yes.significant])
        try:
            renewed = await self._native.update(
                moved.id,
                state=yes.identity.state,
                password_hash=hashed,
                significant=yes.significant,
                revision=moved.revision,
            )
        except Superseded:
            return None
        if renewed is None:
            raise DirectoryError(f"{moved.name!r} has left the directory meanwhile")
        self._note_right(renewed, yes.password)
        return renewed

    def _note_right(self, identity: Identity, password: Secret) -> None:
        self._proofs.note_right(self._proofs.proof(subject_of(identity), password), self._clock.seconds())

    def _report(self, event: str, yes: FirstYes, detail: str) -> None:
        self._audit.record(
            AuditRecord(
                event=event,
                at=self._clock.seconds(),
                login=yes.login,
                outcome="written" if event == "adopt" else "not-written",
                via=f"source:{yes.identity.origin.source}",
                name=yes.identity.name,
                identity=str(yes.identity.id),
                address=yes.peer.address,
                application=yes.peer.application,
                detail=detail,
            )
        )
