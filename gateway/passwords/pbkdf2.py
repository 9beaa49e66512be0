"""PBKDF2 (RFC 8018) and scrypt (RFC 7914) as Django, passlib, OpenLDAP and Werkzeug write them.

ASP.NET's PBKDF2 is in `gateway.passwords.aspnet`. OpenSSL does the work and releases the GIL.
"""

from __future__ import annotations

import hashlib
import re

from gateway.passwords.scheme import MAX_ROUNDS, Check, Scheme, Unusable, bounded, equal, parts, unbase64, utf8

MAX_SCRYPT_MEMORY = 1 << 28  # bytes
MAX_SCRYPT_WORK = 1 << 23  # n times r times p: 32 times Werkzeug's default

_SIZES = {"sha1": 20, "sha256": 32, "sha512": 64}

_DJANGO = re.compile(r"pbkdf2_(?P<hash>sha1|sha256)\$(?P<rounds>[0-9]+)\$(?P<salt>[^$]+)\$(?P<digest>[A-Za-z0-9+/]+=*)")
_PASSLIB = re.compile(
    r"\$pbkdf2(?:-(?P<hash>sha256|sha512))?\$(?P<rounds>[0-9]+)\$(?P<salt>[A-Za-z0-9./]*)\$(?P<digest>[A-Za-z0-9./]+)"
)
_LDAP = re.compile(
    r"\{PBKDF2(?:-(?P<hash>SHA1|SHA256|SHA512))?\}"
    r"(?P<rounds>[0-9]+)\$(?P<salt>[A-Za-z0-9./+]+=*)\$(?P<digest>[A-Za-z0-9./+]+=*)",
    re.IGNORECASE,
)
_WERKZEUG = re.compile(
    r"pbkdf2:(?P<hash>sha1|sha256|sha512):(?P<rounds>[0-9]+)\$(?P<salt>[^$]+)\$(?P<digest>[0-9a-f]+)"
)
_SCRYPT = re.compile(r"scrypt:(?P<n>[0-9]+):(?P<r>[0-9]+):(?P<p>[0-9]+)\$(?P<salt>[^$]+)\$(?P<digest>[0-9a-f]{128})")


def derived(algorithm: str, salt: bytes, rounds: str, digest: bytes) -> Check:
    """The check of one PBKDF2 hash. A digest that is not whole is refused: its beginning would match too."""
    count = bounded(rounds, MAX_ROUNDS, "a number of PBKDF2 rounds")
    if len(digest) != _SIZES[algorithm]:
        raise Unusable("malformed: the digest is of the wrong length")
    return equal(digest, lambda password: hashlib.pbkdf2_hmac(algorithm, password, salt, count))


def _adapted(text: str) -> bytes:
    """passlib's base64 with `.` for `+`, which OpenLDAP's pw-pbkdf2 took over."""
    return unbase64(text.replace(".", "+"))


def _read_django(stored: str, _salt: str | None) -> Check:
    match = parts(_DJANGO, stored)
    return derived(match["hash"], utf8(match["salt"]), match["rounds"], unbase64(match["digest"]))


def _read_passlib(stored: str, _salt: str | None) -> Check:
    match = parts(_PASSLIB, stored)
    return derived(match["hash"] or "sha1", _adapted(match["salt"]), match["rounds"], _adapted(match["digest"]))


def _read_ldap(stored: str, _salt: str | None) -> Check:
    match = parts(_LDAP, stored)
    algorithm = (match["hash"] or "sha1").lower()
    return derived(algorithm, _adapted(match["salt"]), match["rounds"], _adapted(match["digest"]))


def _read_werkzeug(stored: str, _salt: str | None) -> Check:
    match = parts(_WERKZEUG, stored)
    return derived(match["hash"], utf8(match["salt"]), match["rounds"], _hex(match["digest"]))


def _read_scrypt(stored: str, _salt: str | None) -> Check:
    match = parts(_SCRYPT, stored)
    n = bounded(match["n"], 1 << 20, "an scrypt n")
    r, p = bounded(match["r"], 64, "an scrypt r"), bounded(match["p"], 64, "an scrypt p")
    if n < 2 or n & (n - 1) or n.bit_length() > 16 * r:  # RFC 7914 §2
        raise Unusable("malformed: scrypt's n is not a power of two below 2^(16 r)")
    memory = 128 * r * (n + p + 2)
    if memory > MAX_SCRYPT_MEMORY or n * r * p > MAX_SCRYPT_WORK:
        raise Unusable(f"scrypt with n={n}, r={r}, p={p} is over the limits")
    salt, digest = utf8(match["salt"]), _hex(match["digest"])
    return equal(
        digest, lambda password: hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=2 * memory, dklen=64)
    )


def _hex(text: str) -> bytes:
    if len(text) % 2:
        raise Unusable("malformed")
    return bytes.fromhex(text)


SCHEMES = (
    Scheme("django_pbkdf2", _read_django, re.compile(r"pbkdf2_sha(1|256)\$"), slow=True),
    Scheme("passlib_pbkdf2", _read_passlib, re.compile(r"\$pbkdf2(-sha256|-sha512)?\$"), slow=True),
    Scheme("ldap_pbkdf2", _read_ldap, re.compile(r"\{PBKDF2(-SHA(1|256|512))?\}", re.IGNORECASE), slow=True),
    Scheme("werkzeug_pbkdf2", _read_werkzeug, re.compile(r"pbkdf2:"), slow=True),
    Scheme("werkzeug_scrypt", _read_scrypt, re.compile(r"scrypt:"), slow=True),
)
