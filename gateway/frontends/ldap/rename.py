"""The modify DN operation (RFC 4511 4.9), for administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.frontends.ldap.inward import renaming
from gateway.frontends.ldap.names import dn_key, login_name
from gateway.frontends.ldap.readback import Around
from gateway.frontends.ldap.results import LdapError
from gateway.frontends.ldap.work import asker, finished, worker
from gateway.wire.dn import Dn, format_dn, parse_dn
from gateway.wire.messages import ModifyDnRequest, ModifyDnResponse, ResultCode

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call


async def rename(call: Call, request: ModifyDnRequest) -> ModifyDnResponse:
    """Another RDN, or another place, for an entry with nothing below it."""
    key, around = dn_key(request.entry), Around.of(call.message.controls)
    who, asked, new = asker(call, around), request.entry, _new_dn(request)
    request = await renaming(call.session, request)
    real = _new_dn(request)
    shown = await around.before(call.session, asked)
    done = await worker(call).rename(
        login_name(request.entry), real, dn_key(real), who, keep_old=not request.delete_old_rdn
    )
    result = finished(call, key, done)
    if result.code == ResultCode.SUCCESS:
        call.controls += (*shown, *await around.after(call.session, new))
    return ModifyDnResponse(result)


def _new_dn(request: ModifyDnRequest) -> str:
    """The DN that the entry gets, with each RDN spelled as it came."""
    dn_key(request.new_rdn)
    new = parse_dn(request.new_rdn).rdns
    if len(new) != 1:
        raise LdapError(ResultCode.INVALID_DN_SYNTAX, "the new RDN is one RDN")
    if request.new_superior is None:
        above = parse_dn(request.entry).rdns[1:]
    else:
        dn_key(request.new_superior)
        above = parse_dn(request.new_superior).rdns
    return format_dn(Dn((*new, *above)))
