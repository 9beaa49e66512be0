from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3.protocol.controls import build_control
from ldap3.protocol.rfc2696 import RealSearchControlValue
from ldap3.protocol.rfc3062 import PasswdModifyRequestValue
from ldap3_messages import written
from ldaptor.protocols.pureldap import LDAPPasswordModifyRequest
from pyasn1.codec.ber import decoder

from gateway.errors import ProtocolError
from gateway.wire import controls as c


def test_paged_results_as_rfc_2696_has_them() -> None:
    assert c.encode_paged_results(c.PagedResults(100)) == bytes.fromhex("3005 020164 0400")
    assert c.decode_paged_results(bytes.fromhex("3084 00000008 020203e8 040261 62")) == c.PagedResults(1000, b"ab")


@given(st.integers(0, 2**31 - 1), st.binary(max_size=200))
def test_ldap3_and_we_agree_on_paged_results(size: int, cookie: bytes) -> None:
    paged = c.PagedResults(size, cookie)
    theirs = RealSearchControlValue()
    theirs["size"] = size
    theirs["cookie"] = cookie
    assert c.decode_paged_results(written(theirs)) == paged
    assert decoder.decode(c.encode_paged_results(paged), asn1Spec=RealSearchControlValue()) == (theirs, b"")
    assert str(build_control(c.PAGED_RESULTS, False, theirs)["controlType"]) == c.PAGED_RESULTS


@pytest.mark.parametrize(
    ("encoded", "answer"),
    [
        ("3000", c.PolicyAnswer()),
        ("3003 810101", c.PolicyAnswer(c.PolicyError.ACCOUNT_LOCKED)),
        ("3003 810102", c.PolicyAnswer(c.PolicyError.CHANGE_AFTER_RESET)),
        ("3006 a004 8002 0e10", c.PolicyAnswer(seconds_to_expiry=3600)),
        ("3005 a003 810103", c.PolicyAnswer(grace_logins=3)),
        ("3008 a003 810100 810100", c.PolicyAnswer(c.PolicyError.PASSWORD_EXPIRED, grace_logins=0)),
        ("3003 810163", c.PolicyAnswer(99)),
    ],
)
def test_password_policy_answers(encoded: str, answer: c.PolicyAnswer) -> None:
    """draft-behera-ldap-password-policy-10 section 6.2."""
    assert c.decode_policy_answer(bytes.fromhex(encoded)) == answer
    assert c.encode_policy_answer(answer) == bytes.fromhex(encoded)


def test_a_known_policy_error_has_its_name() -> None:
    assert c.decode_policy_answer(bytes.fromhex("3003 810101")).error is c.PolicyError.ACCOUNT_LOCKED


def test_an_unknown_policy_warning_is_no_warning() -> None:
    assert c.decode_policy_answer(bytes.fromhex("3005 a003 820103")) == c.PolicyAnswer()


@given(st.none() | st.text(max_size=20), st.none() | st.binary(max_size=200), st.none() | st.binary(max_size=9))
def test_ldap3_and_ldaptor_and_we_agree_on_password_modify(
    user: str | None, old: bytes | None, new: bytes | None
) -> None:
    request = c.PasswordModifyRequest(user, old, new)
    theirs = PasswdModifyRequestValue()
    for name, value in (("userIdentity", user), ("oldPasswd", old), ("newPasswd", new)):
        if value is not None:
            theirs[name] = value
    assert c.decode_password_modify(written(theirs)) == request
    assert decoder.decode(c.encode_password_modify(request), asn1Spec=PasswdModifyRequestValue())[1] == b""
    identity = None if user is None else user.encode()
    assert LDAPPasswordModifyRequest(None, identity, old, new).requestValue == c.encode_password_modify(request)


def test_a_password_modify_request_without_a_value_leaves_all_open() -> None:
    assert c.decode_password_modify(None) == c.PasswordModifyRequest()


def test_generated_passwords() -> None:
    """RFC 3062 section 2."""
    assert c.encode_generated_password(b"new") == bytes.fromhex("3005 8003 6e6577")
    assert c.decode_generated_password(bytes.fromhex("3005 8003 6e6577")) == b"new"
    assert c.decode_generated_password(bytes.fromhex("3000")) is None
    assert c.decode_generated_password(None) is None


def test_no_password_is_shown() -> None:
    """R15."""
    assert "secret" not in repr(c.PasswordModifyRequest("me", b"secret-old", b"secret-new"))


def test_cancel() -> None:
    assert c.encode_cancel(5) == bytes.fromhex("3003 020105")
    assert c.decode_cancel(bytes.fromhex("3003 020105")) == 5


def test_seconds_until_a_password_expires() -> None:
    assert c.decode_password_expiring(b"86400") == 86400
    assert c.encode_password_expiring(86400) == b"86400"
    for value in (None, b"", b"-1", b"soon", b"9" * 11):
        with pytest.raises(ProtocolError):
            c.decode_password_expiring(value)


READERS: list[Callable[[bytes], object]] = [
    c.decode_paged_results,
    c.decode_policy_answer,
    c.decode_password_modify,
    c.decode_generated_password,
    c.decode_cancel,
    c.decode_password_expiring,
]


@pytest.mark.parametrize("value", [None, b""])
@pytest.mark.parametrize("reader", [c.decode_paged_results, c.decode_policy_answer, c.decode_cancel])
def test_a_value_must_be_there(reader: Callable[[bytes | None], object], value: bytes | None) -> None:
    with pytest.raises(ProtocolError):
        reader(value)


@pytest.mark.parametrize(
    "value",
    ["3005 020164 0400 00", "3006 020164 0400", "3007 020164 0400 0500", "3005 0201ff 0400", "3080 020164 0400 0000"],
)
def test_a_value_with_too_much_or_too_little_is_refused(value: str) -> None:
    with pytest.raises(ProtocolError):
        c.decode_paged_results(bytes.fromhex(value))


@pytest.mark.parametrize(
    "value", ["3009 a003 810103 810101 00", "3008 a006 800101 810101", "3006 810101 810102", "3006 810101 a0018101"]
)
def test_a_policy_answer_with_a_second_error_or_warning_is_refused(value: str) -> None:
    with pytest.raises(ProtocolError):
        c.decode_policy_answer(bytes.fromhex(value))


@given(st.sampled_from(READERS), st.binary(max_size=12), st.booleans())
def test_no_value_raises_anything_but_protocol_errors(
    reader: Callable[[bytes], object], value: bytes, wrapped: bool
) -> None:
    if wrapped:
        value = bytes([0x30, len(value)]) + value
    with contextlib.suppress(ProtocolError):
        reader(value)
