"""The search operation (RFC 4511 4.5): from a request to a query, from entries to bytes, within limits."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from functools import lru_cache
from typing import TYPE_CHECKING

from gateway.frontends.ldap.access import check_may_read
from gateway.frontends.ldap.entries import encoded, select
from gateway.frontends.ldap.names import dn_key, login_name, login_value
from gateway.frontends.ldap.results import SUCCESS
from gateway.frontends.ldap.services import Services
from gateway.frontends.ldap.tree import matched_dn, own_entry, suffixes, with_suffix
from gateway.identity.model import Entry, LoginName
from gateway.identity.search import BaseNotFound, Query, Scope, all_attributes
from gateway.wire.attributetypes import is_secret
from gateway.wire.filter import And, Filter, Not, Or, asked_names, rename
from gateway.wire.messages import LdapResult, ResultCode, SearchRequest, SearchResultDone

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call

_DONE = SearchResultDone(SUCCESS)
_SIZE_LIMIT = SearchResultDone(
    LdapResult(ResultCode.SIZE_LIMIT_EXCEEDED, diagnostic="more entries match than may be sent")
)
_SCOPES = {scope.value: scope for scope in Scope}


async def search(call: Call, request: SearchRequest) -> SearchResultDone:
    """Sends the entries, waiting while the peer does not read; returns the end of the answer."""
    session = call.session
    key, scope = dn_key(request.base), _SCOPES[request.scope]
    own = own_entry(session, key, scope)
    if own is not None:
        if visible(request.filter).matches(all_attributes(own)) is True:
            call.send(encoded(own, select(request.attributes, request.types_only)))
        return _DONE
    check_may_read(session)
    limits, contexts = session.services.limits, session.services.naming_contexts
    if request.time_limit:
        call.seconds = min(limits.time, request.time_limit)
    size = min(limits.size, request.size_limit or limits.size)
    try:
        return await _send(call, _entries(session.services, request, key, scope, size), size)
    except BaseNotFound:
        if key in suffixes(contexts):
            return _DONE
        return SearchResultDone(LdapResult(ResultCode.NO_SUCH_OBJECT, matched_dn(contexts, key)))


async def _send(call: Call, found: AsyncGenerator[Entry, None], size: int) -> SearchResultDone:
    request, outlet = call.message.operation, call.session.outlet
    assert isinstance(request, SearchRequest)
    selection = select(request.attributes, request.types_only)
    try:
        async for entry in found:
            if not size:
                return _SIZE_LIMIT
            size -= 1
            call.send(encoded(entry, selection))
            if outlet.full:
                await outlet.room()
    finally:
        await found.aclose()  # `aclosing` would do, and costs as much as the rest of this loop for one entry
    return _DONE


def _entries(
    services: Services, request: SearchRequest, key: str, scope: Scope, size: int
) -> AsyncGenerator[Entry, None]:
    suffix = suffixes(services.naming_contexts).get(key)
    wanted = visible(request.filter)
    if scope is Scope.BASE:
        person = None if suffix is not None else login_name(request.base)
    else:
        person = _pinned(wanted, services.login_attributes)
    asked = select(request.attributes, request.types_only).asked
    query = Query(key, scope, wanted, person, size + 1, asked)
    if suffix is not None and person is None:
        return with_suffix(services.searcher, query, suffix)
    return services.searcher.search(query)


def visible(wanted: Filter) -> Filter:
    """The filter, with every item about a password Undefined: neither it nor its negation selects anybody."""
    return wanted if _is_harmless(wanted) else rename(wanted, str)  # str: every other item stays as it is


def _is_harmless(wanted: Filter) -> bool:
    """Whether no item is about a password: true of nearly all filters, and cheaper than making them anew."""
    if isinstance(wanted, And | Or):
        return all(map(_is_harmless, wanted.items))
    if isinstance(wanted, Not):
        return _is_harmless(wanted.item)
    attribute = getattr(wanted, "attribute", None)
    return attribute is not None and len(attribute) <= _USUAL_LENGTH and not _is_secret(attribute)


_USUAL_LENGTH = 64
_is_secret = lru_cache(maxsize=1024)(is_secret)


def _pinned(wanted: Filter, login_attributes: tuple[str, ...]) -> LoginName | None:
    """The one person whom the filter can mean."""
    asked = asked_names(wanted, login_attributes)
    return login_value(asked[1]) if asked is not None else None
