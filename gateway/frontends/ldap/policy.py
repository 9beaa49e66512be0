"""What is said about a password besides yes or no: the password policy control, and Netscape's two.

The first is for who asks (draft-behera-ldap-password-policy-10). The others are older and come unasked, as from 389
Directory Server: applications that know them look for them, all others have to ignore them.
"""

from __future__ import annotations

from gateway.frontends.ldap.controls import asked
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected
from gateway.identity.password_outcome import Denied, PasswordOutcome, Why
from gateway.wire.controls import (
    PASSWORD_EXPIRED,
    PASSWORD_EXPIRING,
    PASSWORD_POLICY,
    PolicyAnswer,
    PolicyError,
    encode_password_expiring,
    encode_policy_answer,
)
from gateway.wire.messages import Control

_ERRORS = {
    Reason.EXPIRED: PolicyError.PASSWORD_EXPIRED,
    Reason.LOCKED: PolicyError.ACCOUNT_LOCKED,
    Reason.MUST_CHANGE: PolicyError.CHANGE_AFTER_RESET,
}
_DENIED = {  # as slapd's ppolicy overlay
    Why.NOT_ALLOWED: PolicyError.PASSWORD_MOD_NOT_ALLOWED,
    Why.NOT_HERE: PolicyError.PASSWORD_MOD_NOT_ALLOWED,
    Why.OLD_NEEDED: PolicyError.MUST_SUPPLY_OLD_PASSWORD,
    Why.TOO_SHORT: PolicyError.PASSWORD_TOO_SHORT,
    Why.TOO_WEAK: PolicyError.INSUFFICIENT_PASSWORD_QUALITY,
    Why.UNCHANGED: PolicyError.PASSWORD_IN_HISTORY,
}
_EXPIRED = Control(PASSWORD_EXPIRED, value=b"0")
_AFTER_RESET = PolicyAnswer(PolicyError.CHANGE_AFTER_RESET)
_RIGHT_PASSWORD_ONLY = {Reason.EXPIRED, Reason.MUST_CHANGE}
"""Refusals that only the right password gets. What comes unasked must tell nothing to anybody else (R25)."""


def bind_controls(controls: tuple[Control, ...], outcome: Outcome, *, netscape: bool) -> tuple[Control, ...]:
    """What goes out with the answer to a bind."""
    answers: tuple[Control, ...] = ()
    if controls and asked(controls, PASSWORD_POLICY):
        answers = (Control(PASSWORD_POLICY, value=encode_policy_answer(_answer(outcome))),)
    if netscape:
        if isinstance(outcome, Accepted) and outcome.identity.state.reset:
            answers += (_EXPIRED,)
        elif isinstance(outcome, Accepted):
            notice = outcome.notice
            if notice is not None and notice.seconds is not None:
                answers += (Control(PASSWORD_EXPIRING, value=encode_password_expiring(notice.seconds)),)
        elif isinstance(outcome, Rejected) and outcome.reason in _RIGHT_PASSWORD_ONLY:
            answers += (_EXPIRED,)
    return answers


def change_controls(controls: tuple[Control, ...], outcome: PasswordOutcome) -> tuple[Control, ...]:
    """What goes out with the answer to a change of password."""
    if not asked(controls, PASSWORD_POLICY):
        return ()
    error = _DENIED.get(outcome.why) if isinstance(outcome, Denied) else None
    return (Control(PASSWORD_POLICY, value=encode_policy_answer(PolicyAnswer(error))),)


def reset_controls(controls: tuple[Control, ...]) -> tuple[Control, ...]:
    """What goes out with the refusal of anything else to somebody who must change the password first."""
    return (
        (Control(PASSWORD_POLICY, value=encode_policy_answer(_AFTER_RESET)),)
        if asked(controls, PASSWORD_POLICY)
        else ()
    )


def _answer(outcome: Outcome) -> PolicyAnswer:
    """Locked, expired, must change; how long the password lasts, where its source has said so; else empty."""
    if isinstance(outcome, Accepted) and outcome.identity.state.reset:
        return _AFTER_RESET
    if isinstance(outcome, Accepted) and outcome.notice is not None:
        return PolicyAnswer(None, outcome.notice.seconds, outcome.notice.grace_logins)
    return PolicyAnswer(_ERRORS.get(outcome.reason) if isinstance(outcome, Rejected) else None)
