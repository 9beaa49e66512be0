"""The search operation (RFC 4511 4.5): from a request to a query, from entries to bytes, within limits."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from gateway.frontends.ldap.access import check_may_read
from gateway.frontends.ldap.assertions import asserted, check_assertion
from gateway.frontends.ldap.controlled import controlled
from gateway.frontends.ldap.entries import encoded, select
from gateway.frontends.ldap.names import dn_key
from gateway.frontends.ldap.othernames import base_of
from gateway.frontends.ldap.reading import contexts, entry_at, found, meant
from gateway.frontends.ldap.results import SUCCESS
from gateway.frontends.ldap.sins import note_dn_attribute
from gateway.frontends.ldap.suffixes import matched_dn, suffixes
from gateway.frontends.ldap.tree import own_entry
from gateway.frontends.ldap.wishes import Wishes
from gateway.identity.model import Entry
from gateway.identity.resting import Pause
from gateway.identity.search import BaseNotFound, Query, Scope, all_attributes
from gateway.wire.messages import LdapResult, ResultCode, SearchRequest, SearchResultDone

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call
    from gateway.frontends.ldap.session import Session

_DONE = SearchResultDone(SUCCESS)
_SIZE_LIMIT = SearchResultDone(
    LdapResult(ResultCode.SIZE_LIMIT_EXCEEDED, diagnostic="more entries match than may be sent")
)
_SUBORDINATE = 3
_SCOPES = {**{scope.value: scope for scope in Scope}, _SUBORDINATE: Scope.SUBTREE}


async def search(call: Call, request: SearchRequest) -> SearchResultDone:
    """Sends the entries, waiting while the peer does not read; returns the end of the answer."""
    session = call.session
    wishes = Wishes.of(call.message.controls, session.application.persona) if call.message.controls else None
    if request.base.startswith("<"):
        check_may_read(session)  # whether there is such an entry is no business of strangers
        request = replace(request, base=await base_of(session, request.base))
    key = dn_key(request.base)
    own = own_entry(session, key, _SCOPES[request.scope]) if request.scope != _SUBORDINATE else None
    if own is not None:
        return await _own(call, request, own, wishes)
    check_may_read(session)
    if session.application.tolerates:
        note_dn_attribute(session, request)
    most, seconds = bounds(session)
    if request.time_limit or session.application.time is not None:
        call.seconds = min(seconds, request.time_limit or seconds)
    try:
        if wishes is None:
            size = min(most, request.size_limit or most)
            return await _send(call, _entries(session, request, key, size + 1), size)
        assertion = asserted(call.message.controls)
        base = None if assertion is None else await entry_at(session, request.base)
        if base is not None:
            check_assertion(session, assertion, base)
        return await controlled(call, request, wishes, partial(_entries, session, wishes.reading(request), key), most)
    except BaseNotFound:
        known = contexts(session)
        if key in suffixes(known):
            return _DONE
        return SearchResultDone(LdapResult(ResultCode.NO_SUCH_OBJECT, matched_dn(known, key)))


async def _own(call: Call, request: SearchRequest, own: Entry, wishes: Wishes | None) -> SearchResultDone:
    """The root DSE, or the subschema."""
    view = call.session.application.view
    is_shown = view.visible(request.filter).matches(all_attributes(own)) is True
    if wishes is not None:
        check_assertion(call.session, asserted(call.message.controls), own)

        async def only(_limit: int, _pause: Pause | None) -> AsyncGenerator[Entry, None]:
            if is_shown:
                yield own

        return await controlled(call, request, wishes, only, 1)
    if is_shown:
        call.send(encoded(own, select(request.attributes, request.types_only)))
    return _DONE


async def _send(call: Call, entries: AsyncGenerator[Entry, None], size: int) -> SearchResultDone:
    request, outlet = call.message.operation, call.session.outlet
    assert isinstance(request, SearchRequest)
    selection = select(request.attributes, request.types_only, call.session.application.view)
    try:
        async for entry in entries:
            if not size:
                return _SIZE_LIMIT
            size -= 1
            call.send(encoded(entry, selection))
            if outlet.full:
                await outlet.room()
    finally:
        await entries.aclose()  # `aclosing` would do, and costs as much as the rest of this loop for one entry
    return _DONE


def _entries(
    session: Session, request: SearchRequest, key: str, limit: int, pause: Pause | None = None
) -> AsyncGenerator[Entry, None]:
    view, base, scope = session.application.view, request.base, _SCOPES[request.scope]
    asked = select(request.attributes, request.types_only, view).asked
    wanted = view.visible(request.filter)
    person = meant(session, base, key, scope, wanted)
    query = Query(key, scope, wanted, person, limit, asked, pause=pause, spelled_base=base)
    if request.scope == _SUBORDINATE:
        return _subordinates(found(session, replace(query, limit=limit and limit + 1)), key)
    return found(session, query)


async def _subordinates(entries: AsyncGenerator[Entry, None], base: str) -> AsyncGenerator[Entry, None]:
    """All but the base; stores know no such scope, and none needs to."""
    async with aclosing(entries):
        async for entry in entries:
            if entry.dn_key != base:
                yield entry


def bounds(session: Session) -> tuple[int, float]:
    """The most entries and seconds that one search of this application may have."""
    limits, application = session.services.limits, session.application
    return application.size or limits.size, application.time or limits.time
