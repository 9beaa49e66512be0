"""What the result code of a search means: all of it, too much of it, or cannot tell (R6)."""

from __future__ import annotations

from backends.legacy.ldapclient.pending import describe
from gateway.errors import BusyError, SourceMisbehaved, SourceUnavailable
from gateway.wire.messages import LdapResult, ResultCode

ABSENT = {ResultCode.NO_SUCH_OBJECT, ResultCode.INVALID_DN_SYNTAX}
"""There is nothing of that name."""

LIMITS = {ResultCode.SIZE_LIMIT_EXCEEDED, ResultCode.ADMIN_LIMIT_EXCEEDED}
"""There is more than was sent."""


def check(source: str, result: LdapResult) -> None:
    """Nothing for a success; else `SourceMisbehaved`, `BusyError` or `SourceUnavailable`. What had come before a limit
    was reached is right and not all, and must never be taken for all."""
    code = result.code
    if code == ResultCode.SUCCESS:
        return
    text = f"the server answered a search with {describe(result)}"
    if code == ResultCode.BUSY:
        raise BusyError(f"source {source}: {text}")
    if code in LIMITS:
        raise SourceMisbehaved(source, f"{text}: there is more than it shows; raise its limit for the service account")
    if code == ResultCode.UNAVAILABLE:
        raise SourceUnavailable(source, text)
    # The server works, and yet this cannot be used: it must not count as an outage, which closes the source for all.
    raise SourceMisbehaved(source, text)
