"""Verify Credentials (OpenLDAP's `ldapvc`): a bind that leaves the connection as it is.

The core sees no difference: it counts, absorbs and audits like a bind (R20), and moves whoever is accepted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.frontends.ldap.bind import decide
from gateway.frontends.ldap.controls import refusal
from gateway.frontends.ldap.policy import bind_controls
from gateway.frontends.ldap.results import SUCCESS, bind_result
from gateway.wire.credentials import decode_verify, encode_verified
from gateway.wire.messages import BindRequest, Control, ExtendedRequest, ExtendedResponse, LdapResult

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call


async def verify_credentials(call: Call, request: ExtendedRequest) -> ExtendedResponse:
    """The operation itself is a success where it could be done; the verdict is inside."""
    wanted = decode_verify(request.value)
    bind = BindRequest(3, wanted.name, wanted.authentication)
    services = call.session.services
    call.lasting = True
    call.seconds = services.limits.bind_timeout
    refused = refusal(bind, wanted.controls)
    if refused is not None:
        return _answer(refused)
    outcome = await decide(call.session, bind)
    if isinstance(outcome, LdapResult):
        return _answer(outcome)
    return _answer(bind_result(outcome), bind_controls(wanted.controls, outcome, netscape=services.netscape_controls))


def _answer(result: LdapResult, controls: tuple[Control, ...] = ()) -> ExtendedResponse:
    return ExtendedResponse(SUCCESS, value=encode_verified(result, controls))
