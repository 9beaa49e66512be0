"""The state of an account in the words of different servers, read from its entry (R7). Pure.

Only what an administrator or a rule has set for good is read here; a lock that passes by itself is the
server's to tell in its answer to a bind.
"""

from __future__ import annotations

import datetime
import re

from gateway.identity.model import AccountState, Attributes

_DISABLED_FLAGS = ("nsAccountLock", "loginDisabled", "ds-pwp-account-disabled")  # 389, eDirectory, OpenDJ
_END_TIMES = ("pwdEndTime", "loginExpirationTime", "ds-pwp-account-expiration-time")
_LOCKED_FOR_GOOD = b"000001010000Z"  # pwdAccountLockedTime, draft-behera-ldap-password-policy 5.3.3
_ACCOUNT_DISABLE, _DONT_EXPIRE = 0x2, 0x10000  # userAccountControl
_FILETIME_EPOCH = 11_644_473_600  # seconds from 1601 to 1970
_NEVER = 0x7FFF_FFFF_FFFF_FFFF
_GENERALIZED_TIME = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)?)?(?:[.,]\d+)?(Z|[+-]\d\d(?:\d\d)?)")


def state_of(attributes: Attributes) -> AccountState:
    """What an entry says besides its password. Attributes that are not there, or not readable, say nothing."""
    control = _number(attributes, "userAccountControl") or 0
    return AccountState(
        disabled=bool(control & _ACCOUNT_DISABLE) or any(_is_true(attributes, name) for name in _DISABLED_FLAGS),
        locked=_LOCKED_FOR_GOOD in attributes.get("pwdAccountLockedTime"),
        must_change=_is_true(attributes, "pwdReset")
        or (_number(attributes, "pwdLastSet") == 0 and not control & _DONT_EXPIRE),
        expires_at=_expiry(attributes),
    )


def _expiry(attributes: Attributes) -> float | None:
    moments = [_generalized_time(value) for name in _END_TIMES for value in attributes.get(name)[:1]]
    ticks = _number(attributes, "accountExpires") or 0
    if 0 < ticks < _NEVER:
        moments.append(ticks / 10_000_000 - _FILETIME_EPOCH)
    return min((moment for moment in moments if moment is not None), default=None)


def _is_true(attributes: Attributes, name: str) -> bool:
    return any(value.upper() == b"TRUE" for value in attributes.get(name))


def _number(attributes: Attributes, name: str) -> int | None:
    for value in attributes.get(name)[:1]:
        if re.fullmatch(rb"-?\d{1,20}", value):
            return int(value)
    return None


def _generalized_time(value: bytes) -> float | None:
    """Seconds since the epoch (RFC 4517 3.3.13)."""
    match = _GENERALIZED_TIME.fullmatch(value)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        moment = datetime.datetime(year, month, day, hour, minute, min(second, 59), tzinfo=datetime.UTC)
    except ValueError:
        return None
    return moment.timestamp() - _offset(match[7].decode())


def _offset(zone: str) -> float:
    if zone == "Z":
        return 0.0
    seconds = int(zone[1:3]) * 3600 + int(zone[3:5] or 0) * 60
    return -seconds if zone[0] == "-" else seconds
