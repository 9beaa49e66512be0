"""Who may read entries at all. The root DSE and the subschema are not asked about here: everybody may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.frontends.ldap.results import LdapError
from gateway.wire.messages import ResultCode

if TYPE_CHECKING:
    from gateway.frontends.ldap.session import Session


def check_may_read(session: Session) -> None:
    """`LdapError` 13 on a connection in clear where TLS is required, 50 for anonymous where that is not allowed."""
    services = session.services
    if services.starttls == "required" and not session.is_tls:
        raise LdapError(ResultCode.CONFIDENTIALITY_REQUIRED, "entries may only be read after StartTLS, or by LDAPS")
    if session.identity is None and not services.anonymous_search:
        raise LdapError(
            ResultCode.INSUFFICIENT_ACCESS_RIGHTS, "bind first: entries are not shown to anonymous connections"
        )
