"""What follows from a change of a person's or an entry's attributes: login names, times, and the DN where it is shown.

Pure, like `applying.py`. The directory does not know which attribute each source took the login name from; the values
tell: the name follows the attribute that held it, and the further names those that held them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

from gateway.identity.applying import Rules
from gateway.identity.changes import ChangeRefused, Deed, Fault
from gateway.identity.model import Attributes, Identity, normalise

_LOGINS = ("uid", "samaccountname", "userprincipalname", "mail", "cn")
"""Of several attributes that hold the login name, the first of these is where it comes from."""


def named_anew(person: Identity, attributes: Attributes, rules: Rules) -> Identity:
    """The person with these attributes, and with the names that follow from them."""
    name = _name(person, attributes, rules)
    aliases = tuple(one for one in _aliases(person, attributes, rules) if normalise(one) != normalise(name))
    return replace(person, attributes=attributes, name=name, aliases=aliases)


def _name(person: Identity, attributes: Attributes, rules: Rules) -> str:
    held = [rules.name(name) for name, values in person.attributes.items() if _names(person.name_key, values)]
    held.sort(key=lambda name: _LOGINS.index(name) if name in _LOGINS else len(_LOGINS))
    if not held:
        return person.name
    now = [value for name, values in attributes.items() if rules.name(name) == held[0] for value in values]
    if _names(person.name_key, now):
        return person.name
    name = next((text for text in map(_text, now) if text and normalise(text)), None)
    if name is None:
        raise ChangeRefused(Fault.CONSTRAINT_VIOLATION, f"{held[0]} holds the login name: replace it by another")
    return name


def _aliases(person: Identity, attributes: Attributes, rules: Rules) -> Iterator[str]:
    """Those that are still there, or were never in an attribute; and new values beside the old ones."""
    keys = frozenset(map(normalise, person.aliases))
    carrying = {rules.name(name) for name, values in person.attributes.items() if _any_of(keys, values)}
    carrying -= {_LOGINS[0]}
    before, now = (frozenset(_keys(shown, carrying, rules)) for shown in (person.attributes, attributes))
    yield from (alias for alias in person.aliases if normalise(alias) not in before - now)
    for name, values in attributes.items():
        if rules.name(name) in carrying:
            yield from (text for text in map(_text, values) if text and normalise(text) not in before)


def _keys(attributes: Attributes, names: set[str], rules: Rules) -> Iterator[str]:
    for name, values in attributes.items():
        if rules.name(name) in names:
            yield from (normalise(text) for text in map(_text, values) if text)


def _names(key: str, values: Iterable[bytes]) -> bool:
    return _any_of(frozenset({key}), values)


def _any_of(keys: frozenset[str], values: Iterable[bytes]) -> bool:
    return any(text is not None and normalise(text) in keys for text in map(_text, values))


def _text(value: bytes) -> str | None:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def stamp(at: float) -> bytes:
    """A time as GeneralizedTime (RFC 4517 3.3.13)."""
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(at)).encode("ascii")


def made(operational: Attributes, entry_id: str, deed: Deed) -> Attributes:
    """Operational attributes of a new entry."""
    own = {"entryUUID": entry_id.encode(), "createTimestamp": stamp(deed.at), "creatorsName": deed.by.encode()}
    return changed(Attributes([*operational.without(own).items(), *((n, [v]) for n, v in own.items() if v)]), deed)


def changed(operational: Attributes, deed: Deed) -> Attributes:
    """Operational attributes after a change."""
    own = {"modifyTimestamp": stamp(deed.at), "modifiersName": deed.by.encode()}
    return Attributes([*operational.without(own).items(), *((n, [v]) for n, v in own.items() if v)])


def moved(attributes: Attributes, dn: str) -> Attributes:
    """The attributes that show the DN, where there are any, with the new one."""
    return Attributes(
        [(name, [dn.encode()] if name.lower() in _SHOWS_DN else values) for name, values in attributes.items()]
    )


_SHOWS_DN = frozenset({"entrydn", "distinguishedname"})
