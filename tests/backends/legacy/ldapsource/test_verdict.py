"""`ldapsource.verdict`: the truth table of a bind, one line a test (R6, R7)."""

from __future__ import annotations

import pytest

from backends.legacy.ldapclient.pending import BindAnswer
from backends.legacy.ldapsource.verdict import Right, Verdict, judge
from gateway.identity.outcome import Notice, Reason, Rejected, Unavailable, Unknown
from gateway.wire.controls import (
    PASSWORD_EXPIRED,
    PASSWORD_EXPIRING,
    PASSWORD_POLICY,
    PolicyAnswer,
    PolicyError,
    encode_policy_answer,
)
from gateway.wire.messages import Control, LdapResult

WRONG = Rejected(Reason.WRONG_PASSWORD)
OUTAGE = Unavailable("old")


def policy(error: int | None = None, grace: int | None = None, seconds: int | None = None) -> Control:
    return Control(PASSWORD_POLICY, value=encode_policy_answer(PolicyAnswer(error, seconds, grace)))


def judged(code: int, *controls: Control, text: str = "", ad: bool = False) -> Verdict:
    return judge(BindAnswer(LdapResult(code, diagnostic=text), controls), "old", active_directory=ad)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (0, Right()),
        (49, WRONG),
        (48, Rejected(Reason.NO_PASSWORD)),
        (32, Unknown()),
        (34, Unknown()),
        (19, Rejected(Reason.LOCKED)),
        (53, Rejected(Reason.DISABLED)),
        (50, Rejected(Reason.DISABLED)),
        (51, Unavailable("old", busy=True)),
        (52, OUTAGE),
        (80, OUTAGE),
        (1, OUTAGE),
        (2, OUTAGE),
        (3, OUTAGE),
        (7, OUTAGE),
        (8, OUTAGE),
        (10, OUTAGE),
        (13, OUTAGE),
        (14, OUTAGE),
        (-1, OUTAGE),
        (4711, OUTAGE),
    ],
)
def test_result_codes(code: int, verdict: Verdict) -> None:
    assert judged(code) == verdict


@pytest.mark.parametrize(
    ("data", "verdict"),
    [
        ("525", Unknown()),
        ("52e", WRONG),
        ("52E", WRONG),
        ("52f", Rejected(Reason.DISABLED)),
        ("530", Rejected(Reason.HOURS)),
        ("531", Rejected(Reason.WORKSTATION)),
        ("532", Right(bound=False, must_change=True)),
        ("533", Rejected(Reason.DISABLED)),
        ("701", Rejected(Reason.EXPIRED)),
        ("773", Right(bound=False, must_change=True)),
        ("775", Rejected(Reason.LOCKED)),
        ("999", WRONG),
    ],
)
def test_sub_codes_of_active_directory(data: str, verdict: Verdict) -> None:
    text = f"80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data {data}, v2580\0"
    assert judged(49, text=text, ad=True) == verdict
    assert judged(49, text=text) == WRONG, "another server's words are not a verdict"


@pytest.mark.parametrize(
    ("code", "control", "verdict"),
    [
        (49, policy(PolicyError.ACCOUNT_LOCKED), Rejected(Reason.LOCKED)),
        (49, policy(PolicyError.PASSWORD_EXPIRED), Rejected(Reason.EXPIRED)),
        (49, policy(), WRONG),
        (49, Control(PASSWORD_EXPIRED, value=b"0"), Rejected(Reason.EXPIRED)),
        (49, Control(PASSWORD_POLICY, value=b"garbage"), WRONG),
        (49, Control(PASSWORD_POLICY), WRONG),
        (0, policy(PolicyError.CHANGE_AFTER_RESET), Right(must_change=True)),
        (0, policy(grace=3), Right(notice=Notice(grace_logins=3))),
        (0, policy(seconds=60), Right(notice=Notice(60))),
        (0, Control(PASSWORD_EXPIRING, value=b"86400"), Right(notice=Notice(86400))),
        (0, Control(PASSWORD_EXPIRING, value=b"soon"), Right()),
        (0, Control(PASSWORD_EXPIRED, value=b"0"), Right(must_change=True)),
        (0, Control(PASSWORD_POLICY, value=b"garbage"), Right()),
        (52, policy(PolicyError.ACCOUNT_LOCKED), OUTAGE),
    ],
)
def test_password_policy_controls(code: int, control: Control, verdict: Verdict) -> None:
    assert judged(code, control) == verdict
