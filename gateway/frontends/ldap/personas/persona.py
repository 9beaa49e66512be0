"""A persona: the flavours that one application is shown entries in, one over the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from gateway.frontends.ldap.personas.flavour import ANYTHING, Flavour, Named
from gateway.identity.model import Entry
from gateway.identity.outcome import Outcome
from gateway.wire.filter import And, Filter, Not, Or


@dataclass(frozen=True, slots=True, eq=False)
class Persona:
    """What an application sees. `flavours` are listed from the stored entry outwards."""

    name: str = "stored"
    flavours: tuple[Flavour, ...] = ()
    _kept: WeakKeyDictionary[Entry, Entry] = field(default_factory=WeakKeyDictionary, repr=False)

    @property
    def is_plain(self) -> bool:
        """Whether everything is shown as it is stored."""
        return not self.flavours

    @property
    def controls(self) -> frozenset[str]:
        """The controls of searches that work for this persona only."""
        return frozenset[str]().union(*(flavour.controls for flavour in self.flavours))

    def outward(self, entry: Entry) -> Entry:
        """The entry as the application sees it; the same object every time, so that its encoding is kept, too."""
        if not self.flavours:
            return entry
        shown = self._kept.get(entry)
        if shown is None:
            shown = entry
            for flavour in self.flavours:
                shown = flavour.outward(shown)
            self._kept[entry] = shown
        return shown

    def meant(self, wanted: Filter) -> Filter:
        """The application's filter in attributes of outward entries. It is this one that is put to them, and that is
        narrowed."""
        for flavour in reversed(self.flavours):
            wanted = meant(wanted, flavour)
        return wanted

    def narrow(self, wanted: Filter) -> Filter:
        """A filter that selects at least every stored entry whose outward form `wanted` selects."""
        narrowed = wanted
        for flavour in reversed(self.flavours):
            narrowed = narrow(narrowed, flavour)
        return narrowed

    def wanted(self, asked: frozenset[str]) -> frozenset[str] | None:
        """What must be read to show these attributes; None is everything."""
        needed: frozenset[str] | None = asked
        for flavour in reversed(self.flavours):
            needed = None if needed is None else flavour.wanted(needed)
        return needed

    def stored_name(self, attribute: str) -> str | None:
        """The stored attribute that the application knows by this name, None for one that is computed."""
        name: str | None = attribute
        for flavour in reversed(self.flavours):
            name = None if name is None else flavour.stored_name(name)
        return name

    def root_dse(self, entry: Entry) -> Entry:
        """The root DSE as the application sees it."""
        for flavour in self.flavours:
            entry = flavour.root_dse(entry)
        return entry

    def subschema(self, entry: Entry) -> Entry:
        """The subschema as the application sees it."""
        for flavour in self.flavours:
            entry = flavour.subschema(entry)
        return entry

    def named(self, name: str, *, as_dn: bool) -> Named | None:
        """Whom a name means that is neither DN nor login name, None for every other one."""
        found = (flavour.named(name, as_dn=as_dn) for flavour in reversed(self.flavours))
        return next((one for one in found if one is not None), None)

    def diagnostic(self, outcome: Outcome) -> str | None:
        """The text of a refused bind, None for ours; the outermost flavour that has one decides."""
        texts = (flavour.diagnostic(outcome) for flavour in reversed(self.flavours))
        return next((text for text in texts if text is not None), None)


PLAIN = Persona()


def meant(wanted: Filter, flavour: Flavour) -> Filter:
    """The whole filter, each item as it is meant."""
    match wanted:
        case And(items):
            return And(tuple(meant(item, flavour) for item in items))
        case Or(items):
            return Or(tuple(meant(item, flavour) for item in items))
        case Not(item):
            return Not(meant(item, flavour))
    return flavour.meant(wanted)  # type: ignore[arg-type]  # every other class of filter is an item


def narrow(wanted: Filter, flavour: Flavour) -> Filter:
    """The whole filter narrowed. What stands behind a Not excludes entries: of a filter that selects too many, it would
    exclude too many, so nothing is asked of the stores there."""
    match wanted:
        case And(items):
            return And(tuple(narrow(item, flavour) for item in items))
        case Or(items):
            return Or(tuple(narrow(item, flavour) for item in items))
        case Not():
            return ANYTHING
    return flavour.narrow(wanted)  # type: ignore[arg-type]  # every other class of filter is an item
