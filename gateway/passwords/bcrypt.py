"""Bcrypt: `$2a$`, `$2b$`, `$2x$`, `$2y$`, with `{BCRYPT}` (OpenLDAP's pw-bcrypt, Spring) or Django's `bcrypt$` before.

Called through pyca/bcrypt, never through passlib. A password is cut to 72 bytes, as every old system did (R14).
"""

from __future__ import annotations

import hmac
import re

import bcrypt

from gateway.passwords import libcrypt
from gateway.passwords.scheme import Check, Scheme, bounded, parts

MAX_COST = 16  # some four seconds

SIGNIFICANT = 72
"""Bytes of a password that are looked at."""

_ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_PATTERN = re.compile(
    r"(?:(?i:\{BCRYPT\})|bcrypt\$)?\$2(?P<minor>[abxy])\$(?P<cost>0[4-9]|[12][0-9]|3[01])\$"
    r"(?P<salt>[./A-Za-z0-9]{21})(?P<last>[./A-Za-z0-9])(?P<digest>[./A-Za-z0-9]{31})"
)


def _read(stored: str, _salt: str | None) -> Check:
    match = parts(_PATTERN, stored)
    bounded(match["cost"], MAX_COST, "a bcrypt cost")
    # 22 digits of 6 bits hold 4 bits more than the salt; some writers left noise in them, readers look away.
    last = _ALPHABET[_ALPHABET.index(match["last"]) & 0x30]
    setting = f"${match['cost']}${match['salt']}{last}"
    expected = match["digest"].encode("ascii")

    def check(password: bytes) -> bool:
        if b"\0" in password:  # no C implementation ever took one
            return False
        if match["minor"] == "x":  # crypt_blowfish's sign extension bug, kept on purpose: crypt(5)
            made = (libcrypt.crypt(password[:SIGNIFICANT], "$2x" + setting) or "").encode("ascii")
        else:
            made = bcrypt.hashpw(password[:SIGNIFICANT], f"$2b{setting}".encode("ascii"))
        return hmac.compare_digest(made[29:], expected)

    return check


BCRYPT = Scheme(
    "bcrypt",
    _read,
    re.compile(r"(?:(?i:\{BCRYPT\})|bcrypt\$)?\$2[abxy]\$"),
    slow=True,
    significant=lambda _stored: SIGNIFICANT,
)
