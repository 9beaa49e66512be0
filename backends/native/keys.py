"""What people and entries are found by: the rows of `lookup`, `entry_lookup`, `member`, and the same keys for a search.

A key is coarser than the attribute's matching rule, never finer: whatever a filter selects has the key that the filter
asks for, and the filter itself decides afterwards. So nothing here needs to know the rules exactly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from gateway.errors import ProtocolError
from gateway.identity.model import Attributes, Entry, Identity, normalise
from gateway.wire.dn import normalise_dn
from gateway.wire.prepare import fold
from gateway.wire.schema import canonical, object_class, subtypes, superclasses

EVERY_CLASS = "top"
ALIAS = ""  # stands where an attribute stands: a further login name
LENGTH = 200
"""Characters of a value that are kept: two longer values with the same beginning have the same key."""

_WHOLE = 8192  # a DN may be as long
_BLANK = re.compile(r"\s+")
_UNIQUE_ID = re.compile(rb"#'[01]*'B\Z")
_UUID_PUNCTUATION = str.maketrans("", "", "-{}")

_Way = Callable[[bytes], str]


def _text(value: bytes) -> str:
    """Folded, without any blank: the beginning of a value has the beginning of its key."""
    return _BLANK.sub("", fold(value.decode("utf-8", "backslashreplace")))


def _number(value: bytes) -> str:
    text = _text(value)
    negative, digits = text.startswith("-"), text.removeprefix("-")
    if not digits.isdecimal():
        return text
    digits = digits.lstrip("0")
    return ("-" if negative else "") + digits if digits else "0"


def _uuid(value: bytes) -> str:
    return value.hex() if len(value) == 16 else _text(value).translate(_UUID_PUNCTUATION)


def _dn(value: bytes) -> str:
    try:
        return _BLANK.sub("", normalise_dn(value.decode("utf-8")))
    except (ProtocolError, UnicodeDecodeError):
        return _text(value)


class Index:
    """The attributes that one table of keys is about, in an order: of several conditions that must all hold, the one
    whose values fewer share, as a rule, is asked first. `rank` is the place in it."""

    def __init__(self, *ways: tuple[str, _Way]) -> None:
        self._ways = dict(ways)
        self.rank = {name: rank for rank, (name, _) in enumerate(ways)}
        self._named = {subtype: name for name in self._ways for subtype in (*subtypes(name), name)}
        self.named = lru_cache(maxsize=1024)(self._name)

    def _name(self, attribute: str) -> str | None:
        """The name under which this attribute is found, whatever its options (`;lang-de`), as a subtype with its
        supertype (RFC 4512 2.5); None where it is not."""
        return self._named.get(canonical(attribute.partition(";")[0]))

    def key(self, name: str, value: bytes) -> str:
        """The key of one value; `name` comes from `named`."""
        return self._ways[name](value)[: _WHOLE if name in MEMBERS else LENGTH]

    def prefix(self, name: str, initial: bytes) -> str | None:
        """What the keys of all values with this beginning begin with; None if such keys have nothing in common."""
        if self._ways[name] is not _text:
            return None
        return self.key(name, initial) or None

    def keys(self, attributes: Attributes) -> Iterator[tuple[str, str]]:
        """All (name, key) under which an entry with these attributes is found; some more than once."""
        for attribute, values in attributes.items():
            name = self.named(attribute)
            if name == "objectclass":
                yield from ((name, _class(one)) for value in values for one in _classes(value))
            elif name is not None:
                yield from ((name, self.key(name, value)) for value in values)


def _class(value: bytes) -> str:
    """A class by its name, however it was called."""
    text = value.decode("utf-8", "backslashreplace")
    known = object_class(text)
    return fold(known.name if known is not None else text).removeprefix("oid.")


def _classes(value: bytes) -> Iterator[bytes]:
    """A class is found by those above it (RFC 4512 2.4.1), but for the one above all."""
    classes = {value, *(name.encode() for name in superclasses(value.decode("utf-8", "replace")))}
    return (one for one in classes if _class(one) != EVERY_CLASS)


def _member(value: bytes) -> str:
    """A DN as DNs are compared, without the bit string that `uniqueMember` may have behind it."""
    try:
        return normalise_dn(_UNIQUE_ID.sub(b"", value).decode("utf-8"))
    except (ProtocolError, UnicodeDecodeError):
        return normalise(value.decode("utf-8", "backslashreplace"))[:LENGTH]


def _named_member(value: bytes) -> str:
    return normalise(value.decode("utf-8", "backslashreplace"))[:LENGTH]


BY_DN = ("member", "uniquemember", "roleoccupant")
BY_NAME = ("memberuid",)
MEMBERS = {
    **dict.fromkeys(BY_DN, _member),
    **dict.fromkeys((*BY_NAME, "membernisnetgroup", "nisnetgrouptriple"), _named_member),
}
"""Attributes whose values are rows of `member`, and how each is found there: a DN by all of it."""

PEOPLE = Index(
    ("entryuuid", _uuid),
    ("uid", _text),
    ("samaccountname", _text),
    ("userprincipalname", _text),
    ("mail", _text),
    ("employeenumber", _text),
    ("uidnumber", _number),
    ("cn", _text),
    ("sn", _text),
    ("givenname", _text),
    *MEMBERS.items(),
    ("memberof", _dn),
    ("gidnumber", _number),
    ("objectclass", _class),
)
ENTRIES = Index(
    ("entryuuid", _uuid),
    ("cn", _text),
    ("ou", _text),
    ("uid", _text),
    ("samaccountname", _text),
    ("mail", _text),
    ("gidnumber", _number),
    *MEMBERS.items(),
    ("dc", _text),
    ("o", _text),
    ("memberof", _dn),
    ("objectclass", _class),
)


def group_key(group: str) -> str:
    """A group's DN, or its bare name, as it is compared."""
    try:
        return normalise_dn(group)
    except ProtocolError:
        return normalise(group)


def alias_keys(person: Identity) -> frozenset[str]:
    """The further login names, as they are compared."""
    return frozenset(key for key in map(normalise, person.aliases) if key and key != person.name_key)


def lookup_keys(person: Identity) -> set[tuple[str, str]]:
    """All (attribute, key) under which this person is found."""
    found = {(ALIAS, alias) for alias in alias_keys(person)}
    return found.union(PEOPLE.keys(person.attributes), PEOPLE.keys(person.operational))


def entry_keys(entry: Entry) -> set[tuple[str, str]]:
    """All (attribute, key) under which this entry is found, but for members that are rows."""
    of_rows = [name for name, _ in entry.attributes.items() if canonical(name) in MEMBERS]
    return {*ENTRIES.keys(entry.attributes.without(of_rows)), *ENTRIES.keys(entry.operational)}
