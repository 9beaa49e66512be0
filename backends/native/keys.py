"""What people are found by: the rows of `lookup` and `membership`, and the same keys for a search.

A key is coarser than the attribute's matching rule, never finer: whatever a filter selects has the key that the filter
asks for, and the filter itself decides afterwards. So nothing here needs to know the rules exactly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from gateway.errors import ProtocolError
from gateway.identity.model import Attributes, Identity, normalise
from gateway.wire.dn import normalise_dn
from gateway.wire.prepare import fold
from gateway.wire.schema import canonical, subtypes

ALIAS = ""  # stands where an attribute stands: a further login name
LENGTH = 200
"""Characters of a value that are kept: two longer values with the same beginning have the same key."""

_BLANK = re.compile(r"\s+")
_UUID_PUNCTUATION = str.maketrans("", "", "-{}")


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


# By how few people share a value, as a rule: of several conditions that must all hold, the first one here is asked.
_KEYS: dict[str, Callable[[bytes], str]] = {
    "entryuuid": _uuid,
    "uid": _text,
    "samaccountname": _text,
    "userprincipalname": _text,
    "mail": _text,
    "employeenumber": _text,
    "uidnumber": _number,
    "cn": _text,
    "sn": _text,
    "givenname": _text,
    "memberof": _dn,
    "gidnumber": _number,
}
RANKS = {name: rank for rank, name in enumerate(_KEYS)}


_INDEXED = {subtype: name for name in _KEYS for subtype in (*subtypes(name), name)}


@lru_cache(maxsize=1024)
def indexed(attribute: str) -> str | None:
    """The name under which this attribute is found in `lookup`, whatever its options (`;lang-de`), as a subtype with
    its supertype (RFC 4512 2.5); else None."""
    return _INDEXED.get(canonical(attribute.partition(";")[0]))


def key_of(name: str, value: bytes) -> str:
    """The key of one value; `name` comes from `indexed`."""
    return _KEYS[name](value)[:LENGTH]


def prefix_of(name: str, initial: bytes) -> str | None:
    """What the keys of all values with this beginning begin with; None if such keys have nothing in common."""
    if _KEYS[name] is not _text:
        return None
    return key_of(name, initial) or None


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
    for attributes in (person.attributes, person.operational):
        found.update(_of(attributes))
    return found


def _of(attributes: Attributes) -> Iterator[tuple[str, str]]:
    for attribute, values in attributes.items():
        name = indexed(attribute)
        if name is not None:
            for value in values:
                yield name, key_of(name, value)
