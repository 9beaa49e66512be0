from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ProtocolError
from gateway.wire.credentials import (
    VerifyRequest,
    decode_verified,
    decode_verify,
    encode_verified,
    encode_verify,
)
from gateway.wire.messages import Control, LdapResult, SaslAuthentication, SimpleAuthentication

CONTROLS = st.builds(Control, st.text(max_size=9), st.booleans(), st.none() | st.binary())
SIMPLE = VerifyRequest("cn=a", SimpleAuthentication(b"pw"), (Control("1.2", True, b"x"), Control("1.3")))


def test_as_libldap_writes_it() -> None:
    plain = bytes.fromhex("300a 0404636e3d61 80027077")
    assert decode_verify(plain) == VerifyRequest("cn=a", SimpleAuthentication(b"pw"))
    assert encode_verify(VerifyRequest("cn=a", SimpleAuthentication(b"pw"))) == plain
    controls = bytes.fromhex("a214 300b 0403312e32 0101ff 040178 3005 0403312e33")
    assert encode_verify(SIMPLE) == b"\x30\x20" + plain[2:] + controls
    assert decode_verify(encode_verify(SIMPLE)) == SIMPLE


@given(
    st.builds(
        VerifyRequest,
        st.text(max_size=20),
        st.builds(SimpleAuthentication, st.binary(max_size=20))
        | st.builds(SaslAuthentication, st.text(max_size=9), st.none() | st.binary(max_size=9)),
        st.lists(st.builds(Control, st.text(max_size=9), st.booleans(), st.none() | st.binary()), max_size=3).map(
            tuple
        ),
    )
)
def test_requests_survive_the_way_there_and_back(request: VerifyRequest) -> None:
    assert decode_verify(encode_verify(request)) == request


@given(st.integers(0, 130), st.text(max_size=20))
def test_answers_survive_the_way_there_and_back(code: int, text: str) -> None:
    controls = (Control("1.2.3", value=b"x"),)
    assert decode_verified(encode_verified(LdapResult(code, diagnostic=text), controls)) == (
        LdapResult(code, diagnostic=text),
        controls,
    )


@pytest.mark.parametrize(
    "value",
    [None, b"", b"junk", bytes.fromhex("300c 8000 0404636e3d61 80027077"), bytes.fromhex("3006 0404636e3d61")],
)
def test_a_malformed_one_and_one_that_goes_on_with_a_cookie(value: bytes | None) -> None:
    with pytest.raises(ProtocolError):
        decode_verify(value)


@given(st.binary(max_size=20), st.booleans())
def test_no_value_raises_anything_but_protocol_errors(value: bytes, wrapped: bool) -> None:
    if wrapped:
        value = bytes([0x30, len(value)]) + value
    for reader in (decode_verify, decode_verified):
        with contextlib.suppress(ProtocolError):
            reader(value)


def test_no_password_is_shown() -> None:
    """R15."""
    assert "pw" not in repr(SIMPLE)
