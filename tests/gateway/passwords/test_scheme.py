"""Facts that hold for whatever a scheme is."""

from __future__ import annotations

import pytest

from gateway.passwords.scheme import Check, Scheme, Unusable, bounded, equal, unbase64, utf16


def _read(stored: str, _salt: str | None) -> Check:
    return equal(stored.encode(), lambda password: password)


def test_an_empty_password_matches_nothing() -> None:
    """R5."""
    assert not Scheme("s", lambda _stored, _salt: lambda _password: True).verify(b"", "anything")


def test_a_hash_that_is_too_long_is_not_read() -> None:
    assert Scheme("s", _read).verify(b"x" * 4096, "x" * 4096)
    assert not Scheme("s", _read).verify(b"x" * 4097, "x" * 4097)
    assert Scheme("s", _read).refusal("x" * 4097) == "too long for a hash"


@pytest.mark.parametrize("text", ["", "0", "-1", "+1", " 1", "1_0", "\u0661", "12345678901"])
def test_a_cost_is_plain_decimal(text: str) -> None:
    with pytest.raises(Unusable, match="malformed"):
        bounded(text, 10**12, "a cost")


@pytest.mark.parametrize("text", ["a", "a===b", "ab!c", "\u00e9"])
def test_base64_is_strict_but_for_its_padding(text: str) -> None:
    assert unbase64("YQ") == unbase64("YQ==") == b"a"
    with pytest.raises(Unusable):
        unbase64(text)


def test_bytes_that_are_not_utf8_stay_different_in_utf16() -> None:
    assert utf16("pässword".encode()) == "pässword".encode("utf-16-le")
    assert len({utf16(b"\xff"), utf16(b"\xfe"), utf16("ÿ".encode()), utf16("\ufffd".encode())}) == 4
