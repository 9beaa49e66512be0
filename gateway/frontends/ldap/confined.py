"""What somebody may do whose password an administrator has set, until it is changed (R7)."""

from __future__ import annotations

from gateway.frontends.ldap.passwords import is_password
from gateway.frontends.ldap.subschema import SUBSCHEMA_DN
from gateway.identity.search import Scope
from gateway.wire.messages import (
    BindRequest,
    ExtendedRequest,
    LdapResult,
    ModifyRequest,
    Operation,
    ResultCode,
    SearchRequest,
)

_CONFINED = LdapResult(  # slapd's words
    ResultCode.INSUFFICIENT_ACCESS_RIGHTS,
    diagnostic="Operations are restricted to bind/unbind/abandon/StartTLS/modify password",
)

_OWN = frozenset({"", SUBSCHEMA_DN.lower()})  # as the root DSE spells it


def confined(request: Operation) -> LdapResult | None:
    """The refusal of this request, None where it may go on: as slapd's ppolicy overlay, and with those for which
    an administrator's right would do there (renames, the mark itself). What the server says about itself, which clients
    read to find out how to change a password, can be read."""
    if isinstance(request, BindRequest | ExtendedRequest):
        return None
    if isinstance(request, ModifyRequest) and all(is_password(change.attribute) for change in request.changes):
        return None
    if isinstance(request, SearchRequest) and request.scope == Scope.BASE.value and request.base.lower() in _OWN:
        return None
    return _CONFINED
