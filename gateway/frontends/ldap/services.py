"""What the LDAP front end is given: the core behind two small protocols, its limits, and what it says about itself.

Nothing here decides anything; `gateway.app` fills it in.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from gateway.config.limits import Limits
from gateway.config.networks import IPNetwork
from gateway.frontends.ldap.applications import Applications
from gateway.frontends.ldap.certificates import Naming
from gateway.frontends.ldap.paging import Resting
from gateway.identity.change_password import PasswordWish
from gateway.identity.directory_work import DirectoryWork
from gateway.identity.model import Entry, Identity, PasswordCredential, Peer
from gateway.identity.outcome import Outcome
from gateway.identity.password_outcome import Denied, PasswordOutcome, Why
from gateway.identity.search import Query
from gateway.identity.verify_certificate import CertificateCredential


class Binder(Protocol):
    """Decides one bind; `gateway.identity.authenticate.Authenticator` is one."""

    async def bind(self, credential: PasswordCredential, peer: Peer) -> Outcome:
        """Yes, no, not mine, cannot tell (R6). Raises nothing for a "no"."""
        ...


class Usher(Protocol):
    """Decides about client certificates; `gateway.identity.verify_certificate.CertificateVerifier` is one."""

    async def admit(self, credential: CertificateCredential, peer: Peer) -> Outcome:
        """As `Binder.bind`."""
        ...


class Searcher(Protocol):
    """Finds entries; `gateway.identity.union.UnionSearch` is one."""

    def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """Each entry once. `BaseNotFound` before the first, `SearchIncomplete` after the last,
        `DirectoryUnavailable` at any time."""
        ...


class PasswordChanger(Protocol):
    """Changes passwords; `gateway.identity.change_password.PasswordChanges` is one."""

    async def change(self, wish: PasswordWish, by: Identity | None, peer: Peer) -> PasswordOutcome:
        """Done, denied, cannot tell (R6). `by` is whom the connection speaks for."""
        ...


class NoChanges:
    """A `PasswordChanger` where nothing may be changed."""

    async def change(self, wish: PasswordWish, by: Identity | None, peer: Peer) -> PasswordOutcome:
        """As `PasswordChanger.change`."""
        return Denied(Why.NOT_ALLOWED, "passwords cannot be changed through this server")


async def _as_it_is(query: Query) -> Query:
    return query


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a connection needs and shares with the others.

    `naming_contexts` are spelled as configured; `login_attributes` are lower case and short (`uid`, `mail`).
    `tls` is what `transport.startTLS` takes, None where there is no certificate. `clear_text` are the networks from
    which passwords may come without it; from this machine itself they may, unless StartTLS is required. `spelled_out`
    gives the same query in filter items that an entry alone can answer. `administers` says whether somebody reads the
    whole tree, None where nobody does. `usher` lets people in by client certificates, which say by `naming` whose
    they are; without `naming`, the port asks for none.
    """

    binder: Binder
    searcher: Searcher
    naming_contexts: tuple[str, ...] = ()
    login_attributes: tuple[str, ...] = ("uid",)
    applications: Applications = field(default_factory=Applications)
    limits: Limits = field(default_factory=Limits)
    starttls: Literal["off", "offered", "required"] = "off"
    tls: object | None = None
    clear_text: tuple[IPNetwork, ...] = ()
    vendor_version: str = ""
    ldapv2: bool = False
    netscape_controls: bool = True
    resting: Resting = field(default_factory=Resting)
    passwords: PasswordChanger = field(default_factory=NoChanges)
    work: DirectoryWork | None = None
    administers: Callable[[Identity], Awaitable[bool]] | None = None
    usher: Usher | None = None
    naming: Naming | None = None
    spelled_out: Callable[[Query], Awaitable[Query]] = _as_it_is

    @property
    def offers_starttls(self) -> bool:
        """Whether a connection in clear may be changed to TLS."""
        return self.starttls != "off" and self.tls is not None


class DelayedCall(Protocol):
    """The part of `IDelayedCall` that is used here."""

    def cancel(self) -> None: ...

    def active(self) -> bool: ...


class Clock(Protocol):
    """The part of `IReactorTime` that is used here: a reactor, or `task.Clock`."""

    def seconds(self) -> float: ...

    def callLater(self, delay: float, callable: Callable[..., object], *args: object) -> DelayedCall:  # noqa: N802 - IReactorTime
        ...
