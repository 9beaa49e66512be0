"""What flavours are made of: attributes that other directories have and ours computes, and object classes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.frontends.ldap.personas.flavour import ANYTHING, AsStored, Item
from gateway.identity.model import Attributes, Entry
from gateway.wire.attributetypes import canonical
from gateway.wire.filter import Equal, Filter, Or, Present
from gateway.wire.groupclasses import GROUP_CLASSES

_SHOWN_AS_GROUPS = (*GROUP_CLASSES, "groupOfURLs")  # the last one lists nobody, and is a group to look at
_GROUP_KEYS = frozenset(name.lower().encode() for name in _SHOWN_AS_GROUPS)
GROUPS: Filter = Or(tuple(Equal("objectClass", name.encode()) for name in _SHOWN_AS_GROUPS))
"""Every entry that is a group, whatever its class."""


def is_group(entry: Entry) -> bool:
    """Whether it is one, by its object classes."""
    return any(value.lower() in _GROUP_KEYS for value in entry.attributes.get("objectClass"))


def members(entry: Entry) -> tuple[bytes, ...]:
    """The DNs of a group's members, under whichever name they are stored."""
    return tuple(dict.fromkeys([*entry.attributes.get("member"), *entry.attributes.get("uniqueMember")]))


def instead(attribute: str) -> Callable[[Item], Filter]:
    """The same question about a stored attribute."""
    return lambda item: item.renamed(lambda _: attribute)


def among(wanted: Filter) -> Callable[[Item], Filter]:
    """Any entry that this selects may be meant."""
    return lambda _: wanted


def _anything(_item: Item) -> Filter:
    return ANYTHING


@dataclass(frozen=True, slots=True)
class Computed:
    """One attribute: its name as shown, its values of an entry (none: it is not shown), which stored entries an item
    about it may mean, what must be read for it, and the stored attributes to one of which a change of it is made."""

    name: str
    values: Callable[[Entry], Iterable[bytes]]
    narrow: Callable[[Item], Filter] = _anything
    needs: Sequence[str] = ()
    operational: bool = False
    written: Sequence[str] = ()


class Computing(AsStored):
    """Shows every entry with these attributes in the place of stored ones of the same name, with further object
    classes (`classes`, by entry), and without those in `hidden` (by entry)."""

    def __init__(
        self,
        computed: Sequence[Computed],
        classes: Callable[[Entry], Iterable[bytes]] = lambda _: (),
        narrow_classes: Mapping[str, Filter] | None = None,
        hidden: Callable[[Entry], Iterable[str]] = lambda _: (),
    ) -> None:
        self._computed = {canonical(one.name): one for one in computed}
        self._classes = classes
        self._narrow_classes = {name.lower().encode(): wanted for name, wanted in (narrow_classes or {}).items()}
        self._hidden = hidden

    def outward(self, entry: Entry) -> Entry:
        made = [(one, tuple(one.values(entry))) for one in self._computed.values()]
        replaced = {canonical(one.name) for one, values in made if values} | set(map(canonical, self._hidden(entry)))
        user = [(name, values) for name, values in entry.attributes.items() if _kind(name) not in replaced]
        operational = [(name, values) for name, values in entry.operational.items() if _kind(name) not in replaced]
        user += [(one.name, values) for one, values in made if values and not one.operational]
        operational += [(one.name, values) for one, values in made if values and one.operational]
        return replace(entry, attributes=Attributes(self._classed(entry, user)), operational=Attributes(operational))

    def _classed(
        self, entry: Entry, attributes: list[tuple[str, tuple[bytes, ...]]]
    ) -> list[tuple[str, tuple[bytes, ...]]]:
        held = entry.attributes.get("objectClass")
        known = {value.lower() for value in held}
        added = tuple(name for name in self._classes(entry) if name.lower() not in known)
        return attributes if not added else [*attributes, ("objectClass", added)]

    def narrow(self, item: Item) -> Filter:
        if item.attribute is None:
            return ANYTHING
        kind = canonical(item.attribute.partition(";")[0])
        if kind == "objectclass" and isinstance(item, Equal):
            return self._narrow_classes.get(item.value.strip().lower(), item)
        one = self._computed.get(kind)
        return item if one is None else Or((item, one.narrow(item)))

    def stored_name(self, attribute: str) -> str | None:
        return None if canonical(attribute) in self._computed else attribute

    def written_name(self, attribute: str, entry: Entry | None) -> str | None:
        one = self._computed.get(canonical(attribute))
        if one is None:
            return attribute
        held = set() if entry is None else {_kind(name) for name, _ in entry.attributes.items()}
        for name in one.written:
            if canonical(name) in held:
                return name
        is_made = any(canonical(name) in held for name in one.needs)
        return one.written[0] if one.written and not is_made else None

    def wanted(self, asked: frozenset[str]) -> frozenset[str] | None:
        computed = [self._computed[name] for name in asked if name in self._computed]
        if "*" in asked or "+" in asked:
            computed = list(self._computed.values())
        needed = {canonical(name) for one in computed for name in one.needs}
        return frozenset(asked | needed | {"objectclass"})


def _kind(description: str) -> str:
    return canonical(description.partition(";")[0])


PRESENT_IN_GROUPS: Filter = Or((Present("member"), Present("uniqueMember"), GROUPS))
"""Whatever has members."""
