"""Filter items that go from entry to entry (`memberOf:1.2.840.113556.1.4.1941:=…`), put into items that an entry alone
can answer, where the application knows entries by other DNs, or attributes by other names, than the stores.

They are followed in the stores, by stored names; what comes of it is in the application's words again, like all of its
filter. How they are followed is in `gateway/groups/chain.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from gateway.frontends.ldap.known import stored_dn
from gateway.frontends.ldap.personas.forms import key_of
from gateway.frontends.ldap.reached import stored_entry
from gateway.identity.search import Query
from gateway.wire.controls import IN_CHAIN
from gateway.wire.filter import And, Equal, Extensible, Filter, Not, Or

if TYPE_CHECKING:
    from gateway.frontends.ldap.session import Session


async def spelled_out(session: Session, query: Query) -> Query:
    """The same question of a persona's application, without such items. `TooManyGroups`, `SearchIncomplete`."""
    wanted = cast(Filter, query.filter)
    return replace(query, filter=await _worded(session, query, wanted)) if _goes_on(wanted) else query


def _goes_on(item: Filter) -> bool:
    match item:
        case And(items) | Or(items):
            return any(map(_goes_on, items))
        case Not(inner):
            return _goes_on(inner)
    return isinstance(item, Extensible) and item.rule == IN_CHAIN


async def _worded(session: Session, query: Query, item: Filter) -> Filter:
    match item:
        case And(items):
            return And(tuple([await _worded(session, query, one) for one in items]))
        case Or(items):
            return Or(tuple([await _worded(session, query, one) for one in items]))
        case Not(inner):
            return Not(await _worded(session, query, inner))
        case Extensible(rule=rule, attribute=str(), dn_attributes=False) if rule == IN_CHAIN:
            return await _followed(session, query, item)
    return item


async def _followed(session: Session, query: Query, item: Extensible) -> Filter:
    """Every DN that the item comes to, under the name and the attribute by which the application knows it."""
    attribute = item.attribute or ""
    key = key_of(item.value)
    if key is None:
        return item  # Undefined
    real = await stored_dn(session, item.value.decode())
    if real is None or key_of(await _shown(session, real.encode())) != key:
        return Equal(attribute, item.value)  # nothing is known by it
    stored = replace(
        item, attribute=session.application.persona.stored_name(attribute) or attribute, value=real.encode()
    )
    spelled = cast(Filter, (await session.services.spelled_out(replace(query, filter=stored))).filter)
    if spelled == stored:
        return item  # it cannot be followed: Undefined
    items = spelled.items if isinstance(spelled, Or) else (spelled,)
    values = [await _shown(session, cast(Equal, one).value) for one in items]
    shown: tuple[Filter, ...] = tuple(Equal(attribute, value) for value in values)
    return shown[0] if len(shown) == 1 else Or(shown)


async def _shown(session: Session, value: bytes) -> bytes:
    """A stored DN as the application knows it."""
    form, key = session.application.persona.form, key_of(value)
    if form is None or key is None:
        return value
    entry = await stored_entry(session, key) if form.needs_entry(key) else None
    return (form.reference(value.decode()) if entry is None else form.dn_of(entry)).encode()
