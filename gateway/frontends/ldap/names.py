"""From the name in a request to what the core compares: a DN, or a bare name where it is no DN at all."""

from __future__ import annotations

from functools import lru_cache

from gateway.errors import ProtocolError
from gateway.frontends.ldap.results import LdapError
from gateway.identity.model import LoginName
from gateway.wire.dn import leaf, normalise_dn
from gateway.wire.messages import ResultCode

LONGEST_NAME = 1024
"""Characters of a bare name; it comes to sources and into the audit, so it has a bound of its own."""
_CACHED_LENGTH = 256
_CACHED_NAMES = 16384


def login_name(name: str) -> LoginName:
    """Whoever `name` means. Without any `=` it cannot be a DN, and is taken as a bare name: `jdoe`, `CORP\\jdoe`,
    `jdoe@corp.example`, as Active Directory does. Anything else must be a DN: `LdapError` 34, as slapd says."""
    return _short(name) if len(name) <= _CACHED_LENGTH else _login_name(name)


def _login_name(name: str) -> LoginName:
    if "=" in name:
        key = dn_key(name)
        login = LoginName.of_dn(name, key, leaf(name))
    else:
        login = LoginName.of(name)
    if not login.key or "\0" in name or (login.rdn is not None and "\0" in login.rdn[1]):
        raise LdapError(ResultCode.INVALID_DN_SYNTAX, "this name is neither a DN nor a login name")
    if login.dn is None and (len(name) > LONGEST_NAME or not _is_text(name)):
        raise LdapError(ResultCode.INVALID_DN_SYNTAX, "this name is too long or not UTF-8")
    return login


_short = lru_cache(maxsize=_CACHED_NAMES)(_login_name)


def login_value(value: bytes) -> LoginName | None:
    """Whoever an assertion about a login attribute means; None where it is no name."""
    return _short_value(value) if len(value) <= _CACHED_LENGTH else _login_value(value)


def _login_value(value: bytes) -> LoginName | None:
    try:
        name = value.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if "\0" in name or len(name) > LONGEST_NAME or not name.strip():
        return None
    return LoginName.of(name)


_short_value = lru_cache(maxsize=_CACHED_NAMES)(_login_value)


def dn_key(dn: str) -> str:
    """The normalised DN; `LdapError` 34 where it is none."""
    try:
        return normalise_dn(dn)
    except ProtocolError:
        raise LdapError(ResultCode.INVALID_DN_SYNTAX, "invalid DN") from None


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
