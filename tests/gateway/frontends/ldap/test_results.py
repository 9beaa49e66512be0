from __future__ import annotations

import pytest
from conversation import person
from twisted.logger import LogEvent, globalLogPublisher
from twisted.python.failure import Failure

from gateway.errors import (
    BusyError,
    DirectoryUnavailable,
    IdentityConflict,
    LimitError,
    ProtocolError,
    RefusedError,
    SourceMisbehaved,
    SourceUnavailable,
)
from gateway.frontends.ldap.results import LdapError, bind_result, failure_result
from gateway.identity.outcome import Accepted, Reason, Rejected, Unavailable, Unknown
from gateway.identity.search import SearchIncomplete
from gateway.wire.messages import LdapResult, ResultCode


def test_accepted_is_success() -> None:
    assert bind_result(Accepted(person())).code == 0


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.EMPTY_PASSWORD])
def test_every_no_is_49_with_one_text(reason: Reason) -> None:
    """R25: unknown, disabled, without a hash, wrong password: the same answer."""
    assert bind_result(Rejected(reason)) == bind_result(Unknown())
    assert bind_result(Unknown()).code == ResultCode.INVALID_CREDENTIALS


def test_an_empty_password_is_53() -> None:
    """R5."""
    assert bind_result(Rejected(Reason.EMPTY_PASSWORD)).code == 53


def test_an_outage_is_never_a_no() -> None:
    """R6."""
    assert bind_result(Unavailable("old")).code == 52
    assert bind_result(Unavailable("old", busy=True)).code == 51
    assert "old" not in bind_result(Unavailable("old")).diagnostic


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LdapError(ResultCode.INVALID_DN_SYNTAX, "no"), 34),
        (ProtocolError("no"), 2),
        (RefusedError("no"), 53),
        (LimitError("too many"), 11),
        (BusyError("full"), 51),
        (SourceUnavailable("old", "refused"), 52),
        (SourceMisbehaved("old", "two entries"), 52),
        (DirectoryUnavailable("locked"), 52),
        (SearchIncomplete(("old",)), 52),
        (IdentityConflict("two"), 80),
        (ZeroDivisionError("canary"), 80),
    ],
)
def test_every_exception_has_a_code(error: Exception, code: int) -> None:
    assert failure_of(error).code == code


@pytest.mark.parametrize("error", [ZeroDivisionError("canary"), DirectoryUnavailable("canary"), BusyError("canary")])
def test_only_the_text_of_a_public_error_reaches_the_peer(error: Exception) -> None:
    assert "canary" not in failure_of(error).diagnostic
    assert failure_of(RefusedError("a public text")).diagnostic == "a public text"


def test_an_unforeseen_error_is_found_in_the_log_by_its_incident_id() -> None:
    events: list[LogEvent] = []
    globalLogPublisher.addObserver(events.append)
    try:
        result = failure_of(ZeroDivisionError("canary"))
    finally:
        globalLogPublisher.removeObserver(events.append)
    event = next(event for event in events if "incident" in event)  # others may be of what the collector finds just now
    assert result.diagnostic.endswith(event["incident"])
    assert event["log_failure"].type is ZeroDivisionError


def failure_of(error: Exception) -> LdapResult:
    return failure_result(Failure(error))
