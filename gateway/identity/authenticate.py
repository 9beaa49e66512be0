"""The order of questions: our directory first, the old stores only for people whom it does not know (R8, R9)."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.errors import BusyError, DirectoryError, IdentityConflict
from gateway.identity.audit import AuditRecord, AuditSink, word_for
from gateway.identity.claims import find_first, is_meant
from gateway.identity.flights import Clock, SingleFlight
from gateway.identity.hashing import PasswordHasher
from gateway.identity.model import Identity, LoginName, PasswordCredential, Peer, Secret
from gateway.identity.names import NameRules
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unavailable, Unknown
from gateway.identity.ports import LegacySource, NativeDirectory
from gateway.identity.proofs import Proofs, subject_of
from gateway.identity.source_names import asked_among
from gateway.identity.throttle import Throttle
from gateway.identity.verify_legacy import LegacyVerifier
from gateway.identity.verify_native import Decision, NativeVerifier

_GIVEN_UP = Decision(Unavailable("gateway"), "gateway", detail="the time for a bind was over before it was decided")
_MAY_HAVE_CHANGED = (Rejected(Reason.MUST_CHANGE), Rejected(Reason.WRONG_PASSWORD))
"""How the directory refuses somebody who has changed the password in the old store since the move."""


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
        self._sources = {source.name: source for source in sources}
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
        return (await self.prove(credential, peer)).outcome

    async def prove(self, credential: PasswordCredential, peer: Peer) -> Decision:
        """The same with whom it is about, for whoever proves an old password: that is a bind in disguise (R20)."""
        began = self._clock.seconds()
        decision = _GIVEN_UP
        try:
            decision = await self._decide(credential, peer)
            if credential.acting_as is not None:
                decision = self._as_asked(decision, credential.acting_as)
        finally:
            self._record(decision, credential, peer, began)
        return decision

    def _as_asked(self, decision: Decision, acting_as: LoginName) -> Decision:
        """Nobody acts as somebody else, whatever the right password: that would need a right of its own."""
        if not isinstance(decision.outcome, Accepted) or is_meant(self._names, acting_as, decision.outcome.identity):
            return decision
        detail = f"asked to act as {acting_as.typed!r}, who is somebody else"
        return Decision(Rejected(Reason.ANOTHER_IDENTITY), decision.via, decision.outcome.identity, detail)

    def _record(self, decision: Decision, credential: PasswordCredential, peer: Peer, began: float) -> None:
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

    async def _decide(self, credential: PasswordCredential, peer: Peer) -> Decision:
        if not credential.password:  # R5, RFC 4513 5.1.2
            return Decision(Rejected(Reason.EMPTY_PASSWORD), "gateway")
        if credential.ambiguous:
            return await self._ambiguous(credential, "gateway", credential.ambiguous)
        readings = self._names.readings(credential.login)
        try:
            identity = await find_first(self._native, readings)
        except IdentityConflict as error:
            return await self._ambiguous(credential, "directory", str(error))
        except DirectoryError as error:
            return Decision(Unavailable("directory"), "directory", detail=str(error))
        if identity is None:
            return await self._decide_unmoved(credential, readings, peer)
        decision = await self._decide_moved(identity, credential, peer)
        if readings[0].dn in {None, identity.dn_key} or isinstance(decision.outcome, Accepted):
            return decision
        return await self._decide_literal(decision, credential, readings[0], peer)

    async def _ambiguous(self, credential: PasswordCredential, via: str, detail: str) -> Decision:
        """A name of more than one person; the audit says whose (R4)."""
        refused = Rejected(Reason.AMBIGUOUS)
        await self._burn(refused, credential.password)
        return Decision(refused, via, detail=detail)

    async def _decide_literal(
        self, decision: Decision, credential: PasswordCredential, dn: LoginName, peer: Peer
    ) -> Decision:
        """A DN that was read as the bare name of somebody who has moved, and refused: it may be the DN of somebody who
        has not. Only a verdict about that one counts more."""
        literal = await self._decide_unmoved(credential, (dn,), peer)
        return decision if isinstance(literal.outcome, Unknown | Unavailable) else literal

    async def _decide_moved(self, identity: Identity, credential: PasswordCredential, peer: Peer) -> Decision:
        decision = await self._moved.decide(identity, credential.password, peer)
        source = self._sources.get(identity.origin.source)
        if not identity.state.must_change or source is None or decision.outcome not in _MAY_HAVE_CHANGED:
            return decision
        if identity.state.reset:  # the password was set here, after the source's (R9)
            return decision
        proof = self._proofs.proof(f"!{subject_of(identity)}", credential.password)
        if self._proofs.refusal(proof, self._clock.seconds()) is not None:
            return decision
        again = await self._flights.run(proof, lambda: self._ask_again(source, identity, credential, peer, proof))
        if isinstance(again.outcome, Accepted):
            return again
        wrong = decision.outcome == Rejected(Reason.WRONG_PASSWORD)
        return again if wrong and isinstance(again.outcome, Unavailable) else decision

    async def _ask_again(
        self, source: LegacySource, identity: Identity, credential: PasswordCredential, peer: Peer, proof: bytes
    ) -> Decision:
        again = await self._legacy.ask_again(source, identity, credential, peer)
        if isinstance(again.outcome, Accepted):
            self._throttle.succeeded(identity.name_key, peer.address)
        elif isinstance(again.outcome, Rejected | Unknown):
            self._proofs.note_refusal(proof, again.outcome, self._clock.seconds())
        return again

    async def _decide_unmoved(
        self, credential: PasswordCredential, readings: Sequence[LoginName], peer: Peer
    ) -> Decision:
        name, now = readings[-1].key, self._clock.seconds()
        if self._throttle.locked(name, peer.address, now):
            return Decision(Rejected(Reason.LOCKED), "gateway")
        # All readings: `jdoe` and `jdoe@corp.example` may be two people, and one's verdict is not the other's.
        # And so may `jdoe` and `CORP\\jdoe`, where different sources are asked for them.
        asked = asked_among(self._sources.values(), readings)
        subject = ["?", *(reading.key for reading in readings), "?", *(source.name for source in asked)]
        proof = self._proofs.proof("\0".join(subject), credential.password)
        refusal = self._proofs.refusal(proof, now)
        if refusal is not None:
            return Decision(refusal, "memory")
        return await self._flights.run(proof, lambda: self._ask_sources(asked, credential, readings, peer, proof))

    async def _ask_sources(
        self,
        asked: Sequence[LegacySource],
        credential: PasswordCredential,
        readings: Sequence[LoginName],
        peer: Peer,
        proof: bytes,
    ) -> Decision:
        decision = Decision(Unknown(), "gateway")
        for source in asked:
            decision = await self._legacy.ask(source, readings, credential, peer, is_last=source is asked[-1])
            if not isinstance(decision.outcome, Unknown):  # R8: only "not mine" goes on
                break
        if not decision.via.startswith("source:") and decision.identity is not None:
            return decision  # somebody who moved under another name: counted and hashed there
        self._count(decision.outcome, readings[-1].key, peer, proof)
        await self._burn(decision.outcome, credential.password)
        return decision

    def _count(self, outcome: Outcome, name: str, peer: Peer, proof: bytes) -> None:
        """Count a failure, and remember a refusal (R20)."""
        now = self._clock.seconds()
        if isinstance(outcome, Accepted):
            self._throttle.succeeded(name, peer.address)
        elif isinstance(outcome, Unknown | Rejected) and self._proofs.refusal(proof, now) is None:  # else heard of
            if isinstance(outcome, Unknown) or outcome.reason in {Reason.WRONG_PASSWORD, Reason.NO_PASSWORD}:
                self._throttle.failed(name, peer.address, now, proof)
            self._proofs.note_refusal(proof, outcome, now)

    async def _burn(self, outcome: Outcome, password: Secret) -> None:
        """Make a refusal that needed no hash cost what any refusal costs (R25)."""
        if isinstance(outcome, Unknown | Rejected):
            try:
                await self._hasher.burn(password.reveal())
            except BusyError:
                return  # over budget: the refusal is right all the same
