"""What is written when a password changes: checked against the rules, hashed anew (R14), in one transaction (R11).

Who may change it was decided before, in `change_password.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gateway.identity.flights import Clock
from gateway.identity.hashing import PasswordHasher, StoredHashes
from gateway.identity.model import Identity, Secret
from gateway.identity.password_outcome import Changed, Denied, Why
from gateway.identity.password_rules import PasswordRules
from gateway.identity.ports import LegacySource, NativeDirectory
from gateway.identity.proofs import Proofs, subject_of
from gateway.identity.throttle import Throttle

_LABELLED = re.compile(rb"\{[\x21-\x7a]{1,40}\}")
"""How a stored hash begins in `userPassword` (RFC 2307 5.3)."""


@dataclass(frozen=True, slots=True)
class NewPassword:
    """What is going to be stored; `password` is what it was made from, None where an administrator gave the hash."""

    stored: str = field(repr=False)
    significant: int | None = None
    password: Secret | None = None


class PasswordSetter:
    """Sets the password of somebody who has moved."""

    def __init__(
        self,
        *,
        native: NativeDirectory,
        sources: Sequence[LegacySource],
        hasher: PasswordHasher,
        hashes: StoredHashes,
        proofs: Proofs,
        throttle: Throttle,
        rules: PasswordRules,
        clock: Clock,
    ) -> None:
        self._native = native
        self._charsets = {source.name: source.charset for source in sources}
        self._hasher = hasher
        self._hashes = hashes
        self._proofs = proofs
        self._throttle = throttle
        self._rules = rules
        self._clock = clock

    async def set(self, person: Identity, new: Secret | None, *, own: bool, may_be_hash: bool) -> Changed | Denied:
        """Write it; None is one that is made up here. `own`: it is the person's own act, else an administrator's.
        `BusyError` and `DirectoryError` where that cannot be done now; then nothing is written."""
        given = self._rules.made_up() if new is None else new
        hashed = await self.hashed(person, given, own=own, may_be_hash=may_be_hash)
        if isinstance(hashed, Denied):
            return hashed
        return await self._write(person, hashed, own=own, made_up=given if new is None else None)

    async def hashed(self, person: Identity, new: Secret, *, own: bool, may_be_hash: bool) -> NewPassword | Denied:
        """The password as it is stored, or what is wrong with it."""
        given = self._given(new, person, own=own) if may_be_hash else None
        if given is not None:
            return given
        charset = self.charset_of(person)
        fault = self._rules.fault(person, new, charset=charset, by_administrator=not own)
        if fault is not None:
            return fault
        return NewPassword(await self._hasher.hash(new.canonical(charset)), None, new)

    def charset_of(self, person: Identity) -> str:
        """How passwords of this person that are not UTF-8 are read (R13)."""
        return self._charsets.get(person.origin.source, "latin-1")

    def _given(self, new: Secret, person: Identity, *, own: bool) -> NewPassword | Denied | None:
        """The hash that an administrator gives instead of a password; None where it is a password."""
        given = new.reveal()
        if not _LABELLED.match(given):
            return None
        text = given.decode("latin-1")
        if own and self._hashes.identify(text) is None:
            return None
        if own:  # taken for a password, it would lock its owner out; and a hash shows no rule to be kept
            return Denied(Why.TOO_WEAK, "send the password itself: only administrators may send a hash", person)
        why = self._hashes.refusal(text)
        if why is not None:
            return Denied(Why.TOO_WEAK, f"this hash matches no password: {why}", person)
        return NewPassword(text, self._hashes.significant(text))

    async def _write(
        self, person: Identity, new: NewPassword, *, own: bool, made_up: Secret | None
    ) -> Changed | Denied:
        origin = person.origin
        # Hashing takes its time: what an administrator did to the account meanwhile must stay.
        now = (await self._native.by_origin(origin.source, [origin.key])).get(origin.key)
        state = replace(now.state, must_change=False) if now is not None and now.state.must_change else None
        changed = await self._native.update(
            person.id, state=state, password_hash=new.stored, significant=new.significant
        )
        if changed is None:
            return Denied(Why.NOBODY, "this person is gone", person)
        if not own:
            self._throttle.forget(changed.name_key)
        if new.password is not None:
            proof = self._proofs.proof(subject_of(changed), new.password)
            self._proofs.note_right(proof, self._clock.seconds())
        return Changed(changed, made_up)
