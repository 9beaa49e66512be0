"""Values by syntax: each function turns a value into the key by which it compares (RFC 4517 section 3, RFC 4518).

Equal values have equal keys, and keys sort like values; None stands for a value that is not valid for the syntax.
Deliberately wider than the RFC: an IA5 value may be any UTF-8, as mail addresses are by now.
Which rule uses which of them is in `matching.py`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from gateway.errors import ProtocolError
from gateway.wire.attributetypes import canonical
from gateway.wire.dn import leaf, normalise_dn
from gateway.wire.prepare import collapse, compose, fold


def case_ignore(value: bytes) -> bytes | None:
    if value.isascii():
        return b" ".join(value.lower().split())
    text = _decoded(value)
    return None if text is None else collapse(fold(text)).encode("utf-8")


def case_exact(value: bytes) -> bytes | None:
    text = _decoded(value)
    return None if text is None else collapse(compose(text)).encode("utf-8")


def _decoded(value: bytes) -> str | None:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None


_LIST_BLANKS = re.compile(rb" ?\$ ?")


def case_ignore_list(value: bytes) -> bytes | None:
    """Lines with `$` between them (RFC 4517 3.3.28)."""
    key = case_ignore(value)
    return None if key is None else _LIST_BLANKS.sub(b"$", key)


_PHONE_INSIGNIFICANT = re.compile("[- \u058a\u2010\u2011\u2212\ufe63\uff0d]+")


def telephone(value: bytes) -> bytes | None:
    """Without hyphens and blanks (RFC 4518 2.6.3)."""
    text = _decoded(value)
    return None if text is None else _PHONE_INSIGNIFICANT.sub("", collapse(fold(text))).encode("utf-8")


def numeric_string(value: bytes) -> bytes | None:
    """Digits, without blanks (RFC 4518 2.6.2)."""
    digits = value.replace(b" ", b"")
    return digits if not digits or digits.isdigit() else None


def octets(value: bytes) -> bytes:
    return value


_INTEGER = re.compile(rb"-?[0-9]{1,300}")


def integer(value: bytes) -> int | None:
    return int(value) if _INTEGER.fullmatch(value) else None


def boolean(value: bytes) -> bytes | None:
    upper = value.upper()
    return upper if upper in (b"TRUE", b"FALSE") else None


_BITS = re.compile(rb"'[01]*'B")


def bit_string(value: bytes) -> bytes | None:
    return value if _BITS.fullmatch(value) else None


_TIME = re.compile(rb"([0-9]{10})(?:([0-9]{2})([0-9]{2})?)?(?:[.,]([0-9]+))?(?:Z|([+-])([0-9]{2})([0-9]{2})?)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def generalized_time(value: bytes) -> int | None:
    """Nanoseconds since 1970 (RFC 4517 3.3.13); the fraction is one of the last unit that is given."""
    match = _TIME.fullmatch(value)
    if match is None:
        return None
    hour, minute, second, fraction, sign, zone_hours, zone_minutes = match.groups()
    minutes, seconds = int(minute or 0), int(second or 0)
    offset = int(zone_hours or 0) * 60 + int(zone_minutes or 0)
    if minutes > 59 or seconds > 60 or int(zone_hours or 0) > 23 or int(zone_minutes or 0) > 59:
        return None
    try:
        start = datetime(int(hour[:4]), int(hour[4:6]), int(hour[6:8]), int(hour[8:]), tzinfo=UTC)
    except ValueError:
        return None
    minutes += offset if sign == b"-" else -offset
    whole = (start - _EPOCH) // timedelta(seconds=1) + minutes * 60 + seconds
    unit = 1 if second else 60 if minute else 3600
    return whole * 10**9 + (int(fraction[:9].ljust(9, b"0")) * unit if fraction else 0)


def distinguished_name(value: bytes) -> bytes | None:
    text = _decoded(value)
    if text is None:
        return None
    try:
        return normalise_dn(text).encode("utf-8")
    except ProtocolError:
        return None


_UNIQUE_ID = re.compile(rb"#'[01]*'B\Z")


def name_and_uid(value: bytes) -> bytes | None:
    """A DN that may have a bit string behind it (RFC 4517 3.3.21); the raw `#` sets it off, since none is in a key."""
    match = _UNIQUE_ID.search(value)
    dn = distinguished_name(value[: match.start()] if match else value)
    return dn if dn is None or match is None else dn + match[0]


_CATEGORIES = {b"user": b"person", b"contact": b"person", b"inetorgperson": b"person"}


def category(value: bytes) -> bytes | None:
    """objectCategory of Active Directory: a DN, or a class name that stands for its leaf (`objectCategory=person`)."""
    if b"=" not in value:
        short = case_ignore(value)
        return short and _CATEGORIES.get(short, short)
    text = _decoded(value)
    try:
        return None if text is None else leaf(text)[1].encode("utf-8")
    except ProtocolError:
        return None


_OID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._;-]*")


def object_identifier(value: bytes) -> bytes | None:
    """A number, or the name of something: attribute types by any of theirs; the rest without regard to case.

    A name that nobody knows is Undefined in RFC 4517 4.2.26; here it only equals itself, so that
    `(!(objectClass=corpLeaver))` still finds people when the class is the old directory's own (R17).
    """
    if not _OID.fullmatch(value):
        return None
    return canonical(value.decode("ascii")).encode("ascii")


_FIRST = re.compile(rb"\( *('?)([^' ()]+)\1 ")


def first_component(value: bytes) -> bytes | None:
    """A description's OID (RFC 4517 4.2.27)."""
    match = _FIRST.match(value)
    return object_identifier(match[2] if match else value)


_UUID = re.compile(rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def uuid(value: bytes) -> bytes | None:
    """As text (RFC 4530 2.1), or the 16 bytes themselves."""
    if _UUID.fullmatch(value):
        return bytes.fromhex(value.replace(b"-", b"").decode("ascii"))
    return value if len(value) == 16 else None


_SID = re.compile(rb"S-1-([0-9]{1,15})((?:-[0-9]{1,10}){1,15})", re.IGNORECASE)


def sid(value: bytes) -> bytes | None:
    """objectSid: the bytes, or the text that Active Directory takes as well (MS-DTYP 2.4.2)."""
    match = _SID.fullmatch(value)
    if match is None:
        return value
    parts = [int(part) for part in match[2][1:].split(b"-")]
    if int(match[1]) >= 2**48 or max(parts) >= 2**32:
        return None
    head = bytes([1, len(parts)]) + int(match[1]).to_bytes(6, "big")
    return head + b"".join(part.to_bytes(4, "little") for part in parts)
