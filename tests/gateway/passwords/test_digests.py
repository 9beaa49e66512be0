"""Facts about bare digests and clear text that go beyond the vectors of test_schemes."""

from __future__ import annotations

import pytest

from gateway.passwords import get, identify, verify


def test_clear_text_is_compared_byte_by_byte_blanks_included() -> None:
    assert verify("secret ", "secret ", scheme="plaintext")
    for wrong in ("secret", "Secret ", "secret  "):
        assert not verify(wrong, "secret ", scheme="plaintext")


def test_clear_text_is_used_only_where_it_is_said_to_be() -> None:
    assert identify("secret") is None
    assert identify("{CLEARTEXT}secret") == "cleartext"
    assert verify("secret", "{CLEARTEXT}secret")
    assert not verify("{CLEARTEXT}secret", "{CLEARTEXT}secret")
    assert not verify("{CLEARTEXT}", "{CLEARTEXT}")


def test_a_digest_of_the_wrong_length_is_no_digest() -> None:
    md5 = "8743b52063cd84097a65d1633f5c74f5"
    assert get("hex_md5").refusal(md5) is None
    for stored in (md5 + "00", md5[:-2], md5[:-1], md5[:-1] + "g", "0x" + md5):
        assert get("hex_md5").refusal(stored) is not None


@pytest.mark.parametrize("name", ["hex_md5", "hex_sha256", "nt_hash", "plaintext"])
def test_they_are_quick_and_need_no_salt(name: str) -> None:
    assert not get(name).slow
    assert not get(name).salted


def test_an_empty_salt_is_a_salt() -> None:
    assert verify("hashcat", "8743b52063cd84097a65d1633f5c74f5", scheme="hex_md5_salt_password", salt="")
