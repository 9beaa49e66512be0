"""Who may send a password here, and who may read entries at all.

The root DSE and the subschema are not asked about: everybody may read them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from twisted.logger import Logger

from gateway.config.networks import holds
from gateway.frontends.ldap.peers import is_local
from gateway.frontends.ldap.results import LdapError
from gateway.wire.messages import ResultCode

if TYPE_CHECKING:
    from gateway.frontends.ldap.services import Services
    from gateway.frontends.ldap.session import Session

LONGEST_PASSWORD = 1024
"""Octets; a longer one is wrong without being hashed. No store that we know accepts more than 512."""

_log = Logger()


def takes_passwords_in_clear(services: Services, way: Iterable[str]) -> bool:
    """Whether a password may come without TLS by way of these addresses; asked once for each connection."""
    if services.starttls == "required":
        return False
    return all(is_local(address) or holds(services.clear_text, address) for address in way)


def check_may_send_password(session: Session, *, is_sent: bool = True) -> None:
    """`LdapError` 13 where a password crossed a network in clear and that is not allowed. Whoever takes a password
    asks this before looking at it. By then it has been read on the way (RFC 4513 6.3.1), so an administrator must
    learn of it; `is_sent` is False where it was empty."""
    if session.takes_passwords:
        return
    if is_sent:
        _log.warn("{peer} sent a password in clear text; it was refused unread", peer=session.peer.address)
    raise LdapError(ResultCode.CONFIDENTIALITY_REQUIRED, "a password may only be sent after StartTLS, or by LDAPS")


def check_may_read(session: Session) -> None:
    """`LdapError` 13 on a connection in clear where TLS is required, 50 for anonymous where that is not allowed."""
    services, application = session.services, session.application
    if not session.is_tls and (services.starttls == "required" or application.needs_tls):
        raise LdapError(ResultCode.CONFIDENTIALITY_REQUIRED, "entries may only be read after StartTLS, or by LDAPS")
    if session.identity is None and not application.anonymous:
        raise LdapError(
            ResultCode.INSUFFICIENT_ACCESS_RIGHTS, "bind first: entries are not shown to anonymous connections"
        )


def tell_that_nothing_is_shown(session: Session) -> None:
    """Once for each application and name: somebody searched who is shown nothing, because no rule says what."""
    identity, name = session.identity, session.application.name
    who = "anonymous" if identity is None else identity.dn
    if session.services.applications.is_news("nothing is shown", name, who):
        _log.warn(
            "application {application} searched as {who} and is shown nothing but that entry: "
            "give it bases under applications",
            application=name,
            who=who,
        )
