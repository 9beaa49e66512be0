"""What a filter asks about membership: found, loosened, pinned, put into other words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from gateway.identity.model import NO_ATTRIBUTES
from gateway.identity.search import Filter as AnyFilter
from gateway.wire.attributetypes import canonical
from gateway.wire.controls import IN_CHAIN
from gateway.wire.filter import UNDEFINED, And, Equal, Extensible, Filter, Not, Or, Present

MEMBER_OF = "memberof"
TRANSITIVE = "msds-memberoftransitive"
"""The same through groups in groups, as Active Directory names it."""
_LONGEST = 64
_ANYTHING = Present("objectClass")
_Folded = AnyFilter | bool


def asks_about_groups(item: AnyFilter) -> bool:
    """Whether any part is about memberOf, or goes from entry to entry. Cheap: it is put to every search."""
    if isinstance(item, And | Or):
        return any(map(asks_about_groups, item.items))
    if isinstance(item, Not):
        return asks_about_groups(item.item)
    return _is_about(item) or is_chain(item)


def is_chain(item: AnyFilter) -> bool:
    """Whether this item goes from entry to entry (`member:1.2.840.113556.1.4.1941:=…`)."""
    return isinstance(item, Extensible) and item.rule == IN_CHAIN


def _is_about(item: AnyFilter) -> bool:
    attribute = getattr(item, "attribute", None)
    return attribute is not None and len(attribute) <= _LONGEST and _computed(attribute) != ""


@lru_cache(maxsize=1024)
def _computed(description: str) -> str:
    """Which of the two this attribute description means, whatever its options; "" for every other."""
    name = canonical(description.partition(";")[0].strip())
    return name if name in {MEMBER_OF, TRANSITIVE} else ""


def is_undefined(item: AnyFilter) -> bool:
    """Whether an item about memberOf can select nothing, its negation neither: its value is no DN, or no rule fits."""
    return item.matches(NO_ATTRIBUTES) is None


def loosened(item: AnyFilter) -> AnyFilter:
    """A filter that selects all that this one could, whatever the groups: for stores that do not know them all.

    What goes from entry to entry must have been replaced before. An item about memberOf becomes "everything" where it
    helps an entry to match, and its Not does so, too.
    """
    folded = _fold(item, positive=True)
    if isinstance(folded, bool):
        return _ANYTHING if folded else UNDEFINED
    return folded


def _fold(item: AnyFilter, *, positive: bool) -> _Folded:
    if isinstance(item, And | Or):
        return _join(item.items, positive=positive, neutral=isinstance(item, And))
    if isinstance(item, Not):
        folded = _fold(item.item, positive=not positive)
        return not folded if isinstance(folded, bool) else Not(folded)  # type: ignore[arg-type]  # a part of one of wire
    if _is_about(item) and not is_undefined(item):
        return positive
    return item


def _join(items: Iterable[AnyFilter], *, positive: bool, neutral: bool) -> _Folded:
    """And (`neutral` true) or Or (false) of what is left."""
    left: list[Filter] = []
    for item in items:
        folded = _fold(item, positive=positive)
        if isinstance(folded, bool):
            if folded is not neutral:
                return folded
        else:
            left.append(folded)  # type: ignore[arg-type]  # likewise
    if not left:
        return neutral
    if len(left) == 1:
        return left[0]
    return And(tuple(left)) if neutral else Or(tuple(left))


def pinned(item: AnyFilter) -> frozenset[bytes] | None:
    """DNs of groups, of which everything that the filter selects is in at least one; None where it pins none."""
    if isinstance(item, Equal):
        if item == UNDEFINED:
            return frozenset()
        if not _is_about(item) or _computed(item.attribute) != MEMBER_OF:
            return None
        return frozenset() if is_undefined(item) else frozenset({item.value})
    if isinstance(item, And):
        return min((found for found in map(pinned, item.items) if found is not None), key=len, default=None)
    if isinstance(item, Or):
        parts = [found for found in map(pinned, item.items) if found is not None]
        return frozenset().union(*parts) if len(parts) == len(item.items) else None
    return None


def chains(item: AnyFilter) -> Iterator[Extensible]:
    """Every item that goes from entry to entry."""
    if isinstance(item, And | Or):
        for one in item.items:
            yield from chains(one)
    elif isinstance(item, Not):
        yield from chains(item.item)
    elif isinstance(item, Extensible) and item.rule == IN_CHAIN:
        yield item


def replaced(item: Filter, by: Callable[[Extensible], Filter]) -> Filter:
    """The filter with other items in the place of those that go from entry to entry."""
    if isinstance(item, And):
        return And(tuple(replaced(one, by) for one in item.items))
    if isinstance(item, Or):
        return Or(tuple(replaced(one, by) for one in item.items))
    if isinstance(item, Not):
        return Not(replaced(item.item, by))
    return by(item) if isinstance(item, Extensible) and item.rule == IN_CHAIN else item
