"""Names of entries that are neither DNs nor login names: a persona says what they mean, and the stores who that is."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from gateway.frontends.ldap.names import login_name
from gateway.frontends.ldap.results import LdapError
from gateway.identity.model import LoginName
from gateway.identity.search import BaseNotFound, Query, Scope, all_attributes
from gateway.wire.messages import ResultCode

if TYPE_CHECKING:
    from gateway.frontends.ldap.personas.flavour import Named
    from gateway.frontends.ldap.session import Session


async def login_of(session: Session, name: str) -> LoginName:
    """Whoever binds by this name. Where it leads to nobody, or to more than one, it is a login name that nobody has."""
    persona = session.application.persona
    named = None if persona.is_plain else persona.named(name, as_dn=False)
    if named is None:
        return login_name(name)
    dn = await _dn_of(session, named)
    return LoginName.of(name) if dn is None else login_name(dn)


async def base_of(session: Session, base: str) -> str:
    """The DN at which a search begins; `LdapError` 32 where the name leads nowhere."""
    persona = session.application.persona
    named = None if persona.is_plain or not base.startswith("<") else persona.named(base, as_dn=True)
    if named is None:
        return base
    dn = await _dn_of(session, named)
    if dn is None:
        raise LdapError(ResultCode.NO_SUCH_OBJECT, "nothing has this name")
    return dn


async def _dn_of(session: Session, named: Named) -> str | None:
    """The stored DN of the one entry that is meant, however it is shown."""
    persona, found = session.application.persona, []
    query = Query("", Scope.SUBTREE, persona.narrow(named.filter))
    try:
        async with aclosing(session.services.searcher.search(query)) as entries:
            async for entry in entries:
                shown = persona.outward(entry)
                if named.filter.matches(all_attributes(shown)) is True and named.is_meant(shown):
                    found.append(entry.dn)
                    if len(found) > 1:
                        return None
    except BaseNotFound:
        return None
    return found[0] if found else None
