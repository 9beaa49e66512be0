"""The modify operation (RFC 4511 4.6): a password by itself, or an entry by an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.frontends.ldap.access import check_may_send_password
from gateway.frontends.ldap.inward import modification
from gateway.frontends.ldap.names import dn_key, login_name
from gateway.frontends.ldap.passwords import changed, is_password, wish_of
from gateway.frontends.ldap.readback import Around
from gateway.frontends.ldap.results import LdapError
from gateway.frontends.ldap.work import asker, finished, worker
from gateway.identity.changes import Kind, Modification
from gateway.wire.messages import ModifyOperation, ModifyRequest, ModifyResponse, ResultCode

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call


async def modify(call: Call, request: ModifyRequest) -> ModifyResponse:
    """A password that stands alone is its owner's to change, too; everything else is administrators'."""
    _check(request)
    passwords = [change for change in request.changes if is_password(change.attribute)]
    if passwords:
        check_may_send_password(call.session)
    around = Around.of(call.message.controls)
    who, asked = asker(call, around), request.object
    request = await modification(call.session, request)
    dn = login_name(request.object)
    wish = wish_of(dn, passwords) if passwords else None
    if wish is not None and wish.old is not None and len(passwords) < len(request.changes):
        raise LdapError(ResultCode.INSUFFICIENT_ACCESS_RIGHTS, "an old password is proved where nothing else changes")
    shown = await around.before(call.session, asked)
    if wish is not None and len(passwords) == len(request.changes):
        _, result = await changed(call, wish)
    else:
        done = await worker(call).modify(dn, _steps(request), wish.new if wish is not None else None, who)
        result = finished(call, dn_key(asked), done)
    if result.code == ResultCode.SUCCESS:
        call.controls += (*shown, *await around.after(call.session, asked))
    return ModifyResponse(result)


def _steps(request: ModifyRequest) -> list[Modification]:
    return [
        Modification(Kind(change.operation), change.attribute, change.values)
        for change in request.changes
        if not is_password(change.attribute)
    ]


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
