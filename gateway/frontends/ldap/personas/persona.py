"""A persona: the form of DNs and the flavours that one application is shown entries in, one over the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast
from weakref import WeakKeyDictionary

from gateway.errors import ProtocolError
from gateway.frontends.ldap.personas.flavour import ANYTHING, Flavour, Item, Named
from gateway.frontends.ldap.personas.forms import Form, holds_dns, references, translated
from gateway.identity.model import Attributes, Entry
from gateway.identity.outcome import Outcome
from gateway.wire.dn import normalise_dn
from gateway.wire.filter import And, Equal, Extensible, Filter, Not, Or, Present

_NO_NAMES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Persona:
    """What an application sees. `form` is applied to what is stored, then the `flavours` in their order."""

    name: str = "stored"
    flavours: tuple[Flavour, ...] = ()
    form: Form | None = None
    _kept: WeakKeyDictionary[Entry, Entry] = field(default_factory=WeakKeyDictionary, repr=False)

    @property
    def is_plain(self) -> bool:
        """Whether everything is shown as it is stored."""
        return not self.flavours and self.form is None

    @property
    def controls(self) -> frozenset[str]:
        """The controls of searches that work for this persona only."""
        return frozenset[str]().union(*(flavour.controls for flavour in self.flavours))

    def kept(self, entry: Entry) -> Entry | None:
        """The entry as it was shown before: the same object, so that its encoding is kept, too."""
        return self._kept.get(entry)

    def references(self, entry: Entry) -> list[str]:
        """The normalised DNs of other entries that must be read to show this one; `outward` wants their shown DNs."""
        return references(entry, self.form) if self.form is not None else []

    def outward(self, entry: Entry, names: Mapping[str, str] = _NO_NAMES) -> Entry:
        """The entry as the application sees it; kept unless it depends on other entries, which may change."""
        shown = self._kept.get(entry)
        if shown is not None:
            return shown
        shown = translated(entry, self.form, names) if self.form is not None else entry
        for flavour in self.flavours:
            shown = flavour.outward(shown)
        if shown is not entry and not names:
            self._kept[entry] = shown
        return shown

    def meant(self, wanted: Filter) -> Filter:
        """The application's filter in attributes of outward entries. It is this one that is put to them, and that is
        narrowed."""
        for flavour in reversed(self.flavours):
            wanted = meant(wanted, flavour)
        return wanted

    def narrow(self, wanted: Filter, names: Mapping[str, str] = _NO_NAMES) -> Filter:
        """A filter that selects at least every stored entry whose outward form `wanted` selects. `names` are stored DNs
        by normalised shown ones, where a store had to be asked."""
        narrowed = wanted
        for flavour in reversed(self.flavours):
            narrowed = narrow(narrowed, flavour)
        if self.form is None:
            return narrowed
        return _about_stored(narrowed, self.form, names)

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

    def written_name(self, attribute: str, entry: Entry | None) -> str | None:
        """The stored attribute to which a change of this one is made in this stored entry (None: a new one); None for
        one that is computed."""
        name: str | None = attribute
        for flavour in reversed(self.flavours):
            name = None if name is None else flavour.written_name(name, entry)
        return name

    def root_dse(self, entry: Entry) -> Entry:
        """The root DSE as the application sees it."""
        if self.form is not None:
            entry = replace(entry, operational=_shown_contexts(entry.operational, self.form))
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
    return flavour.narrow(cast(Item, wanted))


def asked_dns(wanted: Filter) -> list[str]:
    """The DNs, as text, that equality items ask for in DN-valued attributes."""
    match wanted:
        case And(items) | Or(items):
            return [dn for item in items for dn in asked_dns(item)]
        case Equal(attribute, value) if holds_dns(attribute):
            try:
                text = value.decode()
                normalise_dn(text)
            except (UnicodeDecodeError, ProtocolError):
                return []
            return [text]
    return []


def _about_stored(wanted: Filter, form: Form, names: Mapping[str, str]) -> Filter:
    match wanted:
        case And(items):
            return And(tuple(_about_stored(item, form, names) for item in items))
        case Or(items):
            return Or(tuple(_about_stored(item, form, names) for item in items))
        case Not():
            return ANYTHING
        case Present():
            return wanted
        case Equal(attribute) if holds_dns(attribute):
            asked = [normalise_dn(dn) for dn in asked_dns(wanted)]
            return Equal(attribute, names[asked[0]].encode()) if asked and asked[0] in names else ANYTHING
        case Extensible(attribute=str(attribute), dn_attributes=False) if not holds_dns(attribute):
            return wanted
        case Extensible():
            return ANYTHING  # it may look at the DN, which is another one
    return ANYTHING if holds_dns(cast(Item, wanted).attribute or "") else wanted


def _shown_contexts(attributes: Attributes, form: Form) -> Attributes:
    """`namingContexts` as the application knows them; each once."""
    return Attributes(
        (name, list(dict.fromkeys(form.reference(value.decode()).encode() for value in values)))
        if name.lower() == "namingcontexts"
        else (name, values)
        for name, values in attributes.items()
    )
