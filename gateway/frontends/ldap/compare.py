"""The compare operation (RFC 4511 4.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.frontends.ldap.access import check_may_read
from gateway.frontends.ldap.assertions import asserted, check_assertion
from gateway.frontends.ldap.names import dn_key
from gateway.frontends.ldap.reading import contexts, entry_at
from gateway.frontends.ldap.suffixes import matched_dn
from gateway.frontends.ldap.tree import own_entry
from gateway.identity.search import Scope, all_attributes
from gateway.wire.filter import Equal, Present
from gateway.wire.messages import CompareRequest, CompareResponse, LdapResult, ResultCode

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call

_NO_ATTRIBUTE = CompareResponse(LdapResult(ResultCode.NO_SUCH_ATTRIBUTE))
_ANSWERS = {
    True: CompareResponse(LdapResult(ResultCode.COMPARE_TRUE)),
    False: CompareResponse(LdapResult(ResultCode.COMPARE_FALSE)),
    None: CompareResponse(LdapResult(ResultCode.INAPPROPRIATE_MATCHING, diagnostic="no rule compares these values")),
}


async def compare(call: Call, request: CompareRequest) -> CompareResponse:
    """Whether the entry has that value. A password is an attribute that no entry has: it is not compared."""
    session = call.session
    if own_entry(session, dn_key(request.entry), Scope.BASE) is None:
        check_may_read(session)
    entry = await entry_at(session, request.entry)
    if entry is None:
        below = matched_dn(contexts(session), dn_key(request.entry))
        return CompareResponse(LdapResult(ResultCode.NO_SUCH_OBJECT, below))
    check_assertion(session, asserted(call.message.controls), entry)
    attributes = all_attributes(entry)
    if session.application.view.hides(request.attribute) or Present(request.attribute).matches(attributes) is not True:
        return _NO_ATTRIBUTE
    return _ANSWERS[Equal(request.attribute, request.value).matches(attributes)]
