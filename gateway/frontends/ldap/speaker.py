"""Whom a connection speaks for, and what that lets it do and see. Bytes and requests are `session.py`'s."""

from __future__ import annotations

from collections.abc import Set

from gateway.frontends.ldap.access import takes_passwords_in_clear
from gateway.frontends.ldap.application import Application
from gateway.frontends.ldap.applications import Entrance
from gateway.frontends.ldap.personas.persona import PLAIN
from gateway.frontends.ldap.reach import EVERYWHERE, Reach
from gateway.frontends.ldap.services import Services
from gateway.identity.model import Identity, LoginName, Peer


class Speaker:
    """Nobody yet, until it has `arrived`.

    `identity` is whom the connection speaks for, None is anonymous; `application` is what it may and sees, chosen when
    it connects and again when it binds; `reach` is which entries may be read now. `listener` is the name of the port
    that it came by. `knows_by` is the persona by whose names the bind that is under way was understood.
    `takes_passwords` is whether a password may be sent here; `must_change`, whether nothing but a
    change of the password is allowed (`confined.py`).
    """

    peer: Peer
    takes_passwords: bool
    application: Application
    entrance: Entrance
    reach: Reach

    def __init__(self, services: Services, listener: str) -> None:
        self.services = services
        self.listener = listener
        self.identity: Identity | None = None
        self._administers: bool | None = None
        self.is_tls = self.must_change = False
        self.knows_by = self._spoken = PLAIN

    def arrived(self, address: str, via: Set[str], *, is_tls: bool) -> None:
        """It is connected: a client at this address, by way of these (its own one is among them)."""
        self.is_tls = is_tls
        self.entrance = self.services.applications.at(self.listener, address)
        self.application = self.entrance.stranger
        self.reach = self.application.reach
        self.peer = Peer(address, self.application.name)
        # All the way: what a client sends in clear to a balancer far from here crosses a network twice.
        self.takes_passwords = is_tls or takes_passwords_in_clear(self.services, set(via))

    def is_behind_tls(self) -> None:
        """From now on, after a StartTLS."""
        self.is_tls = self.takes_passwords = True

    def become(self, identity: Identity | None) -> None:
        """Speak for this person from now on, None is anonymous."""
        if identity is self.identity:
            return
        self.identity = identity
        self._administers = None
        self.must_change = identity is not None and identity.state.reset
        application = self._application_of(identity)
        self.reach = application.reach
        if application is not self.application:
            self.application = application
            self.peer = Peer(self.peer.address, application.name)

    def _application_of(self, identity: Identity | None) -> Application:
        """An application goes on with the names that it has learnt, when it lets people in: on the connection that it
        has bound, and on one that they bind by its name of them. It is names alone, and no right of the application."""
        application = self.entrance.of(identity)
        if application is not self.entrance.stranger:
            self._spoken = application.persona
            return application
        if identity is not None and not self.knows_by.is_plain:
            self._spoken = self.knows_by
        return self.entrance.speaking(self._spoken)

    async def is_administrator(self) -> bool:
        """Whether it speaks for one; asked when it matters, and answered once for each bind, so that most connections
        never ask and a bind costs nothing more for it. `DirectoryUnavailable`."""
        identity, administers = self.identity, self.services.administers
        if administers is None or identity is None:
            return False
        if self._administers is None:
            is_one = await administers(identity)
            if self.identity is not identity:
                return False
            self._administers = is_one
        return self._administers

    async def widen(self) -> None:
        """Let an administrator read everywhere; asked for before something is kept from anybody."""
        if await self.is_administrator():
            self.reach = EVERYWHERE

    def peer_named(self, login: LoginName) -> Peer:
        """Who asks, where a bind with this name is under way: the audit tells the application that it is about."""
        application = self.entrance.named(login)
        return self.peer if application is self.application else Peer(self.peer.address, application.name)
