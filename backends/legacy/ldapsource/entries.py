"""An entry of an old directory as an `Entry` or an `Identity`: byte for byte, without secrets (R3, R15). Pure.

Attributes of Active Directory that come in parts (`member;range=0-1499`) have been joined before, see `reading`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import lru_cache

from backends.legacy.ldapclient.facts import Facts
from backends.legacy.ldapsource.state import state_of
from gateway.identity.model import Attributes, Entry, Identity, Origin, derive_id, normalise
from gateway.identity.search import Filter, all_attributes
from gateway.wire.dn import normalise_dn, spelled_leaf
from gateway.wire.messages import SearchResultEntry
from gateway.wire.schema import is_secret as looks_secret

is_secret = lru_cache(maxsize=1024)(looks_secret)  # the same few names in every entry
_BINARY_UUID = {"objectguid"}  # little-endian, as Windows keeps it
_TEXT_UUID = {"entryuuid", "ipauniqueid", "ibm-entryuuid"}
_ADDRESSES = {"mail", "rfc822mailbox", "userprincipalname"}
"""Attributes whose values are names only where they have an @. People may often write their own mail address, and one
that reads `ceo` would make its owner the ceo for whoever asks by that name."""


@dataclass(frozen=True, slots=True)
class EntryReader:
    """How a source's people are recognised and named; the tuples hold attribute names, best first."""

    source: str
    people: Filter
    login_attributes: tuple[str, ...]
    alias_attributes: tuple[str, ...]
    key_attributes: tuple[str, ...]
    group_attribute: str | None

    def wanted(self) -> tuple[str, ...]:
        """What to ask a server for: all of it, and by name what some servers show only then."""
        groups = (self.group_attribute,) if self.group_attribute else ()
        return ("*", "+", *self.key_attributes, *groups, "nsAccountLock")

    def least(self) -> tuple[str, ...]:
        """What it takes to see who somebody is, and nothing else: for where only names are asked for."""
        names = (*self.key_attributes, *self.login_attributes, *self.alias_attributes, *sorted(self.people.names()))
        return tuple(dict.fromkeys(("objectClass", *(name for name in names if name != "*"))))

    def entry(self, found: SearchResultEntry, facts: Facts) -> Entry:
        """Whatever it is. Raises `ProtocolError` for a DN that is none."""
        shown = [(name, tuple(values)) for name, values in found.attributes if not is_secret(name)]
        return Entry(
            dn=found.name,
            dn_key=normalise_dn(found.name),
            attributes=Attributes(pair for pair in shown if not facts.is_operational(pair[0])),
            operational=Attributes(pair for pair in shown if facts.is_operational(pair[0])),
        )

    def read(self, found: SearchResultEntry, facts: Facts) -> Entry:
        """The same, as an `Identity` where the people filter selects it."""
        entry = self.entry(found, facts)
        return self.identity(entry) if self.is_person(entry) else entry

    def is_person(self, entry: Entry) -> bool:
        """Whether it is one of those whom the people filter selects."""
        return bool(entry.dn_key) and self.people.matches(all_attributes(entry)) is True

    def aliases_for(self, name: str) -> tuple[str, ...]:
        """The alias attributes in which this name may stand."""
        return tuple(one for one in self.alias_attributes if "@" in name or one.lower() not in _ADDRESSES)

    def identity(self, entry: Entry, *, is_person: bool = True) -> Identity:
        """This entry as a person. An application's account beside the people is known by its DN alone: a name that
        the people filter keeps it from answering to must not become its own by being adopted (R4)."""
        everything = all_attributes(entry)
        names, others = [entry.dn], []
        if is_person:
            names = _texts(everything, self.login_attributes) or [spelled_leaf(entry.dn)[1]]
            others = names[1:]
            for attribute in self.alias_attributes:
                found = _texts(everything, (attribute,))
                others += [one for one in found if attribute in self.aliases_for(one)]
        origin, number = self._key(entry, everything)
        return Identity(
            dn=entry.dn,
            dn_key=entry.dn_key,
            attributes=entry.attributes,
            operational=entry.operational,
            id=number or derive_id(origin),
            name=names[0],
            origin=origin,
            aliases=tuple(dict.fromkeys(other for other in others if normalise(other) != normalise(names[0]))),
            groups=tuple(_texts(everything, (self.group_attribute,))) if self.group_attribute else (),
            state=state_of(everything),
        )

    def _key(self, entry: Entry, everything: Attributes) -> tuple[Origin, uuid.UUID | None]:
        for name in self.key_attributes:
            for value in everything.get(name)[:1]:
                number = _uuid(name.lower(), value)
                text = str(number) if number is not None else _as_text(value)
                return Origin(self.source, text), number
        return Origin(self.source, entry.dn_key), None


def _uuid(attribute: str, value: bytes) -> uuid.UUID | None:
    """The number in a key attribute that is defined to hold one."""
    if attribute in _BINARY_UUID and len(value) == 16:
        return uuid.UUID(bytes_le=value)
    if attribute in _TEXT_UUID:
        try:
            return uuid.UUID(value.decode("ascii"))
        except ValueError:
            return None
    return None


def _as_text(value: bytes) -> str:
    """A key as text that stays the same: itself where it is printable ASCII, else hexadecimal."""
    text = value.decode("ascii", "replace")
    return text.lower() if value.isascii() and text.isprintable() else value.hex()


def _texts(attributes: Attributes, names: tuple[str, ...]) -> list[str]:
    found = []
    for name in names:
        for value in attributes.get(name):
            try:
                text = value.decode("utf-8").strip()
            except UnicodeDecodeError:
                continue
            if text:
                found.append(text)
    return found
