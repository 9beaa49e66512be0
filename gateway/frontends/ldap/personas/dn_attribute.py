"""The flavour of applications that take `dn` for an attribute. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gateway.errors import ProtocolError
from gateway.frontends.ldap.personas.flavour import ANYTHING, AsStored, Item
from gateway.identity.model import Attributes, Entry
from gateway.wire.dn import parse_dn
from gateway.wire.filter import UNDEFINED, And, Equal, Filter

NAME = "dn-attribute"
"""Its name among what an application is forgiven."""
_DN, _ENTRY_DN = "dn", "entryDN"
_NAMES = frozenset({"dn", "entrydn"})


def asks_for_dn(attributes: Iterable[str], wanted: Filter) -> bool:
    """Whether a search names the attribute, to be shown or in its filter."""
    return any(name.lower() == _DN for name in attributes) or _DN in wanted.names()


class DnAttribute(AsStored):
    """Every entry has operational attributes `dn` and `entryDN` (RFC 5020): shown where they are asked for by name,
    compared as DNs. It stands before all other flavours, where attributes have their stored names.

    `is_stored`: the first part of a DN that the application knows is that of the stored one.
    """

    def __init__(self, *, is_stored: bool) -> None:
        self._is_stored = is_stored

    def outward(self, entry: Entry) -> Entry:
        own = (entry.dn.encode(),)
        held = [(name, values) for name, values in entry.operational.items() if name.lower() not in _NAMES]
        return replace(entry, operational=Attributes([*held, (_DN, own), (_ENTRY_DN, own)]))

    def meant(self, item: Item) -> Filter:
        """`(dn=…)` is `(entryDN=…)`, which has the rule for it."""
        if item.attribute is None or item.attribute.lower() != _DN:
            return item
        return item.renamed(lambda _: _ENTRY_DN)

    def narrow(self, item: Item) -> Filter:
        """No store has such attributes; an entry has the values that its DN begins with (RFC 4512 2.3)."""
        if item.attribute is None or item.attribute.lower() not in _NAMES:
            return item
        if not self._is_stored or not isinstance(item, Equal):
            return ANYTHING
        try:
            first = parse_dn(item.value.decode()).rdns[:1]
        except (ProtocolError, UnicodeDecodeError):
            return UNDEFINED
        return And(tuple(Equal(name, bytes(value)) for rdn in first for name, value in rdn))

    def stored_name(self, attribute: str) -> str | None:
        return None if attribute.lower() in _NAMES else attribute
