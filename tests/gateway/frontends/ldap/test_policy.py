from __future__ import annotations

import pytest
from conversation import Client, People, bind_request, person, services

from gateway.frontends.ldap.policy import bind_controls
from gateway.identity.outcome import Accepted, Notice, Outcome, Reason, Rejected, Unavailable, Unknown
from gateway.wire.controls import (
    PASSWORD_EXPIRED,
    PASSWORD_EXPIRING,
    PASSWORD_POLICY,
    PolicyAnswer,
    PolicyError,
    decode_policy_answer,
)
from gateway.wire.messages import Control

ASKED = (Control(PASSWORD_POLICY),)


def policy(outcome: Outcome) -> PolicyAnswer:
    answers = bind_controls(ASKED, outcome, netscape=False)
    assert [one.type for one in answers] == [PASSWORD_POLICY]
    return decode_policy_answer(answers[0].value)


def unasked(outcome: Outcome) -> list[tuple[str, bytes | None]]:
    return [(one.type, one.value) for one in bind_controls((), outcome, netscape=True)]


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        (Reason.LOCKED, PolicyError.ACCOUNT_LOCKED),
        (Reason.EXPIRED, PolicyError.PASSWORD_EXPIRED),
        (Reason.MUST_CHANGE, PolicyError.CHANGE_AFTER_RESET),
        (Reason.WRONG_PASSWORD, None),
        (Reason.DISABLED, None),
    ],
)
def test_the_policy_control_tells_of_locked_expired_and_must_change(reason: Reason, error: PolicyError | None) -> None:
    assert policy(Rejected(reason)) == PolicyAnswer(error)


def test_the_policy_control_passes_on_what_the_source_says_of_the_end_of_a_password() -> None:
    assert policy(Accepted(person(), notice=Notice(seconds=3600))) == PolicyAnswer(seconds_to_expiry=3600)
    assert policy(Accepted(person(), notice=Notice(grace_logins=2))) == PolicyAnswer(grace_logins=2)
    assert policy(Accepted(person())) == PolicyAnswer()


def test_the_controls_of_netscape_come_unasked() -> None:
    """As from 389 Directory Server."""
    assert unasked(Accepted(person(), notice=Notice(seconds=86400))) == [(PASSWORD_EXPIRING, b"86400")]
    assert unasked(Rejected(Reason.EXPIRED)) == [(PASSWORD_EXPIRED, b"0")]
    assert unasked(Rejected(Reason.MUST_CHANGE)) == [(PASSWORD_EXPIRED, b"0")]
    assert unasked(Accepted(person(), notice=Notice(grace_logins=2))) == []


@pytest.mark.parametrize(
    "outcome",
    [
        Accepted(person()),
        Unknown(),
        Unavailable("old"),
        *map(Rejected, set(Reason) - {Reason.EXPIRED, Reason.MUST_CHANGE}),
    ],
)
def test_what_comes_unasked_tells_only_the_right_password_anything(outcome: Outcome) -> None:
    """R25."""
    assert unasked(outcome) == []


def test_both_come_with_an_answer_to_a_bind_and_only_those_that_are_wanted() -> None:
    people = People(person())
    people.answer = Rejected(Reason.EXPIRED)
    request = bind_request("uid=jdoe,ou=people,dc=example,dc=com", b"secret")
    both = Client(services(people)).ask(request, *ASKED)[0]
    assert [one.type for one in both.controls] == [PASSWORD_POLICY, PASSWORD_EXPIRED]
    assert Client(services(people, netscape_controls=False)).ask(request)[0].controls == ()
