from __future__ import annotations

import pytest

from gateway.identity.account_attributes import demands, split, with_state
from gateway.identity.changes import ChangeRefused, Kind, Modification
from gateway.identity.model import ACTIVE, AccountState, Attributes

DISABLED, LOCKED = AccountState(disabled=True), AccountState(locked=True)
RESET = AccountState(must_change=True, reset=True)


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
        (ACTIVE, "pwdReset", [b"TRUE"], RESET, False),
        (RESET, "pwdReset", [b"FALSE"], ACTIVE, False),
        (RESET, "pwdReset", [], ACTIVE, False),
        (ACTIVE, "pwdLastSet", [b"0"], RESET, False),
        (RESET, "pwdLastSet", [b"-1"], ACTIVE, False),
        (AccountState(must_change=True), "pwdLastSet", [b"-1"], ACTIVE, False),
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
        Modification(Kind.REPLACE, "pwdReset", (b"1",)),
        Modification(Kind.REPLACE, "pwdLastSet", (b"133000000000000000",)),
        Modification(Kind.DELETE, "pwdLastSet"),
        Modification(Kind.INCREMENT, "userAccountControl", (b"2",)),
    ],
)
def test_what_means_nothing_is_refused(step: Modification) -> None:
    with pytest.raises(ChangeRefused):
        split([step], ACTIVE)


def test_steps_say_themselves_whether_the_password_must_be_changed() -> None:
    assert demands([Modification(Kind.REPLACE, "PwdReset", (b"FALSE",))])
    assert demands([Modification(Kind.REPLACE, "pwdLastSet", (b"0",))])
    assert not demands([Modification(Kind.REPLACE, "nsAccountLock", (b"TRUE",))])


def test_pwdreset_is_shown_as_long_as_it_holds() -> None:
    """What a source has shown of it stays byte for byte till then (R3)."""
    plain, shown = Attributes({"x": [b"y"]}), Attributes({"x": [b"y"], "pwdReset": [b"TRUE"]})
    assert with_state(plain, RESET) == with_state(shown, RESET) == shown
    assert with_state(shown, AccountState(must_change=True)) is shown
    assert with_state(shown, ACTIVE) == with_state(plain, ACTIVE) == plain
