"""Facts about PHP's portable hashes that go beyond the vectors of test_schemes."""

from __future__ import annotations

import pytest

from gateway.passwords import refusal, verify

HASH = "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0"  # Openwall phpass 0.3 test.php: "test12345"


@pytest.mark.parametrize(("digit", "log2"), [("I", 20), ("5", 7)])
def test_rounds_up_to_the_limits_are_taken(digit: str, log2: int) -> None:
    assert refusal(HASH.replace("$9", f"${digit}")) is None


@pytest.mark.parametrize(("digit", "log2"), [("J", 21), ("S", 30), ("z", 63), ("4", 6), (".", 0)])
def test_rounds_beyond_the_limits_are_refused_with_a_reason(digit: str, log2: int) -> None:
    for stored in (HASH.replace("$9", f"${digit}"), f"$S${digit}" + "a" * 51):
        assert refusal(stored) == f"2^{log2} rounds are outside the limits of 2^7 and 2^20"
        assert not verify("test12345", stored)


def test_a_password_that_would_be_hashed_again_and_again_is_bounded() -> None:
    """As in phpass.php."""
    assert not verify(b"x" * 4097, HASH)
