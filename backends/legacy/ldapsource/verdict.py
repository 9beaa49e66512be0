"""What a server's answer to a bind says about the account and its password (R6, R7). Pure.

The table follows what servers were seen to send. A verdict on one account must never look like an outage: repeated
outages open the breaker for everybody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from backends.legacy.ldapclient.pending import BindAnswer
from gateway.errors import ProtocolError
from gateway.identity.outcome import Notice, Outcome, Reason, Rejected, Unavailable, Unknown
from gateway.wire.controls import (
    PASSWORD_EXPIRED,
    PASSWORD_EXPIRING,
    PASSWORD_POLICY,
    PolicyAnswer,
    PolicyError,
    decode_password_expiring,
    decode_policy_answer,
)
from gateway.wire.messages import ResultCode


@dataclass(frozen=True, slots=True)
class Right:
    """The password is right. `bound` is whether the connection is now the user's; `must_change` (R7); `notice` is what
    the server says of its end."""

    bound: bool = True
    must_change: bool = False
    notice: Notice | None = None


Verdict = Right | Outcome

_BY_CODE: dict[int, Outcome] = {
    ResultCode.INVALID_CREDENTIALS: Rejected(Reason.WRONG_PASSWORD),
    # An entry without a password: OpenLDAP tells it apart.
    ResultCode.INAPPROPRIATE_AUTHENTICATION: Rejected(Reason.NO_PASSWORD),
    ResultCode.NO_SUCH_OBJECT: Unknown(),
    ResultCode.INVALID_DN_SYNTAX: Unknown(),
    # 389 Directory Server, Oracle DSEE: 19 "exceed password retry limit", 53 "account inactivated".
    ResultCode.CONSTRAINT_VIOLATION: Rejected(Reason.LOCKED),
    ResultCode.UNWILLING_TO_PERFORM: Rejected(Reason.DISABLED),
    # This account may not bind at all, by an access rule of the server.
    ResultCode.INSUFFICIENT_ACCESS_RIGHTS: Rejected(Reason.DISABLED),
}

_AD_SUB_CODE = re.compile(r"\bdata ([0-9a-fA-F]{2,8})\b")
_ACTIVE_DIRECTORY: dict[str, Verdict] = {
    "525": Unknown(),
    "52e": Rejected(Reason.WRONG_PASSWORD),
    "52f": Rejected(Reason.DISABLED),  # account restriction
    "530": Rejected(Reason.HOURS),
    "531": Rejected(Reason.WORKSTATION),
    # AD looks at these two only after the right password: lost would be somebody whose password we know (R7).
    "532": Right(bound=False, must_change=True),
    "773": Right(bound=False, must_change=True),
    "533": Rejected(Reason.DISABLED),
    "568": Rejected(Reason.DISABLED),  # too many security ids
    "701": Rejected(Reason.EXPIRED),
    "775": Rejected(Reason.LOCKED),
}


def judge(answer: BindAnswer, source: str, *, active_directory: bool) -> Verdict:
    """The meaning of one answer; `Unavailable` for whatever is no verdict."""
    code = answer.result.code
    policy = _policy(answer)
    error = policy.error
    if code == ResultCode.SUCCESS:
        # OpenLDAP says it in the policy control, 389 Directory Server by sending "password expired" with a success.
        reset = error == PolicyError.CHANGE_AFTER_RESET or _has(answer, PASSWORD_EXPIRED)
        return Right(must_change=reset, notice=_notice(answer, policy))
    if code == ResultCode.INVALID_CREDENTIALS:
        if active_directory:
            match = _AD_SUB_CODE.search(answer.result.diagnostic)
            if match is not None and match[1].lower() in _ACTIVE_DIRECTORY:
                return _ACTIVE_DIRECTORY[match[1].lower()]
        if error == PolicyError.ACCOUNT_LOCKED:
            return Rejected(Reason.LOCKED)
        if error == PolicyError.PASSWORD_EXPIRED or _has(answer, PASSWORD_EXPIRED):
            return Rejected(Reason.EXPIRED)
    if code == ResultCode.BUSY:
        return Unavailable(source, busy=True)
    return _BY_CODE.get(code, Unavailable(source))


def _has(answer: BindAnswer, control: str) -> bool:
    return any(one.type == control for one in answer.controls)


def _policy(answer: BindAnswer) -> PolicyAnswer:
    for control in answer.controls:
        if control.type == PASSWORD_POLICY:
            try:
                return decode_policy_answer(control.value)
            except ProtocolError:
                break  # the result code is a verdict without it
    return PolicyAnswer()


def _notice(answer: BindAnswer, policy: PolicyAnswer) -> Notice | None:
    """When the password expires, by the policy control or by that of Netscape; how often it may be used although it
    has."""
    if policy.seconds_to_expiry is not None or policy.grace_logins is not None:
        return Notice(policy.seconds_to_expiry, policy.grace_logins)
    for control in answer.controls:
        if control.type == PASSWORD_EXPIRING:
            try:
                return Notice(decode_password_expiring(control.value))
            except ProtocolError:
                return None
    return None
