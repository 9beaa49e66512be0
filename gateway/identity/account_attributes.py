"""Attributes by which provisioning scripts disable, lock and free accounts, read as the state that the directory keeps.

Each product has its own. What a script writes becomes the person's `AccountState`, whatever the product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gateway.identity.changes import ChangeRefused, Fault, Kind, Modification
from gateway.identity.model import AccountState, Attributes

_FOR_EVER = b"000001010000Z"
_ACCOUNT_DISABLED = 0x2  # MS-ADTS 2.2.16, ADS_UF_ACCOUNT_DISABLE
_FLAGS = frozenset({"nsaccountlock", "logindisabled"})
_RESET = "pwdReset"  # draft-behera-ldap-password-policy-10, 5.3.6
_DEMANDS = frozenset({_RESET.lower(), "pwdlastset"})

KEPT_AS_STATE = frozenset({"pwdaccountlockedtime", *_FLAGS, *_DEMANDS})
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


def demands(steps: Sequence[Modification]) -> bool:
    """Whether these steps say themselves if the password must be changed."""
    return any(step.attribute.lower() in _DEMANDS for step in steps)


def with_state(operational: Attributes, state: AccountState) -> Attributes:
    """The operational attributes as they are shown while the state is this one: `pwdReset` as long as it holds."""
    is_shown = _RESET in operational
    if is_shown and not state.must_change:
        return operational.without((_RESET,))
    if state.reset and not is_shown:
        return Attributes([*operational.items(), (_RESET, (b"TRUE",))])
    return operational


def _after(name: str, step: Modification, state: AccountState) -> AccountState:
    if step.kind is Kind.INCREMENT:
        raise ChangeRefused(Fault.CONSTRAINT_VIOLATION, f"{step.attribute} cannot be counted up")
    value = step.values[0] if step.values and step.kind is not Kind.DELETE else None
    if name == "pwdaccountlockedtime":  # draft-behera-ldap-password-policy-10, 5.3.3
        is_for_ever = value == _FOR_EVER
        return replace(state, disabled=is_for_ever, locked=value is not None and not is_for_ever)
    if name in _FLAGS:
        return replace(state, disabled=_flag(step, value))
    if name in _DEMANDS:
        must = _flag(step, value) if name == _RESET.lower() else _never_set(step, value)
        return replace(state, must_change=must, reset=must)
    return state if value is None else replace(state, disabled=bool(_number(step, value) & _ACCOUNT_DISABLED))


def _flag(step: Modification, value: bytes | None) -> bool:
    if value is not None and value.lower() not in {b"true", b"false"}:
        raise ChangeRefused(Fault.INVALID_ATTRIBUTE_SYNTAX, f"{step.attribute} is TRUE or FALSE")
    return value is not None and value.lower() == b"true"


def _never_set(step: Modification, value: bytes | None) -> bool:
    """MS-ADTS 3.1.1.5.3.1.1: `pwdLastSet` takes 0, the password must be changed, and -1, it was just set."""
    if value not in {b"0", b"-1"}:
        raise ChangeRefused(Fault.CONSTRAINT_VIOLATION, f"{step.attribute} can only be set to 0 or -1")
    return value == b"0"


def _number(step: Modification, value: bytes) -> int:
    try:
        return int(value)
    except ValueError:
        raise ChangeRefused(Fault.INVALID_ATTRIBUTE_SYNTAX, f"{step.attribute} is a number") from None
