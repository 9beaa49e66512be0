"""The seam between the core and every store: two protocols and the values that cross it.

`gateway.testing` holds a suite of promises for each (`conformance_source`, `conformance_directory`) and the doubles
that ship (`memory_source`, `memory_directory`). Hashing is in `hashing.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gateway.identity.model import AccountState, Entry, Identity, LoginName, Origin, Secret
from gateway.identity.outcome import Outcome
from gateway.identity.search import Query


@dataclass(frozen=True, slots=True)
class Account:
    """An account that a source found for a name, before any password is tried.

    `ref` names the account in the source for as long as a lockout may last (a normalised DN, a primary key);
    `name` is its canonical login name, None where only a verified bind can tell; `origin` likewise. `aliases` are its
    further login names, `dn` its normalised DN: what the name that was asked for is compared with (R2).
    `handle` is the source's own (a row, a DN) and may hold a hash: it is never shown.
    """

    ref: str
    name: str | None = None
    origin: Origin | None = None
    aliases: tuple[str, ...] = ()
    dn: str | None = None
    handle: object = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a source shows when it is looked at by `bindferry check`: sentences, and whether logins would work."""

    usable: bool
    lines: tuple[str, ...]


class LegacySource(Protocol):
    """An old store. Read only. Every method raises `SourceUnavailable` where it cannot tell (R6), `BusyError` where
    it has too much to do, and `SourceMisbehaved` where an answer cannot be used; never anything else.

    `bases` are the normalised DNs under which its people and entries live. `charset` is how passwords that are
    not UTF-8 are read (R13).
    """

    name: str
    bases: tuple[str, ...]
    charset: str

    async def lookup(self, login: LoginName) -> Account | None:
        """The account of that name; None is *unknown*. More than one: `IdentityConflict`."""

    async def verify(self, account: Account, password: Secret) -> Outcome:
        """Accepted (right password, with `identity.state` as the source has it), Rejected, Unknown (gone since the
        look-up) or Unavailable. The password is never empty."""

    async def read(self, account: Account) -> Identity | None:
        """The person, without a password; None if gone or if this source shows nobody without a password."""

    def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """Entries that match: people as `Identity`, the rest as `Entry`. Each once. `BaseNotFound` if `query.base`
        does not exist here."""

    async def count(self) -> int | None:
        """How many people it holds, None if that cannot be known cheaply."""

    async def inspect(self) -> Sight:
        """Contact the store and say what it shows; raises nothing."""

    async def close(self) -> None:
        """Let go of connections and threads."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """What is written, once and whole, after a first yes (R11). `password_hash` is never shown.

    `at` is seconds since the epoch; `charset` how non-UTF-8 bytes of this person's password are read (R13);
    `significant` how many bytes of the canonical password were hashed, None is all (R14).
    """

    identity: Identity
    password_hash: str = field(repr=False)
    application: str
    at: float
    charset: str = "latin-1"
    significant: int | None = None

    @property
    def first_revision(self) -> int:
        """The revision of the person as written: one who is removed and comes again is another (R9)."""
        return max(1, int(self.at * 1000))


class NativeDirectory(Protocol):
    """The new directory. Raises `DirectoryUnavailable` where it cannot answer; a password verdict is an Outcome.

    Reads of people in use are answered from memory without suspending, never staler than a second (R9, R19).
    """

    async def find(self, login: LoginName) -> Identity | None:
        """By DN where `login.dn` is set, else by login name or alias. Two people: `IdentityConflict`."""

    async def by_origin(self, source: str, keys: Sequence[str]) -> Mapping[str, Identity]:
        """Those of these people of `source` that are here, by their key in the source."""

    async def verify(self, identity: Identity, password: Secret) -> Outcome:
        """Accepted (the identity as it is now), Rejected, Unknown (gone) or Unavailable. Does not look at `state`.
        Rehashes behind the answer where the stored hash is weaker than configured (R14)."""

    async def adopt(self, adoption: Adoption) -> Identity:
        """Write a person in one transaction (R11). Idempotent by origin: whoever is here already is returned
        unchanged. Another person with that name or DN: `IdentityConflict` (R4)."""

    async def update(
        self,
        identity: uuid.UUID,
        *,
        state: AccountState | None = None,
        password_hash: str | None = None,
        significant: int | None = None,
    ) -> Identity | None:
        """Change the state or the password hash, of which `significant` is as in `Adoption`; the new identity, None if
        there is no such person."""

    def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """As `LegacySource.search`, over the people here."""

    async def counts(self) -> Mapping[str, int]:
        """How many people are here, by the source that they came from."""

    async def close(self) -> None:
        """Finish writes under way and let go of the store."""
