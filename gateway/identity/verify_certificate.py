"""Letting somebody in by a client certificate: TLS has verified it, and here it is decided whose it is (SASL EXTERNAL).

A certificate proves no password, so nobody moves by one: who has not moved is let in as the old store shows that
person, in the state that the account has there (R7). What TLS verifies, and where a name stands in a certificate, is
not here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.errors import BusyError, DirectoryError, IdentityConflict, SourceError
from gateway.identity.audit import AuditRecord, AuditSink, word_for
from gateway.identity.claims import account_of, answers_to, find_first, is_meant
from gateway.identity.flights import Clock
from gateway.identity.model import Identity, LoginName, Peer, Secret
from gateway.identity.names import NameRules
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unavailable, Unknown
from gateway.identity.ports import LegacySource, NativeDirectory
from gateway.identity.proofs import Proofs
from gateway.identity.source_names import asked_among
from gateway.identity.verify_native import Decision

VIA = "certificate"
_GIVEN_UP = Decision(Unavailable("gateway"), VIA, detail="the time for a bind was over before it was decided")


@dataclass(frozen=True, slots=True)
class CertificateCredential:
    """A verified certificate, for the life of one bind: `login` is the name in it, None where it names nobody, and
    `detail` says why, or whose certificate it is. `acting_as` as in `PasswordCredential`."""

    login: LoginName | None
    detail: str
    acting_as: LoginName | None = None


class CertificateVerifier:
    """Decides about certificates. What was refused a moment ago is answered from memory, as for passwords (R20)."""

    def __init__(
        self,
        *,
        native: NativeDirectory,
        sources: Sequence[LegacySource],
        names: NameRules,
        proofs: Proofs,
        audit: AuditSink,
        clock: Clock,
    ) -> None:
        self._native = native
        self._sources = tuple(sources)
        self._names = names
        self._proofs = proofs
        self._audit = audit
        self._clock = clock

    async def admit(self, credential: CertificateCredential, peer: Peer) -> Outcome:
        """The outcome, audited. An outage is `Unavailable`, never a "no" (R6)."""
        began = self._clock.seconds()
        decision = _GIVEN_UP
        try:
            decision = await self._decide(credential)
        finally:
            self._record(decision, credential, peer, began)
        return decision.outcome

    async def _decide(self, credential: CertificateCredential) -> Decision:
        login = credential.login
        if login is None:
            return Decision(Unknown(), VIA)
        # A DN is taken at its word: that a CA wrote another DN with the same first part makes nobody the same person.
        readings = (login,) if login.dn is not None else self._names.readings(login)
        asked = asked_among(self._sources, readings)
        subject = ["certificate", *(reading.key for reading in readings), "?", *(source.name for source in asked)]
        proof = self._proofs.proof("\0".join(subject), Secret(b""))
        refusal = self._proofs.refusal(proof, self._clock.seconds())
        if refusal is not None:
            return Decision(refusal, VIA, detail="refused a moment ago")
        decision = await self._told(readings, asked)
        outcome = decision.outcome
        if isinstance(outcome, Unknown | Rejected):
            self._proofs.note_refusal(proof, outcome, self._clock.seconds())
        if credential.acting_as is None or not isinstance(outcome, Accepted):
            return decision
        if is_meant(self._names, credential.acting_as, outcome.identity):
            return decision
        detail = f"asked to act as {credential.acting_as.typed!r}, who is somebody else"
        return Decision(Rejected(Reason.ANOTHER_IDENTITY), VIA, outcome.identity, detail)

    async def _told(self, readings: Sequence[LoginName], asked: Sequence[LegacySource]) -> Decision:
        """Whom the readings lead to, in the order of a bind: the directory, then the sources (R8)."""
        try:
            person = await find_first(self._native, readings)
            if person is not None:
                return self._as_it_is(person)
            for source in asked:
                decision = await self._unmoved(source, readings)
                if not isinstance(decision.outcome, Unknown):
                    return decision
        except IdentityConflict as error:
            return Decision(Rejected(Reason.AMBIGUOUS), VIA, detail=str(error))
        except DirectoryError as error:
            return Decision(Unavailable("directory"), VIA, detail=str(error))
        return Decision(Unknown(), VIA, detail="nobody has this name")

    async def _unmoved(self, source: LegacySource, readings: Sequence[LoginName]) -> Decision:
        left = tuple(readings)
        try:
            while (found := await account_of(source, left)) is not None:
                account, reading = found
                person = await source.read(account)
                if person is not None:
                    return await self._shown(person, reading)
                if account.name is None and reading.dn is None:
                    detail = f"source {source.name} shows nobody without a password: this person must move first"
                    return Decision(Rejected(Reason.NO_PASSWORD), VIA, detail=detail)
                left = left[left.index(reading) + 1 :]  # a DN taken at its word, and nobody's; or gone since
        except (BusyError, SourceError) as error:
            return Decision(Unavailable(source.name, busy=isinstance(error, BusyError)), VIA, detail=str(error))
        return Decision(Unknown(), VIA)

    async def _shown(self, person: Identity, reading: LoginName) -> Decision:
        """Somebody whom a source shows; who moved under another name is as the directory has it (R9)."""
        if not answers_to(reading, person.name, person.aliases, person.dn_key):  # R2
            detail = f"the source's canonical name {person.name!r} is not the name that was asked for"
            return Decision(Rejected(Reason.NAME_MISMATCH), VIA, detail=detail)
        here = await self._native.by_origin(person.origin.source, [person.origin.key])
        if not here:
            return self._as_it_is(person)
        moved = here[person.origin.key]
        if moved is None:  # R10
            return Decision(Rejected(Reason.REMOVED), VIA, person, "removed from the directory by an administrator")
        return self._as_it_is(moved)

    def _as_it_is(self, person: Identity) -> Decision:
        """The account's state decides (R7); that its password must be changed does not matter to who needs none."""
        refusal = replace(person.state, must_change=False).refusal(self._clock.seconds())
        return Decision(Accepted(person) if refusal is None else Rejected(refusal), VIA, person)

    def _record(self, decision: Decision, credential: CertificateCredential, peer: Peer, began: float) -> None:
        person, login = decision.identity, credential.login
        self._audit.record(
            AuditRecord(
                event="bind",
                at=began,
                login="" if login is None else login.typed,
                outcome=word_for(decision.outcome),
                via=VIA,
                name="" if person is None else person.name,
                identity="" if person is None else str(person.id),
                address=peer.address,
                application=peer.application,
                seconds=self._clock.seconds() - began,
                detail="; ".join(filter(None, (decision.detail, credential.detail))),
            )
        )
