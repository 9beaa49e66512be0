"""A filter as it may be sent to an old directory: nothing about secrets, no constants. Pure.

Who could filter by a password could find it out letter by letter, so what looks at one is Undefined (R15). An
Undefined part never helps an entry to match, whether under Not or outside; here it becomes the constant with that
effect and is then folded away, as not every server knows RFC 4526.
"""

from __future__ import annotations

from gateway.identity.search import EVERYTHING
from gateway.identity.search import Filter as AnyFilter
from gateway.wire.filter import (
    UNDEFINED,
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
from gateway.wire.schema import is_secret

EVERY_ENTRY = Present("objectClass")
_Folded = Filter | bool


def sendable(wanted: AnyFilter) -> tuple[Filter | None, bool]:
    """What to send (None: nothing can match), and whether the server's answer is then exactly what was asked for; else
    each entry is to be checked here."""
    if wanted is EVERYTHING:
        return EVERY_ENTRY, True
    exact = not looks_at_everything(wanted)
    try:
        folded = _fold(wanted, positive=True)
    except TypeError:
        return EVERY_ENTRY, False
    if isinstance(folded, bool):
        return (EVERY_ENTRY if folded else None), exact
    return folded, exact


def looks_at_everything(wanted: AnyFilter) -> bool:
    """Whether a part of it is about no attribute in particular: we answer that ourselves, passwords are among them."""
    return "*" in wanted.names()


def _fold(item: AnyFilter, *, positive: bool) -> _Folded:
    if item == UNDEFINED:
        return not positive
    match item:
        case And(items):
            return _join(items, positive=positive, neutral=True)
        case Or(items):
            return _join(items, positive=positive, neutral=False)
        case Not(inner):
            folded = _fold(inner, positive=not positive)
            return not folded if isinstance(folded, bool) else Not(folded)
        case Extensible(attribute=None):
            return positive  # it would look at passwords, too: whoever might match is asked for, and checked here
        case (
            Equal(attribute=name)
            | GreaterOrEqual(attribute=name)
            | LessOrEqual(attribute=name)
            | Approx(attribute=name)
            | Present(attribute=name)
            | Substrings(attribute=name)
            | Extensible(attribute=str(name))
        ):
            return not positive if is_secret(name) else item
    raise TypeError("not a filter that has a form on the wire")


def _join(items: tuple[Filter, ...], *, positive: bool, neutral: bool) -> _Folded:
    """And (`neutral` true) or Or (false) of what is left."""
    left: list[Filter] = []
    for item in items:
        folded = _fold(item, positive=positive)
        if isinstance(folded, bool):
            if folded is not neutral:
                return folded
        else:
            left.append(folded)
    if not left:
        return neutral
    if len(left) == 1:
        return left[0]
    return And(tuple(left)) if neutral else Or(tuple(left))
