"""Families of matching rules (RFC 4517 section 4): what values of one sort can be asked, and substrings.

How one value becomes a key is in `syntaxes.py`; which attribute is of which family, the schema says; what a filter
makes of it is in `assertion.py`. Deliberately wider than the RFC: texts always sort and have substrings, whether or
not the schema names a rule for it, as in Active Directory and 389.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.wire.syntaxes import (
    bit_string,
    boolean,
    case_exact,
    case_ignore,
    case_ignore_list,
    category,
    distinguished_name,
    first_component,
    generalized_time,
    integer,
    name_and_uid,
    numeric_string,
    object_identifier,
    octets,
    sid,
    telephone,
    uuid,
)

Key = bytes | int
Prepare = Callable[[bytes], Key | None]
"""A value's key, None where it is not valid for the syntax."""


@dataclass(frozen=True, slots=True)
class Family:
    """Rules that see values alike. `shape`: what sort of values; a rule applies to attributes of its own shape.

    `parts`: None where there are no substrings, else whether blanks count in them (RFC 4518 2.6.1). `filled`: no value
    is empty, so that an empty assertion is not valid (a Directory String, RFC 4517 3.3.6).
    """

    shape: str
    prepare: Prepare
    parts: bool | None = None
    ordered: bool = False
    filled: bool = False

    def assertion(self, value: bytes) -> Key | None:
        """The key of a value that is asked for; None where it is not valid."""
        return self.prepare(value) if value or not self.filled else None


TEXT = Family("text", case_ignore, parts=True, ordered=True, filled=True)
EXACT = Family("text", case_exact, parts=True, ordered=True, filled=True)
FAMILIES = {
    "caseIgnoreMatch": TEXT,
    "caseIgnoreIA5Match": Family("ia5", case_ignore, parts=True, ordered=True),
    "caseExactMatch": EXACT,
    "caseExactIA5Match": Family("ia5", case_exact, parts=True, ordered=True),
    "caseIgnoreListMatch": Family("list", case_ignore_list, parts=True),
    "telephoneNumberMatch": Family("phone", telephone, parts=False),
    "numericStringMatch": Family("numeric", numeric_string, parts=False, ordered=True),
    "integerMatch": Family("integer", integer, ordered=True),
    "booleanMatch": Family("boolean", boolean),
    "generalizedTimeMatch": Family("time", generalized_time, ordered=True),
    "distinguishedNameMatch": Family("dn", distinguished_name),
    "uniqueMemberMatch": Family("dn", name_and_uid),
    "octetStringMatch": Family("octets", octets, ordered=True),
    "bitStringMatch": Family("bits", bit_string),
    "objectIdentifierMatch": Family("oid", object_identifier),
    "objectIdentifierFirstComponentMatch": Family("description", first_component),
    "uuidMatch": Family("uuid", uuid, ordered=True),
}
SPECIAL = {"sid": Family("octets", sid), "category": Family("dn", category)}
"""By kind of the schema, where a directory takes more than its rule says."""


def part(prepare: Prepare, value: bytes, *, first: bool = False, last: bool = False) -> bytes | None:
    """One substring of an assertion as it is found in `padded` values (RFC 4518 2.6.1)."""
    key = prepare(value)
    if not isinstance(key, bytes):
        return None
    if not key:
        return b" " if value else b""
    before = first or prepare(b"x" + value) == b"x " + key
    after = last or prepare(value + b"x") == key + b" x"
    return b" " * before + key.replace(b" ", b"  ") + b" " * after


def padded(key: bytes) -> bytes:
    """A value's key as substrings are looked for in it: blanks at both ends, and each one inside twice."""
    return b" " + key.replace(b" ", b"  ") + b" " if key else b"  "


def contains(key: bytes, initial: bytes, inner: tuple[bytes, ...], final: bytes) -> bool:
    """Whether the parts are in `key` in this order and without overlap; b"" where there is none."""
    start, end = len(initial), len(key) - len(final)
    if start > end or not key.startswith(initial) or not key.endswith(final):
        return False
    for piece in inner:
        found = key.find(piece, start, end)
        if found < 0:
            return False
        start = found + len(piece)
    return True
