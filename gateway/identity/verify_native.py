"""Proving a password of somebody who has moved: from memory where it was proved a moment ago, else by hash."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.errors import DirectoryError
from gateway.identity.flights import Clock, SingleFlight
from gateway.identity.model import Identity, Peer, Secret
from gateway.identity.outcome import Accepted, Notice, Outcome, Reason, Rejected, Unavailable
from gateway.identity.ports import NativeDirectory
from gateway.identity.proofs import Proofs, subject_of
from gateway.identity.throttle import Throttle


@dataclass(frozen=True, slots=True)
class Decision:
    """An outcome and what the audit wants to know: who decided (`via`), about whom, and why in words."""

    outcome: Outcome
    via: str
    identity: Identity | None = None
    detail: str = ""


def admit(identity: Identity, now: float, via: str, notice: Notice | None = None) -> Decision:
    """A right password, and whether the account's state lets it be a yes (R7). After an administrator's reset it is one
    for who allows nothing but a change of the password (`AccountState.reset`)."""
    refusal = identity.state.refusal(now)
    if refusal is Reason.MUST_CHANGE and identity.state.reset:
        refusal = None
    return Decision(Accepted(identity, notice=notice) if refusal is None else Rejected(refusal), via, identity)


class NativeVerifier:
    """Decides about people in the native directory. The directory alone decides: no source is asked (R9)."""

    def __init__(self, native: NativeDirectory, proofs: Proofs, throttle: Throttle, clock: Clock) -> None:
        self._native = native
        self._proofs = proofs
        self._throttle = throttle
        self._clock = clock
        self._flights: SingleFlight[Decision] = SingleFlight()

    async def decide(self, identity: Identity, password: Secret, peer: Peer) -> Decision:
        """The verdict on one password; of equal ones at once, one is worked out (R20)."""
        now = self._clock.seconds()
        if self._throttle.locked(identity.name_key, peer.address, now):
            return Decision(Rejected(Reason.LOCKED), "gateway", identity)
        proof = self._proofs.proof(subject_of(identity), password)
        if self._proofs.is_right(proof, now):
            return admit(identity, now, "memory")
        refusal = self._proofs.refusal(proof, now)
        if refusal is not None:
            return Decision(refusal, "memory", identity)
        return await self._flights.run(proof, lambda: self._prove(identity, password, proof, peer))

    async def _prove(self, identity: Identity, password: Secret, proof: bytes, peer: Peer) -> Decision:
        try:
            outcome = await self._native.verify(identity, password)
        except DirectoryError as error:
            return Decision(Unavailable("directory"), "directory", identity, str(error))
        now = self._clock.seconds()
        if isinstance(outcome, Accepted):
            self._throttle.succeeded(identity.name_key, peer.address)
            self._proofs.note_right(self._proofs.proof(subject_of(outcome.identity), password), now)
            return admit(outcome.identity, now, "directory")
        if isinstance(outcome, Rejected) and self._proofs.refusal(proof, now) is None:  # else heard of meanwhile
            self._throttle.failed(identity.name_key, peer.address, now, proof)
            self._proofs.note_refusal(proof, outcome, now)
        return Decision(outcome, "directory", identity)
