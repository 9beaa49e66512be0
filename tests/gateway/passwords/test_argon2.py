"""Facts about Argon2 that go beyond the vectors of test_schemes."""

from __future__ import annotations

import re

import pytest

from gateway.errors import ConfigError
from gateway.passwords.argon2 import ARGON2, Argon2Hasher

CHEAP = Argon2Hasher(memory_kib=8, time=1, parallelism=1)
DIGEST = "c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"


def test_a_new_hash_is_argon2id_at_the_configured_cost_with_a_fresh_salt() -> None:
    """R14."""
    first, second = CHEAP.hash(b"secret"), CHEAP.hash(b"secret")
    assert first != second
    assert re.fullmatch(r"\$argon2id\$v=19\$m=8,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}", first)
    assert ARGON2.verify(b"secret", first)
    assert not ARGON2.verify(b"Secret", first)


def test_an_empty_password_is_never_hashed() -> None:
    """R5."""
    with pytest.raises(ValueError, match="R5"):
        CHEAP.hash(b"")


def test_a_password_of_any_length_and_any_bytes_is_hashed_whole() -> None:
    long = bytes(range(256)) * 64
    stored = CHEAP.hash(long)
    assert ARGON2.verify(long, stored)
    assert not ARGON2.verify(long[:-1], stored)


def test_defaults_are_19_mib_and_two_passes() -> None:
    assert Argon2Hasher().decoy().startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(
    ("stored", "stale"),
    [
        (f"$argon2id$v=19$m=256,t=2,p=1${DIGEST}", False),
        (f"$argon2id$v=19$m=256,t=2,p=2${DIGEST}", False),  # as dear, only spread otherwise
        (f"$argon2id$v=19$m=512,t=3,p=1${DIGEST}", False),  # hashes only get stronger: it stays
        (f"$argon2id$v=19$m=255,t=2,p=1${DIGEST}", True),
        (f"$argon2id$v=19$m=256,t=1,p=1${DIGEST}", True),
        (f"$argon2id$v=16$m=256,t=2,p=1${DIGEST}", True),
        (f"$argon2id$m=256,t=2,p=1${DIGEST}", True),
        (f"$argon2i$v=19$m=256,t=2,p=1${DIGEST}", True),
        (f"{{ARGON2}}$argon2id$v=19$m=256,t=2,p=1${DIGEST}", True),
        ("{SSHA}jdALDtX0+MVMkRsX0ilHz0O6Uos95D4s", True),
        ("", True),
    ],
)
def test_what_is_weaker_than_a_new_hash_needs_rehashing(stored: str, stale: bool) -> None:
    """R14."""
    assert Argon2Hasher(memory_kib=256, time=2, parallelism=1).needs_rehash(stored) is stale


@pytest.mark.parametrize(
    "cost",
    ["m=4294967295,t=1,p=1", "m=1048577,t=1,p=1", "m=65536,t=100000,p=1", "m=8,t=4294967295,p=1", "m=8192,t=1,p=65"],
)
def test_an_attackers_cost_is_refused_with_a_reason(cost: str) -> None:
    stored = f"$argon2id$v=19${cost}${DIGEST}"
    assert not ARGON2.verify(b"password", stored)
    assert "over the limit" in (ARGON2.refusal(stored) or "")


@pytest.mark.parametrize("cost", ["m=0,t=1,p=1", "m=8,t=0,p=1", "m=8,t=1,p=0", "m=7,t=1,p=1", "m=8,t=1,p=2"])
def test_costs_that_libargon2_does_not_take_are_refused(cost: str) -> None:
    assert not ARGON2.verify(b"password", f"$argon2id$v=19${cost}${DIGEST}")


@pytest.mark.parametrize(("memory", "time", "lanes"), [(7, 1, 1), (8, 0, 1), (8, 1, 0), (8, 1, 2), (1 << 21, 1, 1)])
def test_a_cost_that_could_not_be_verified_is_a_configuration_fault(memory: int, time: int, lanes: int) -> None:
    with pytest.raises(ConfigError, match="Argon2"):
        Argon2Hasher(memory, time, lanes)


def test_a_decoy_costs_as_much_as_a_hash_and_matches_nothing() -> None:
    """R25."""
    decoy = CHEAP.decoy()
    assert decoy.split("$")[:4] == CHEAP.hash(b"x").split("$")[:4]
    assert len(decoy) == len(CHEAP.hash(b"x"))
    assert ARGON2.refusal(decoy) is None
    assert not ARGON2.verify(b"x", decoy)
