"""Search filters: everything that others import, and questions about a filter as a whole.

The classes are in `filteritems.py`, the text form in `filtertext.py`, the bytes in `filter_codec.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache

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
    "has_rule",
    "parse_filter",
    "rename",
    "strict",
]

UNDEFINED: Filter = Equal("x-undefined", b"")
"""Matches nothing, and its Not matches nothing either. An item about a type that no server knows, so that it has a text
and bytes like any other, and a server that is sent it finds it Undefined, too."""


def rename(item: Filter, mapping: Callable[[str], str | None]) -> Filter:
    """The filter about attributes of other names; where `mapping` gives None, the item becomes `UNDEFINED`.

    `mapping` is asked with the type as spelled, without options; these stay. Secrets are `UNDEFINED` unasked, so is
    a number that we have no name for (it may be a secret's). For an extensible match without an attribute it is asked
    with "*": that looks at whatever its rule applies to, though never at a secret.
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
    if item == UNDEFINED:
        return UNDEFINED
    if item.attribute is None:
        return UNDEFINED if mapping("*") is None else item
    base = item.attribute.partition(";")[0]
    name = mapping(base)
    if name is None or _hidden(base) or _hidden(name):
        return UNDEFINED
    return item if name == base else item.renamed(lambda _base: name)


def _hidden(name: str) -> bool:
    return is_secret(name) or (attribute_type(name) is None and canonical(name)[:1].isdigit())


def strict(item: Filter) -> Filter:
    """The filter as the schema has it: an item that needs an ordering or a substrings rule which its attribute does not
    have is `UNDEFINED` (RFC 4511 4.5.1.7). Our own matching is wider, as Active Directory and 389 are."""
    match item:
        case And(items):
            return And(tuple(map(strict, items)))
        case Or(items):
            return Or(tuple(map(strict, items)))
        case Not(inner):
            return Not(strict(inner))
    return item if has_rule(item) else UNDEFINED


def has_rule(item: Filter) -> bool:
    """Whether the schema names the ordering or substrings rule that this one item needs; a type that it does not know
    has all."""
    if isinstance(item, GreaterOrEqual | LessOrEqual):
        return _rules_of(item.attribute)[0]
    return not isinstance(item, Substrings) or _rules_of(item.attribute)[1]


@lru_cache(maxsize=1024)
def _rules_of(attribute: str) -> tuple[bool, bool]:
    known = attribute_type(attribute.partition(";")[0])
    return known is None or bool(known.kind.ordering), known is None or bool(known.kind.substrings)


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
