"""The LDAP front end over the whole core of `core_rig`, as `gateway.daemon` puts them together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conversation import People, services
from core_rig import Rig

from gateway.frontends.ldap.services import Services

JDOE = "uid=jdoe,ou=people,o=corp"
ADMIN = "uid=admin,ou=people,o=corp"


def over(rig: Rig, **settings: Any) -> Services:
    """Services over this core; `settings` as for `conversation.services`."""
    made = services(People(), **settings)
    return replace(made, binder=rig.authenticator, searcher=rig.union, passwords=rig.passwords, work=rig.work)
