"""From a DN as one application knows it to the stored one: pure where a rule tells it, else by asking the stores."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twisted.logger import Logger

from gateway.errors import IdentityConflict
from gateway.frontends.ldap.names import dn_key, login_name
from gateway.frontends.ldap.othernames import login_of
from gateway.frontends.ldap.personas.flavour import Named
from gateway.frontends.ldap.personas.persona import Persona
from gateway.frontends.ldap.reached import pinned, searched
from gateway.identity.model import Identity, LoginName, PasswordCredential, Secret
from gateway.identity.search import Query, Scope, all_attributes

if TYPE_CHECKING:
    from gateway.frontends.ldap.session import Session

_log = Logger()


async def credential_of(
    session: Session, name: str, password: bytes, acting_as: LoginName | None = None
) -> PasswordCredential:
    """What somebody who binds by this name sends, for the core. `LdapError` 34 where it is no name."""
    try:
        login = await login_meant(session, name)
    except IdentityConflict as conflict:
        return PasswordCredential(LoginName.of(name), Secret(password), acting_as, str(conflict))
    return PasswordCredential(login, Secret(password), acting_as)


async def login_meant(session: Session, name: str) -> LoginName:
    """Whoever a name in a bind means to this application. `IdentityConflict` where that is more than one."""
    plain = session.application.persona.is_plain
    login = login_name(name) if plain else await login_of(session, name)
    return await known_login(session, login) if session.entrance.personas else login


async def known_login(session: Session, login: LoginName) -> LoginName:
    """Whoever a name in a bind means, where an application may know people by names that are not stored.
    `IdentityConflict` where one of them knows more than one by it."""
    for persona in session.entrance.personas:
        named = persona.named(login.typed, as_dn=login.dn is not None)
        real: list[str] = []
        if named is not None:
            real = await _people_named(session, persona, named)
        elif login.dn is not None:
            real = await _stored_dns(session, login.typed, persona)
        if len(real) > 1:
            raise IdentityConflict.between(login.typed, real)
        found = login_name(real[0]) if real else None
        if found is not None and found.dn != login.dn:
            session.knows_by = persona
            return replace(found, typed=login.typed)
    return login  # nobody, or the stored name itself: the core says which


async def _people_named(session: Session, persona: Persona, named: Named) -> list[str]:
    """The stored DNs of the people who are meant."""
    narrowed = persona.narrow(named.filter)
    query = Query("", Scope.SUBTREE, narrowed, pinned(session, narrowed))
    held = []
    async for entry in searched(session, query):
        shown = persona.outward(entry) if isinstance(entry, Identity) else None
        if shown is not None and named.filter.matches(all_attributes(shown)) is True and named.is_meant(shown):
            held.append(entry.dn)
    return held


async def stored_dn(session: Session, dn: str) -> str | None:
    """The stored DN of what the application knows by this one; None where only a person has such a DN and nobody does,
    or more than one."""
    dns = await _stored_dns(session, dn, session.application.persona)
    return dns[0] if len(dns) == 1 else None


async def _stored_dns(session: Session, dn: str, persona: Persona) -> list[str]:
    form = persona.form
    key = dn_key(dn)
    if form is None:
        return [dn]
    place = form.place(dn, key, Scope.BASE)
    if place.who is None:
        stored = form.stored(dn, key)
        return [] if stored is None else [stored]
    query = Query("", Scope.SUBTREE, place.who, pinned(session, place.who))
    held = [entry.dn async for entry in searched(session, query) if dn_key(form.dn_of(entry)) == key]
    if len(held) > 1 and session.services.applications.is_news("ambiguous", key):
        _log.warn("{count} people are shown under one DN, {dn}: nobody can bind by it", count=len(held), dn=key)
    return held
