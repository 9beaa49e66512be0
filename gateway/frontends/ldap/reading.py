"""Entries as the application of one connection sees them: what `reached.py` leaves, in the form of its persona.

Whoever answers with an entry, compares one or changes one finds it through here. The root DSE and the subschema are
made in `tree.py`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from twisted.internet.defer import Deferred

from gateway.frontends.ldap.known import stored_dn
from gateway.frontends.ldap.names import dn_key, login_name
from gateway.frontends.ldap.personas.forms import Place
from gateway.frontends.ldap.personas.persona import asked_dns
from gateway.frontends.ldap.reached import pinned, readable, stored_entry
from gateway.frontends.ldap.spelling import spelled_out
from gateway.frontends.ldap.suffixes import suffixes
from gateway.frontends.ldap.tree import own_entry
from gateway.identity.model import Entry, LoginName
from gateway.identity.search import BaseNotFound, Query, Scope
from gateway.wire.filter import And, Filter, Present

if TYPE_CHECKING:
    from gateway.frontends.ldap.session import Session

_AT_ONCE = 32
"""DNs of one entry that are looked up before others have their turn: from memory, that takes some milliseconds."""
_MOST_ASKED = 16
"""DNs in one filter for which a store is asked."""


def found(session: Session, query: Query) -> AsyncGenerator[Entry, None]:
    """The entries that this query selects, as the application sees them. Its base (see `spelled_base`), its filter and
    its person are as the application has them. `BaseNotFound` where the application sees nothing there."""
    if session.application.persona.is_plain:
        return readable(session, query)
    return _translated(session, query)


def meant(session: Session, base: str, key: str, scope: Scope, wanted: Filter) -> LoginName | None:
    """The one person whom a search can mean, by this base (normalised: `key`) and filter; None where it can mean more,
    or where only the persona tells."""
    if not session.application.persona.is_plain:
        return None
    if scope is Scope.BASE:
        return None if key in suffixes(session.services.naming_contexts) else login_name(base)
    return pinned(session, wanted)


async def _translated(session: Session, query: Query) -> AsyncGenerator[Entry, None]:
    """The same through the persona: a wider question to the stores, and the application's own filter on what comes."""
    persona, base = session.application.persona, query.spelled_base
    form = persona.form
    query = replace(query, filter=persona.meant(cast(Filter, query.filter)))
    query = await spelled_out(session, query)
    place = None if form is None else form.place(base, query.base, query.scope)
    inner = await _stored_query(session, query, place)
    is_found = False
    try:
        async with aclosing(readable(session, inner)) as entries:
            async for entry in entries:
                if form is not None and form.is_shadowed(entry.dn_key):
                    continue
                shown = await as_seen(session, entry)
                is_found = is_found or query.covers(shown.dn_key) or shown.dn_key == query.base
                if query.selects(shown):
                    yield shown
    except BaseNotFound:
        if form is None or not form.is_container(query.base):
            raise
    if not is_found and place is not None and place.who is not None and not await _is_known(session, query, place):
        raise BaseNotFound  # nobody has this DN


async def _is_known(session: Session, query: Query, place: Place) -> bool:
    """Whether there is somebody of the DN at which this search begins, whatever its filter selects."""
    who = cast(Filter, place.who)
    asked = Query(place.base, place.scope, who, pinned(session, who))
    try:
        async with aclosing(readable(session, asked)) as entries:
            async for entry in entries:
                if (await as_seen(session, entry)).dn_key == query.base:
                    return True
    except BaseNotFound:
        return False
    return False


async def _stored_query(session: Session, query: Query, place: Place | None) -> Query:
    """A query about what is stored, that finds at least what this one is about."""
    persona, asked = session.application.persona, query.attributes
    wanted = cast(Filter, query.filter)
    names: dict[str, str] = {}
    for dn in asked_dns(wanted)[:_MOST_ASKED] if place is not None else ():
        real = await stored_dn(session, dn)
        if real is not None:
            names[dn_key(dn)] = real
    narrowed = persona.narrow(wanted, names)
    key, scope = query.base, query.scope
    if place is not None:
        key, scope = place.base, place.scope
        narrowed = narrowed if place.who is None else And((place.who, narrowed))
    needed = None if asked is None else persona.wanted(asked | wanted.names())
    person = pinned(session, narrowed)
    if scope is Scope.BASE:
        person = None if key in suffixes(session.services.naming_contexts) else login_name(key)
    # No limit: of what comes, the application's own filter leaves some out, and what is cut short must not look whole.
    stored = replace(query, base=key, scope=scope, filter=narrowed, person=person, attributes=needed)
    return replace(stored, limit=0, spelled_base="")


async def as_seen(session: Session, entry: Entry) -> Entry:
    """A stored entry as the application sees it."""
    persona = session.application.persona
    if persona.is_plain:
        return entry
    shown = persona.kept(entry)
    if shown is not None:
        return shown
    names: dict[str, str] = {}
    form = persona.form
    if form is not None:
        for number, key in enumerate(persona.references(entry), 1):
            if number % _AT_ONCE == 0:
                await _pause(session)
            other = await stored_entry(session, key)
            names[key] = form.reference(key) if other is None else form.dn_of(other)
    return persona.outward(entry, names)


def _pause(session: Session) -> Deferred[None]:
    """Until the reactor has looked after everybody else."""
    turn: Deferred[None] = Deferred()
    session.clock.callLater(0, turn.callback, None)
    return turn


def contexts(session: Session) -> tuple[str, ...]:
    """The naming contexts as the application knows them."""
    stored, form = session.services.naming_contexts, session.application.persona.form
    return stored if form is None else tuple(dict.fromkeys(map(form.reference, stored)))


async def entry_at(
    session: Session, dn: str, attributes: frozenset[str] | None = None, wanted: Filter | None = None
) -> Entry | None:
    """The entry of that name as the application sees it, None if there is none for it. `attributes` as in `Query`: the
    others may be dear to read, and missing; with `wanted` only an entry that it selects."""
    own = own_entry(session, dn_key(dn), Scope.BASE)
    if own is not None:
        return own
    key, wanted = dn_key(dn), wanted or Present("objectClass")
    person = meant(session, dn, key, Scope.BASE, wanted)
    query = Query(key, Scope.BASE, wanted, person, limit=1, attributes=attributes, spelled_base=dn)
    try:
        async with aclosing(found(session, query)) as entries:
            async for entry in entries:
                return entry
    except BaseNotFound:
        return None
    return None
