"""The delete operation (RFC 4511 4.8), for administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.frontends.ldap.inward import target
from gateway.frontends.ldap.names import dn_key, login_name
from gateway.frontends.ldap.readback import Around
from gateway.frontends.ldap.work import asker, finished, worker
from gateway.wire.messages import DelRequest, DelResponse, ResultCode

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call


async def delete(call: Call, request: DelRequest) -> DelResponse:
    """An entry with nothing below it."""
    key, around = dn_key(request.entry), Around.of(call.message.controls)
    who = asker(call, around)
    shown = await around.before(call.session, request.entry)
    real = login_name(await target(call.session, request.entry))
    result = finished(call, key, await worker(call).remove(real, who))
    if result.code == ResultCode.SUCCESS:
        call.controls += shown
    return DelResponse(result)
