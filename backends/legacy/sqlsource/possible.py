"""Whether a filter can select anybody at all of whom only these attributes are shown: a table need not be read for
somebody who lists members. Pure."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from gateway.identity.search import Filter
from gateway.wire.filter import And, Extensible, Not, Or
from gateway.wire.schema import canonical, subtypes


def can_select(item: Filter, shown: AbstractSet[str]) -> bool:
    """False only where nobody can match. `shown`: the canonical names of all attributes that people can have."""
    return _can_be(item, shown, truth=True)


def shown_names(descriptions: list[str]) -> frozenset[str]:
    """The canonical names of attribute descriptions."""
    return frozenset(canonical(description.partition(";")[0]) for description in descriptions)


def _can_be(item: Filter, shown: AbstractSet[str], *, truth: bool) -> bool:
    if isinstance(item, And | Or):
        each = (_can_be(one, shown, truth=truth) for one in item.items)
        return all(each) if isinstance(item, And) is truth else any(each)
    if isinstance(item, Not):
        return _can_be(item.item, shown, truth=not truth)
    attribute = getattr(item, "attribute", None)
    if not truth or attribute is None or (isinstance(item, Extensible) and item.dn_attributes):
        return True
    return not shown.isdisjoint(subtypes(attribute.partition(";")[0]))
