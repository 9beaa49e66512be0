"""What is written after a first yes, and when (R11, R12). The one place where migration hangs.

The answer to the application waits for hash and write only for a short time; in a storm it goes out first and the
adoption ends behind it, in a bounded queue. Whoever does not fit is adopted at the next bind.
"""

from __future__ import annotations

from dataclasses import dataclass

from twisted.internet.defer import DeferredSemaphore, TimeoutError

from gateway.errors import BusyError, DirectoryError, IdentityConflict
from gateway.identity.audit import AuditRecord, AuditSink
from gateway.identity.flights import Clock, SingleFlight, within
from gateway.identity.hashing import PasswordHasher
from gateway.identity.model import Identity, Peer, Secret
from gateway.identity.ports import Adoption, NativeDirectory
from gateway.identity.proofs import Proofs, subject_of


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
    of them counted (R14)."""

    identity: Identity
    password: Secret
    charset: str
    login: str
    peer: Peer
    significant: int | None = None


class Migrator:
    """Adopts people into the native directory. Never turns a yes into a no: every failure is only reported."""

    def __init__(
        self,
        *,
        native: NativeDirectory,
        hasher: PasswordHasher,
        proofs: Proofs,
        audit: AuditSink,
        rules: MigrationRules,
        clock: Clock,
    ) -> None:
        self._native = native
        self._hasher = hasher
        self._proofs = proofs
        self._audit = audit
        self._rules = rules
        self._clock = clock
        self._jobs: SingleFlight[None] = SingleFlight()
        self._slots = DeferredSemaphore(rules.parallel)

    @property
    def pending(self) -> int:
        """How many adoptions are queued or at work."""
        return len(self._jobs)

    async def adopt(self, yes: FirstYes) -> None:
        """Begin the adoption, unless this person's is under way; return when written or after `wait` seconds."""
        if not self._rules.enabled:
            return
        origin = yes.identity.origin
        if origin not in self._jobs and len(self._jobs) >= self._rules.queue:
            self._report("adopt-missed", yes, "the queue of adoptions is full; the next bind tries again")
            return
        try:
            await within(self._clock, self._rules.wait, self._jobs.run(origin, lambda: self._write(yes)))
        except TimeoutError:
            return  # it goes on behind the answer (R12)

    async def drain(self, grace: float) -> int:
        """Wait up to `grace` seconds for all that is under way; how many adoptions were left undone."""
        try:
            await within(self._clock, grace, self._jobs.idle())
        except TimeoutError:
            return len(self._jobs)
        return 0

    async def _write(self, yes: FirstYes) -> None:
        await self._slots.acquire()
        try:
            hashed = await self._hasher.hash(yes.password.canonical(yes.charset)[: yes.significant])
            adoption = Adoption(
                yes.identity, hashed, yes.peer.application, self._clock.seconds(), yes.charset, yes.significant
            )
            adopted = await self._native.adopt(adoption)
        except IdentityConflict as error:
            self._report("collision", yes, str(error))
        except BusyError:
            self._report("adopt-missed", yes, "hashing is over its budget; the next bind tries again")
        except DirectoryError as error:
            self._report("adopt-missed", yes, str(error))
        except Exception as error:  # noqa: BLE001 (R12: whatever fails here, the login holds)
            self._report("adopt-missed", yes, f"unforeseen {type(error).__name__}")
        else:
            self._proofs.note_right(self._proofs.proof(subject_of(adopted), yes.password), self._clock.seconds())
            self._report("adopt", yes, "")
        finally:
            self._slots.release()

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
