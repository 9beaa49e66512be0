from __future__ import annotations

import pytest

from gateway.identity.account_attributes import split
from gateway.identity.changes import ChangeRefused, Kind, Modification
from gateway.identity.model import ACTIVE, AccountState

DISABLED, LOCKED = AccountState(disabled=True), AccountState(locked=True)


@pytest.mark.parametrize(
    ("before", "name", "values", "after", "kept"),
    [
        (ACTIVE, "pwdAccountLockedTime", [b"000001010000Z"], DISABLED, False),
        (ACTIVE, "pwdAccountLockedTime", [b"20260101000000Z"], LOCKED, False),
        (DISABLED, "pwdAccountLockedTime", [], ACTIVE, False),
        (LOCKED, "pwdAccountLockedTime", [], ACTIVE, False),
        (ACTIVE, "nsAccountLock", [b"TRUE"], DISABLED, False),
        (DISABLED, "nsAccountLock", [b"false"], ACTIVE, False),
        (DISABLED, "nsaccountlock", [], ACTIVE, False),
        (ACTIVE, "loginDisabled", [b"true"], DISABLED, False),
        (ACTIVE, "userAccountControl", [b"514"], DISABLED, True),
        (DISABLED, "userAccountControl", [b"512"], ACTIVE, True),
        (DISABLED, "cn", [b"x"], DISABLED, True),
    ],
)
def test_what_scripts_write_becomes_the_state(
    before: AccountState, name: str, values: list[bytes], after: AccountState, kept: bool
) -> None:
    step = Modification(Kind.REPLACE, name, tuple(values))
    assert split([step], before) == ((step,) if kept else (), after)


def test_deleting_by_value_frees_the_account() -> None:
    step = Modification(Kind.DELETE, "pwdAccountLockedTime", (b"000001010000Z",))
    assert split([step], DISABLED) == ((), ACTIVE)


def test_the_rest_of_the_state_stays() -> None:
    state = AccountState(must_change=True, expires_at=5.0)
    _, after = split([Modification(Kind.REPLACE, "nsAccountLock", (b"TRUE",))], state)
    assert after == AccountState(disabled=True, must_change=True, expires_at=5.0)


@pytest.mark.parametrize(
    "step",
    [
        Modification(Kind.REPLACE, "nsAccountLock", (b"perhaps",)),
        Modification(Kind.REPLACE, "userAccountControl", (b"x",)),
        Modification(Kind.INCREMENT, "userAccountControl", (b"2",)),
    ],
)
def test_what_means_nothing_is_refused(step: Modification) -> None:
    with pytest.raises(ChangeRefused):
        split([step], ACTIVE)
