"""Whether a filter can select anybody at all of whom only these attributes are shown: a table need not be read for
somebody who lists members. Pure."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from gateway.identity.model import NO_ATTRIBUTES, Attributes
from gateway.identity.search import Filter
from gateway.wire.filter import And, Extensible, Not, Or
from gateway.wire.schema import canonical, subtypes


def can_select(item: Filter, shown: AbstractSet[str], classes: Attributes = NO_ATTRIBUTES) -> bool:
    """False only where nobody can match. `shown`: the canonical names of all attributes that people can have;
    `classes`: the objectClass that all of them have, none where that is not known."""
    return _can_be(item, _Kind(shown, classes), truth=True)


def shown_names(descriptions: list[str]) -> frozenset[str]:
    """The canonical names of attribute descriptions."""
    return frozenset(canonical(description.partition(";")[0]) for description in descriptions)


@dataclass(frozen=True, slots=True)
class _Kind:
    names: AbstractSet[str]
    classes: Attributes


def _can_be(item: Filter, kind: _Kind, *, truth: bool) -> bool:
    if isinstance(item, And | Or):
        each = (_can_be(one, kind, truth=truth) for one in item.items)
        return all(each) if isinstance(item, And) is truth else any(each)
    if isinstance(item, Not):
        return _can_be(item.item, kind, truth=not truth)
    attribute = getattr(item, "attribute", None)
    if attribute is None or (isinstance(item, Extensible) and item.dn_attributes):
        return True
    meant = subtypes(attribute.partition(";")[0])
    if len(kind.classes) and meant == {"objectclass"}:
        return item.matches(kind.classes) is truth
    return not truth or not kind.names.isdisjoint(meant)
