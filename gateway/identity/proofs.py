"""What a password was found to be a moment ago, so that it is hashed once and not once a bind (R20).

Kept is an HMAC-SHA-256 under a key that lives only in this process, never a password; a proof of a right password is
bound to the identity's revision, so any credential event ends it at once.
"""

from __future__ import annotations

import hmac
import os
from collections import OrderedDict

from gateway.identity.model import Identity, Secret


class Proofs:
    """Right and wrong passwords of the last `remember` and `remember_wrong` seconds, `capacity` of each at most."""

    def __init__(self, remember: float, remember_wrong: float, capacity: int = 100_000) -> None:
        self._key = os.urandom(32)
        self._remember = remember
        self._remember_wrong = remember_wrong
        self._capacity = capacity
        self._right: OrderedDict[bytes, float] = OrderedDict()
        self._wrong: OrderedDict[bytes, float] = OrderedDict()

    def proof(self, subject: str, password: Secret) -> bytes:
        """The proof of `password` for `subject`: whoever is asked about, as one string."""
        return hmac.digest(self._key, b"%d:" % len(subject) + subject.encode() + password.reveal(), "sha256")

    def is_right(self, proof: bytes, now: float) -> bool:
        """Whether it was verified within `remember`."""
        return now < self._right.get(proof, 0.0)

    def is_wrong(self, proof: bytes, now: float) -> bool:
        """Whether it was refused as a wrong password within `remember_wrong`."""
        return now < self._wrong.get(proof, 0.0)

    def note_right(self, proof: bytes, now: float) -> None:
        """Remember a verified password."""
        self._note(self._right, proof, now + self._remember)

    def note_wrong(self, proof: bytes, now: float) -> None:
        """Remember a refused password. Only for wrong passwords: every other refusal may end any moment."""
        self._note(self._wrong, proof, now + self._remember_wrong)

    def _note(self, kept: OrderedDict[bytes, float], proof: bytes, until: float) -> None:
        kept.pop(proof, None)
        kept[proof] = until
        if len(kept) > self._capacity:
            kept.popitem(last=False)


def subject_of(identity: Identity) -> str:
    """The subject of proofs about a person in the native directory: another one after each credential event."""
    return f"{identity.id.hex}.{identity.revision}"
