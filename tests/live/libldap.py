"""OpenLDAP's client library called directly, for what it has and neither a program of ldap-utils nor python-ldap
shows: Verify Credentials (`ldapvc` is not built by Debian)."""

from __future__ import annotations

import ctypes
import ctypes.util
from dataclasses import dataclass

_PROTOCOL_VERSION, _VERSION_3 = 0x11, 3


class _Berval(ctypes.Structure):
    _fields_ = (("length", ctypes.c_size_t), ("value", ctypes.c_char_p))


class _Control(ctypes.Structure):
    _fields_ = (("oid", ctypes.c_char_p), ("value", _Berval), ("critical", ctypes.c_char))


@dataclass(frozen=True)
class Verdict:
    """The result of the operation, the one inside it, its text, and the controls inside, OID and value."""

    code: int
    verdict: int
    text: str
    controls: dict[str, bytes]


def verify_credentials(uri: str, name: str, password: str, control: str = "") -> Verdict:
    """`ldap_verify_credentials_s` on a connection of its own, anonymous; `control` is the OID of one to send inside."""
    library = ctypes.CDLL(ctypes.util.find_library("ldap") or "libldap-2.5.so.0")
    session = ctypes.c_void_p()
    assert library.ldap_initialize(ctypes.byref(session), uri.encode()) == 0
    library.ldap_set_option(session, _PROTOCOL_VERSION, ctypes.byref(ctypes.c_int(_VERSION_3)))
    secret = password.encode()
    credentials = _Berval(len(secret), secret)
    asked = (ctypes.POINTER(_Control) * 2)()
    if control:
        asked[0] = ctypes.pointer(_Control(control.encode(), _Berval(0, None), b"\0"))
    verdict, text = ctypes.c_int(-1), ctypes.c_char_p()
    cookie, challenge = ctypes.c_void_p(), ctypes.c_void_p()
    answered = ctypes.POINTER(ctypes.POINTER(_Control))()
    try:
        code = library.ldap_verify_credentials_s(
            session, None, name.encode(), None, ctypes.byref(credentials), asked, None, None,
            ctypes.byref(verdict), ctypes.byref(text), ctypes.byref(cookie), ctypes.byref(challenge),
            ctypes.byref(answered),
        )  # fmt: skip
        return Verdict(code, verdict.value, (text.value or b"").decode(), dict(_controls(answered)))
    finally:
        library.ldap_unbind_ext_s(session, None, None)


def _controls(answered: ctypes._Pointer[ctypes._Pointer[_Control]]) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    while answered and answered[len(found)]:
        one = answered[len(found)].contents
        found.append((one.oid.decode(), ctypes.string_at(one.value.value or b"", one.value.length)))
    return found
