"""SASL binds (RFC 4513 5.2): which mechanisms work on a connection, and what each of their messages means.

Only mechanisms of one message are here, so that a connection keeps nothing between two bind requests: whoever changes
the mechanism in the middle has begun anew (RFC 4513 5.2.1.2). The core decides who may in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.errors import IdentityConflict
from gateway.frontends.ldap.access import LONGEST_PASSWORD, check_may_send_password
from gateway.frontends.ldap.known import credential_of, login_meant
from gateway.frontends.ldap.results import INVALID_CREDENTIALS, LdapError
from gateway.identity.model import LoginName
from gateway.identity.outcome import Outcome
from gateway.wire.messages import LdapResult, ResultCode, SaslAuthentication

if TYPE_CHECKING:
    from gateway.frontends.ldap.session import Session

PLAIN = "PLAIN"
EXTERNAL = "EXTERNAL"

_NOT_HERE = LdapResult(
    ResultCode.AUTH_METHOD_NOT_SUPPORTED, diagnostic="this SASL mechanism does not work on this connection"
)
_GO_ON = LdapResult(ResultCode.SASL_BIND_IN_PROGRESS)


def mechanisms(session: Session) -> list[str]:
    """Those that work on this connection as it is now."""
    known = [PLAIN] if session.takes_passwords else []
    return known if session.certificate() is None else [EXTERNAL, *known]


async def authenticate(session: Session, method: SaslAuthentication) -> Outcome | LdapResult:
    """What the core decides; a result where there is nothing to decide: another mechanism, or not all is said yet."""
    mechanism = method.mechanism.upper()
    if mechanism == PLAIN:
        return await _plain(session, method.credentials)
    if mechanism == EXTERNAL:
        return await _external(session, method.credentials)
    return _NOT_HERE


def challenge(result: LdapResult) -> bytes | None:
    """What goes out with this result: the empty challenge where the client has the next word (RFC 4422 5.1)."""
    return b"" if result is _GO_ON else None


async def _plain(session: Session, credentials: bytes | None) -> Outcome | LdapResult:
    """RFC 4616. A password that is not UTF-8 is taken like one of a simple bind (R13)."""
    check_may_send_password(session, is_sent=bool(credentials))
    if credentials is None:
        return _GO_ON
    parts = credentials.split(b"\0")
    if len(parts) != 3:
        return _malformed("a PLAIN message is an authorization identity, a name and a password, with NUL between them")
    authorization, name, password = parts
    try:
        if len(password) > LONGEST_PASSWORD:
            return INVALID_CREDENTIALS
        acting_as = await _authorization(session, authorization)
        credential = await credential_of(session, name.decode("utf-8"), password, acting_as)
    except (UnicodeDecodeError, LdapError):
        return _malformed("a name in a PLAIN message is none")
    return await session.services.binder.bind(credential, session.peer_named(credential.login))


async def _external(session: Session, credentials: bytes | None) -> Outcome | LdapResult:
    """RFC 4422 appendix A, RFC 4513 5.2.3: whoever the certificate of this connection is issued to. Where TLS has
    verified none, the mechanism is not there, as slapd has it. Without an initial response the owner is meant, as 389
    has it: UnboundID's SDK sends none and does not go on."""
    usher, naming, certificate = session.services.usher, session.services.naming, session.certificate()
    if usher is None or naming is None or certificate is None:
        return _NOT_HERE
    try:
        acting_as = await _authorization(session, credentials or b"")
    except (UnicodeDecodeError, LdapError):
        return _malformed("the authorization identity in an EXTERNAL message is none")
    credential = naming.credential(certificate, acting_as)
    peer = session.peer if credential.login is None else session.peer_named(credential.login)
    return await usher.admit(credential, peer)


async def _authorization(session: Session, credentials: bytes) -> LoginName | None:
    """An authzId (RFC 4513 5.2.1.8), None for the implicit one. Without `dn:` or `u:`, as some libraries send it, it
    is a name as in a bind. `UnicodeDecodeError` or `LdapError` where it is no name."""
    text = credentials.decode("utf-8")
    if not text:
        return None
    kind, colon, name = text.partition(":")
    name = name if colon and kind.lower() in {"dn", "u"} else text
    try:
        return await login_meant(session, name)
    except IdentityConflict:
        return LoginName.of(name)  # nobody can act as two people


def _malformed(text: str) -> LdapResult:
    return LdapResult(ResultCode.PROTOCOL_ERROR, diagnostic=text)
