"""Facts about bcrypt that go beyond the vectors of test_schemes."""

from __future__ import annotations

import pytest

from gateway.passwords.bcrypt import BCRYPT

# Openwall crypt_blowfish 1.2, wrapper.c
LONG = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
LONG_HASH = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"
HASH = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"  # of "U*U"


def test_what_follows_the_72nd_byte_is_ignored_as_the_old_systems_did() -> None:
    """R14."""
    assert len(LONG) == 72
    for tail in ("", "chars after 72 are ignored", "é" * 2000):
        assert BCRYPT.verify((LONG + tail).encode(), LONG_HASH)
    assert not BCRYPT.verify(LONG[:-1].encode(), LONG_HASH)


def test_the_cut_may_fall_into_a_character() -> None:
    stored = "$2a$05$/OK.fbVrR/bpIqNJ5ianF.R9xrDjiycxMbQE2bp.vgqlYpW5wx2yy"  # Openwall: b"\xaa\x55" * 36
    assert BCRYPT.verify(b"\xaa\x55" * 36 + "é".encode(), stored)


def test_noise_in_the_last_digit_of_the_salt_is_overlooked() -> None:
    """That digit holds two bits; passlib up to 1.5.2 left noise in the other four."""
    assert BCRYPT.verify(b"U*U", HASH.replace("CCC.E5", "CCC/E5"))
    assert not BCRYPT.verify(b"U*U", HASH.replace("CCC.E5", "CCCeE5"))


def test_a_nul_is_refused_because_c_would_have_ended_there() -> None:
    assert not BCRYPT.verify(b"U*U\0tail", HASH)


@pytest.mark.parametrize("cost", ["17", "31"])
def test_an_attackers_cost_is_refused_with_a_reason(cost: str) -> None:
    stored = HASH.replace("$05$", f"${cost}$")
    assert not BCRYPT.verify(b"U*U", stored)
    assert BCRYPT.refusal(stored) == f"a bcrypt cost of {cost} is over the limit of 16"


@pytest.mark.parametrize("cost", ["00", "03", "32"])
def test_a_cost_outside_bcrypts_own_bounds_is_malformed(cost: str) -> None:
    assert not BCRYPT.verify(b"U*U", HASH.replace("$05$", f"${cost}$"))
