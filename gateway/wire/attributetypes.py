"""What we know of attribute types: their names, OIDs, rules and usage, and which of them are secret.

The tables are text in `schematypes.py`; how values compare is in `matching.py`, object classes are in
`objectclasses.py`, and how a subschema entry tells it all in `schema.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from gateway.wire.schemasecrets import SECRETS
from gateway.wire.schematypes import KINDS, POLICY, STANDARD, VENDORS


@dataclass(frozen=True, slots=True)
class Kind:
    """What types of one kind have in common: the syntax's OID, the names of the matching rules ("" for none)."""

    name: str
    syntax: str
    equality: str
    ordering: str
    substrings: str


@dataclass(frozen=True, slots=True)
class AttributeType:
    """One attribute type (RFC 4512 4.1.2). `names` are as spelled in its RFC, `usage` "" for userApplications."""

    oid: str
    names: tuple[str, ...]
    kind: Kind
    sup: str
    single: bool
    usage: str
    fixed: bool

    @property
    def key(self) -> str:
        """The name under which it is known here: its first one, in lower case."""
        return self.names[0].lower()


SYNTAXES = "1.3.6.1.4.1.1466.115.121.1."
_USAGES = {"+": "directoryOperation", "dsa": "dSAOperation", "dist": "distributedOperation"}


def _table(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


def _kind(name: str, syntax: str, *rules: str) -> Kind:
    equality, ordering, substrings = ("" if rule == "-" else rule for rule in rules)
    return Kind(name, syntax if "." in syntax else SYNTAXES + syntax, equality, ordering, substrings)


def _type(oid: str, names: str, kind: str, flags: str = "") -> AttributeType:
    flags, _, sup = flags.partition("<")
    usage = next((usage for flag, usage in _USAGES.items() if flag in flags), "")
    spelled = tuple(names.split(","))
    oid = f"{spelled[0]}-oid" if oid == "-" else oid
    return AttributeType(oid, spelled, _ALL_KINDS[kind], sup, "1" in flags, usage, "!" in flags)


SECRET_ATTRIBUTES = frozenset(name.lower() for row in _table(SECRETS) for name in row)
"""Attributes whose values are passwords or lead to them: never in an entry, never compared (R15). Lower case."""

_ALL_KINDS = {row[0]: _kind(*row) for row in _table(KINDS)}
ATTRIBUTE_TYPES = tuple(_type(*row) for row in _table(STANDARD + POLICY + VENDORS))
_BY_NAME = {name.lower(): type_ for type_ in ATTRIBUTE_TYPES for name in (type_.oid, *type_.names)}
_KEYS = {name: type_.key for name, type_ in _BY_NAME.items()}


def attribute_type(name: str) -> AttributeType | None:
    """The type called `name`: any of its names or its OID, in any case, with or without `OID.` before it."""
    return _BY_NAME.get(_bare(name))


def canonical(name: str) -> str:
    """The one name in lower case that stands for all names and the OID of a type; of an unknown type, its own."""
    bare = _bare(name)
    return _KEYS.get(bare, bare)


def _bare(name: str) -> str:
    return name.lower().removeprefix("oid.")


def is_operational(name: str) -> bool:
    """Whether an attribute is shown only when asked for (RFC 4512 3.4); options do not count."""
    known = attribute_type(name.partition(";")[0])
    return known is not None and bool(known.usage)


def is_secret(name: str) -> bool:
    """Whether this attribute description (any case, with or without options) names a secret."""
    bare = _bare(name.partition(";")[0])
    return bare in SECRET_ATTRIBUTES or canonical(bare) in SECRET_ATTRIBUTES


def subtypes(name: str) -> frozenset[str]:
    """The canonical names of a type and of all its subtypes (RFC 4512 2.5.1)."""
    own = canonical(name)
    return _known_subtypes(own) if own in _KEYS else frozenset({own})


@cache  # only ever asked about names of our own table
def _known_subtypes(own: str) -> frozenset[str]:
    below = {type_.key for type_ in ATTRIBUTE_TYPES if type_.sup and canonical(type_.sup) == own}
    return frozenset({own}).union(*map(_known_subtypes, below))
