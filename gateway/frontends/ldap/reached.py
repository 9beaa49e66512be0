"""What the stores have, less what a connection may not see: an entry that may not be seen does not exist, neither as an
answer nor as the base of a search. How the rest looks to its application is in `reading.py`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import TYPE_CHECKING, cast

from gateway.errors import ProtocolError
from gateway.frontends.ldap.access import tell_that_nothing_is_shown
from gateway.frontends.ldap.names import login_name, login_value
from gateway.frontends.ldap.suffixes import suffixes, with_suffix
from gateway.identity.model import Entry, LoginName
from gateway.identity.search import BaseNotFound, Query, Scope
from gateway.identity.search import Filter as AnyFilter
from gateway.wire.filter import Filter, Present, asked_names

if TYPE_CHECKING:
    from gateway.frontends.ldap.session import Session


def pinned(session: Session, wanted: AnyFilter) -> LoginName | None:
    """The one person whom the filter can mean."""
    asked = asked_names(cast(Filter, wanted), session.services.login_attributes)
    return login_value(asked[1]) if asked is not None else None


def searched(session: Session, query: Query) -> AsyncGenerator[Entry, None]:
    """What the stores have, and the naming contexts, which exist even if no store shows them."""
    services = session.services
    suffix = suffixes(services.naming_contexts).get(query.base)
    if suffix is not None and query.person is None:
        return with_suffix(services.searcher, query, suffix)
    return services.searcher.search(query)


def readable(session: Session, query: Query) -> AsyncGenerator[Entry, None]:
    """What of it the application may see, or everything for an administrator. An application that may see everything
    there costs nothing."""
    reach = session.reach
    if reach.filter is None and reach.covers(query.base):
        return searched(session, query)
    return _within_reach(session, query)


async def _within_reach(session: Session, query: Query) -> AsyncGenerator[Entry, None]:
    await session.widen()
    reach, own = session.reach, session.identity
    if reach.is_whole:
        async with aclosing(searched(session, query)) as everything:
            async for entry in everything:
                yield entry
        return
    narrowed = reach.narrow(query)
    is_found = is_based = False
    own_key = None
    if own is not None and query.covers(own.dn_key):
        own_key = own.dn_key
        async for entry in _at(session, own_key, query.filter, query.attributes, own.dn):
            is_found = True
            yield entry
    try:
        async with aclosing(_nothing() if narrowed is None else searched(session, narrowed)) as entries:
            async for entry in entries:
                if entry.dn_key != own_key and reach.covers(entry.dn_key):
                    is_found = True
                    yield entry
        is_based = narrowed is not None
    except BaseNotFound:
        is_based = False
    if reach.is_empty and not is_found:
        tell_that_nothing_is_shown(session)
    if not is_found and not await _is_there(session, query, is_based=is_based):
        raise BaseNotFound


async def _is_there(session: Session, query: Query, *, is_based: bool) -> bool:
    """Whether the base of a search that found nothing exists for the application."""
    reach, own, key = session.reach, session.identity, query.base
    if not key:
        return True
    if own is not None and (key == own.dn_key or (query.scope is not Scope.BASE and own.dn_key.endswith(f",{key}"))):
        return True
    if query.scope is not Scope.BASE and reach.is_known_place(key):
        return is_based or key not in (reach.bases or ())
    if not is_based or not reach.covers(key):
        return False
    if reach.filter is None:
        return True
    async for _ in _at(session, key, reach.filter, frozenset({"1.1"})):
        return True
    return False


async def _at(
    session: Session, key: str, wanted: AnyFilter, attributes: frozenset[str] | None, spelled: str = ""
) -> AsyncGenerator[Entry, None]:
    """The entry of this normalised DN (`spelled` so, where that is known), if the filter selects it."""
    query = Query(key, Scope.BASE, wanted, login_name(key), 1, attributes, spelled_base=spelled)
    try:
        async with aclosing(searched(session, query)) as entries:
            async for entry in entries:
                yield entry
                return
    except BaseNotFound:
        return


async def stored_entry(session: Session, key: str) -> Entry | None:
    """Whatever is stored under this normalised DN, seen or not: only its own DN is told."""
    try:
        async for entry in _at(session, key, Present("objectClass"), None):
            return entry
    except ProtocolError:
        return None
    return None


async def _nothing() -> AsyncGenerator[Entry, None]:
    nobody: Iterable[Entry] = ()
    for entry in nobody:
        yield entry
