"""PHP's portable hashes: phpass (`$P$`, phpBB's `$H$`: WordPress, Joomla, phpBB) and Drupal 7 to 10 (`$S$`, `U$S$`).

Formats: Openwall's phpass 0.5, Drupal's includes/password.inc and PhpassHashedPassword. A count of rounds as log2 in
one digit, 8 characters of salt, the digest in little-endian base64; `U` means that MD5's hex digest was hashed, from
Drupal 6. The loop is pure Python around hashlib: some milliseconds at the products' defaults, and it holds the GIL.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from gateway.passwords.scheme import Check, Scheme, Unusable, parts

MAX_PASSWORD = 4096  # phpass.php refuses a longer one; it is hashed anew in each round
MAX_LOG2_ROUNDS = 20
_MIN_LOG2_ROUNDS = 7

_ITOA64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PHPASS = re.compile(
    r"(?P<updated>U)?\$[PH]\$(?P<rounds>[./0-9A-Za-z])(?P<salt>[\x21-\x7e]{8})(?P<digest>[./0-9A-Za-z]{22})"
)
_DRUPAL = re.compile(
    r"(?P<updated>U)?\$S\$(?P<rounds>[./0-9A-Za-z])(?P<salt>[\x21-\x7e]{8})(?P<digest>[./0-9A-Za-z]{43})"
)


def _encode64(data: bytes) -> str:
    """phpass's base64: six bits a digit, the lowest first."""
    value = int.from_bytes(data, "little")
    return "".join(_ITOA64[value >> shift & 63] for shift in range(0, len(data) * 8, 6))


def _stretched(algorithm: str, password: bytes, salt: bytes, rounds: int) -> bytes:
    new = getattr(hashlib, algorithm)
    digest: bytes = new(salt + password).digest()
    for _ in range(rounds):
        digest = new(digest + password).digest()
    return digest


def _scheme(name: str, pattern: re.Pattern[str], algorithm: str, recognised: str) -> Scheme:
    def read(stored: str, _salt: str | None) -> Check:
        match = parts(pattern, stored)
        log2 = _ITOA64.index(match["rounds"])
        if not _MIN_LOG2_ROUNDS <= log2 <= MAX_LOG2_ROUNDS:
            raise Unusable(f"2^{log2} rounds are outside the limits of 2^{_MIN_LOG2_ROUNDS} and 2^{MAX_LOG2_ROUNDS}")
        salt, digest = match["salt"].encode("ascii"), match["digest"]

        def check(password: bytes) -> bool:
            if len(password) > MAX_PASSWORD:
                return False
            if match["updated"]:
                password = hashlib.md5(password, usedforsecurity=False).hexdigest().encode("ascii")
            made = _encode64(_stretched(algorithm, password, salt, 1 << log2))
            return hmac.compare_digest(made[: len(digest)], digest)

        return check

    return Scheme(name, read, re.compile(recognised), slow=True)


SCHEMES = (
    _scheme("phpass", _PHPASS, "md5", r"U?\$[PH]\$"),
    _scheme("drupal", _DRUPAL, "sha512", r"U?\$S\$"),
)
