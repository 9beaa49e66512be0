"""Entries that exist although no store holds them: the root DSE, the subschema, and the naming contexts themselves."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import lru_cache
from typing import TYPE_CHECKING

from gateway.frontends.ldap.names import dn_key, login_name
from gateway.frontends.ldap.rootdse import root_dse
from gateway.frontends.ldap.sasl import mechanisms
from gateway.frontends.ldap.services import Searcher
from gateway.frontends.ldap.subschema import SUBSCHEMA_KEY, subschema
from gateway.identity.model import Attributes, Entry, LoginName
from gateway.identity.search import BaseNotFound, Query, Scope, within
from gateway.wire.dn import leaf, spelled_leaf
from gateway.wire.filter import Present

if TYPE_CHECKING:
    from gateway.frontends.ldap.session import Session

_CLASSES = {
    "dc": "domain",
    "o": "organization",
    "ou": "organizationalUnit",
    "c": "country",
    "l": "locality",
    "st": "locality",
}


def own_entry(session: Session, key: str, scope: Scope) -> Entry | None:
    """What this server says about itself, readable without a bind."""
    if not key and scope is Scope.BASE:
        return root_dse(session.services, is_tls=session.is_tls, mechanisms=mechanisms(session))
    if key == SUBSCHEMA_KEY and scope is not Scope.ONE:
        return subschema()
    return None


@lru_cache(maxsize=8)
def suffixes(naming_contexts: tuple[str, ...]) -> dict[str, Entry]:
    """The naming contexts as entries, by normalised DN: as plain as they can be."""
    return {dn_key(dn): _suffix(dn) for dn in naming_contexts if dn}


def _suffix(dn: str) -> Entry:
    name, value = spelled_leaf(dn)
    classes = [b"top", _CLASSES.get(leaf(dn)[0], "extensibleObject").encode()]
    return Entry(dn, dn_key(dn), Attributes([("objectClass", classes), (name, [value.encode()])]))


def matched_dn(naming_contexts: tuple[str, ...], key: str) -> str:
    """The nearest entry above a name that does not exist, as far as we know without asking (RFC 4511 4.1.9)."""
    above = [suffix for suffix in suffixes(naming_contexts).values() if within(key, suffix.dn_key)]
    return max(above, key=lambda suffix: len(suffix.dn_key)).dn if above else ""


async def with_suffix(searcher: Searcher, query: Query, suffix: Entry) -> AsyncGenerator[Entry, None]:
    """The entries of a search based at a naming context, which exists even if no store shows an entry for it.

    A store's own entry is what counts: where one exists that the filter does not select, ours is not shown in its
    place (R17).
    """
    is_shown, is_known = False, True
    try:
        async with aclosing(searcher.search(query)) as entries:
            async for entry in entries:
                is_shown = is_shown or entry.dn_key == query.base
                yield entry
    except BaseNotFound:
        is_known = False
    if is_shown or not query.selects(suffix):
        return
    if not is_known or await _first(searcher, _read(query.base, None)) is None:
        yield suffix


async def entry_at(session: Session, dn: str) -> Entry | None:
    """The entry of that name, None if there is none."""
    key = dn_key(dn)
    own = own_entry(session, key, Scope.BASE)
    if own is not None:
        return own
    services = session.services
    suffix = suffixes(services.naming_contexts).get(key)
    try:
        found = await _first(services.searcher, _read(key, login_name(dn) if suffix is None else None))
    except BaseNotFound:
        found = None
    return suffix if found is None else found


def _read(key: str, person: LoginName | None) -> Query:
    return Query(key, Scope.BASE, Present("objectClass"), person=person, limit=1)


async def _first(searcher: Searcher, query: Query) -> Entry | None:
    async with aclosing(searcher.search(query)) as entries:
        async for entry in entries:
            return entry
    return None
