"""`ldapsource.results`: the result code of a search, one line a test (R6)."""

from __future__ import annotations

import pytest

from backends.legacy.ldapsource.results import check
from gateway.errors import BusyError, SourceMisbehaved, SourceUnavailable
from gateway.wire.messages import LdapResult


def test_a_success_is_all() -> None:
    check("old", LdapResult(0))


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (4, SourceMisbehaved),
        (11, SourceMisbehaved),
        (10, SourceMisbehaved),
        (12, SourceMisbehaved),
        (32, SourceMisbehaved),
        (50, SourceMisbehaved),
        (53, SourceMisbehaved),
        (51, BusyError),
        (52, SourceUnavailable),
        (3, SourceMisbehaved),
        (1, SourceMisbehaved),
        (80, SourceMisbehaved),
        (4711, SourceMisbehaved),
    ],
)
def test_everything_else_is_an_error(code: int, error: type[Exception]) -> None:
    with pytest.raises(error, match=f"result code {code}"):
        check("old", LdapResult(code))
