"""DNs as an application was set up with them, in the place of those in the tree: another base, another first part.

Pure. Where only an entry tells its DN (`cn={cn},ou=users,o=old`), the way back is a question to the stores: `Place`
says which. `reading.py` asks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.errors import ProtocolError
from gateway.frontends.ldap.personas.people import People
from gateway.identity.model import Attributes, Entry, Identity
from gateway.identity.search import Scope, parent_of, within
from gateway.wire.attributetypes import SYNTAXES, attribute_type, canonical
from gateway.wire.dn import Dn, format_dn, normalise_dn, parse_dn
from gateway.wire.filter import Equal, Filter

_DN_SYNTAXES = frozenset({SYNTAXES + "12", SYNTAXES + "34"})
_NOT_TRANSLATED = frozenset({"subschemasubentry"})


def holds_dns(attribute: str) -> bool:
    """Whether the values of this attribute are DNs of entries, by our schema."""
    known = attribute_type(attribute.partition(";")[0])
    return known is not None and known.kind.syntax in _DN_SYNTAXES and known.key not in _NOT_TRANSLATED


@dataclass(frozen=True, slots=True)
class Base:
    """One part of the tree under another name; both DNs as written."""

    shown: str
    stored: str

    @property
    def shown_key(self) -> str:
        return normalise_dn(self.shown)

    @property
    def stored_key(self) -> str:
        return normalise_dn(self.stored)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the stored tree a search has to look, for entries whose shown DNs then still have to be in its scope.
    `who` is set where it can be one person only."""

    base: str
    scope: Scope
    who: Filter | None = None


class Form:
    """All rules about DNs of one application. DNs that no rule is about stay as they are."""

    def __init__(self, bases: Sequence[Base] = (), people: People | None = None) -> None:
        # The longest first: ou=staff,dc=example has its own rule beside dc=example.
        by_length = sorted(bases, key=lambda base: len(base.stored_key), reverse=True)
        self._outwards = [
            (base.stored_key, parse_dn(base.shown), len(parse_dn(base.stored).rdns)) for base in by_length
        ]
        by_length.sort(key=lambda base: len(base.shown_key), reverse=True)
        self._inwards = [(base.shown_key, parse_dn(base.stored), len(parse_dn(base.shown).rdns)) for base in by_length]
        self._people = people
        self._parent = normalise_dn(people.parent) if people is not None else ""

    def dn_of(self, entry: Entry) -> str:
        """The DN that the application knows this entry by."""
        if self._people is not None:
            is_person = isinstance(entry, Identity)
            made = self._people.dn(entry) if is_person else self._people.of_stored(entry.dn)
            if made is not None:
                return made
        return _rebased(entry.dn, entry.dn_key, self._outwards)

    def needs_entry(self, key: str) -> bool:
        """Whether only the entry of this normalised DN tells by which DN the application knows it."""
        return self._people is not None and self.told(key) is None

    def told(self, dn: str) -> str | None:
        """The shown form of a person's DN, where the stored one alone tells it."""
        return self._people.of_stored(dn) if self._people is not None else None

    def reference(self, dn: str) -> str:
        """The shown form of a DN that needs no entry."""
        told = self.told(dn)
        if told is not None:
            return told
        try:
            return _rebased(dn, normalise_dn(dn), self._outwards)
        except ProtocolError:
            return dn  # not a DN: shown as it is

    def is_shadowed(self, key: str) -> bool:
        """Whether an entry at this stored DN would be taken for one of a base that has its name in the application's
        eyes: then it cannot be shown."""
        within_shown = any(within(key, shown) for shown, _, _ in self._inwards)
        return within_shown and not any(within(key, stored) for stored, _, _ in self._outwards)

    def stored(self, dn: str, key: str) -> str:
        """The stored DN for a shown one, by the rules about bases alone."""
        return _rebased(dn, key, self._inwards)

    def place(self, dn: str, key: str, scope: Scope) -> Place:
        """Where to look for what a search at this shown DN asks for."""
        people = self._people
        if people is None:
            return Place(normalise_dn(self.stored(dn, key)), scope)
        if key and parent_of(key) == self._parent:
            (name, value), *more = parse_dn(dn).rdns[0]
            if not more and canonical(name) == canonical(people.type):
                return Place("", Scope.SUBTREE, Equal(people.attribute, bytes(value)))
        if within(self._parent, key):
            return Place("", Scope.SUBTREE)  # people may be stored anywhere
        return Place(normalise_dn(self.stored(dn, key)), scope)

    def is_container(self, key: str) -> bool:
        """Whether the application knows this DN as the place of people, although nothing may be stored there."""
        return self._people is not None and within(self._parent, key)


def _rebased(dn: str, key: str, rules: Iterable[tuple[str, Dn, int]]) -> str:
    for base, target, length in rules:
        if within(key, base):
            rdns = parse_dn(dn).rdns
            return format_dn(Dn(rdns[: len(rdns) - length] + target.rdns))
    return dn


def translated(entry: Entry, form: Form, names: Mapping[str, str]) -> Entry:
    """The entry with its shown DN, and with shown DNs in its DN-valued attributes. `names` are those that needed an
    entry, by normalised DN."""
    dn = form.dn_of(entry)

    def one(value: bytes) -> bytes:
        told = _told(value, form)
        if told is not None:
            return told.encode()
        key = key_of(value)
        if key is None:
            return value
        return (names.get(key) or form.reference(value.decode())).encode()

    def every(attributes: Attributes) -> Attributes:
        return Attributes(
            (name, [one(value) for value in values] if holds_dns(name) else values)
            for name, values in attributes.items()
        )

    return replace(
        entry,
        dn=dn,
        dn_key=normalise_dn(dn),
        attributes=every(entry.attributes),
        operational=every(entry.operational),
    )


def _told(value: bytes, form: Form) -> str | None:
    try:
        return form.told(value.decode())
    except UnicodeDecodeError:
        return None


def references(entry: Entry, form: Form) -> list[str]:
    """The normalised DNs in this entry's values whose shown form needs an entry."""
    keys: dict[str, None] = {}
    for attributes in (entry.attributes, entry.operational):
        for name, values in attributes.items():
            if holds_dns(name):
                for value in values:
                    key = None if _told(value, form) is not None else key_of(value)
                    if key and form.needs_entry(key):
                        keys[key] = None
    return list(keys)


def key_of(value: bytes) -> str | None:
    """The normalised DN that this value is, None where it is none."""
    try:
        return normalise_dn(value.decode())
    except (ProtocolError, UnicodeDecodeError):
        return None
