"""What a password was found to be a moment ago, so that it is hashed once and not once a bind (R20).

Kept is an HMAC-SHA-256 under a key that lives only in the processes of this gateway, never a password; a proof of a
right password is bound to the identity's revision, so any credential event ends it at once.
"""

from __future__ import annotations

import hmac
import os
from collections import OrderedDict
from typing import TypeVar

from gateway.identity.model import Identity, Secret
from gateway.identity.outcome import Reason, Rejected, Unknown
from gateway.identity.told import Proved, Refused, Tell, nobody

T = TypeVar("T")

STATE_SECONDS = 30.0
"""How long a refusal for a state (locked, disabled, expired, must change) is remembered."""

KEY_BYTES = 32

_NEVER: tuple[float, Rejected | Unknown | None] = (0.0, None)


class Proofs:
    """Right and wrong passwords of the last `remember` and `remember_wrong` seconds, `capacity` of each at most.

    `key` is that of the other processes, who are told of refusals."""

    def __init__(
        self,
        remember: float,
        remember_wrong: float,
        capacity: int = 100_000,
        *,
        key: bytes | None = None,
        tell: Tell = nobody,
    ) -> None:
        self._key = key or os.urandom(KEY_BYTES)
        self._tell = tell
        self._remember = remember
        self._remember_wrong = remember_wrong
        self._capacity = capacity
        self._right: OrderedDict[bytes, float] = OrderedDict()
        self._wrong: OrderedDict[bytes, tuple[float, Rejected | Unknown | None]] = OrderedDict()

    def proof(self, subject: str, password: Secret) -> bytes:
        """The proof of `password` for `subject`: whoever is asked about, as one string."""
        return hmac.digest(self._key, b"%d:" % len(subject) + subject.encode() + password.reveal(), "sha256")

    def is_right(self, proof: bytes, now: float) -> bool:
        """Whether it was verified within `remember`; a clock that is set back makes that no longer."""
        return 0 < self._right.get(proof, 0.0) - now <= self._remember

    def refusal(self, proof: bytes, now: float) -> Rejected | Unknown | None:
        """How it was refused within `remember_wrong`, None if it was not."""
        until, refusal = self._wrong.get(proof, _NEVER)
        return refusal if 0 < until - now <= self._remember_wrong else None

    def note_right(self, proof: bytes, now: float) -> None:
        """Remember a verified password, and tell the others."""
        self.remember_right(proof, now)
        self._tell(Proved(proof, now))

    def remember_right(self, proof: bytes, now: float) -> None:
        """As `note_right`, told by another process."""
        _keep(self._right, proof, now + self._remember, self._capacity)

    def note_refusal(self, proof: bytes, refusal: Rejected | Unknown, now: float) -> None:
        """Remember a refused password; for a short time only where it was not the password that was refused, but
        the account's state, which somebody may mend any moment. The others are told."""
        self.remember_refusal(proof, refusal, now)
        self._tell(Refused(proof, refusal, now))

    def remember_refusal(self, proof: bytes, refusal: Rejected | Unknown, now: float) -> None:
        """As `note_refusal`, told by another process."""
        wrong = isinstance(refusal, Unknown) or refusal.reason in {Reason.WRONG_PASSWORD, Reason.NO_PASSWORD}
        seconds = self._remember_wrong if wrong else min(self._remember_wrong, STATE_SECONDS)
        _keep(self._wrong, proof, (now + seconds, refusal), self._capacity)


def _keep(kept: OrderedDict[bytes, T], proof: bytes, value: T, capacity: int) -> None:
    kept.pop(proof, None)
    kept[proof] = value
    if len(kept) > capacity:
        kept.popitem(last=False)


def subject_of(identity: Identity) -> str:
    """The subject of proofs about a person in the native directory: another one after each credential event."""
    return f"{identity.id.hex}.{identity.revision}"
