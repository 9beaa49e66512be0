"""How values compare: one family of matching rules for each sort of syntax (RFC 4517 section 4, RFC 4518).

A family turns a value into a key; equal values have equal keys, and keys sort like values. Which attribute is of
which family is in the schema; what a filter makes of it, in `assertion.py`.
Deliberately wider than the RFC: an IA5 value may be any UTF-8 (mail addresses are), texts always sort and
have substrings, whether or not the schema names a rule for it; that is what Active Directory and 389 do, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.errors import ProtocolError
from gateway.wire.dn import leaf, normalise_dn
from gateway.wire.prepare import collapse, compose, fold
from gateway.wire.attributetypes import canonical

Key = bytes | int
Prepare = Callable[[bytes], Key | None]
"""A value's key, None where it is not valid for the syntax."""


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


_PHONE_INSIGNIFICANT = re.compile("[ \u002d\u058a\u2010\u2011\u2212\ufe63\uff0d]+")


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
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # all is reckoned in UTC here


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
        start = datetime.strptime(hour.decode("ascii"), "%Y%m%d%H")  # noqa: DTZ007  # the zone comes below
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


@dataclass(frozen=True, slots=True)
class Family:
    """Rules that see values alike. `shape`: what sort of values; a rule applies to attributes of its own shape.

    `parts`: None where there are no substrings, else whether blanks count in them (RFC 4518 2.6.1).
    """

    shape: str
    prepare: Prepare
    parts: bool | None = None
    ordered: bool = False


TEXT = Family("text", case_ignore, parts=True, ordered=True)
EXACT = Family("text", case_exact, parts=True, ordered=True)
FAMILIES = {
    "caseIgnoreMatch": TEXT,
    "caseIgnoreIA5Match": TEXT,
    "caseExactMatch": EXACT,
    "caseExactIA5Match": EXACT,
    "caseIgnoreListMatch": Family("list", case_ignore_list, parts=True),
    "telephoneNumberMatch": Family("phone", telephone, parts=False),
    "numericStringMatch": Family("numeric", numeric_string, parts=False, ordered=True),
    "integerMatch": Family("integer", integer, ordered=True),
    "booleanMatch": Family("boolean", boolean),
    "generalizedTimeMatch": Family("time", generalized_time, ordered=True),
    "distinguishedNameMatch": Family("dn", distinguished_name),
    "uniqueMemberMatch": Family("dn", name_and_uid),
    "octetStringMatch": Family("octets", octets, ordered=True),
    "bitStringMatch": Family("bits", bit_string),
    "objectIdentifierMatch": Family("oid", object_identifier),
    "objectIdentifierFirstComponentMatch": Family("description", first_component),
    "uuidMatch": Family("uuid", uuid, ordered=True),
}
SPECIAL = {"sid": Family("octets", sid), "category": Family("dn", category)}
"""By kind of the schema, where a directory takes more than its rule says."""


def part(prepare: Prepare, value: bytes, *, first: bool = False, last: bool = False) -> bytes | None:
    """One substring of an assertion as it is found in `padded` values (RFC 4518 2.6.1)."""
    key = prepare(value)
    if not isinstance(key, bytes):
        return None
    if not key:
        return b" " if value else b""
    before = first or prepare(b"x" + value) == b"x " + key
    after = last or prepare(value + b"x") == key + b" x"
    return b" " * before + key.replace(b" ", b"  ") + b" " * after


def padded(key: bytes) -> bytes:
    """A value's key as substrings are looked for in it: blanks at both ends, and each one inside twice."""
    return b" " + key.replace(b" ", b"  ") + b" " if key else b"  "


def contains(key: bytes, initial: bytes, inner: tuple[bytes, ...], final: bytes) -> bool:
    """Whether the parts are in `key` in this order and without overlap; b"" where there is none."""
    start, end = len(initial), len(key) - len(final)
    if start > end or not key.startswith(initial) or not key.endswith(final):
        return False
    for piece in inner:
        found = key.find(piece, start, end)
        if found < 0:
            return False
        start = found + len(piece)
    return True
