"""Attributes under other names: one for one, both ways. A name that is given to another attribute hides its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gateway.frontends.ldap.personas.flavour import AsStored, Item
from gateway.identity.model import Attributes, Entry
from gateway.wire.attributetypes import canonical
from gateway.wire.filter import UNDEFINED, Filter


class Renamed(AsStored):
    """`names`: the stored name, and what the application calls it."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._outwards = {canonical(stored): shown for stored, shown in names.items()}
        self._inwards = {canonical(shown): stored for stored, shown in names.items()}

    def outward(self, entry: Entry) -> Entry:
        return replace(entry, attributes=self._renamed(entry.attributes), operational=self._renamed(entry.operational))

    def _renamed(self, attributes: Attributes) -> Attributes:
        shown = []
        for name, values in attributes.items():
            base, *options = name.split(";")
            kind = canonical(base)
            if kind in self._outwards:
                shown.append((";".join([self._outwards[kind], *options]), values))
            elif kind not in self._inwards:
                shown.append((name, values))
        return Attributes(shown)

    def narrow(self, item: Item) -> Filter:
        if item.attribute is None:
            return item  # it looks at values, whatever their names are
        stored = self.stored_name(item.attribute.partition(";")[0])
        return UNDEFINED if stored is None else item.renamed(lambda _: stored)

    def stored_name(self, attribute: str) -> str | None:
        kind = canonical(attribute)
        return self._inwards.get(kind) or (None if kind in self._outwards else attribute)

    def wanted(self, asked: frozenset[str]) -> frozenset[str] | None:
        return frozenset(canonical(self._inwards.get(name, name)) for name in asked)
