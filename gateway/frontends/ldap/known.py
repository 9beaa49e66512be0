"""From a DN as one application knows it to the stored one: pure where a rule tells it, else by asking the stores."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twisted.logger import Logger

from gateway.frontends.ldap.names import dn_key, login_name
from gateway.frontends.ldap.personas.flavour import Named
from gateway.frontends.ldap.personas.persona import Persona
from gateway.frontends.ldap.reached import pinned, searched
from gateway.identity.model import Identity, LoginName
from gateway.identity.search import Query, Scope, all_attributes

if TYPE_CHECKING:
    from gateway.frontends.ldap.session import Session

_log = Logger()


async def known_login(session: Session, login: LoginName) -> LoginName:
    """Whoever a name in a bind means, where an application may know people by names that are not stored."""
    for persona in session.entrance.personas:
        named = persona.named(login.typed, as_dn=login.dn is not None)
        real = None
        if named is not None:
            real = await _only_one(session, persona, named)
        elif login.dn is not None:
            real = await stored_dn(session, login.typed, persona)
        found = None if real is None else login_name(real)
        if found is not None and found.dn != login.dn:
            return replace(found, typed=login.typed)
    return login  # nobody, or the stored name itself: the core says which


async def _only_one(session: Session, persona: Persona, named: Named) -> str | None:
    """The stored DN of the one person who is meant, None where there is none or more."""
    narrowed = persona.narrow(named.filter)
    query = Query("", Scope.SUBTREE, narrowed, pinned(session, narrowed))
    held = []
    async for entry in searched(session, query):
        shown = persona.outward(entry) if isinstance(entry, Identity) else None
        if shown is not None and named.filter.matches(all_attributes(shown)) is True and named.is_meant(shown):
            held.append(entry.dn)
    return held[0] if len(held) == 1 else None


async def stored_dn(session: Session, dn: str, persona: Persona | None = None) -> str | None:
    """The stored DN of what the application knows by this one; None where only a person has such a DN and nobody does,
    or more than one."""
    form = (persona or session.application.persona).form
    key = dn_key(dn)
    if form is None:
        return dn
    place = form.place(dn, key, Scope.BASE)
    if place.who is None:
        return form.stored(dn, key)
    query = Query("", Scope.SUBTREE, place.who, pinned(session, place.who))
    held = [entry async for entry in searched(session, query) if dn_key(form.dn_of(entry)) == key]
    if len(held) > 1 and session.services.applications.is_news("ambiguous", key):
        _log.warn("{count} people are shown under one DN, {dn}: nobody can bind by it", count=len(held), dn=key)
    return held[0].dn if len(held) == 1 else None
