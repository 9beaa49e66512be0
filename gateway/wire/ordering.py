"""How entries sort by an attribute (RFC 2891 section 2.2). Pure; the control's bytes are in `searchcontrols`."""

from __future__ import annotations

from collections.abc import Callable

from gateway.wire import rules
from gateway.wire.assertion import Values
from gateway.wire.attributetypes import attribute_type, canonical, is_secret, subtypes
from gateway.wire.matching import FAMILIES, SPECIAL, TEXT, Family, Key

Rank = tuple[bool, Key]
"""Sorts as the entry does. An entry without the attribute is larger than all others."""

_MISSING: Rank = (True, 0)


def ranking(attribute: str, rule: str | None) -> Callable[[Values], Rank] | None:
    """The place of an entry by this attribute description: its smallest value counts. None where there is no such
    order. `rule` may name an equality rule, too, as slapd takes it; a type that our schema lacks is sorted as text."""
    base, *options = attribute.lower().split(";")
    family = _family(base, rule)
    if family is None or not family.ordered:
        return None
    prepare, accepted, required = family.prepare, subtypes(base), frozenset(options)

    def rank(values: Values) -> Rank:
        smallest: Key | None = None
        for name, held in values.items():
            kind, *more = name.lower().split(";")
            if canonical(kind) in accepted and required.issubset(more):
                for value in held:
                    key = prepare(value)
                    if key is not None and (smallest is None or _less(key, smallest)):
                        smallest = key
        return _MISSING if smallest is None else (False, smallest)

    return rank


def _less(one: Key, other: Key) -> bool:
    """A family's keys are all bytes or all integers."""
    if isinstance(one, bytes):
        return isinstance(other, bytes) and one < other
    return isinstance(other, int) and one < other


def _family(base: str, rule: str | None) -> Family | None:
    if is_secret(base):
        return None
    known = attribute_type(base)
    own = TEXT if known is None else SPECIAL.get(known.kind.name) or FAMILIES.get(known.kind.equality)
    if rule is None or own is None:
        return own
    asked = rules.find(rule)
    if asked is None or asked.use not in "<=" or (known is not None and asked.shape != own.shape):
        return None
    return asked.family
