"""Facts about ASP.NET's formats that go beyond the vectors of test_schemes."""

from __future__ import annotations

import base64
import struct

import pytest

from gateway.passwords import identify, refusal, verify

V3 = base64.b64decode(
    "AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw"
)  # dotnet/aspnetcore: "my password"


def _stored(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    "stored",
    [
        # dotnet/aspnetcore PasswordHasherTest.cs, VerifyHashedPassword_FailureCases
        "AQAAAAAAAAD6AAAAEAhftMyfTJyAAAAAAAAAAAAAAAAAAAih5WsjXaR3PA9M",
        "AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4A=",
        "AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHwAAAAAAAAAAAA",
    ],
)
def test_what_the_product_refuses_is_refused(stored: str) -> None:
    assert not verify("my password", stored, scheme="aspnet_identity")


def test_an_attackers_rounds_are_refused_with_a_reason() -> None:
    stored = _stored(V3[:5] + struct.pack(">I", 1_000_000_000) + V3[9:])
    assert identify(stored) == "aspnet_identity"
    assert refusal(stored) == "a number of PBKDF2 rounds of 1000000000 is over the limit of 5000000"


@pytest.mark.parametrize(
    "data",
    [
        V3[:4] + b"\x03" + V3[5:],  # no such PRF
        V3[:9] + struct.pack(">I", 0xFFFFFFFF) + V3[13:],  # a salt beyond the end
        V3[:9] + struct.pack(">I", 8) + V3[13:],  # a short salt
        b"\x01",
        b"\x02" + V3[1:],
        b"\x00" + V3[1:],
        b"",
    ],
)
def test_a_damaged_header_is_refused(data: bytes) -> None:
    assert not verify("my password", _stored(data), scheme="aspnet_identity")


def test_the_beginning_of_a_subkey_is_not_a_subkey() -> None:
    assert verify("my password", _stored(V3))
    assert not verify("my password", _stored(V3[:-1]))


def test_membership_refuses_a_salt_that_is_not_base64_and_a_password_that_is_not_utf8() -> None:
    stored, salt = "UQgnz/vPWap9UeD8Dhaw3h/fgFA=", "fGJ2wn/5WlzqQoDeCA2kXA=="
    assert verify("testPassword", stored, scheme="aspnet_membership_sha1", salt=salt)
    assert not verify("testPassword", stored, scheme="aspnet_membership_sha1", salt="not base64!")
    assert not verify(b"\xff\xfe\xed", stored, scheme="aspnet_membership_sha1", salt=salt)
    assert not verify(b"\xff\xfe\xed", "8846F7EAEE8FB117AD06BDD830B7586C", scheme="nt_hash")
