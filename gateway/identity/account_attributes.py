"""Attributes by which provisioning scripts disable, lock and free accounts, read as the state that the directory keeps.

Each product has its own. What a script writes becomes the person's `AccountState`, whatever the product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gateway.identity.changes import ChangeRefused, Fault, Kind, Modification
from gateway.identity.model import AccountState

_FOR_EVER = b"000001010000Z"
_ACCOUNT_DISABLED = 0x2  # MS-ADTS 2.2.16, ADS_UF_ACCOUNT_DISABLE
_FLAGS = frozenset({"nsaccountlock", "logindisabled"})

KEPT_AS_STATE = frozenset({"pwdaccountlockedtime", *_FLAGS})
"""Only the state is kept of these; `userAccountControl` says more than that, and stays an attribute, too."""

STATE_ATTRIBUTES = KEPT_AS_STATE | {"useraccountcontrol"}


def split(steps: Sequence[Modification], state: AccountState) -> tuple[tuple[Modification, ...], AccountState]:
    """The steps that are about attributes, and the state after all. `ChangeRefused` for a value that means nothing."""
    left = []
    for step in steps:
        name = step.attribute.lower()
        if name in STATE_ATTRIBUTES:
            state = _after(name, step, state)
        if name not in KEPT_AS_STATE:
            left.append(step)
    return tuple(left), state


def _after(name: str, step: Modification, state: AccountState) -> AccountState:
    if step.kind is Kind.INCREMENT:
        raise ChangeRefused(Fault.CONSTRAINT_VIOLATION, f"{step.attribute} cannot be counted up")
    value = step.values[0] if step.values and step.kind is not Kind.DELETE else None
    if name == "pwdaccountlockedtime":  # draft-behera-ldap-password-policy-10, 5.3.3
        is_for_ever = value == _FOR_EVER
        return replace(state, disabled=is_for_ever, locked=value is not None and not is_for_ever)
    if name in _FLAGS:
        if value is not None and value.lower() not in {b"true", b"false"}:
            raise ChangeRefused(Fault.INVALID_ATTRIBUTE_SYNTAX, f"{step.attribute} is TRUE or FALSE")
        return replace(state, disabled=value is not None and value.lower() == b"true")
    return state if value is None else replace(state, disabled=bool(_number(step, value) & _ACCOUNT_DISABLED))


def _number(step: Modification, value: bytes) -> int:
    try:
        return int(value)
    except ValueError:
        raise ChangeRefused(Fault.INVALID_ATTRIBUTE_SYNTAX, f"{step.attribute} is a number") from None
