"""Object identifiers, and the values of the controls and extended operations that we know, as bytes.

Paged results (RFC 2696), password policy (draft-behera-ldap-password-policy-10), Password Modify (RFC 3062), Cancel
(RFC 3909), Netscape's password-expiring. Readers raise `ProtocolError` only. What to do about them is not known here.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from gateway.errors import ProtocolError
from gateway.wire import ber

# Controls
PAGED_RESULTS = "1.2.840.113556.1.4.319"
PASSWORD_POLICY = "1.3.6.1.4.1.42.2.27.8.5.1"
PASSWORD_EXPIRED = "2.16.840.1.113730.3.4.4"
PASSWORD_EXPIRING = "2.16.840.1.113730.3.4.5"
MANAGE_DSA_IT = "2.16.840.1.113730.3.4.2"
EXTENDED_DN = "1.2.840.113556.1.4.529"
DOMAIN_SCOPE = "1.2.840.113556.1.4.1339"
# Extended operations and notifications
START_TLS = "1.3.6.1.4.1.1466.20037"
NOTICE_OF_DISCONNECTION = "1.3.6.1.4.1.1466.20036"
WHO_AM_I = "1.3.6.1.4.1.4203.1.11.3"
PASSWORD_MODIFY = "1.3.6.1.4.1.4203.1.11.1"
CANCEL = "1.3.6.1.1.8"
# Features (RFC 3673, RFC 4526, RFC 4525)
ALL_OPERATIONAL_ATTRIBUTES = "1.3.6.1.4.1.4203.1.5.1"
ATTRIBUTES_BY_CLASS = "1.3.6.1.4.1.4203.1.5.2"
ABSOLUTE_TRUE_AND_FALSE = "1.3.6.1.4.1.4203.1.5.3"
MODIFY_INCREMENT = "1.3.6.1.1.14"
# Matching rules of Active Directory
BIT_AND = "1.2.840.113556.1.4.803"
BIT_OR = "1.2.840.113556.1.4.804"
IN_CHAIN = "1.2.840.113556.1.4.1941"


@dataclass(frozen=True, slots=True)
class PagedResults:
    """`size` is the page asked for or, in an answer, that of the whole (0: unknown). No cookie: first or last page."""

    size: int
    cookie: bytes = b""


class PolicyError(enum.IntEnum):
    """The `error` of a password policy answer."""

    PASSWORD_EXPIRED = 0
    ACCOUNT_LOCKED = 1
    CHANGE_AFTER_RESET = 2
    PASSWORD_MOD_NOT_ALLOWED = 3
    MUST_SUPPLY_OLD_PASSWORD = 4
    INSUFFICIENT_PASSWORD_QUALITY = 5
    PASSWORD_TOO_SHORT = 6
    PASSWORD_TOO_YOUNG = 7
    PASSWORD_IN_HISTORY = 8


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """The value of a password policy response control; at most one of the two warnings is set.

    `error` is a plain integer where it is not one of `PolicyError`.
    """

    error: int | None = None
    seconds_to_expiry: int | None = None
    grace_logins: int | None = None


@dataclass(frozen=True, slots=True)
class PasswordModifyRequest:
    """RFC 3062; everything is optional. `user` is a DN or whatever else names a user. Passwords are never shown."""

    user: str | None = None
    old: bytes | None = field(default=None, repr=False)
    new: bytes | None = field(default=None, repr=False)


_WARNING, _ERROR = 0xA0, 0x81
_SECONDS, _GRACE = 0x80, 0x81
_USER, _OLD, _NEW, _GENERATED = 0x80, 0x81, 0x82, 0x80
_POLICY_ERRORS: dict[int, int] = {error.value: error for error in PolicyError}


def _whole_sequence(value: bytes | None) -> tuple[bytes, int, int]:
    """A value that is one SEQUENCE, and where its contents start and stop."""
    if value is None:
        raise ProtocolError("a value is missing")
    start, stop = ber.enter(value, 0, len(value), ber.SEQUENCE)
    if stop != len(value):
        raise ProtocolError("more bytes than one value")
    return value, start, stop


def decode_paged_results(value: bytes | None) -> PagedResults:
    """The value of a paged results control, of a request or an answer."""
    data, at, end = _whole_sequence(value)
    size, at = ber.read_integer(data, at, end)
    cookie, at = ber.read_octets(data, at, end)
    ber.skip_unknown(data, at, end)
    return PagedResults(size, cookie)


def encode_paged_results(paged: PagedResults) -> bytes:
    """The value of a paged results control."""
    return ber.sequence(ber.integer(paged.size) + ber.octets(paged.cookie))


def decode_policy_answer(value: bytes | None) -> PolicyAnswer:
    """The value of a password policy response control. The request control has none."""
    data, at, end = _whole_sequence(value)
    error: int | None = None
    seconds: int | None = None
    grace: int | None = None
    if at < end and data[at] == _WARNING:
        start, at = ber.enter(data, at, end, _WARNING)
        kind, _, stop = ber.read_header(data, start, at)
        if stop != at:
            raise ProtocolError("more than one password policy warning")
        if kind == _SECONDS:
            seconds, _ = ber.read_integer(data, start, at, _SECONDS)
        elif kind == _GRACE:
            grace, _ = ber.read_integer(data, start, at, _GRACE)
    if at < end and data[at] == _ERROR:
        code, at = ber.read_integer(data, at, end, _ERROR)
        error = _POLICY_ERRORS.get(code, code)
    ber.skip_unknown(data, at, end, b"\xa0\x81")
    return PolicyAnswer(error, seconds, grace)


def encode_policy_answer(answer: PolicyAnswer) -> bytes:
    """The value of a password policy response control."""
    contents = b""
    if answer.seconds_to_expiry is not None:
        contents = ber.element(_WARNING, ber.integer(answer.seconds_to_expiry, _SECONDS))
    elif answer.grace_logins is not None:
        contents = ber.element(_WARNING, ber.integer(answer.grace_logins, _GRACE))
    if answer.error is not None:
        contents += ber.integer(answer.error, _ERROR)
    return ber.sequence(contents)


def decode_password_expiring(value: bytes | None) -> int:
    """Seconds until the password expires: Netscape's control holds them as decimal digits."""
    if value is None or not value.isdigit() or len(value) > 10:
        raise ProtocolError("the password-expiring control holds no number of seconds")
    return int(value)


