"""The digests of LDAP servers: `{SHA}` `{SSHA}` `{MD5}` `{SMD5}` (RFC 2307 and slappasswd), SHA-2 by pw-sha2, 389-ds.

base64 of the digest, followed in the salted ones by the salt, of any length but not empty, as in slapd. `{CRYPT}` is
in `gateway.passwords.unixcrypt`, `{PBKDF2…}` in `gateway.passwords.pbkdf2`, `{ARGON2}` and `{BCRYPT}` with theirs.
"""

from __future__ import annotations

import hashlib
import re

from gateway.passwords.scheme import Check, Scheme, Unusable, equal, parts, unbase64

_DIGESTS = {"SHA": "sha1", "MD5": "md5", "SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512"}


def _scheme(label: str, algorithm: str, salted: bool) -> Scheme:
    pattern = re.compile(rf"(?i:\{{{label}\}})(?P<data>[A-Za-z0-9+/]+=*)")
    size = hashlib.new(algorithm, usedforsecurity=False).digest_size

    def read(stored: str, _salt: str | None) -> Check:
        data = unbase64(parts(pattern, stored)["data"])
        if len(data) < size or (len(data) > size) != salted:
            raise Unusable("malformed: the digest is of the wrong length")
        salt = data[size:]
        return equal(data[:size], lambda password: hashlib.new(algorithm, password + salt).digest())

    return Scheme(f"ldap_{label.lower()}", read, re.compile(rf"\{{{label}\}}", re.IGNORECASE))


SCHEMES = tuple(
    _scheme(prefix + label, algorithm, salted=bool(prefix))
    for label, algorithm in _DIGESTS.items()
    for prefix in ("", "S")
)
