"""From the section `applications` to what a connection is given."""

from __future__ import annotations

import time
from collections.abc import Sequence

from gateway.config import applications as config
from gateway.errors import ProtocolError
from gateway.frontends.ldap.application import Application
from gateway.frontends.ldap.applications import Applications, Rule
from gateway.frontends.ldap.personas.active_directory import ActiveDirectory
from gateway.frontends.ldap.personas.ad_domain import Domain
from gateway.frontends.ldap.personas.dn_attribute import DnAttribute
from gateway.frontends.ldap.personas.flavour import Flavour
from gateway.frontends.ldap.personas.flavours import FLAVOURS
from gateway.frontends.ldap.personas.forms import Base, Form
from gateway.frontends.ldap.personas.people import People
from gateway.frontends.ldap.personas.persona import PLAIN, Persona
from gateway.frontends.ldap.personas.renamed import Renamed
from gateway.frontends.ldap.reach import NOWHERE, Reach
from gateway.frontends.ldap.sins import DN_ATTRIBUTE
from gateway.frontends.ldap.view import EVERYTHING, View
from gateway.identity.model import normalise
from gateway.wire.dn import normalise_dn
from gateway.wire.filter import parse_filter

UNKNOWN = Application(reach=NOWHERE)
"""Whoever is no application of the configuration: people read their own entries, and nothing else."""


def configured(listed: Sequence[config.Application], logins: tuple[str, ...] = ("uid",)) -> Applications:
    """All of them, in this order."""
    return Applications([_rule(options, logins) for options in listed], UNKNOWN)


def application_of(options: config.Application, logins: tuple[str, ...]) -> Application:
    """One of them; `logins` are the attributes that hold login names, in lower case."""
    view, is_flat = EVERYTHING, options.persona.domain is not None
    if options.attributes is not None or options.hidden or is_flat:
        view = View(options.attributes, options.hidden, flat=is_flat)
    tolerates = frozenset(options.tolerates)
    return Application(
        name=options.name,
        reach=Reach.of(
            None if options.bases is None else map(normalise_dn, options.bases),
            None if options.filter is None else parse_filter(options.filter),
        ),
        view=view,
        persona=_persona(options.name, options.persona, logins, dn_attribute=DN_ATTRIBUTE in tolerates),
        anonymous=options.anonymous,
        needs_tls=options.tls == "required",
        size=options.size,
        time=options.time,
        page=options.page,
        tolerates=tolerates,
    )


def _rule(options: config.Application, logins: tuple[str, ...]) -> Rule:
    names = frozenset(key for name in options.bind_dn for key in _keys(name))
    return Rule(application_of(options, logins), options.listener or "", options.networks, names)


def _keys(name: str) -> list[str]:
    """A DN in its normalised form, and whatever is written as a login name."""
    if "=" not in name:
        return [normalise(name)]
    try:
        return [normalise_dn(name)]
    except ProtocolError:
        return [normalise(name)]


def _persona(name: str, options: config.Persona, logins: tuple[str, ...], *, dn_attribute: bool) -> Persona:
    flavours: list[Flavour] = [DnAttribute(is_stored=options.people is None)] if dn_attribute else []
    if options.domain is not None:
        domain = Domain(**options.domain.model_dump(exclude={"sub_codes"}))
        flavours.append(ActiveDirectory(domain, time.time, logins, tells=options.domain.sub_codes))
    elif options.flavour != "stored":
        flavours.append(FLAVOURS[options.flavour])
    if options.rename:
        flavours.append(Renamed(options.rename))
    form = None
    if options.bases or options.people is not None:
        bases = [Base(shown, stored) for shown, stored in options.bases.items()]
        form = Form(bases, People.of(options.people, logins) if options.people is not None else None)
    return Persona(name, tuple(flavours), form) if flavours or form is not None else PLAIN
