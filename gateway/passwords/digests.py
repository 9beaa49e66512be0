"""Bare digests in hex, clear text, and the NT hash: schemes that cannot be recognised and are used where configured.

The one exception is clear text behind the explicit prefix `{CLEARTEXT}`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable

from passlib.crypto.digest import lookup_hash

from gateway.passwords.scheme import Check, Scheme, Unusable, equal, parts, utf8, utf16

_CLEARTEXT = re.compile(r"\{CLEARTEXT\}", re.IGNORECASE)
_HEX = re.compile(r"(?P<digest>(?:[0-9A-Fa-f]{2})+)")
_NT_SIZE = 16


def _digest(stored: str, size: int) -> bytes:
    digest = bytes.fromhex(parts(_HEX, stored)["digest"])
    if len(digest) != size:
        raise Unusable("malformed: the digest is of the wrong length")
    return digest


def _hex(name: str, algorithm: str, join: Callable[[bytes, bytes], bytes], *, salted: bool) -> Scheme:
    size = hashlib.new(algorithm, usedforsecurity=False).digest_size

    def read(stored: str, salt: str | None) -> Check:
        digest, extra = _digest(stored, size), utf8(salt or "")
        return equal(digest, lambda password: hashlib.new(algorithm, join(extra, password)).digest())

    return Scheme(name, read, salted=salted)


def _read_plain(stored: str, _salt: str | None) -> Check:
    expected = utf8(stored)
    return lambda password: hmac.compare_digest(password, expected)


def _read_prefixed(stored: str, _salt: str | None) -> Check:
    expected = utf8(_CLEARTEXT.sub("", stored, count=1))
    if not expected:
        raise Unusable("there is no password")
    return lambda password: hmac.compare_digest(password, expected)


def _read_nt(stored: str, _salt: str | None) -> Check:
    """MD4 of the password in UTF-16LE. OpenSSL 3 has no MD4 any more; passlib brings its own."""
    md4 = lookup_hash("md4").const
    return equal(_digest(stored, _NT_SIZE), lambda password: bytes(md4(utf16(password)).digest()))


def _family(algorithm: str) -> tuple[Scheme, ...]:
    return (
        _hex(f"hex_{algorithm}", algorithm, lambda _salt, password: password, salted=False),
        _hex(f"hex_{algorithm}_salt_password", algorithm, lambda salt, password: salt + password, salted=True),
        _hex(f"hex_{algorithm}_password_salt", algorithm, lambda salt, password: password + salt, salted=True),
    )


SCHEMES = (
    *(scheme for algorithm in ("md5", "sha1", "sha256", "sha512") for scheme in _family(algorithm)),
    Scheme("nt_hash", _read_nt),
    Scheme("plaintext", _read_plain),
    Scheme("cleartext", _read_prefixed, _CLEARTEXT),
)
