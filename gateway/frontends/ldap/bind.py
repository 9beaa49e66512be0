"""The bind operation (RFC 4511 4.2, RFC 4513 5): anonymous, simple, and what `sasl` adds. Who may in is decided by the
core."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.frontends.ldap import controls, sasl
from gateway.frontends.ldap.access import LONGEST_PASSWORD, check_may_send_password
from gateway.frontends.ldap.names import login_name
from gateway.frontends.ldap.results import (
    INVALID_CREDENTIALS,
    SUCCESS,
    bind_result,
    policy_control,
)
from gateway.identity.model import PasswordCredential, Secret
from gateway.identity.outcome import Accepted
from gateway.wire.controls import PASSWORD_POLICY
from gateway.wire.messages import BindRequest, BindResponse, LdapResult, ResultCode, SaslAuthentication

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call

_VERSION = LdapResult(ResultCode.PROTOCOL_ERROR, diagnostic="only LDAP version 3 is spoken here")


async def bind(call: Call, request: BindRequest) -> BindResponse:
    """The session is anonymous already (RFC 4513 4); only an accepted bind changes that."""
    method = request.authentication
    if request.version != 3:
        return BindResponse(_VERSION)
    session = call.session
    if isinstance(method, SaslAuthentication):
        decided = await sasl.authenticate(session, method)
        if isinstance(decided, LdapResult):
            return BindResponse(decided, sasl.challenge(decided))
        outcome = decided
    else:
        if not method.password and not request.name:
            return BindResponse(SUCCESS)
        check_may_send_password(session, is_sent=bool(method.password))
        if not request.name or len(method.password) > LONGEST_PASSWORD:
            return BindResponse(INVALID_CREDENTIALS)
        login = login_name(request.name)
        credential = PasswordCredential(login, Secret(method.password))
        outcome = await session.services.binder.bind(credential, session.peer_named(login))
    if isinstance(outcome, Accepted):
        call.become(outcome.identity)
    if call.message.controls and controls.asked(call.message.controls, PASSWORD_POLICY):
        call.controls = (policy_control(outcome),)
    return BindResponse(bind_result(outcome))
