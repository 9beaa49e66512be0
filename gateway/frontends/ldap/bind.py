"""The bind operation (RFC 4511 4.2, RFC 4513 5): simple and anonymous. Who may in is decided by the core."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.frontends.ldap import controls
from gateway.frontends.ldap.access import check_may_send_password
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

LONGEST_PASSWORD = 1024
"""Octets; a longer one is wrong without being hashed. No store that we know accepts more than 512."""

_VERSION = LdapResult(ResultCode.PROTOCOL_ERROR, diagnostic="only LDAP version 3 is spoken here")
_SASL = LdapResult(ResultCode.AUTH_METHOD_NOT_SUPPORTED, diagnostic="only simple authentication works here")


async def bind(call: Call, request: BindRequest) -> BindResponse:
    """The session is anonymous already (RFC 4513 4); only an accepted bind changes that."""
    method = request.authentication
    if request.version != 3:
        return BindResponse(_VERSION)
    if isinstance(method, SaslAuthentication):
        return BindResponse(_SASL)
    if not method.password and not request.name:
        return BindResponse(SUCCESS)
    session = call.session
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
