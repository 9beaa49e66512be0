"""`ldapsource.state`: the words of different servers for disabled, locked, expired, must change (R7)."""

from __future__ import annotations

import pytest

from backends.legacy.ldapsource.state import state_of
from gateway.identity.model import ACTIVE, AccountState, Attributes

JANUARY_2030 = 1_893_456_000.0


@pytest.mark.parametrize(
    ("attribute", "value", "state"),
    [
        ("nsAccountLock", b"true", AccountState(disabled=True)),
        ("nsaccountlock", b"FALSE", ACTIVE),
        ("loginDisabled", b"TRUE", AccountState(disabled=True)),
        ("ds-pwp-account-disabled", b"true", AccountState(disabled=True)),
        ("userAccountControl", b"514", AccountState(disabled=True)),
        ("userAccountControl", b"512", ACTIVE),
        ("userAccountControl", b"nonsense", ACTIVE),
        ("pwdAccountLockedTime", b"000001010000Z", AccountState(locked=True)),
        ("pwdAccountLockedTime", b"20200101000000Z", ACTIVE),
        ("pwdReset", b"TRUE", AccountState(must_change=True)),
        ("pwdLastSet", b"0", AccountState(must_change=True)),
        ("pwdLastSet", b"133444736000000000", ACTIVE),
        ("accountExpires", b"0", ACTIVE),
        ("accountExpires", b"9223372036854775807", ACTIVE),
        ("accountExpires", b"135379296000000000", AccountState(expires_at=JANUARY_2030)),
        ("pwdEndTime", b"20300101000000Z", AccountState(expires_at=JANUARY_2030)),
        ("pwdEndTime", b"20300101020000.5+0200", AccountState(expires_at=JANUARY_2030)),
        ("loginExpirationTime", b"2029123122-02", AccountState(expires_at=JANUARY_2030)),
        ("pwdEndTime", b"20301301000000Z", ACTIVE),
        ("pwdEndTime", b"soon", ACTIVE),
    ],
)
def test_one_attribute(attribute: str, value: bytes, state: AccountState) -> None:
    assert state_of(Attributes({attribute: [value]})) == state


def test_a_password_that_never_expires_need_not_be_changed() -> None:
    attributes = Attributes({"pwdLastSet": [b"0"], "userAccountControl": [b"66048"]})
    assert state_of(attributes) == ACTIVE


def test_the_earlier_end_counts() -> None:
    attributes = Attributes({"pwdEndTime": [b"20310101000000Z"], "loginExpirationTime": [b"20300101000000Z"]})
    assert state_of(attributes).expires_at == JANUARY_2030
