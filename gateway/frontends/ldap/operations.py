"""Which function answers which request; what is not listed has no answer (unbind, abandon) or is no request."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from gateway.frontends.ldap.bind import bind
from gateway.frontends.ldap.call import Call
from gateway.frontends.ldap.compare import compare
from gateway.frontends.ldap.extended import extended
from gateway.frontends.ldap.modify import modify
from gateway.frontends.ldap.search import search
from gateway.wire.messages import (
    AddRequest,
    BindRequest,
    CompareRequest,
    DelRequest,
    ExtendedRequest,
    LdapResult,
    ModifyDnRequest,
    ModifyRequest,
    Response,
    ResultCode,
    SearchRequest,
)

_READ_ONLY = LdapResult(ResultCode.UNWILLING_TO_PERFORM, diagnostic="entries cannot be changed through this server")


async def refuse_to_write(call: Call, _request: object) -> Response:
    """The answer to Add, Delete and ModifyDN."""
    return call.answer(_READ_ONLY)


# Any: each function takes exactly the type that it is listed under.
OPERATIONS: dict[type[object], Callable[[Call, Any], Coroutine[Any, Any, Response]]] = {
    BindRequest: bind,
    SearchRequest: search,
    CompareRequest: compare,
    ExtendedRequest: extended,
    ModifyRequest: modify,
    AddRequest: refuse_to_write,
    DelRequest: refuse_to_write,
    ModifyDnRequest: refuse_to_write,
}
