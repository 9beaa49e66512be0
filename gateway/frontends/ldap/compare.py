"""The compare operation (RFC 4511 4.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.frontends.ldap.access import check_may_read
from gateway.frontends.ldap.assertions import asserted, check_assertion
from gateway.frontends.ldap.names import dn_key
from gateway.frontends.ldap.reading import contexts, entry_at
from gateway.frontends.ldap.suffixes import matched_dn
from gateway.frontends.ldap.tree import own_entry
from gateway.identity.model import NO_ATTRIBUTES
from gateway.identity.search import Scope, all_attributes
from gateway.wire.attributetypes import canonical, subtypes
from gateway.wire.filter import Equal, Present
from gateway.wire.groupclasses import LISTS
from gateway.wire.messages import CompareRequest, CompareResponse, LdapResult, ResultCode

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call
    from gateway.frontends.ldap.session import Session

_NO_ATTRIBUTE = CompareResponse(LdapResult(ResultCode.NO_SUCH_ATTRIBUTE))
_ANSWERS = {
    True: CompareResponse(LdapResult(ResultCode.COMPARE_TRUE)),
    False: CompareResponse(LdapResult(ResultCode.COMPARE_FALSE)),
    None: CompareResponse(LdapResult(ResultCode.INAPPROPRIATE_MATCHING, diagnostic="no rule compares these values")),
}


_LISTS = frozenset(map(str.lower, LISTS))
_NOTHING = frozenset({"1.1"})


async def compare(call: Call, request: CompareRequest) -> CompareResponse:
    """Whether the entry has that value. A password is an attribute that no entry has: it is not compared."""
    session, assertion = call.session, asserted(call.message.controls)
    if own_entry(session, dn_key(request.entry), Scope.BASE) is None:
        check_may_read(session)
        listed = await _listed(session, request) if assertion is None else None
        if listed is not None:
            return listed
    # All is read for an assertion only: who is in a group, or in which groups somebody is, may be dear to know.
    looked_at = subtypes(request.attribute.partition(";")[0]) if assertion is None else None
    entry = await entry_at(session, request.entry, looked_at)
    if entry is None:
        below = matched_dn(contexts(session), dn_key(request.entry))
        return CompareResponse(LdapResult(ResultCode.NO_SUCH_OBJECT, below))
    check_assertion(session, assertion, entry)
    attributes = all_attributes(entry)
    if session.application.view.hides(request.attribute) or Present(request.attribute).matches(attributes) is not True:
        return _NO_ATTRIBUTE
    return _ANSWERS[Equal(request.attribute, request.value).matches(attributes)]


async def _listed(session: Session, request: CompareRequest) -> CompareResponse | None:
    """The answer about one member of a group, which a store finds without reading the others; None where it is neither
    yes nor no, or not as simple as that."""
    application = session.application
    if canonical(request.attribute) not in _LISTS or not application.persona.is_plain:
        return None
    value = Equal(request.attribute, request.value)
    if application.view.hides(request.attribute) or value.matches(NO_ATTRIBUTES) is None:
        return None
    if await entry_at(session, request.entry, _NOTHING, value) is not None:
        return _ANSWERS[True]
    if await entry_at(session, request.entry, _NOTHING, Present(request.attribute)) is not None:
        return _ANSWERS[False]
    return None
