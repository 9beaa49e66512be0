"""What is written when a password changes: checked against the rules, hashed anew (R14), in one transaction (R11).

Who may change it was decided before, in `change_password.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gateway.errors import BusyError, Superseded
from gateway.identity.flights import Clock
from gateway.identity.hashing import PasswordHasher, StoredHashes
from gateway.identity.model import AccountState, Identity, Secret
from gateway.identity.password_outcome import Changed, Denied, Why
from gateway.identity.password_rules import PasswordRules
from gateway.identity.ports import LegacySource, NativeDirectory
from gateway.identity.proofs import Proofs, subject_of
from gateway.identity.throttle import Throttle

_ATTEMPTS = 5
"""Times that somebody else may come between a state that was read and what is made of it."""
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

    async def set(
        self, person: Identity, new: Secret | None, *, own: bool, may_be_hash: bool, is_reset: bool = False
    ) -> Changed | Denied:
        """Write it; None is one that is made up here. `own`: it is the person's own act, else an administrator's.
        `is_reset`: of an administrator about somebody else.
        `BusyError` and `DirectoryError` where that cannot be done now; then nothing is written."""
        given = self._rules.made_up() if new is None else new
        hashed = await self.hashed(person, given, own=own, may_be_hash=may_be_hash)
        if isinstance(hashed, Denied):
            return hashed
        changed = await self._write(person, hashed, own=own, is_reset=is_reset)
        if isinstance(changed, Denied):
            return changed
        if not own:
            self._throttle.forget(changed.name_key)
        if hashed.password is not None:
            proof = self._proofs.proof(subject_of(changed), hashed.password)
            self._proofs.note_right(proof, self._clock.seconds())
        return Changed(changed, given if new is None else None)

    def after(self, state: AccountState, *, is_reset: bool) -> AccountState:
        """The state of an account whose password was just set."""
        demanded = is_reset and self._rules.reset_must_change
        return replace(state, must_change=demanded, reset=demanded)

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

    async def _write(self, person: Identity, new: NewPassword, *, own: bool, is_reset: bool) -> Identity | Denied:
        """Hashing takes its time: what an administrator did to the account meanwhile must stay. So the state is made of
        the one that is there now, and written only if it still is."""
        origin = person.origin
        for _ in range(_ATTEMPTS):
            now = (await self._native.by_origin(origin.source, [origin.key])).get(origin.key)
            if now is None:
                break
            if own and now.state.reset and not person.state.reset:
                return Denied(Why.NOT_ALLOWED, "an administrator has set this password meanwhile", person)
            state = self.after(now.state, is_reset=is_reset)
            try:
                changed = await self._native.update(
                    person.id,
                    state=state if state != now.state else None,
                    password_hash=new.stored,
                    significant=new.significant,
                    revision=now.revision,
                )
            except Superseded:
                continue
            return changed or Denied(Why.NOBODY, "this person is gone", person)
        else:
            raise BusyError("others went on changing this person")
        return Denied(Why.NOBODY, "this person is gone", person)
