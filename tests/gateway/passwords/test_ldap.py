"""Facts about the digests of LDAP servers that go beyond the vectors of test_schemes."""

from __future__ import annotations

import pytest

from gateway.passwords import identify, refusal, verify

SHA = "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="  # slappasswd's: "password"


def test_the_scheme_in_braces_is_compared_without_case() -> None:
    """As slapd does."""
    assert verify("password", SHA.lower()[:5] + SHA[5:])
    assert identify("{sSha}x") == "ldap_ssha"


def test_padding_may_be_missing() -> None:
    assert verify("password", SHA.rstrip("="))


@pytest.mark.parametrize(
    "stored",
    [
        SHA.replace("{SHA}", "{SSHA}"),  # a digest and no salt
        "{SHA}jdALDtX0+MVMkRsX0ilHz0O6Uos95D4s",  # a digest and a salt
        "{SHA}",
        "{SHA}====",
        "{SHA}W6ph5Mm5Pz8GgiULbPgz!37mj9g=",
        "{SSHA}YQ==",
    ],
)
def test_a_body_of_another_form_is_malformed(stored: str) -> None:
    assert (refusal(stored) or "").startswith("malformed")
    assert not verify("password", stored)
