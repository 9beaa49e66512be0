"""Section `applications`: who asks, what each may see, and how it looks to it. One class for each level of the file."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from gateway.config.limits import Count, Wait
from gateway.config.networks import Network
from gateway.errors import ProtocolError
from gateway.options import Options
from gateway.wire.dn import normalise_dn
from gateway.wire.filter import parse_filter

Sin = Literal["search-after-unbind", "ldapv2", "dn-attribute", "ad-controls"]


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _dn(value: str) -> str:
    try:
        normalise_dn(value)
    except ProtocolError:
        raise ValueError("not a DN: write for example ou=people,dc=example,dc=com") from None
    return value


def _filter(value: str) -> str:
    try:
        parse_filter(value)
    except ProtocolError:
        raise ValueError("not a filter: write for example (objectClass=person)") from None
    return value


def _name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", value):
        raise ValueError("must be letters, digits, dots, - and _, at most 64")
    return value


def _attribute(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", value):
        raise ValueError("not the name of an attribute; for all of them, leave the list out")
    return value


def _bases(value: object) -> object:
    return None if value == "all" else _one_or_more(value)


PEOPLE_TEMPLATE = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*)\s*=\s*\{([A-Za-z][A-Za-z0-9-]*)\}\s*,([^{]+)")
"""The type in the first part, the attribute that it is made of, and the rest."""


def _people(value: str) -> str:
    match = PEOPLE_TEMPLATE.fullmatch(value)
    if match is None:
        raise ValueError("not a template of a DN: write for example cn={cn},ou=users,dc=old,dc=example")
    try:
        normalise_dn(match[3])
    except ProtocolError:
        raise ValueError("what follows the first part is no DN") from None
    return value


Dn = Annotated[str, AfterValidator(_dn)]
Attribute = Annotated[str, AfterValidator(_attribute)]


def _dns(value: str) -> str:
    labels = value.split(".")
    if not all(re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?", label) for label in labels):
        raise ValueError("not a DNS name: write for example corp.example")
    return value


def _sid(value: str) -> str:
    match = re.fullmatch(r"S-1-5-21-([0-9]{1,10})-([0-9]{1,10})-([0-9]{1,10})", value)
    if value and (match is None or max(map(int, match.groups())) >= 2**32):
        raise ValueError("not the SID of a domain: write for example S-1-5-21-1004336348-1177238915-682003330")
    return value


class Domain(Options):
    """The domain of flavour active-directory: names that it shows, and its SID where applications know it."""

    dns: Annotated[str, AfterValidator(_dns)]
    netbios: str = ""
    host: Annotated[str, AfterValidator(_name)] = "bindferry"
    base: Annotated[str, AfterValidator(_dn)] = ""
    sid: Annotated[str, AfterValidator(_sid)] = ""
    sub_codes: bool = True
    """Whether a refused bind tells the state of the account, as Active Directory does."""


class Persona(Options):
    """How the tree looks to an application that was set up for another one."""

    flavour: Literal[
        "stored", "openldap", "rfc2307", "rfc2307bis", "edirectory", "389ds", "vcenter", "active-directory"
    ] = "stored"
    domain: Domain | None = None
    """Of active-directory only, which needs it."""
    bases: dict[Dn, Dn] = {}
    """What the application calls a part of the tree: what it is called here."""
    people: Annotated[str, AfterValidator(_people)] | None = None
    """How its DNs of people are made, such as `cn={cn},ou=users,dc=old,dc=example`."""
    rename: dict[Attribute, Attribute] = {}
    """Attributes as they are stored: as it calls them."""

    @model_validator(mode="after")
    def _both_ways(self) -> Persona:
        if (self.flavour == "active-directory") != (self.domain is not None):
            raise ValueError("active-directory and domain go together")
        if len({normalise_dn(stored) for stored in self.bases.values()}) < len(self.bases):
            raise ValueError("two of the bases mean the same part of the tree")
        if len({name.lower() for name in self.rename.values()}) < len(self.rename):
            raise ValueError("two attributes are renamed to one")
        return self


class Application(Options):
    """One application. It is meant where everything holds that is written of `listener`, `networks` and `bind_dn`; with
    none of them it is everybody for whom there is nothing more specific."""

    name: Annotated[str, AfterValidator(_name)]
    listener: str | None = None
    networks: Annotated[tuple[Network, ...], BeforeValidator(_one_or_more)] = ()
    bind_dn: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_one_or_more)] = ()
    bases: Annotated[tuple[Dn, ...] | None, BeforeValidator(_bases)] = ()
    """None is `all`."""
    filter: Annotated[str, AfterValidator(_filter)] | None = None
    attributes: tuple[Attribute, ...] | None = None
    hidden: tuple[Attribute, ...] = ()
    anonymous: bool = False
    tls: Literal["required", "optional"] = "optional"
    size: Count | None = None
    time: Wait | None = None
    page: Count | None = None
    tolerates: Annotated[tuple[Sin, ...], BeforeValidator(_one_or_more)] = ()
    persona: Persona = Persona()

    @model_validator(mode="after")
    def _it_can_be_meant(self) -> Application:
        if self.filter is not None and self.bases == ():
            raise ValueError("there is a filter and no bases: write bases: all, or where its entries are")
        if self.bind_dn and self.anonymous:
            raise ValueError("whoever has bound is not anonymous: leave out one of bind_dn and anonymous")
        return self

    @property
    def who(self) -> tuple[object, ...]:
        """Equal for two that are never told apart."""
        return (self.listener, frozenset(self.networks), frozenset(name.lower() for name in self.bind_dn))
