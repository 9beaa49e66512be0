"""Which application a connection is: by listener and network when it connects, by name when it binds.

The most specific rule wins: a name counts more than a network, a smaller network more than a larger one, a network more
than a listener, and among equals the first.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from twisted.logger import Logger

from gateway.frontends.ldap.application import DEFAULT, Application
from gateway.frontends.ldap.names import login_name
from gateway.frontends.ldap.personas.persona import Persona
from gateway.frontends.ldap.results import LdapError
from gateway.frontends.ldap.view import EVERYTHING, View
from gateway.identity.model import Identity, LoginName, normalise

_MOST_ENTRANCES = 4096
_MOST_TOLD = 1024

_log = Logger()

_IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Rule:
    """Who an application is: everything that is set must hold. `names` are normalised DNs and login names."""

    application: Application
    listener: str = ""
    networks: tuple[_IPNetwork, ...] = ()
    names: frozenset[str] = frozenset()

    def rank(self, listener: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address | None) -> int | None:
        """How specific it is for a connection from there, None where it is not meant at all. The name is not asked."""
        if self.listener and self.listener != listener:
            return None
        if not self.networks:
            return 1 if self.listener else 0
        lengths = [network.prefixlen for network in self.networks if address is not None and address in network]
        return 2 * (max(lengths) + 1) + (1 if self.listener else 0) if lengths else None


class Entrance:
    """What a connection from one place may be: `stranger` until it binds, and for everybody who has no rule."""

    __slots__ = ("_flat", "_named", "_spoken_to", "personas", "stranger")

    def __init__(self, stranger: Application, named: Mapping[str, tuple[int, Application]]) -> None:
        self.stranger = stranger
        self._named = dict(named)
        all_of_them = dict.fromkeys([stranger.persona, *(application.persona for _, application in named.values())])
        self.personas = tuple(persona for persona in all_of_them if not persona.is_plain)
        """Those that may know people by other names: people bind by what an application on another connection found."""
        self._spoken_to: dict[Persona, Application] = {}
        self._flat = {application.persona for _, application in named.values() if application.view.is_flat}

    def speaking(self, persona: Persona) -> Application:
        """The stranger, who has learnt the names of this persona and nothing else of its application. Not where the
        stranger has names of its own, or a view that speaks of attributes by the stored ones."""
        stranger = self.stranger
        if persona.is_plain or not stranger.persona.is_plain or stranger.view is not EVERYTHING:
            return stranger
        if persona not in self._spoken_to:
            view = View(flat=True) if persona in self._flat else EVERYTHING
            self._spoken_to[persona] = replace(stranger, persona=persona, view=view)
        return self._spoken_to[persona]

    def named(self, login: LoginName) -> Application:
        """Whoever would be bound by this name, as far as it tells."""
        found = self._named.get(login.key) if self._named else None
        return self.stranger if found is None else found[1]

    def spelled(self, name: str) -> Application:
        """The same for a name as a bind request has it."""
        if not self._named or not name:
            return self.stranger
        try:
            return self.named(login_name(name))
        except LdapError:
            return self.stranger  # no name of the configuration, which holds DNs and login names

    def of(self, identity: Identity | None) -> Application:
        """Whoever is bound as this person, by DN, login name or alias."""
        if identity is None or not self._named:
            return self.stranger
        keys = (identity.dn_key, identity.name_key, *map(normalise, identity.aliases))
        found = [self._named[key] for key in keys if key in self._named]
        return max(found, key=lambda ranked: ranked[0])[1] if found else self.stranger


class Applications:
    """All of them, in the order of the configuration. What was found for a place is remembered.

    `sins` are those that were committed and answered, by name of the application and of the sin; 0 for those that are
    tolerated and have not been.
    """

    def __init__(self, rules: Sequence[Rule] = (), default: Application = DEFAULT) -> None:
        self._rules = tuple(rules)
        self._default = default
        self._entrances: dict[tuple[str, str], Entrance] = {}
        self._told: set[object] = set()
        every = [*(rule.application for rule in self._rules), default]
        self.sins: Counter[tuple[str, ...]] = Counter({(one.name, sin): 0 for one in every for sin in one.tolerates})

    def at(self, listener: str, address: str) -> Entrance:
        """What a connection to this listener from this address may be."""
        place = (listener, address if self._rules else "")
        entrance = self._entrances.get(place)
        if entrance is None:
            if len(self._entrances) >= _MOST_ENTRANCES:
                self._entrances.clear()
            entrance = self._entrances[place] = self._entrance(listener, address)
        return entrance

    def is_news(self, *what: object) -> bool:
        """Whether this was not said before, so that a log line comes once and not with every request."""
        if what in self._told:
            return False
        if len(self._told) >= _MOST_TOLD:
            self._told.clear()
        self._told.add(what)
        return True

    def sinned(self, application: str, sin: str) -> None:
        """It did what it may and should not; said once, counted each time."""
        self.sins[application, sin] += 1
        if self.is_news(sin, application):
            _log.info("application {application} is forgiven {sin}", application=application, sin=sin)

    def _entrance(self, listener: str, address: str) -> Entrance:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:  # a socket of the file system
            parsed = None
        stranger, best = self._default, -1
        named: dict[str, tuple[int, Application]] = {}
        for rule in self._rules:
            rank = rule.rank(listener, parsed)
            if rank is None:
                continue
            if not rule.names and rank > best:
                stranger, best = rule.application, rank
            for name in rule.names:
                if name not in named or rank > named[name][0]:
                    named[name] = (rank, rule.application)
        return Entrance(stranger, named)