def encode_password_expiring(seconds: int) -> bytes:
    """The value of Netscape's password-expiring control; password-expired has the constant `b"0"`."""
    return b"%d" % seconds


def decode_password_modify(value: bytes | None) -> PasswordModifyRequest:
    """The value of a Password Modify request; an absent value asks for the bound user and a generated password."""
    if value is None:
        return PasswordModifyRequest()
    data, at, end = _whole_sequence(value)
    user: str | None = None
    old: bytes | None = None
    new: bytes | None = None
    if at < end and data[at] == _USER:
        user, at = ber.read_text(data, at, end, _USER)
    if at < end and data[at] == _OLD:
        old, at = ber.read_octets(data, at, end, _OLD)
    if at < end and data[at] == _NEW:
        new, at = ber.read_octets(data, at, end, _NEW)
    ber.skip_unknown(data, at, end, b"\x80\x81\x82")
    return PasswordModifyRequest(user, old, new)


def encode_password_modify(request: PasswordModifyRequest) -> bytes:
    """The value of a Password Modify request."""
    user = b"" if request.user is None else ber.text(request.user, _USER)
    old = b"" if request.old is None else ber.element(_OLD, request.old)
    new = b"" if request.new is None else ber.element(_NEW, request.new)
    return ber.sequence(user + old + new)


def decode_generated_password(value: bytes | None) -> bytes | None:
    """The generated password in the answer to a Password Modify request, if there is one."""
    if value is None:
        return None
    data, at, end = _whole_sequence(value)
    password: bytes | None = None
    if at < end and data[at] == _GENERATED:
        password, at = ber.read_octets(data, at, end, _GENERATED)
    ber.skip_unknown(data, at, end, b"\x80")
    return password


def encode_generated_password(password: bytes) -> bytes:
    """The value of the answer to a Password Modify request that brings a generated password."""
    return ber.sequence(ber.element(_GENERATED, password))


def decode_cancel(value: bytes | None) -> int:
    """The message id of the operation that a Cancel request names."""
    data, at, end = _whole_sequence(value)
    message_id, at = ber.read_integer(data, at, end)
    ber.skip_unknown(data, at, end)
    return message_id


def encode_cancel(message_id: int) -> bytes:
    """The value of a Cancel request."""
    return ber.sequence(ber.integer(message_id))
