"""Names of entries that are neither DNs nor login names: a persona says what they mean, and the stores who that is."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from gateway.errors import IdentityConflict
from gateway.frontends.ldap.names import login_name
from gateway.frontends.ldap.results import LdapError
from gateway.identity.model import LoginName
from gateway.identity.search import BaseNotFound, Query, Scope, all_attributes
from gateway.wire.messages import ResultCode

if TYPE_CHECKING:
    from gateway.frontends.ldap.personas.flavour import Named
    from gateway.frontends.ldap.session import Session


async def login_of(session: Session, name: str) -> LoginName:
    """Whoever binds by this name. Where it leads to nobody, it is a login name that nobody has; `IdentityConflict`
    where it leads to more than one."""
    persona = session.application.persona
    named = None if persona.is_plain else persona.named(name, as_dn=False)
    if named is None:
        return login_name(name)
    dns = await _dns_of(session, named)
    if len(dns) > 1:
        raise IdentityConflict.between(name, dns)
    return login_name(dns[0]) if dns else LoginName.of(name)


async def base_of(session: Session, base: str) -> str:
    """The DN at which a search begins; `LdapError` 32 where the name leads nowhere."""
    persona = session.application.persona
    named = None if persona.is_plain or not base.startswith("<") else persona.named(base, as_dn=True)
    if named is None:
        return base
    dns = await _dns_of(session, named)
    if len(dns) != 1:
        raise LdapError(ResultCode.NO_SUCH_OBJECT, "nothing has this name, or more than one entry")
    return dns[0]


async def _dns_of(session: Session, named: Named) -> list[str]:
    """The stored DNs of the entries that are meant, however they are shown; two at most."""
    persona = session.application.persona
    found: list[str] = []
    query = Query("", Scope.SUBTREE, persona.narrow(named.filter))
    try:
        async with aclosing(session.services.searcher.search(query)) as entries:
            async for entry in entries:
                shown = persona.outward(entry)
                if named.filter.matches(all_attributes(shown)) is True and named.is_meant(shown):
                    found.append(entry.dn)
                    if len(found) > 1:
                        break
    except BaseNotFound:
        return []
    return found
