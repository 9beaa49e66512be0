"""An application as the front end treats it: what it may, what it sees, and how that looks.

Which connection is which application is in `applications.py`; how its rights are kept is in `access.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.frontends.ldap.personas.persona import PLAIN, Persona
from gateway.frontends.ldap.reach import EVERYWHERE, Reach
from gateway.frontends.ldap.view import EVERYTHING, View


@dataclass(frozen=True, slots=True, eq=False)
class Application:
    """Compared by `is`; everything that differs between applications hangs here.

    `name` goes into audit, provenance and metrics. `reach` says which entries it sees, `view` which of their
    attributes, `persona` how they look to it. `anonymous`: without a bind, too. `needs_tls`: only through TLS. `size`,
    `time` (seconds) and `page` are its own bounds on entries of a search, time of a search and entries of a page; None
    is what is configured for all. `tolerates` are the sins that it may commit.
    """

    name: str = "default"
    view: View = EVERYTHING
    persona: Persona = PLAIN
    reach: Reach = EVERYWHERE
    anonymous: bool = False
    needs_tls: bool = False
    size: int | None = None
    time: float | None = None
    page: int | None = None
    tolerates: frozenset[str] = frozenset()


DEFAULT = Application()
