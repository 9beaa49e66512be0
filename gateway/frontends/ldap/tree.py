"""Entries that this server makes of what it knows of itself: the root DSE and the subschema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.frontends.ldap.rootdse import root_dse
from gateway.frontends.ldap.sasl import mechanisms
from gateway.frontends.ldap.subschema import SUBSCHEMA_KEY, subschema
from gateway.identity.model import Entry
from gateway.identity.search import Scope

if TYPE_CHECKING:
    from gateway.frontends.ldap.session import Session


def own_entry(session: Session, key: str, scope: Scope) -> Entry | None:
    """What this server says about itself, readable without a bind."""
    if not key and scope is Scope.BASE:
        persona = session.application.persona
        return persona.root_dse(root_dse(session.services, is_tls=session.is_tls, mechanisms=mechanisms(session)))
    if key == SUBSCHEMA_KEY and scope is not Scope.ONE:
        return session.application.persona.subschema(subschema())
    return None
