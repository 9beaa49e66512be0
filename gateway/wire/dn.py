"""Distinguished names: RFC 4514, and what applications send that only RFC 2253 or 1779 allow.

Accepted besides RFC 4514: blanks round `,` `=` `+`, `;` between RDNs, quoted values, `OID.` before a number.
What a DN names is not known here. The normalised form ("dn_key") is described at `normalise_dn`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from gateway.errors import ProtocolError
from gateway.wire.attributetypes import canonical
from gateway.wire.prepare import collapse, fold

MAX_LENGTH = 8192
MAX_RDNS = 64
MAX_VALUES = 16


class InvalidDn(ProtocolError):
    """This text is no DN, or one beyond our limits. The text itself is not repeated: it may be a password (R15)."""


class BerValue(bytes):
    """A value given as `#hex` that is not a BER string: kept as it is, and never equal to text."""

    __slots__ = ()


Ava = tuple[str, bytes]
Rdn = tuple[Ava, ...]


@dataclass(frozen=True, slots=True)
class Dn:
    """RDNs from the leaf up; each a tuple of (attribute type as spelled, value). Two spellings of one name differ:
    compare `key`."""

    rdns: tuple[Rdn, ...]

    @property
    def key(self) -> str:
        """The normalised form, see `normalise_dn`."""
        return ",".join(map(_rdn_key, self.rdns))

    def __str__(self) -> str:
        return format_dn(self)


_TYPE = r"(?:oid\.)?\d+(?:\.\d+)*+|[a-z][a-z0-9_-]*+"
_PAIR = r"""\\(?:[0-9a-f]{2}|[ "\#+,;<=>\\/])"""
_AVA = re.compile(
    rf"""[ \t\r\n]*+({_TYPE})[ \t\r\n]*+=[ \t\r\n]*+
    (?: "( (?: [^"\\\0] | {_PAIR} )*+ )"
      | \#( (?:[0-9a-f]{{2}})++ )
      | (?!\#)( (?: [^\\,;+"<>\0] | {_PAIR} )*+ )
    )[ \t\r\n]*+ ([,;+]|\Z)""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_ESCAPE = re.compile(rb"\\([0-9a-fA-F]{2}|.)", re.DOTALL)


def parse_dn(text: str) -> Dn:
    """Read a DN; raises `InvalidDn`, and nothing else, for whatever is none. "" is the empty DN, a blank is none."""
    if not text:
        return Dn(())
    if len(text) > MAX_LENGTH:
        raise InvalidDn("the DN is too long")
    rdns: list[Rdn] = []
    avas: list[Ava] = []
    position, separator = 0, ","
    while separator:
        match = _AVA.match(text, position)
        if match is None:
            raise InvalidDn("malformed DN")
        avas.append((match[1], _value(match)))
        if len(rdns) == MAX_RDNS or len(avas) > MAX_VALUES:
            raise InvalidDn("the DN has too many parts")
        position, separator = match.end(), match[5]
        if separator != "+":
            rdns.append(tuple(avas))
            avas = []
    return Dn(tuple(rdns))


def _value(match: re.Match[str]) -> bytes:
    _, quoted, ber, plain, _ = match.groups()
    if ber is not None:
        return _from_ber(bytes.fromhex(ber))
    text = quoted if quoted is not None else _trimmed(plain)
    try:
        value = text.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidDn("the DN is not UTF-8") from None
    return _ESCAPE.sub(_unescape, value) if b"\\" in value else value


def _unescape(match: re.Match[bytes]) -> bytes:
    return bytes.fromhex(match[1].decode("ascii")) if len(match[1]) == 2 else match[1]


def _trimmed(plain: str) -> str:
    """Without unescaped blanks at the end: an odd number of backslashes before one escapes it."""
    short = plain.rstrip(" \t\r\n")
    backslashes = len(short) - len(short.rstrip("\\"))
    return plain[: len(short) + 1] if backslashes % 2 else short


_CHARSETS = {  # by BER tag; an OCTET STRING (4) and a UTF8String (12) are their own bytes
    4: None,
    12: None,
    18: "ascii",
    19: "ascii",
    20: "latin-1",
    22: "ascii",
    26: "ascii",
    28: "utf-32-be",
    30: "utf-16-be",
}


def _from_ber(ber: bytes) -> bytes:
    """The bytes of a primitive BER string (X.690 8.21, 8.23), or all as `BerValue`."""
    if len(ber) < 2 or ber[0] not in _CHARSETS:
        return BerValue(ber)
    start = 2 if ber[1] < 0x80 else 2 + (ber[1] & 0x7F)
    length = ber[1] if ber[1] < 0x80 else int.from_bytes(ber[2:start], "big")
    if ber[1] == 0x80 or len(ber) != start + length:
        return BerValue(ber)
    charset = _CHARSETS[ber[0]]
    if charset is None:
        return ber[start:]
    try:
        return ber[start:].decode(charset).encode("utf-8")
    except UnicodeError:
        return BerValue(ber)


# The plainest DNs, whose normalised form is the lower case; of types only some that are their own canonical name.
_WORD = r"[a-z0-9._@-]+"
_SIMPLE_RDN = rf"(?:uid|cn|ou|dc|o|c|l|st|sn|mail)={_WORD}(?: {_WORD})*+"
_SIMPLE = re.compile(rf"{_SIMPLE_RDN}(?:,{_SIMPLE_RDN}){{0,{MAX_RDNS - 1}}}+", re.IGNORECASE | re.ASCII)
_CACHED_LENGTH = 256


def normalise_dn(text: str) -> str:
    """The form in which DNs are compared: a raw comma in it only ever separates RDNs. Idempotent.

    Attribute types in lower case under their short RFC 4519 name; values NFKC, simply case folded, blanks trimmed and
    collapsed, `, + = " \\ < > ; #`, control characters and bytes that are not UTF-8 as `\\xx`; the parts of
    a multi-valued RDN sorted. `#hex` values are decoded where they are strings. Raises `InvalidDn`.
    """
    return _short(text) if len(text) <= _CACHED_LENGTH else _normalise(text)


def _normalise(text: str) -> str:
    if len(text) <= MAX_LENGTH and _SIMPLE.fullmatch(text):
        return text.lower()
    return parse_dn(text).key


_short = lru_cache(maxsize=4096)(_normalise)

_SPECIAL_IN_KEY = re.compile('[,+="\\\\<>;#\x00-\x1f\x7f-\x9f\ud800-\udfff]')


def _rdn_key(rdn: Rdn) -> str:
    if len(rdn) == 1:
        return f"{canonical(rdn[0][0])}={value_key(rdn[0][1])}"
    return "+".join(sorted({f"{canonical(name)}={value_key(value)}" for name, value in rdn}))


def value_key(value: bytes) -> str:
    """One value as it stands in a normalised DN."""
    if isinstance(value, BerValue):
        return "#" + value.hex()
    folded = collapse(fold(value.decode("utf-8", "surrogateescape")))
    return _SPECIAL_IN_KEY.sub(_hex, folded)


def _hex(match: re.Match[str]) -> str:
    return "".join(f"\\{byte:02x}" for byte in match[0].encode("utf-8", "surrogateescape"))


_SPECIAL = re.compile(r"""^[ #]|[ ]\Z|[,+="\\<>;]""")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def escape_value(value: str | bytes) -> str:
    """A value ready to stand in a DN (RFC 4514 2.4), whatever it contains. Raises `InvalidDn` for lone surrogates."""
    if isinstance(value, BerValue):
        return "#" + value.hex()
    text = value if isinstance(value, str) else value.decode("utf-8", "surrogateescape")
    try:
        return _UNPRINTABLE.sub(_hex, _SPECIAL.sub(r"\\\g<0>", text))
    except UnicodeEncodeError:
        raise InvalidDn("the value is not Unicode text") from None


def format_dn(dn: Dn) -> str:
    """The DN as RFC 4514 writes it, types as they were spelled."""
    return ",".join("+".join(f"{name}={escape_value(value)}" for name, value in rdn) for rdn in dn.rdns)


def leaf(dn_text: str) -> tuple[str, str]:
    """The leaf RDN: canonical attribute type and value, normalised like a bare name (`identity.model.normalise`).

    Of a multi-valued RDN, the part that sorts first, so that every spelling of one DN has one leaf. Raises `InvalidDn`
    also for the empty DN. A value that is not text comes in its escaped form.
    """
    name, value = _leaf(dn_text)
    text = _text(value)
    return canonical(name), value_key(value) if text is None else fold(text).strip()


def spelled_leaf(dn_text: str) -> tuple[str, str]:
    """The leaf RDN as it was spelled, unescaped; otherwise like `leaf`."""
    name, value = _leaf(dn_text)
    text = _text(value)
    return name, escape_value(value) if text is None else text


def _leaf(dn_text: str) -> Ava:
    rdns = parse_dn(dn_text).rdns
    if not rdns:
        raise InvalidDn("the empty DN has no leaf")
    return min(rdns[0], key=lambda ava: _rdn_key((ava,)))


def _text(value: bytes) -> str | None:
    if isinstance(value, BerValue):
        return None
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None
