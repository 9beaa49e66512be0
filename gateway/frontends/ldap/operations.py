"""Which function answers which request; what is not listed has no answer (unbind, abandon) or is no request."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from gateway.frontends.ldap.add import add
from gateway.frontends.ldap.bind import bind
from gateway.frontends.ldap.call import Call
from gateway.frontends.ldap.compare import compare
from gateway.frontends.ldap.delete import delete
from gateway.frontends.ldap.extended import extended
from gateway.frontends.ldap.modify import modify
from gateway.frontends.ldap.rename import rename
from gateway.frontends.ldap.search import search
from gateway.wire.messages import (
    AddRequest,
    BindRequest,
    CompareRequest,
    DelRequest,
    ExtendedRequest,
    ModifyDnRequest,
    ModifyRequest,
    Response,
    SearchRequest,
)

# Any: each function takes exactly the type that it is listed under.
OPERATIONS: dict[type[object], Callable[[Call, Any], Coroutine[Any, Any, Response]]] = {
    BindRequest: bind,
    SearchRequest: search,
    CompareRequest: compare,
    ExtendedRequest: extended,
    ModifyRequest: modify,
    AddRequest: add,
    DelRequest: delete,
    ModifyDnRequest: rename,
}
