"""Section `names`: which spellings of a login name mean the same person (R1)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from gateway.options import Options


def _bare(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def _suffix(value: str) -> str:
    return _bare(value.removeprefix("@"))


Attribute = Annotated[str, AfterValidator(_bare)]


class Names(Options):
    """Rules for bare names, `DOMAIN\\user` and `user@suffix`; a DN is always understood."""

    login_attributes: tuple[Attribute, ...] = ("uid", "sAMAccountName")
    """Attributes whose value is a login name, in a DN's first part and in a search filter."""
    domains: tuple[Annotated[str, AfterValidator(_bare)], ...] = ()
    """NetBIOS names that may stand before a backslash."""
    suffixes: tuple[Annotated[str, AfterValidator(_suffix)], ...] = ()
    """Suffixes that may follow an @ and are then left off; any other name with an @ is taken whole."""
