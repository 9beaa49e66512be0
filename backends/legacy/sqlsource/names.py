"""Names: the DN that a person of a user table is shown under and its inverse, and the spellings that are looked up.

What is not here: the comparison of what was asked with what was found (R2), which is the core's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.errors import ProtocolError
from gateway.identity.model import LoginName, normalise
from gateway.wire.dn import escape_value, normalise_dn, spelled_leaf
from gateway.wire.schema import canonical

MAX_NAME = 256
"""Characters of a name that is looked up; a longer one is nobody's."""

_TEMPLATE = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*)\s*=\s*\{name\}\s*,\s*([^{}]+?)\s*")


@dataclass(frozen=True, slots=True)
class DnTemplate:
    """`uid={name},ou=customers,dc=example,dc=com`: one attribute whose value is the name, above it a fixed parent.

    `attribute` is spelled as configured, `attribute_key` and `parent_key` are normalised.
    """

    attribute: str
    parent: str
    attribute_key: str
    parent_key: str

    @classmethod
    def parse(cls, template: str) -> DnTemplate:
        """Raises ValueError for anything else."""
        match = _TEMPLATE.fullmatch(template)
        if match is None:
            raise ValueError("a DN template is one attribute={name}, a comma, and the fixed rest of the DN")
        try:
            parent_key = normalise_dn(match[2])
        except ProtocolError:
            raise ValueError("what follows the first comma of the DN template is no DN") from None
        return cls(match[1], match[2], canonical(match[1]), parent_key)

    def dn(self, name: str) -> str:
        """The DN of `name`, escaped as RFC 4514 asks."""
        return f"{self.attribute}={escape_value(name)},{self.parent}"

    def is_leaf(self, dn_key: str) -> bool:
        """Whether a normalised DN has the form of this template."""
        leaf, _, parent = dn_key.partition(",")
        return parent == self.parent_key and leaf.startswith(f"{self.attribute_key}=") and "+" not in leaf


def spellings(login: LoginName, template: DnTemplate) -> tuple[str, ...]:
    """What to look up: the name as it was typed, then its normalised form; none if it cannot be one of ours.

    Both, because a database may tell capitals apart and hold either. A name that no driver could carry (NUL, lone
    surrogates, over `MAX_NAME`) is nobody's: the driver's error must not look like a database that is out of order.
    """
    if login.dn is None:
        key, typed = login.key, _typed_part(login)
    elif login.rdn is not None and template.is_leaf(login.dn):
        key, typed = login.rdn[1], _typed_leaf(login.typed)
    else:
        return ()
    if not _carried(key):
        return ()
    if typed and normalise(typed) == normalise(key) and _carried(typed):
        return (typed,) if typed == key else (typed, key)
    return (key,)


def _typed_part(login: LoginName) -> str:
    """The spelling of the name inside what was typed: the whole, or without the domain or suffix that the core's rules
    have taken off."""
    for part in (login.typed, login.typed.rpartition("\\")[2], login.typed.rpartition("@")[0]):
        if normalise(part) == login.key:
            return part.strip()
    return ""


def _typed_leaf(dn: str) -> str:
    try:
        return spelled_leaf(dn)[1].strip()
    except ProtocolError:
        return ""


def _carried(name: str) -> bool:
    if not 0 < len(name) <= MAX_NAME or "\0" in name:
        return False
    return name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name)
