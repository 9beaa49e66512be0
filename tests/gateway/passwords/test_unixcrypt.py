"""Facts about crypt(3) hashes that go beyond the vectors of test_schemes."""

from __future__ import annotations

import pytest

from gateway.passwords.libcrypt import crypt
from gateway.passwords.unixcrypt import DES_CRYPT, LDAP_CRYPT, SHA256_CRYPT, SHA512_CRYPT, YESCRYPT, substitute

SHA256 = "$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA"  # SHA-crypt.txt: "Hello world!"
YES = "$y$j75$.......$6v6FMOgOfETtKAUsUjzlPEFqKzbkDZzXMu4cgRJKjP5"  # libxcrypt ka-table.inc: "THE YEAR"


def test_des_looks_at_eight_bytes() -> None:
    """R14; the hash is John the Ripper's."""
    for tail in ("", "x", "x" * 1000):
        assert DES_CRYPT.verify(b"U*U*U*U*" + tail.encode(), "CCNf8Sbh3HDfQ")
    assert not DES_CRYPT.verify(b"U*U*U*U", "CCNf8Sbh3HDfQ")


@pytest.mark.parametrize("locked", ["!", "*", "!!", "x", "*LK*", "*0", "NP", "!" + SHA256, "*" + SHA256, SHA256 + "!"])
def test_locked_accounts_stay_locked(locked: str) -> None:
    for scheme, stored in ((SHA256_CRYPT, locked), (DES_CRYPT, locked), (LDAP_CRYPT, "{CRYPT}" + locked)):
        assert not scheme.verify(b"Hello world!", stored)
        assert scheme.refusal(stored) is not None


def test_a_nul_is_refused_because_c_would_have_ended_there() -> None:
    assert not SHA256_CRYPT.verify(b"Hello world!\0tail", SHA256)


def test_a_password_that_would_be_hashed_again_and_again_is_bounded() -> None:
    assert not SHA256_CRYPT.verify(b"x" * 4097, SHA256)


@pytest.mark.parametrize("rounds", ["5000001", "999999999", "4294967296"])
def test_an_attackers_rounds_are_refused_with_a_reason(rounds: str) -> None:
    stored = SHA256.replace("10000", rounds)
    assert not SHA256_CRYPT.verify(b"Hello world!", stored)
    assert SHA256_CRYPT.refusal(stored) == f"a number of rounds of {rounds} is over the limit of 5000000"
    assert "over the limit" in (LDAP_CRYPT.refusal("{CRYPT}" + stored) or "")


@pytest.mark.parametrize("cost", ["jFT", "jUT", "jk5", "j7z"])
def test_an_attackers_yescrypt_memory_is_refused(cost: str) -> None:
    assert YESCRYPT.refusal(YES) is None
    assert "yescrypt" in (YESCRYPT.refusal(YES.replace("j75", cost)) or "")


def test_debians_default_yescrypt_is_within_the_limit() -> None:
    assert YESCRYPT.refusal(YES.replace("j75", "j9T")) is None


def test_crypt_without_a_known_scheme_inside_is_malformed() -> None:
    for inside in ("", "secret", "{CRYPT}CCNf8Sbh3HDfQ", "$9$salt$hash"):
        assert LDAP_CRYPT.refusal("{CRYPT}" + inside) == "malformed"


@pytest.mark.parametrize("setting", ["CC", "$1$salt$", "$5$rounds=1000$salt$", "$6$rounds=1000$salt$"])
def test_the_substitute_agrees_with_the_system(setting: str) -> None:
    password = "pässword".encode() * 3
    stored = crypt(password, setting)
    assert stored is not None
    assert substitute(password, stored)
    assert not substitute(b"wrong", stored)


def test_a_password_longer_than_libcrypt_takes_is_left_to_the_substitute() -> None:
    stored = "$6$rounds=1000$salt$" + "." * 86
    assert crypt(b"x" * 600, stored) is None
    assert not SHA512_CRYPT.verify(b"x" * 600, stored)


def test_the_substitute_has_no_yescrypt_and_raises_for_nothing() -> None:
    assert not substitute(b"THE YEAR", YES)
    assert not substitute(b"secret", "$5$rounds=0$salt$" + "." * 43)
    assert not substitute(b"a\0b", "CCNf8Sbh3HDfQ")
