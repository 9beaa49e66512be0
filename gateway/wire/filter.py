"""Search filters: everything that others import, and questions about a filter as a whole.

The classes are in `filteritems.py`, the text form in `filtertext.py`, the bytes in `filter_codec.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from gateway.wire.attributetypes import attribute_type, canonical, is_secret
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
from gateway.wire.filtertext import escape_assertion, format_filter, parse_filter
from gateway.wire.prepare import fold

__all__ = [
    "UNDEFINED",
    "And",
    "Approx",
    "Equal",
    "Extensible",
    "Filter",
    "GreaterOrEqual",
    "LessOrEqual",
    "Not",
    "Or",
    "Present",
    "Substrings",
    "asked_names",
    "escape_assertion",
    "format_filter",
    "parse_filter",
    "rename",
]

UNDEFINED: Filter = Equal("x-undefined", b"")
"""Matches nothing, and its Not matches nothing either. An item about a type that no server knows, so that it has a text
and bytes like any other, and a server that is sent it finds it Undefined, too."""


def rename(item: Filter, mapping: Callable[[str], str | None]) -> Filter:
    """The filter about attributes of other names; where `mapping` gives None, the item becomes `UNDEFINED`.

    `mapping` is asked with the type as spelled, without options; these stay. Secrets are `UNDEFINED` unasked, so are
    a number that we have no name for (it may be a secret's) and an extensible match without an attribute (it would look
    at everything).
    """
    match item:
        case And(items):
            return And(tuple(rename(one, mapping) for one in items))
        case Or(items):
            return Or(tuple(rename(one, mapping) for one in items))
        case Not(inner):
            return Not(rename(inner, mapping))
        case Equal() | Substrings() | GreaterOrEqual() | LessOrEqual() | Present() | Approx() | Extensible():
            return _renamed(item, mapping)
    return UNDEFINED


_Item = Equal | Substrings | GreaterOrEqual | LessOrEqual | Present | Approx | Extensible


def _renamed(item: _Item, mapping: Callable[[str], str | None]) -> Filter:
    if item == UNDEFINED or item.attribute is None:
        return UNDEFINED
    base = item.attribute.partition(";")[0]
    name = mapping(base)
    if name is None or _hidden(base) or _hidden(name):
        return UNDEFINED
    return item if name == base else item.renamed(lambda _base: name)


def _hidden(name: str) -> bool:
    return is_secret(name) or (attribute_type(name) is None and canonical(name)[:1].isdigit())


def asked_names(item: Filter, attributes: Collection[str]) -> tuple[str, bytes] | None:
    """The attribute (lower case) and value of the one login name that the filter can match; None if there may be more.

    That is an equality on one of `attributes` (lower case; other names of the same type count), an Or of parts that all
    ask for the same value, or an And with such a part. Values are compared like names; one that is not UTF-8 is none.
    """
    return _asked(item, {canonical(name): name for name in attributes})


def _asked(item: Filter, attributes: dict[str, str]) -> tuple[str, bytes] | None:
    match item:
        case Equal(attribute, value):
            name = attributes.get(canonical(attribute))
            return None if name is None or _name(value) is None else (name, value)
        case And(items):
            return next((asked for one in items if (asked := _asked(one, attributes)) is not None), None)
        case Or(items):
            parts = [_asked(one, attributes) for one in items]
            if not parts or parts[0] is None or len({part and _name(part[1]) for part in parts}) != 1:
                return None
            return parts[0]
    return None


def _name(value: bytes) -> str | None:
    try:
        return fold(value.decode("utf-8")).strip()
    except UnicodeDecodeError:
        return None
