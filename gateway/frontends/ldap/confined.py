"""What somebody may do whose password an administrator has set, until it is changed (R7)."""

from __future__ import annotations

from gateway.frontends.ldap.passwords import is_password
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


def confined(request: Operation) -> LdapResult | None:
    """The refusal of this request, None where it may go on: as slapd's ppolicy overlay. The root DSE says how a
    password is changed, so it can be read."""
    if isinstance(request, BindRequest | ExtendedRequest):
        return None
    if isinstance(request, ModifyRequest) and all(is_password(change.attribute) for change in request.changes):
        return None
    if isinstance(request, SearchRequest) and not request.base and request.scope == Scope.BASE.value:
        return None
    return _CONFINED
