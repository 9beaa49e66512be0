"""The modify operation (RFC 4511 4.6): passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.frontends.ldap.access import check_may_send_password
from gateway.frontends.ldap.names import dn_key, login_name
from gateway.frontends.ldap.passwords import changed, is_password, wish_of
from gateway.frontends.ldap.readback import Around
from gateway.frontends.ldap.results import LdapError
from gateway.wire.messages import ModifyOperation, ModifyRequest, ModifyResponse, ResultCode

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call


async def modify(call: Call, request: ModifyRequest) -> ModifyResponse:
    """A change of password, which stands alone."""
    _check(request)
    passwords = [change for change in request.changes if is_password(change.attribute)]
    if passwords:
        check_may_send_password(call.session)
    if call.session.identity is None:
        raise LdapError(ResultCode.STRONGER_AUTH_REQUIRED, "modifications require authentication")
    if not passwords:
        raise LdapError(ResultCode.UNWILLING_TO_PERFORM, "entries cannot be changed through this server")
    if len(passwords) < len(request.changes):
        raise LdapError(ResultCode.INSUFFICIENT_ACCESS_RIGHTS, "a password is changed by itself, with nothing else")
    around = Around.of(call.message.controls)
    shown = await around.before(call.session, request.object)
    _, result = await changed(call, wish_of(login_name(request.object), passwords))
    if result.code == ResultCode.SUCCESS:
        call.controls += (*shown, *await around.after(call.session, request.object))
    return ModifyResponse(result)


def _check(request: ModifyRequest) -> None:
    """`LdapError` for a request that means nothing."""
    dn_key(request.object)
    for change in request.changes:
        if not isinstance(change.operation, ModifyOperation):
            raise LdapError(ResultCode.PROTOCOL_ERROR, "unknown modification")
        if change.operation == ModifyOperation.ADD and not change.values:
            raise LdapError(ResultCode.PROTOCOL_ERROR, "an add without a value")
    if not request.changes:
        raise LdapError(ResultCode.PROTOCOL_ERROR, "no modifications")
