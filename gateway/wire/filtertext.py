"""Filters as text (RFC 4515), both ways. Their meaning is in `filteritems.py`, their bytes in `filter_codec.py`.

Besides the RFC, blanks between and around components are read over (Jenkins sends them), and one bare item needs no
parentheses, as with ldapsearch. Blanks inside a value belong to it.
"""

from __future__ import annotations

import re

from gateway.errors import ProtocolError
from gateway.wire.filteritems import (
    And,
    Approx,
    Equal,
    Extensible,
    Filter,
    GreaterOrEqual,
    LessOrEqual,
    Not,
    Or,
    Present,
    Substrings,
)

MAX_LENGTH = 65536
MAX_DEPTH = 64

_BLANKS = re.compile(r"[ \t\r\n]*")
_NAME = r"(?:[A-Za-z][A-Za-z0-9_-]*+|[0-9]++(?:\.[0-9]++)*+)"
_ITEM = re.compile(
    rf"""[ \t\r\n]*+ ({_NAME}(?:;[A-Za-z0-9_-]++)*+)? [ \t\r\n]*+
    (?: ([~<>]?=) | (:dn)? (?: :({_NAME}) )? := )
    ( (?: [^()\\*\0] | \* | \\[0-9a-fA-F]{{2}} )*+ ) \Z""",
    re.VERBOSE,
)
_ESCAPE = re.compile(rb"\\([0-9a-fA-F]{2})")


def parse_filter(text: str) -> Filter:
    """Read a filter; raises `ProtocolError`, and nothing else, for whatever is none or beyond our limits."""
    if len(text) > MAX_LENGTH:
        raise ProtocolError("the filter is too long")
    if "(" not in text:
        return _item(text)
    start = _skip(text, 0)
    result, end = _component(text, start, MAX_DEPTH)
    if _skip(text, end) != len(text):
        raise ProtocolError("text behind the filter")
    return result


def _skip(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _component(text: str, at: int, depth: int) -> tuple[Filter, int]:
    """The component that begins with the parenthesis at `at`, and the index behind it."""
    if text[at : at + 1] != "(":
        raise ProtocolError("a filter begins with a parenthesis")
    at = _skip(text, at + 1)
    operator = text[at : at + 1]
    if operator and operator in "&|!":
        return _combined(text, at + 1, operator, depth)
    end = text.find(")", at)
    if end < 0:
        raise ProtocolError("a parenthesis of the filter is not closed")
    return _item(text[at:end]), end + 1


def _combined(text: str, at: int, operator: str, depth: int) -> tuple[Filter, int]:
    if depth == 0:
        raise ProtocolError("the filter is nested too deeply")
    items: list[Filter] = []
    while text[(at := _skip(text, at)) : at + 1] == "(":
        item, at = _component(text, at, depth - 1)
        items.append(item)
    if text[at : at + 1] != ")":
        raise ProtocolError("a parenthesis of the filter is not closed")
    if operator == "!":
        if len(items) != 1:
            raise ProtocolError("a Not is of exactly one filter")
        return Not(items[0]), at + 1
    return (And(tuple(items)) if operator == "&" else Or(tuple(items))), at + 1


def _item(text: str) -> Filter:
    match = _ITEM.match(text)
    if match is None:
        raise ProtocolError("malformed item in the filter")
    attribute, operator, dn, rule, value = match.groups()
    if operator is None:
        if "*" in value or (attribute is None and rule is None):
            raise ProtocolError("malformed extensible match in the filter")
        return Extensible(rule, attribute, _value(value), dn is not None)
    if attribute is None:
        raise ProtocolError("an item of the filter has no attribute")
    if operator == "=":
        return _equal(attribute, value)
    if "*" in value:
        raise ProtocolError("an asterisk in the filter where none can be")
    return _ORDERS[operator](attribute, _value(value))


_ORDERS: dict[str, type[GreaterOrEqual] | type[LessOrEqual] | type[Approx]] = {
    ">=": GreaterOrEqual,
    "<=": LessOrEqual,
    "~=": Approx,
}


def _equal(attribute: str, value: str) -> Filter:
    if "*" not in value:
        return Equal(attribute, _value(value))
    first, *middle, last = map(_value, value.split("*"))
    inner = tuple(filter(None, middle))
    if not (first or inner or last):
        return Present(attribute)
    return Substrings(attribute, first or None, inner, last or None)


def _value(text: str) -> bytes:
    try:
        raw = text.encode("utf-8")
    except UnicodeEncodeError:
        raise ProtocolError("the filter is not UTF-8") from None
    if b"\\" not in raw:
        return raw
    return _ESCAPE.sub(lambda match: bytes.fromhex(match[1].decode("ascii")), raw)


_OPERATORS: dict[type[Filter], str] = {Equal: "=", GreaterOrEqual: ">=", LessOrEqual: "<=", Approx: "~="}


def format_filter(item: Filter) -> str:
    """The filter as text. Control characters and bytes that are not UTF-8 are escaped, too: it may go to a log."""
    match item:
        case And(items):
            return f"(&{''.join(map(format_filter, items))})"
        case Or(items):
            return f"(|{''.join(map(format_filter, items))})"
        case Not(inner):
            return f"(!{format_filter(inner)})"
        case Present(attribute):
            return f"({attribute}=*)"
        case Equal() | GreaterOrEqual() | LessOrEqual() | Approx():
            return f"({item.attribute}{_OPERATORS[type(item)]}{escape_assertion(item.value)})"
        case Substrings(attribute, initial, inner, final):
            parts = (initial or b"", *inner, final or b"")
            return f"({attribute}={'*'.join(map(escape_assertion, parts))})"
        case Extensible(rule, attribute, value, dn_attributes):
            kind = (attribute or "") + ":dn" * dn_attributes + (f":{rule}" if rule is not None else "")
            return f"({kind}:={escape_assertion(value)})"
    raise ProtocolError("this filter has no text form")


# Blanks at the ends, too: ldap3 is not the only one that trims values.
_SPECIAL = re.compile(r"[\x00-\x1f()*\\\x7f-\x9f\udc80-\udcff]|\A\s|\s\Z")


def escape_assertion(value: str | bytes) -> str:
    """A value ready to stand in a filter (RFC 4515 section 3). Raises `ProtocolError` for lone surrogates."""
    text = value if isinstance(value, str) else value.decode("utf-8", "surrogateescape")
    escaped = _SPECIAL.sub(_hex, text)
    try:
        escaped.encode("utf-8")
    except UnicodeEncodeError:
        raise ProtocolError("the value is not Unicode text") from None
    return escaped


def _hex(match: re.Match[str]) -> str:
    return "".join(f"\\{byte:02x}" for byte in match[0].encode("utf-8", "surrogateescape"))
