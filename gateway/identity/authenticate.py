"""The order of questions: our directory first, the old stores only for people whom it does not know (R8, R9)."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.errors import BusyError, DirectoryError, IdentityConflict
from gateway.identity.audit import AuditRecord, AuditSink, word_for
from gateway.identity.flights import Clock, SingleFlight
from gateway.identity.hashing import PasswordHasher
from gateway.identity.model import Identity, LoginName, PasswordCredential, Peer
from gateway.identity.names import NameRules
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unavailable, Unknown
from gateway.identity.ports import LegacySource, NativeDirectory
from gateway.identity.proofs import Proofs
from gateway.identity.throttle import Throttle
from gateway.identity.verify_legacy import LegacyVerifier
from gateway.identity.verify_native import Decision, NativeVerifier


class Authenticator:
    """Decides binds. A bind that was decided a moment ago is answered without suspending."""

    def __init__(
        self,
        *,
        native: NativeDirectory,
        sources: Sequence[LegacySource],
        names: NameRules,
        moved: NativeVerifier,
        legacy: LegacyVerifier,
        hasher: PasswordHasher,
        proofs: Proofs,
        throttle: Throttle,
        audit: AuditSink,
        clock: Clock,
    ) -> None:
        self._native = native
        self._sources = tuple(sources)
        self._names = names
        self._moved = moved
        self._legacy = legacy
        self._hasher = hasher
        self._proofs = proofs
        self._throttle = throttle
        self._audit = audit
        self._clock = clock
        self._flights: SingleFlight[Decision] = SingleFlight()

    async def bind(self, credential: PasswordCredential, peer: Peer) -> Outcome:
        """The outcome of one bind, audited. Unknown everywhere is `Unknown`; the front end refuses it like a wrong
        password (R25)."""
        began = self._clock.seconds()
        decision = await self._decide(credential, peer)
        identity = decision.identity
        self._audit.record(
            AuditRecord(
                event="bind",
                at=began,
                login=credential.login.typed,
                outcome=word_for(decision.outcome),
                via=decision.via,
                name=identity.name if identity is not None else "",
                identity=str(identity.id) if identity is not None else "",
                address=peer.address,
                application=peer.application,
                seconds=self._clock.seconds() - began,
                detail=decision.detail,
            )
        )
        return decision.outcome

    async def _decide(self, credential: PasswordCredential, peer: Peer) -> Decision:
        if not credential.password:  # R5, RFC 4513 5.1.2
            return Decision(Rejected(Reason.EMPTY_PASSWORD), "gateway")
        readings = self._names.readings(credential.login)
        try:
            identity = await find_first(self._native, readings)
        except IdentityConflict as error:
            return Decision(Rejected(Reason.AMBIGUOUS), "directory", detail=str(error))
        except DirectoryError as error:
            return Decision(Unavailable("directory"), "directory", detail=str(error))
        if identity is not None:
            return await self._moved.decide(identity, credential.password)
        return await self._decide_unmoved(credential, readings, peer)

    async def _decide_unmoved(
        self, credential: PasswordCredential, readings: Sequence[LoginName], peer: Peer
    ) -> Decision:
        name, now = readings[-1].key, self._clock.seconds()
        if self._throttle.locked(name, now):
            return Decision(Rejected(Reason.LOCKED), "gateway")
        proof = self._proofs.proof(f"?{name}", credential.password)
        if self._proofs.is_wrong(proof, now):
            return Decision(Rejected(Reason.WRONG_PASSWORD), "memory")
        return await self._flights.run(proof, lambda: self._ask_sources(credential, readings, peer, proof))

    async def _ask_sources(
        self, credential: PasswordCredential, readings: Sequence[LoginName], peer: Peer, proof: bytes
    ) -> Decision:
        decision = Decision(Unknown(), "gateway")
        for source in self._sources:
            decision = await self._legacy.ask(source, readings, credential, peer)
            if not isinstance(decision.outcome, Unknown):  # R8: only "not mine" goes on
                break
        if not decision.via.startswith("source:") and decision.identity is not None:
            return decision  # somebody who moved under another name: counted and hashed there
        await self._conclude(decision, readings[-1].key, credential, proof)
        return decision

    async def _conclude(self, decision: Decision, name: str, credential: PasswordCredential, proof: bytes) -> None:
        """Counts the failure, remembers the wrong password, and makes a refusal cost what any refusal costs (R25)."""
        outcome, now = decision.outcome, self._clock.seconds()
        match outcome:
            case Accepted():
                self._throttle.succeeded(name)
            case Unknown() | Rejected(Reason.WRONG_PASSWORD | Reason.NO_PASSWORD):
                self._throttle.failed(name, now)
                self._proofs.note_wrong(proof, now)
        if isinstance(outcome, Unknown | Rejected):
            try:
                await self._hasher.burn(credential.password.reveal())
            except BusyError:
                return  # over budget: the refusal is right all the same


async def find_first(native: NativeDirectory, readings: Sequence[LoginName]) -> Identity | None:
    """Whoever the first reading that leads to anybody leads to."""
    for reading in readings:
        identity = await native.find(reading)
        if identity is not None:
            return identity
    return None
