"""What a password scheme is: how a stored hash is read, and the limits that hold for all of them.

What is not here: the schemes (one file per family) and the list of them (`gateway.passwords.schemes`).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

MAX_STORED = 4096
"""Characters of a stored hash that are looked at; a longer one is no hash."""

MAX_ROUNDS = 5_000_000
"""Rounds of PBKDF2 and crypt(3), about three seconds: above every product's default, below an attacker's 10^9."""

Check = Callable[[bytes], bool]
"""Whether a password (UTF-8) matches the one stored hash that it was made from. All the work is in this call."""


class Unusable(Exception):
    """A stored hash that can match no password: malformed, locked, or dearer than the limits. The text is for an
    administrator, and holds no part of the hash."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way in which passwords are stored.

    `read` takes the stored hash and the separate salt and raises `Unusable`; it is cheap. `recognised` tells a hash of
    this scheme by its looks; schemes whose looks are ambiguous have a pattern that matches nothing, and are used only
    where they are configured. `slow` ones (above about 0.1 ms) belong into a thread. `salted` ones need a salt column.
    `significant` is how many bytes of a password a stored hash of this scheme looks at; None is all of them.
    """

    name: str
    read: Callable[[str, str | None], Check]
    recognised: re.Pattern[str] = re.compile(r"(?!)")
    slow: bool = False
    salted: bool = False
    significant: Callable[[str], int | None] = lambda _stored: None

    def verify(self, password: bytes, stored: str, salt: str | None = None) -> bool:
        """Whether it matches. A missing, malformed, locked or too dear hash, and an empty password, never do."""
        try:
            return bool(password) and self._check(stored, salt)(password)
        except Unusable:
            return False

    def refusal(self, stored: str, salt: str | None = None) -> str | None:
        """Why this stored hash matches no password at all, as half a sentence; None where a password could match."""
        try:
            self._check(stored, salt)
        except Unusable as why:
            return str(why)
        return None

    def _check(self, stored: str, salt: str | None) -> Check:
        if not stored:
            raise Unusable("there is no hash")
        if len(stored) > MAX_STORED:
            raise Unusable("too long for a hash")
        if self.salted and salt is None:
            raise Unusable("the scheme needs a salt and there is none")
        return self.read(stored, salt)


def parts(pattern: re.Pattern[str], stored: str) -> re.Match[str]:
    """The groups of a stored hash that matches as a whole; `Unusable` otherwise. Blanks around it (CHAR columns) are
    not part of it."""
    match = pattern.fullmatch(stored.strip(" \t\r\n"))
    if match is None:
        raise Unusable("malformed")
    return match


def bounded(text: str, limit: int, what: str) -> int:
    """A decimal cost from 1 to `limit`."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 10 or int(text) < 1:
        raise Unusable("malformed")
    if int(text) > limit:
        raise Unusable(f"{what} of {int(text)} is over the limit of {limit}")
    return int(text)


def unbase64(text: str) -> bytes:
    """Standard base64 of RFC 4648 §4, padded or not."""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Unusable("malformed base64") from None


def equal(expected: bytes, compute: Callable[[bytes], bytes]) -> Check:
    """The check that computes a digest of the password and compares it in constant time."""
    return lambda password: hmac.compare_digest(compute(password), expected)


def utf8(text: str) -> bytes:
    """What a text column holds, as bytes."""
    return text.encode("utf-8", "surrogatepass")


def utf16(password: bytes) -> bytes:
    """The password as Windows hashes it, in UTF-16LE. One that is not UTF-8 keeps its odd bytes as lone surrogates:
    it matches nothing that Windows wrote."""
    return password.decode("utf-8", "surrogateescape").encode("utf-16-le", "surrogatepass")
