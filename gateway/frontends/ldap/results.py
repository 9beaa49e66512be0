"""From outcomes and errors to LDAP results: one table for each. Nothing else chooses a result code for a verdict.

What is not here: results of syntax and state (wrong version, bad DN), which stand where they are noticed.
"""

from __future__ import annotations

import secrets

from twisted.logger import Logger
from twisted.python.failure import Failure

from gateway.errors import BusyError, DirectoryUnavailable, LimitError, ProtocolError, PublicError, SourceError
from gateway.identity.changes import ChangeRefused, Fault
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unavailable
from gateway.identity.password_outcome import Denied, PasswordOutcome, Why
from gateway.identity.search import SearchIncomplete
from gateway.wire.messages import LdapResult, ResultCode

_DENIED = {  # as slapd answers
    Why.ANONYMOUS: ResultCode.STRONGER_AUTH_REQUIRED,
    Why.NOT_ALLOWED: ResultCode.INSUFFICIENT_ACCESS_RIGHTS,
    Why.OLD_NEEDED: ResultCode.INSUFFICIENT_ACCESS_RIGHTS,
    Why.OLD_WRONG: ResultCode.UNWILLING_TO_PERFORM,
    Why.TOO_SHORT: ResultCode.CONSTRAINT_VIOLATION,
    Why.TOO_WEAK: ResultCode.CONSTRAINT_VIOLATION,
    Why.UNCHANGED: ResultCode.CONSTRAINT_VIOLATION,
    Why.NOT_HERE: ResultCode.UNWILLING_TO_PERFORM,
    Why.NOBODY: ResultCode.NO_SUCH_OBJECT,
}

_FAULTS = {
    Fault.ASSERTION_FAILED: ResultCode.ASSERTION_FAILED,
    Fault.ENTRY_ALREADY_EXISTS: ResultCode.ENTRY_ALREADY_EXISTS,
    Fault.ATTRIBUTE_OR_VALUE_EXISTS: ResultCode.ATTRIBUTE_OR_VALUE_EXISTS,
    Fault.NO_SUCH_ATTRIBUTE: ResultCode.NO_SUCH_ATTRIBUTE,
    Fault.NOT_ALLOWED_ON_RDN: ResultCode.NOT_ALLOWED_ON_RDN,
    Fault.NOT_ALLOWED_ON_NON_LEAF: ResultCode.NOT_ALLOWED_ON_NON_LEAF,
    Fault.CONSTRAINT_VIOLATION: ResultCode.CONSTRAINT_VIOLATION,
    Fault.INVALID_ATTRIBUTE_SYNTAX: ResultCode.INVALID_ATTRIBUTE_SYNTAX,
    Fault.OBJECT_CLASS_VIOLATION: ResultCode.OBJECT_CLASS_VIOLATION,
    Fault.NAMING_VIOLATION: ResultCode.NAMING_VIOLATION,
}

SUCCESS = LdapResult(ResultCode.SUCCESS)
# One text for every "no" (R25): whoever guesses learns nothing from it.
INVALID_CREDENTIALS = LdapResult(ResultCode.INVALID_CREDENTIALS, diagnostic="invalid credentials")
EMPTY_PASSWORD = LdapResult(
    ResultCode.UNWILLING_TO_PERFORM, diagnostic="a name without a password proves nothing (RFC 4513 5.1.2)"
)
UNAVAILABLE = LdapResult(
    ResultCode.UNAVAILABLE, diagnostic="a directory behind this server does not answer; this says nothing about you"
)
INCOMPLETE = LdapResult(
    ResultCode.UNAVAILABLE, diagnostic="a directory behind this server does not answer; entries may be missing"
)
BUSY = LdapResult(ResultCode.BUSY, diagnostic="too much to do at the moment; try again soon")
TIME_LIMIT = LdapResult(ResultCode.TIME_LIMIT_EXCEEDED, diagnostic="the time limit is over")

_log = Logger()


class LdapError(PublicError):
    """A request that ends with this result, noticed somewhere below the operation."""

    def __init__(self, code: ResultCode, text: str, *, matched_dn: str = "") -> None:
        super().__init__(text)
        self.result = LdapResult(code, matched_dn, text)


def bind_result(outcome: Outcome) -> LdapResult:
    """What a bind answers. Only an outage differs from "no" (R6), and the empty password (R5)."""
    if isinstance(outcome, Accepted):
        return SUCCESS
    if isinstance(outcome, Unavailable):
        return BUSY if outcome.busy else UNAVAILABLE
    if isinstance(outcome, Rejected) and outcome.reason is Reason.EMPTY_PASSWORD:
        return EMPTY_PASSWORD
    return INVALID_CREDENTIALS


def password_result(outcome: PasswordOutcome) -> LdapResult:
    """What a change of password answers."""
    if isinstance(outcome, Denied):
        return LdapResult(_DENIED[outcome.why], diagnostic=outcome.text)
    if isinstance(outcome, Unavailable):
        return BUSY if outcome.busy else UNAVAILABLE
    return SUCCESS


_ERRORS: tuple[tuple[type[Exception], LdapResult], ...] = (
    (BusyError, BUSY),
    (SearchIncomplete, INCOMPLETE),
    (SourceError, UNAVAILABLE),
    (DirectoryUnavailable, UNAVAILABLE),
)


def failure_result(failure: Failure) -> LdapResult:
    """What a request answers that ended with an exception.

    Only a `PublicError`'s text reaches the peer; for what nobody foresaw it gets an incident id, and the log the rest.
    """
    error = failure.value
    if isinstance(error, LdapError):
        return error.result
    if isinstance(error, LimitError):
        return LdapResult(ResultCode.ADMIN_LIMIT_EXCEEDED, diagnostic=str(error))
    if isinstance(error, ChangeRefused):
        return LdapResult(_FAULTS[error.fault], diagnostic=error.text)
    if isinstance(error, PublicError):
        broken = isinstance(error, ProtocolError)
        return LdapResult(
            ResultCode.PROTOCOL_ERROR if broken else ResultCode.UNWILLING_TO_PERFORM, diagnostic=str(error)
        )
    for kind, result in _ERRORS:
        if isinstance(error, kind):
            _log.warn("a request could not be answered: {error}", error=str(error))
            return result
    incident = secrets.token_hex(4)
    _log.failure("internal error, incident {incident}", failure=failure, incident=incident)
    return LdapResult(ResultCode.OTHER, diagnostic=f"internal error, incident {incident}")
