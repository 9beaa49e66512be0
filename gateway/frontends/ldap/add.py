"""The add operation (RFC 4511 4.7), for administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.frontends.ldap.access import check_may_send_password
from gateway.frontends.ldap.inward import addition
from gateway.frontends.ldap.names import dn_key
from gateway.frontends.ldap.passwords import is_password, wish_of
from gateway.frontends.ldap.readback import Around
from gateway.frontends.ldap.results import LdapError
from gateway.frontends.ldap.work import asker, finished, worker
from gateway.identity.model import Attributes, LoginName
from gateway.identity.newcomers import newcomer
from gateway.wire.attributetypes import canonical
from gateway.wire.dn import leaf
from gateway.wire.messages import AddRequest, AddResponse, Change, ModifyOperation, ResultCode

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call


async def add(call: Call, request: AddRequest) -> AddResponse:
    """A new person or other entry; a password comes as `userPassword` (or a hash in it) or as `unicodePwd`."""
    asked = request.entry
    if not dn_key(asked):
        raise LdapError(ResultCode.ENTRY_ALREADY_EXISTS, "the root is there")
    passwords = [Change(ModifyOperation.ADD, name, values) for name, values in request.attributes if is_password(name)]
    if passwords:
        check_may_send_password(call.session)
    around = Around.of(call.message.controls)
    who = asker(call, around)
    if any(not values for _, values in request.attributes):
        raise LdapError(ResultCode.PROTOCOL_ERROR, "an attribute without a value")
    request = await addition(call.session, request)
    dn = request.entry
    key, rdn = dn_key(dn), leaf(dn)
    wish = wish_of(LoginName.of_dn(dn, key, rdn), passwords) if passwords else None
    shown = Attributes((name, values) for name, values in request.attributes if not is_password(name))
    entry = newcomer(dn, key, rdn, shown, has_password=wish is not None, canonical=canonical)
    done = await worker(call).add(entry, wish.new if wish is not None else None, who)
    result = finished(call, dn_key(asked), done)
    if result.code == ResultCode.SUCCESS:
        call.controls += await around.after(call.session, asked)
    return AddResponse(result)
