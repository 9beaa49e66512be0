"""ASP.NET: Identity versions 2 and 3 (PBKDF2), and the older Membership provider's hashed passwords with a salt column.

Formats: PasswordHasher.cs of dotnet/aspnetcore; MembershipProvider.EncodePassword of .NET Framework. Membership's
PasswordFormat 0 is `plaintext`, 1 is here, 2 (encrypted with the machine's key) cannot be verified.
"""

from __future__ import annotations

import hashlib
import re
import struct

from gateway.passwords.scheme import MAX_ROUNDS, Check, Scheme, Unusable, bounded, equal, parts, unbase64, utf16

_BASE64 = re.compile(r"(?P<data>[A-Za-z0-9+/]+=*)")
_PRF = {0: "sha1", 1: "sha256", 2: "sha512"}
_SUBKEYS = (16, 20, 24, 32, 48, 64)
"""Bytes of a whole subkey. The format does not say the length, and the beginning of a cut one would match too."""


def _read_identity(stored: str, _salt: str | None) -> Check:
    data = unbase64(parts(_BASE64, stored)["data"])
    if data[:1] == b"\x00" and len(data) == 1 + 16 + 32:
        return _derived("sha1", data[1:17], 1000, data[17:])
    if data[:1] != b"\x01" or len(data) < 13:
        raise Unusable("malformed")
    prf, rounds, salt_size = struct.unpack(">III", data[1:13])
    salt, subkey = data[13 : 13 + salt_size], data[13 + salt_size :]
    if prf not in _PRF or salt_size < 16 or len(subkey) not in _SUBKEYS:
        raise Unusable("malformed")
    return _derived(_PRF[prf], salt, bounded(str(rounds), MAX_ROUNDS, "a number of PBKDF2 rounds"), subkey)


def _derived(algorithm: str, salt: bytes, rounds: int, subkey: bytes) -> Check:
    return equal(subkey, lambda password: hashlib.pbkdf2_hmac(algorithm, password, salt, rounds, len(subkey)))


def _membership(algorithm: str) -> Scheme:
    size = hashlib.new(algorithm, usedforsecurity=False).digest_size

    def read(stored: str, salt: str | None) -> Check:
        digest, prefix = unbase64(parts(_BASE64, stored)["data"]), unbase64((salt or "").strip())
        if len(digest) != size:
            raise Unusable("malformed: the digest is of the wrong length")
        return equal(digest, lambda password: hashlib.new(algorithm, prefix + utf16(password)).digest())

    return Scheme(f"aspnet_membership_{algorithm}", read, salted=True)


SCHEMES = (
    Scheme(
        "aspnet_identity",
        _read_identity,
        # base64 of 49 bytes beginning with 0, or of 01 and one of three PRFs as a big-endian integer
        re.compile(r"(?:A[A-P][A-Za-z0-9+/]{64}==|AQAAAA[AEI][A-Za-z0-9+/]{40,}={0,2})\s*\Z"),
        slow=True,
    ),
    _membership("sha1"),
    _membership("sha256"),
)
