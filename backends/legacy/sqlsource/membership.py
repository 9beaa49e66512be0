"""What a filter asks about groups and who is in them: no group of a hundred thousand is read for one of its members.

Pure. Which statements answer is in `groupsearch.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from backends.legacy.sqlsource.names import DnTemplate
from backends.legacy.sqlsource.possible import can_select
from gateway.identity.model import Attributes, LoginName
from gateway.identity.search import Filter
from gateway.wire.dn import leaf
from gateway.wire.filter import And, Equal, Not, Or, Present
from gateway.wire.groupclasses import ListName
from gateway.wire.schema import canonical, subtypes
from gateway.wire.syntaxes import distinguished_name

MOST_ASKED = 500
"""People who are looked up for one filter; one that asks for more of them sees all members instead."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What groups can show at all: canonical names of attributes, the classes, and the lists of members."""

    names: AbstractSet[str]
    classes: Attributes
    lists: Collection[ListName]
    people: DnTemplate
    group: DnTemplate


@dataclass(frozen=True, slots=True)
class Asked:
    """Members that a filter must see: all of them, or one if there is one, or these. `people` holds login names by
    their normalised form."""

    everything: bool
    present: bool
    people: Mapping[str, LoginName]


def asked(item: Filter, shown: Shown) -> Asked:
    """What this filter must see to decide."""
    people: dict[str, LoginName] = {}
    everything = present = False
    for one in _leaves(item):
        lists = _lists(one, shown)
        if isinstance(one, Equal):
            people.update((_key(login), login) for login in _logins(one, lists, shown.people))
        elif isinstance(one, Present):
            present = present or bool(lists)
        else:
            everything = everything or bool(lists)
    return Asked(everything or len(people) > MOST_ASKED, present, people)


def pinned(item: Filter, shown: Shown) -> frozenset[str] | None:
    """Normalised login names, of which all that the filter selects lists at least one; None where it pins none."""
    if not can_select(item, shown.names, shown.classes):
        return frozenset()
    if isinstance(item, And):
        return min((found for found in (pinned(one, shown) for one in item.items) if found is not None),
                   key=len, default=None)  # fmt: skip
    if isinstance(item, Or):
        return _joined([pinned(one, shown) for one in item.items])
    if (
        isinstance(item, Equal)
        and (lists := _lists(item, shown))
        and canonical(item.attribute) in map(str.lower, lists)
    ):
        return frozenset(map(_key, _logins(item, lists, shown.people)))
    return None


def named(item: Filter, shown: Shown) -> Mapping[str, LoginName] | None:
    """The groups of which everything that the filter selects is one, by normalised name; None where it names none."""
    if isinstance(item, And):
        return next((found for one in item.items if (found := named(one, shown)) is not None), None)
    if isinstance(item, Or):
        parts = [named(one, shown) for one in item.items]
        if any(part is None for part in parts):
            return None
        return {key: name for part in parts if part is not None for key, name in part.items()}
    if isinstance(item, Equal) and canonical(item.attribute) == shown.group.attribute_key:
        name = LoginName.of(item.value.decode("utf-8", "replace"))
        return {name.key: name}
    return None


def _joined(parts: list[frozenset[str] | None]) -> frozenset[str] | None:
    found = [part for part in parts if part is not None]
    return frozenset().union(*found) if len(found) == len(parts) else None


def _leaves(item: Filter) -> Iterator[Filter]:
    if isinstance(item, And | Or):
        for one in item.items:
            yield from _leaves(one)
    elif isinstance(item, Not):
        yield from _leaves(item.item)
    else:
        yield item


def _lists(item: Filter, shown: Shown) -> list[ListName]:
    """The lists of members that this one item looks at."""
    names = item.names()
    if "*" in names:
        return list(shown.lists)
    meant = {meant for name in names for meant in subtypes(name.partition(";")[0])}
    return [name for name in shown.lists if name.lower() in meant]


def _logins(item: Equal, lists: Iterable[ListName], people: DnTemplate) -> Iterator[LoginName]:
    for name in lists:
        login = _named(item.value) if name == "memberUid" else _at(item.value, people)
        if login is not None:
            yield login


def _named(value: bytes) -> LoginName | None:
    try:
        return LoginName.of(value.decode("utf-8"))
    except UnicodeDecodeError:
        return None


def _at(value: bytes, people: DnTemplate) -> LoginName | None:
    """Whoever of ours has this DN; None for every other DN, and for what is none."""
    key = distinguished_name(value)
    if key is None or not people.is_leaf(dn := key.decode("utf-8")):
        return None
    text = value.decode("utf-8", "surrogateescape")
    return LoginName.of_dn(text, dn, leaf(text))


def _key(login: LoginName) -> str:
    return login.key if login.rdn is None else login.rdn[1]
