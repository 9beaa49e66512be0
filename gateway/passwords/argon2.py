"""Argon2: the only scheme that new hashes are made with (Argon2id, RFC 9106), and its stored forms elsewhere.

PHC strings (`$argon2id$v=19$m=…,t=…,p=…$salt$hash`), OpenLDAP's `{ARGON2}` before them (slapd's pw-argon2), and
Django's `argon2` before them. Called through argon2-cffi, never through passlib.
"""

from __future__ import annotations

import base64
import os
import re
from dataclasses import dataclass

from argon2.exceptions import HashingError, InvalidHashError, VerificationError, VerifyMismatchError
from argon2.low_level import Type, hash_secret, verify_secret

from gateway.errors import BusyError, ConfigError
from gateway.passwords.scheme import Check, Scheme, Unusable, bounded, parts

MAX_MEMORY_KIB = 1 << 20  # 1 GiB
MAX_WORK_KIB = 1 << 22  # memory times passes: some seconds
MAX_LANES = 64

_SALT, _DIGEST = 16, 32  # bytes of a new hash, as RFC 9106 §4 recommends
_TYPES = {"d": Type.D, "i": Type.I, "id": Type.ID}
_OUTAGES = {"Memory allocation error", "Threading failure"}  # libargon2's words where it could not tell
_PHC = re.compile(
    r"(?:(?i:\{ARGON2\})|argon2(?=\$))?"
    r"(?P<phc>\$argon2(?P<type>id|i|d)(?:\$v=(?P<version>16|19))?\$m=(?P<m>\d{1,10}),t=(?P<t>\d{1,10}),p=(?P<p>\d{1,8})"
    r"\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{6,})",
    re.ASCII,
)


def _read(stored: str, _salt: str | None) -> Check:
    match = parts(_PHC, stored)
    memory = bounded(match["m"], MAX_MEMORY_KIB, "a memory cost (KiB)")
    bounded(match["p"], MAX_LANES, "a parallelism")
    bounded(match["t"], max(1, MAX_WORK_KIB // memory), "at this memory a time cost")
    kind, phc = _TYPES[match["type"]], match["phc"].encode("ascii")

    def check(password: bytes) -> bool:
        try:
            return verify_secret(phc, password, kind)
        except (VerifyMismatchError, InvalidHashError):
            return False
        except VerificationError as error:
            if str(error) in _OUTAGES:
                raise BusyError(f"Argon2 cannot verify now: {error}") from None
            return False

    return check


ARGON2 = Scheme("argon2", _read, re.compile(r"(?:(?i:\{ARGON2\})|argon2(?=\$))?\$argon2"), slow=True)


@dataclass(frozen=True, slots=True)
class Argon2Hasher:
    """Makes new hashes: Argon2id with these costs. `memory_kib` is for each hash that is being computed.

    Raises `ConfigError` for costs that libargon2 does not take, or that are above the limits of stored hashes.
    """

    memory_kib: int = 19 * 1024
    time: int = 2
    parallelism: int = 1

    def __post_init__(self) -> None:
        if self.time < 1 or self.parallelism < 1 or self.memory_kib < 8 * self.parallelism:
            raise ConfigError("Argon2 needs at least one pass, one lane, and 8 KiB of memory for each lane")
        try:
            _read(self.decoy(), None)
        except Unusable as why:
            raise ConfigError(f"Argon2 with {why}") from None

    def hash(self, password: bytes) -> str:
        """A fresh PHC string. Blocks for the whole work and releases the GIL meanwhile."""
        if not password:
            raise ValueError("an empty password is never hashed (R5)")
        try:
            made = hash_secret(
                password, os.urandom(_SALT), self.time, self.memory_kib, self.parallelism, _DIGEST, Type.ID
            )
        except HashingError as error:  # what can fail with valid costs is the memory
            raise BusyError(f"Argon2 cannot hash now: {error}") from None
        return made.decode("ascii")

    def needs_rehash(self, stored: str) -> bool:
        """Whether `stored` is anything but Argon2id of at least these costs (R14). Cheap: the string is only read."""
        match = _PHC.fullmatch(stored)
        return (
            match is None
            or match["phc"] != stored
            or match["type"] != "id"
            or match["version"] != "19"
            or int(match["m"]) < self.memory_kib
            or int(match["t"]) < self.time
        )

    def decoy(self) -> str:
        """A PHC string of these costs that no password matches, made without the work of hashing (R25)."""
        salt, digest = (base64.b64encode(os.urandom(size)).decode().rstrip("=") for size in (_SALT, _DIGEST))
        return f"$argon2id$v=19$m={self.memory_kib},t={self.time},p={self.parallelism}${salt}${digest}"
