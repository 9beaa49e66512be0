"""Cancel (RFC 3909): like Abandon, but everybody gets an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.wire.controls import decode_cancel
from gateway.wire.messages import (
    CompareRequest,
    ExtendedRequest,
    ExtendedResponse,
    LdapResult,
    ResultCode,
    SearchRequest,
)

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call

_CANCELED = LdapResult(ResultCode.CANCELED)
_ENDS_AT_ONCE = (SearchRequest, CompareRequest)
"""What only reads. A bind must not be cancelled (RFC 3909 2.1), a guess counts (R20), and a change is whole or not."""


def cancel(call: Call, request: ExtendedRequest) -> ExtendedResponse:
    """End the operation in progress that is named. Requests that wait are never older than this one, so there is none
    of that id for it yet."""
    target = call.session.running(decode_cancel(request.value))
    if target is None:
        return ExtendedResponse(LdapResult(ResultCode.NO_SUCH_OPERATION, diagnostic="there is no such operation"))
    if not isinstance(target.message.operation, _ENDS_AT_ONCE):
        return ExtendedResponse(LdapResult(ResultCode.CANNOT_CANCEL, diagnostic="this operation cannot be cancelled"))
    target.finish(target.answer(_CANCELED))
    target.cancel()
    return ExtendedResponse(LdapResult(ResultCode.SUCCESS))
