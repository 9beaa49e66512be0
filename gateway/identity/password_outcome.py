"""What the core answers to whoever wants a password changed: done, denied, cannot tell (R6)."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from gateway.identity.model import Identity, Secret
from gateway.identity.outcome import Unavailable


class Why(enum.Enum):
    """Why a change of a password is denied."""

    ANONYMOUS = "anonymous"
    NOT_ALLOWED = "not-allowed"
    OLD_NEEDED = "old-password-needed"
    OLD_WRONG = "old-password-wrong"
    TOO_SHORT = "too-short"
    TOO_WEAK = "too-weak"
    UNCHANGED = "unchanged"
    NOT_HERE = "not-here"  # a source holds it still
    NOBODY = "no-such-entry"


@dataclass(frozen=True, slots=True)
class Changed:
    """It is written. `identity` is the person as of now, `made_up` the new password where the gateway chose it."""

    identity: Identity
    made_up: Secret | None = None


@dataclass(frozen=True, slots=True)
class Denied:
    """Nothing was written. `text` is one sentence that the application may see; `identity` whom it was about, where
    that is known."""

    why: Why
    text: str
    identity: Identity | None = field(default=None, compare=False)


PasswordOutcome = Changed | Denied | Unavailable
