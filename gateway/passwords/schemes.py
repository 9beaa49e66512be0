"""The list of password schemes, and how the one for a stored hash is found: by its prefix, or by a configured name.

The list is explicit: a stored string that no scheme recognises matches nothing, and is never compared as clear text.
"""

from __future__ import annotations

from gateway.errors import ConfigError
from gateway.passwords import aspnet, digests, ldap, pbkdf2, phpass, unixcrypt
from gateway.passwords.argon2 import ARGON2
from gateway.passwords.bcrypt import BCRYPT
from gateway.passwords.scheme import Scheme, Unusable, utf8

SCHEMES: tuple[Scheme, ...] = (
    ARGON2,
    BCRYPT,
    *ldap.SCHEMES,
    *unixcrypt.SCHEMES,
    *pbkdf2.SCHEMES,
    *phpass.SCHEMES,
    *aspnet.SCHEMES,
    *digests.SCHEMES,
)

_BY_NAME = {scheme.name: scheme for scheme in SCHEMES}


def get(name: str) -> Scheme:
    """The scheme with this name; `ConfigError` names what there is."""
    if name not in _BY_NAME:
        raise ConfigError(f"there is no password scheme {name!r}; known are: {', '.join(sorted(_BY_NAME))}")
    return _BY_NAME[name]


def recognise(stored: str) -> Scheme | None:
    """The scheme whose looks `stored` has; None for a scheme that is not known, or that has to be configured."""
    start = stored.lstrip(" \t\r\n")
    return next((scheme for scheme in SCHEMES if scheme.recognised.match(start)), None)


def identify(stored: str) -> str | None:
    """The name of that scheme."""
    scheme = recognise(stored)
    return None if scheme is None else scheme.name


def verify(password: bytes | str, stored: str, *, scheme: str | None = None, salt: str | None = None) -> bool:
    """Whether the password matches, by the scheme named or else recognised; False for one that is not known.

    `ConfigError` for a name that is not known; `BusyError` where memory for the work is missing.
    """
    found = recognise(stored) if scheme is None else get(scheme)
    secret = utf8(password) if isinstance(password, str) else password
    return found is not None and found.verify(secret, stored, salt)


def significant(stored: str, *, scheme: str | None = None) -> int | None:
    """How many of the first bytes of a password this stored hash looks at, by the scheme named or else recognised;
    None is all of them, and whatever matches no password. `ConfigError` for a name that is not known."""
    found = recognise(stored) if scheme is None else get(scheme)
    try:
        return None if found is None else found.significant(stored)
    except Unusable:
        return None


def refusal(stored: str) -> str | None:
    """Why a stored hash of no configured scheme matches no password at all; None where a password could match."""
    scheme = recognise(stored)
    return "no known scheme" if scheme is None else scheme.refusal(stored)
