"""Extended operations: Who am I, StartTLS, the way to Password Modify, Cancel and Verify Credentials, and the answer
to all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.frontends.ldap.cancel import cancel
from gateway.frontends.ldap.passwordmodify import password_modify
from gateway.frontends.ldap.reading import as_seen
from gateway.frontends.ldap.results import SUCCESS
from gateway.frontends.ldap.verify import verify_credentials
from gateway.wire.controls import CANCEL, PASSWORD_MODIFY, WHO_AM_I
from gateway.wire.credentials import VERIFY_CREDENTIALS
from gateway.wire.messages import ExtendedRequest, ExtendedResponse, LdapResult, ResultCode

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call
    from gateway.frontends.ldap.services import Services


async def extended(call: Call, request: ExtendedRequest) -> ExtendedResponse:
    """Everything but StartTLS, which is the session's: it changes the connection itself."""
    if request.name == WHO_AM_I:
        return await _who_am_i(call, request)
    if request.name == CANCEL:
        return cancel(call, request)
    if request.name == VERIFY_CREDENTIALS:
        return await verify_credentials(call, request)
    if request.name == PASSWORD_MODIFY:
        return await password_modify(call, request)
    return ExtendedResponse(_protocol_error(f"unknown extended operation {_printable(request.name)}"))


async def _who_am_i(call: Call, request: ExtendedRequest) -> ExtendedResponse:
    """RFC 4532: an authzId (RFC 4513 5.2.1.8), by the DN that the application knows; empty for anonymous."""
    if request.value is not None:
        return ExtendedResponse(_protocol_error("Who am I takes no value"))
    identity = call.session.identity
    if identity is None:
        return ExtendedResponse(SUCCESS, value=b"")
    return ExtendedResponse(SUCCESS, value=f"dn:{(await as_seen(call.session, identity)).dn}".encode())


def starttls_result(services: Services, *, is_tls: bool, is_busy: bool) -> LdapResult:
    """Whether TLS may begin now (RFC 4511 4.14.2)."""
    if is_tls:
        return LdapResult(ResultCode.OPERATIONS_ERROR, diagnostic="TLS is established already")
    if not services.offers_starttls:
        return _protocol_error("StartTLS is not offered here")
    if is_busy:
        return LdapResult(ResultCode.OPERATIONS_ERROR, diagnostic="StartTLS while operations are in progress")
    return SUCCESS


def _protocol_error(text: str) -> LdapResult:
    return LdapResult(ResultCode.PROTOCOL_ERROR, diagnostic=text)


def _printable(oid: str) -> str:
    """An OID is given back, whatever else stands in its place is not."""
    return oid if len(oid) <= 128 and oid.replace(".", "").isdecimal() and oid.isascii() else "(not an OID)"
