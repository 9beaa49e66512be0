"""Unix crypt(3) hashes: MD5 (`$1$`), SHA-256 (`$5$`), SHA-512 (`$6$`), yescrypt (`$y$`), DES; RFC 2307's `{CRYPT}`.

Formats: crypt(5) of libxcrypt; SHA-crypt.txt by U. Drepper. Worked by the system's crypt(3), by passlib's pure Python
where that lacks the scheme (yescrypt has no substitute). Bcrypt is not here, though `{CRYPT}` may hold it.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable

from passlib.hash import des_crypt, md5_crypt, sha256_crypt, sha512_crypt

from gateway.passwords import libcrypt
from gateway.passwords.bcrypt import BCRYPT
from gateway.passwords.scheme import MAX_ROUNDS, Check, Scheme, Unusable, bounded, parts

MAX_PASSWORD = 4096
"""Bytes of a password that is hashed anew in each round; passlib and phpass draw the line there, too."""

MAX_YESCRYPT_MEMORY = 1 << 29

_ITOA64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_H = "[./0-9A-Za-z]"
_SALT = r"[^\s$:;*!\\\x00-\x20\x7f-\U0010ffff]"  # crypt(5): what a salt may not hold
_ROUNDS = r"(?:rounds=(?P<rounds>[1-9][0-9]{0,9})\$)?"

_DES = re.compile(rf"(?P<mcf>{_H}{{13}})")
_MD5 = re.compile(rf"(?P<mcf>\$1\${_SALT}{{0,8}}\${_H}{{22}})")
_SHA256 = re.compile(rf"(?P<mcf>\$5\${_ROUNDS}{_SALT}{{0,16}}\${_H}{{43}})")
_SHA512 = re.compile(rf"(?P<mcf>\$6\${_ROUNDS}{_SALT}{{0,16}}\${_H}{{86}})")
_YESCRYPT = re.compile(rf"(?P<mcf>\$y\$j(?P<n>{_H})(?P<r>{_H})\${_H}{{0,86}}\${_H}{{43}})")
_LDAP = re.compile(r"(?i:\{CRYPT\})(?P<hash>.*)", re.DOTALL)

# Where this system's crypt(3) lacks the scheme. These need hash64 salts, and hold the GIL.
_SUBSTITUTES: dict[re.Pattern[str], Callable[[bytes, str], bool]] = {
    _DES: des_crypt.verify,
    _MD5: md5_crypt.verify,
    _SHA256: sha256_crypt.verify,
    _SHA512: sha512_crypt.verify,
}


def substitute(password: bytes, stored: str) -> bool:
    """What passlib says, where it knows the scheme."""
    verify = next((verify for pattern, verify in _SUBSTITUTES.items() if pattern.fullmatch(stored)), None)
    try:
        return verify is not None and verify(password, stored)
    except (ValueError, TypeError):  # passlib's way to call a hash malformed
        return False


def _matches(password: bytes, stored: str) -> bool:
    if b"\0" in password or len(password) > MAX_PASSWORD:
        return False
    made = libcrypt.crypt(password, stored)
    if made is None:  # not in this system's crypt(3), or above its 511 bytes
        return substitute(password, stored)
    return hmac.compare_digest(made.encode("utf-8"), stored.encode("utf-8"))


def _affordable(cost: dict[str, str | None]) -> None:
    """Refuse rounds, and yescrypt memory (128 r 2^n bytes), that only an attacker would ask for."""
    rounds, n, r = cost.get("rounds"), cost.get("n"), cost.get("r")
    if rounds is not None:
        bounded(rounds, MAX_ROUNDS, "a number of rounds")
    if n is not None and r is not None:
        # libxcrypt writes each of these, less one, as one digit up to 47 and as more digits above.
        log2_n, blocks = _ITOA64.index(n) + 1, _ITOA64.index(r) + 1
        if max(log2_n, blocks) > 48:
            raise Unusable("yescrypt parameters of a form that is not known")
        if (128 * blocks) << log2_n > MAX_YESCRYPT_MEMORY:
            raise Unusable(f"yescrypt memory is over the limit of {MAX_YESCRYPT_MEMORY >> 20} MiB")


def _reader(pattern: re.Pattern[str]) -> Callable[[str, str | None], Check]:
    def read(stored: str, _salt: str | None) -> Check:
        match = parts(pattern, stored)
        _affordable(match.groupdict())
        return lambda password: _matches(password, match["mcf"])

    return read


DES_CRYPT = Scheme("des_crypt", _reader(_DES), significant=lambda _stored: 8)
MD5_CRYPT = Scheme("md5_crypt", _reader(_MD5), re.compile(r"\$1\$"), slow=True)
SHA256_CRYPT = Scheme("sha256_crypt", _reader(_SHA256), re.compile(r"\$5\$"), slow=True)
SHA512_CRYPT = Scheme("sha512_crypt", _reader(_SHA512), re.compile(r"\$6\$"), slow=True)
YESCRYPT = Scheme("yescrypt", _reader(_YESCRYPT), re.compile(r"\$y\$"), slow=True)


def _inside(stored: str) -> tuple[Scheme, str]:
    """RFC 2307's {CRYPT} holds whatever crypt(3) of that server knew; without a prefix it is DES."""
    inner = parts(_LDAP, stored)["hash"]
    schemes = (BCRYPT, MD5_CRYPT, SHA256_CRYPT, SHA512_CRYPT, YESCRYPT)
    return next((scheme for scheme in schemes if scheme.recognised.match(inner)), DES_CRYPT), inner


def _read_ldap(stored: str, salt: str | None) -> Check:
    scheme, inner = _inside(stored)
    return scheme.read(inner, salt)


def _significant_ldap(stored: str) -> int | None:
    scheme, inner = _inside(stored)
    return scheme.significant(inner)


LDAP_CRYPT = Scheme(
    "ldap_crypt", _read_ldap, re.compile(r"\{CRYPT\}", re.IGNORECASE), slow=True, significant=_significant_ldap
)

SCHEMES = (DES_CRYPT, MD5_CRYPT, SHA256_CRYPT, SHA512_CRYPT, YESCRYPT, LDAP_CRYPT)
