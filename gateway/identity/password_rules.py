"""What a new password must be like, and how one is made up. Pure; who may set it is decided in `change_password.py`."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from gateway.identity.model import Identity, Secret, normalise
from gateway.identity.password_outcome import Denied, Why

LONGEST = 1024
"""Octets of a password; a bind with a longer one is refused without being looked at."""

ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""What passwords are made up from: no 0 and O, no 1, l, I, i and o, so that one can be read out or copied by hand."""

_MADE_UP = 16  # characters of 55: 92 bits


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """`minimum_length` is in characters. `require_old`: an own change needs the old password even where the connection
    is bound as that person. `for_administrators`: what an administrator sets must keep these rules, too.
    `reset_must_change`: whose password an administrator has set must change it at the next login. `wait` is how many
    seconds a change waits for a move under way."""

    minimum_length: int = 8
    refuse_login_name: bool = True
    require_old: bool = False
    for_administrators: bool = False
    reset_must_change: bool = False
    wait: float = 10.0

    def fault(self, person: Identity, new: Secret, *, charset: str, by_administrator: bool) -> Denied | None:
        """Why this password may not be this person's, None where it may."""
        if not new:  # R5
            return Denied(Why.TOO_SHORT, "a password must not be empty", person)
        if len(new.reveal()) > LONGEST:
            return Denied(Why.TOO_WEAK, f"a password has at most {LONGEST} octets", person)
        if by_administrator and not self.for_administrators:
            return None
        text = new.text(charset)
        if len(text) < self.minimum_length:
            return Denied(Why.TOO_SHORT, f"a password needs at least {self.minimum_length} characters", person)
        names = {person.name_key, *map(normalise, person.aliases)}
        if self.refuse_login_name and normalise(text) in names:
            return Denied(Why.TOO_WEAK, "the login name is no password", person)
        return None

    def made_up(self) -> Secret:
        """A new random password that nobody has seen."""
        length = max(_MADE_UP, self.minimum_length)
        return Secret("".join(secrets.choice(ALPHABET) for _ in range(length)).encode())
