"""The schema as a subschema entry tells it to clients (RFC 4512 4.2): every description as text, made once.

The facts are in `attributetypes.py`, `objectclasses.py` and `rules.py`; their usual questions are re-exported here.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from gateway.wire.attributetypes import (
    ATTRIBUTE_TYPES,
    SECRET_ATTRIBUTES,
    SYNTAXES,
    AttributeType,
    attribute_type,
    canonical,
    is_operational,
    is_secret,
    subtypes,
)
from gateway.wire.objectclasses import OBJECT_CLASSES, ObjectClass, object_class, superclasses
from gateway.wire.rules import RULES

__all__ = [
    "ATTRIBUTE_TYPES",
    "OBJECT_CLASSES",
    "SECRET_ATTRIBUTES",
    "AttributeType",
    "ObjectClass",
    "attribute_type",
    "attribute_type_descriptions",
    "canonical",
    "is_operational",
    "is_secret",
    "ldap_syntax_descriptions",
    "matching_rule_descriptions",
    "object_class",
    "object_class_descriptions",
    "subtypes",
    "superclasses",
]

_SYNTAX_NAMES = """
3 Attribute Type Description
6 Bit String
7 Boolean
11 Country String
12 DN
15 Directory String
22 Facsimile Telephone Number
24 Generalized Time
26 IA5 String
27 INTEGER
28 JPEG
30 Matching Rule Description
31 Matching Rule Use Description
34 Name And Optional UID
36 Numeric String
37 Object Class Description
38 OID
40 Octet String
41 Postal Address
44 Printable String
50 Telephone Number
54 LDAP Syntax Description
58 Substring Assertion
1.3.6.1.1.16.1 UUID
"""


@cache
def attribute_type_descriptions() -> tuple[str, ...]:
    """The values of `attributeTypes` (RFC 4512 4.1.2)."""
    return tuple(map(_type_description, ATTRIBUTE_TYPES))


def _type_description(type_: AttributeType) -> str:
    kind = type_.kind
    parts = [type_.oid, "NAME", _quoted(type_.names)]
    for word, value in (
        ("SUP", type_.sup),
        ("EQUALITY", kind.equality),
        ("ORDERING", kind.ordering),
        ("SUBSTR", kind.substrings),
        ("SYNTAX", kind.syntax),
    ):
        if value:
            parts += word, value
    if type_.single:
        parts.append("SINGLE-VALUE")
    if type_.fixed and type_.usage:
        parts.append("NO-USER-MODIFICATION")
    if type_.usage:
        parts += "USAGE", type_.usage
    return _description(parts)


@cache
def object_class_descriptions() -> tuple[str, ...]:
    """The values of `objectClasses` (RFC 4512 4.1.1)."""
    return tuple(map(_class_description, OBJECT_CLASSES))


def _class_description(class_: ObjectClass) -> str:
    parts = [class_.oid, "NAME", _quoted((class_.name,))]
    if class_.superiors:
        parts += "SUP", _oids(class_.superiors)
    parts.append(class_.kind)
    for word, names in (("MUST", class_.must), ("MAY", class_.may)):
        if names:
            parts += word, _oids(names)
    return _description(parts)


@cache
def matching_rule_descriptions() -> tuple[str, ...]:
    """The values of `matchingRules` (RFC 4512 4.1.3)."""
    return tuple(_description([rule.oid, "NAME", f"'{rule.name}'", "SYNTAX", rule.syntax]) for rule in RULES)


@cache
def ldap_syntax_descriptions() -> tuple[str, ...]:
    """The values of `ldapSyntaxes` (RFC 4512 4.1.5)."""
    rows = (line.partition(" ") for line in _SYNTAX_NAMES.strip().splitlines())
    return tuple(
        _description([oid if "." in oid else SYNTAXES + oid, "DESC", f"'{description}'"])
        for oid, _, description in rows
    )


def _description(parts: Iterable[str]) -> str:
    return f"( {' '.join(parts)} )"


def _quoted(names: tuple[str, ...]) -> str:
    """`qdescrs`."""
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else f"( {' '.join(quoted)} )"


def _oids(names: tuple[str, ...]) -> str:
    """`oids`."""
    return names[0] if len(names) == 1 else f"( {' $ '.join(names)} )"
