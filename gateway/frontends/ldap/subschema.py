"""The subschema entry (RFC 4512 4.2), which tells clients what we know of attribute types and object classes."""

from __future__ import annotations

from functools import lru_cache

from gateway.identity.model import Attributes, Entry
from gateway.wire.dn import normalise_dn
from gateway.wire.schema import (
    attribute_type_descriptions,
    ldap_syntax_descriptions,
    matching_rule_descriptions,
    object_class_descriptions,
)

SUBSCHEMA_DN = "cn=Subschema"
SUBSCHEMA_KEY = normalise_dn(SUBSCHEMA_DN)

_DESCRIPTIONS = {
    "attributeTypes": attribute_type_descriptions,
    "objectClasses": object_class_descriptions,
    "matchingRules": matching_rule_descriptions,
    "ldapSyntaxes": ldap_syntax_descriptions,
}
_CLASSES = (b"top", b"subentry", b"subschema", b"extensibleObject")


@lru_cache(maxsize=1)
def subschema() -> Entry:
    """The entry, the same for everybody. Its descriptions are operational: ask for "+", or by name."""
    return Entry(
        SUBSCHEMA_DN,
        SUBSCHEMA_KEY,
        Attributes({"objectClass": _CLASSES, "cn": [b"Subschema"]}),
        Attributes((name, [line.encode() for line in lines()]) for name, lines in _DESCRIPTIONS.items()),
    )
