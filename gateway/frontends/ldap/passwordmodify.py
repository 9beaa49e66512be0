"""The Password Modify operation (RFC 3062). Who may change whose password is decided by the core."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.errors import IdentityConflict
from gateway.frontends.ldap.access import check_may_send_password
from gateway.frontends.ldap.known import login_meant
from gateway.frontends.ldap.names import login_name
from gateway.frontends.ldap.passwords import changed
from gateway.identity.change_password import PasswordWish
from gateway.identity.model import LoginName, Secret
from gateway.identity.password_outcome import Changed
from gateway.wire.controls import decode_password_modify, encode_generated_password
from gateway.wire.messages import ExtendedRequest, ExtendedResponse

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call
    from gateway.frontends.ldap.session import Session


async def password_modify(call: Call, request: ExtendedRequest) -> ExtendedResponse:
    """Without a user it is about whoever the connection speaks for; without a new password the answer brings one."""
    check_may_send_password(call.session)
    asked = decode_password_modify(request.value)
    wish = PasswordWish(await _whom(call.session, asked.user), _secret(asked.new), _secret(asked.old))
    outcome, result = await changed(call, wish)
    made_up = outcome.made_up if isinstance(outcome, Changed) else None
    return ExtendedResponse(result, value=encode_generated_password(made_up.reveal()) if made_up is not None else None)


async def _whom(session: Session, user: str | None) -> LoginName | None:
    """A DN, an authzId (RFC 4513 5.2.1.8) or a bare name, as the application knows them; RFC 3062 leaves it open."""
    if user:
        kind, colon, name = user.partition(":")
        name = name if colon and kind.lower() in {"dn", "u"} else user
        try:
            return await login_meant(session, name)
        except IdentityConflict:
            return LoginName.of(name)  # nobody's: two people are shown under this name
    return login_name(session.identity.dn) if session.identity is not None else None


def _secret(password: bytes | None) -> Secret | None:
    return None if password is None else Secret(password)
