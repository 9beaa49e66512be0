"""What the copies of groups answer as their source would: told of one question, while that source cannot be asked.

Not here: how copies are made (`carrying.py`), which notes what it has brought, and how they stand in
(`gateway.identity.union`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gateway.groups.members import GroupWords, dn_key_of
from gateway.identity.model import Entry, Identity
from gateway.identity.search import Filter as AnyFilter
from gateway.identity.search import Query, Scope
from gateway.wire.attributetypes import canonical
from gateway.wire.filter import And, Equal, Or

MOST = 1_000_000
"""Members whose groups are known to be here, by each name that lists know them by. Of one more it is not known, and an
outage is told."""
_NAMING = frozenset({"cn", "gidnumber", "entryuuid", "objectguid", "samaccountname"})
"""What a group is asked for by, where one is meant."""
_LIST_NOBODY = frozenset({b"groupofurls"})
"""Classes of groups that have no list (`gateway.wire.groupclasses`); personas ask for them with the others."""
_Item = tuple[str, bytes]


class Copies:
    """Of whom every group that lists them is here, by source: as of the last time that the source answered."""

    def __init__(self, words: GroupWords) -> None:
        self._lists = frozenset(canonical(name) for name in words.lists)
        self._classes = frozenset(name.lower().encode() for name in words.classes)
        self._complete: set[tuple[str, str | bytes]] = set()

    def note(self, source: str, members: Iterable[Entry]) -> None:
        """All groups of this source that list these people and groups are here now."""
        for name in _names(members):
            if len(self._complete) < MOST:
                self._complete.add((source, name))

    def forget(self, source: str, members: Iterable[Entry]) -> None:
        """Not all of them are."""
        self._complete.difference_update((source, name) for name in _names(members))

    def complete(self, source: str, member: str | bytes) -> bool:
        """Whether all groups that list this DN (normalised) or login name (bytes) are here."""
        return (source, member) in self._complete

    def answer(self, query: Query, sources: Collection[str], found: int) -> bool:
        """As `gateway.identity.union.StandIns.answer`."""
        if found and query.scope is Scope.BASE:
            return True  # there is one entry of that name
        if not self._only_groups(query.filter):
            return False
        if found and _names_one(query.filter) and _classes(query.filter) is not None:
            return True
        pins = _pinned(query.filter, self._lists)
        return pins is not None and all(self._knows(source, item) for item in pins for source in sources)

    def _knows(self, source: str, item: _Item) -> bool:
        attribute, value = item
        member = value if attribute == "memberuid" else dn_key_of(value)
        return member is not None and self.complete(source, member)

    def _only_groups(self, item: AnyFilter) -> bool:
        """Whether no class is asked for that we would not have copied."""
        classes = _classes(item)
        return classes is None or (bool(classes & self._classes) and classes <= self._classes | _LIST_NOBODY)


def _names(members: Iterable[Entry]) -> Iterable[str | bytes]:
    for member in members:
        yield member.dn_key
        if isinstance(member, Identity):
            yield member.name.encode("utf-8", "surrogateescape")


def _names_one(item: AnyFilter) -> bool:
    """Whether one group is meant, by a name of its own."""
    if isinstance(item, And):
        return any(map(_names_one, item.items))
    return isinstance(item, Equal) and canonical(item.attribute) in _NAMING


def _pinned(item: AnyFilter, attributes: Collection[str]) -> frozenset[_Item] | None:
    """Values of these attributes, of which everything that the filter selects has one; None where there are none."""
    if isinstance(item, Equal):
        name = canonical(item.attribute)
        return frozenset({(name, item.value)}) if name in attributes else None
    if isinstance(item, And):
        parts = [found for one in item.items if (found := _pinned(one, attributes)) is not None]
        return min(parts, key=len, default=None)
    if isinstance(item, Or):
        parts = [found for one in item.items if (found := _pinned(one, attributes)) is not None]
        return frozenset().union(*parts) if parts and len(parts) == len(item.items) else None
    return None


def _classes(item: AnyFilter) -> frozenset[bytes] | None:
    """The object classes, of which everything that the filter selects has one."""
    found = _pinned(item, ("objectclass",))
    return None if found is None else frozenset(value.lower() for _, value in found)
