"""Section `names`: which spellings of a login name mean the same person (R1)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from gateway.config.stores import DN_SHAPE
from gateway.options import Options


def _bare(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def _suffix(value: str) -> str:
    return _bare(value.removeprefix("@"))


def _dn(value: str) -> str:
    if not DN_SHAPE.fullmatch(value):
        raise ValueError("must be a DN: write for example ou=people,o=old")
    return value


Attribute = Annotated[str, AfterValidator(_bare)]


class Names(Options):
    """Rules for bare names, `DOMAIN\\user` and `user@suffix`; a DN is always understood."""

    login_attributes: tuple[Attribute, ...] = ("uid", "sAMAccountName")
    """Attributes whose value is a login name, in a search filter."""
    domains: tuple[Annotated[str, AfterValidator(_bare)], ...] = ()
    """NetBIOS names that may stand before a backslash."""
    dn_attributes: tuple[Attribute, ...] = ("uid", "sAMAccountName", "userPrincipalName", "cn", "mail")
    """Attributes whose value, as the first part of a DN that is nobody's, is read as a bare name."""
    trees: tuple[Annotated[str, AfterValidator(_dn)], ...] = ()
    """What may follow that first part, besides the directory's base, the bases of the sources, and nothing."""
    suffixes: tuple[Annotated[str, AfterValidator(_suffix)], ...] = ()
    """Suffixes that may follow an @ and are then left off; any other name with an @ is taken whole."""
