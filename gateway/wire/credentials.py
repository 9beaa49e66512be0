"""OpenLDAP's Verify Credentials as bytes: a bind that is an extended operation (libraries/libldap/vc.c there).

    VCRequest ::= SEQUENCE { cookie [0] OCTET STRING OPTIONAL, name LDAPDN, authentication AuthenticationChoice,
                             controls [2] Controls OPTIONAL }
    VCResponse ::= SEQUENCE { resultCode, diagnosticMessage LDAPString, cookie [0], serverSaslCreds [1], controls [2] }

The cookie is for SASL in several steps, which is not here. The result code goes out as INTEGER: that is what slapd
writes and libldap reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.errors import ProtocolError
from gateway.wire import ber
from gateway.wire.ldap import read_control, write_control
from gateway.wire.messages import Control, LdapResult, SaslAuthentication, SimpleAuthentication
from gateway.wire.requests import read_authentication, write_authentication

VERIFY_CREDENTIALS = "1.3.6.1.4.1.4203.666.6.5"

_COOKIE, _CONTROLS = 0x80, 0xA2


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """Whom to verify, and how; the controls are those of a bind."""

    name: str
    authentication: SimpleAuthentication | SaslAuthentication
    controls: tuple[Control, ...] = ()


def decode_verify(value: bytes | None) -> VerifyRequest:
    """The value of the request; `ProtocolError` for one that goes on with a cookie."""
    if value is None:
        raise ProtocolError("a verification without its value")
    at, end = ber.enter(value, 0, len(value), ber.SEQUENCE)
    if end != len(value):
        raise ProtocolError("more bytes than one value")
    if at < end and value[at] == _COOKIE:
        raise ProtocolError("no verification is in progress that this cookie belongs to")
    name, at = ber.read_text(value, at, end)
    authentication, at = read_authentication(value, at, end)
    controls = []
    if at < end and value[at] == _CONTROLS:
        at, stop = ber.enter(value, at, end, _CONTROLS)
        while at < stop:
            at, after = ber.enter(value, at, stop, ber.SEQUENCE)
            controls.append(read_control(value, at, after))
            at = after
    ber.skip_unknown(value, at, end, b"\x80\xa2\xa3")
    return VerifyRequest(name, authentication, tuple(controls))


def encode_verify(request: VerifyRequest) -> bytes:
    """The value of the request."""
    return ber.sequence(
        ber.text(request.name) + write_authentication(request.authentication) + _controls(request.controls)
    )


def encode_verified(result: LdapResult, controls: Sequence[Control] = ()) -> bytes:
    """The value of the answer."""
    return ber.sequence(ber.integer(result.code) + ber.text(result.diagnostic) + _controls(controls))


def decode_verified(value: bytes | None) -> tuple[LdapResult, tuple[Control, ...]]:
    """The value of the answer."""
    if value is None:
        raise ProtocolError("an answer without its value")
    at, end = ber.enter(value, 0, len(value), ber.SEQUENCE)
    code, at = ber.read_integer(value, at, end)
    diagnostic, at = ber.read_text(value, at, end)
    controls = []
    if at < end and value[at] == _CONTROLS:
        at, stop = ber.enter(value, at, end, _CONTROLS)
        while at < stop:
            at, after = ber.enter(value, at, stop, ber.SEQUENCE)
            controls.append(read_control(value, at, after))
            at = after
    return LdapResult(code, diagnostic=diagnostic), tuple(controls)


def _controls(controls: Sequence[Control]) -> bytes:
    return ber.element(_CONTROLS, b"".join(map(write_control, controls))) if controls else b""
