"""Facts about PBKDF2 and scrypt that go beyond the vectors of test_schemes."""

from __future__ import annotations

import pytest

from gateway.passwords import refusal, verify

PASSLIB = "$pbkdf2$1212$OB.dtnSEXZK8U5cgxU/GYQ$y5LKPOplRmok7CZp/aqVDVg8zGI"  # passlib's tests: "password"
SCRYPT = "scrypt:{}$salt$" + "0" * 128


@pytest.mark.parametrize("rounds", ["5000001", "1000000000", "99999999999999999999"])
def test_an_attackers_rounds_are_refused_with_a_reason(rounds: str) -> None:
    stored = PASSLIB.replace("1212", rounds)
    assert not verify("password", stored)
    assert refusal(stored) is not None
    assert refusal(f"pbkdf2_sha256${rounds}$salt$" + "A" * 43) is not None


def test_the_reason_names_the_limit() -> None:
    assert refusal(PASSLIB.replace("1212", "5000001")) == (
        "a number of PBKDF2 rounds of 5000001 is over the limit of 5000000"
    )


def test_rounds_of_todays_products_are_within_the_limit() -> None:
    """Django 6.0 has 1,200,000."""
    assert refusal("pbkdf2_sha256$1200000$salt$" + "A" * 43) is None


@pytest.mark.parametrize("rounds", ["0", "-1", "", "1e3", "\u0661"])
def test_odd_rounds_are_malformed(rounds: str) -> None:
    assert refusal(PASSLIB.replace("1212", rounds)) == "malformed"


def test_a_digest_that_is_not_whole_is_refused_although_its_beginning_is_right() -> None:
    assert verify("password", PASSLIB)
    assert not verify("password", PASSLIB[:-4])


@pytest.mark.parametrize("cost", ["1048577:8:1", "32768:65:1", "32768:8:65", "1048576:8:1", "32768:64:8"])
def test_an_attackers_scrypt_is_refused_with_a_reason(cost: str) -> None:
    assert "over the limit" in (refusal(SCRYPT.format(cost)) or "")
    assert not verify("password", SCRYPT.format(cost))


@pytest.mark.parametrize("cost", ["0:8:1", "1:8:1", "3:8:1", "65536:1:1", "16384:0:1", "16384:8:0"])
def test_scrypt_parameters_that_rfc_7914_forbids_are_malformed(cost: str) -> None:
    assert (refusal(SCRYPT.format(cost)) or "").startswith("malformed")
    assert not verify("password", SCRYPT.format(cost))


def test_the_largest_scrypt_within_the_limits_can_be_worked() -> None:
    assert refusal(SCRYPT.format("32768:8:1")) is None
    assert not verify("password", SCRYPT.format("32768:1:1"))
    assert not verify("password", SCRYPT.format("2:64:64"))
