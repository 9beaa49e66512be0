"""The seam between the core and every store: two protocols. The values that cross it are in `portvalues.py`.

`gateway.testing` holds a suite of promises for each (`conformance_source`, `conformance_directory`) and the doubles
that ship (`memory_source`, `memory_directory`). Hashing is in `hashing.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Protocol

from gateway.identity.changes import Changed, Deed, Modification, Password
from gateway.identity.model import AccountState, Entry, Identity, LoginName, NativeEntry, Origin, Secret
from gateway.identity.outcome import Outcome
from gateway.identity.portvalues import Account, Adoption, Renamed, Sight
from gateway.identity.search import Query

__all__ = ["Account", "Adoption", "LegacySource", "NativeDirectory", "Renamed", "Sight"]


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


class NativeDirectory(Protocol):
    """The new directory. Raises `DirectoryUnavailable` where it cannot answer; a password verdict is an Outcome.

    Reads of people in use are answered from memory without suspending, never staler than a second (R9, R19).
    `scans` counts the searches that had to read all below their base, as no index knew better.
    """

    scans: int

    async def find(self, login: LoginName) -> Identity | None:
        """By DN where `login.dn` is set, else by login name or alias. Two people: `IdentityConflict`."""

    async def by_origin(self, source: str, keys: Sequence[str]) -> Mapping[str, Identity | None]:
        """Those of these people of `source` that are here, by their key in the source; None for who was `remove`d."""

    async def verify(self, identity: Identity, password: Secret) -> Outcome:
        """Accepted (the identity as it is now), Rejected, Unknown (gone) or Unavailable. Does not look at `state`.
        Rehashes behind the answer where the stored hash is weaker than configured (R14)."""

    async def adopt(self, adoption: Adoption) -> Identity:
        """Write a person in one transaction (R11). Idempotent by origin: whoever is here already is returned
        unchanged. Another person with that name or DN: `IdentityConflict` (R4); who was `remove`d: `RemovedHere`."""

    async def update(
        self,
        identity: uuid.UUID,
        *,
        state: AccountState | None = None,
        password_hash: str | None = None,
        significant: int | None = None,
        revision: int | None = None,
    ) -> Identity | None:
        """Change the state or the password hash, of which `significant` is as in `Adoption`; the new identity, None if
        there is no such person. Where `revision` is given and is not the person's any more: `Superseded`, so that a
        state that was made of an older one never undoes what was done meanwhile."""

    async def carry(self, entry: Entry, origin: Origin, at: float) -> None:
        """Write or refresh, at `at` seconds since the epoch, the copy of a group or container of a source: whole, in
        one transaction, idempotent; unchanged content writes nothing. `origin.key` is what stays when it is renamed
        there. One that is `owned` here, or was removed here, stays as it is. `IdentityConflict` where a person, or
        the copy of another source's entry, has that DN."""

    async def carried(self, source: str, keys: Sequence[str]) -> Mapping[str, NativeEntry | None]:
        """Those of these entries of `source` that are here, copies and owned ones, by their key in the source; without
        the values of `members`; None for what was `remove`d here."""

    async def memberships(
        self, members: Sequence[str], *, by_name: bool = False
    ) -> Mapping[str, Sequence[NativeEntry]]:
        """The entries here that have each of these members: normalised DNs (`member`, `uniqueMember`, `roleOccupant`);
        with `by_name` login names as they are compared (`memberUid`, also where it counts case). Without the values of
        `members`. Who is in none is left out."""

    def entries_version(self) -> int | None:
        """A number that is another one as soon as an entry that is no person has changed here, in whatever process;
        None while that cannot be told without waiting. What is computed from `memberships` may be kept as long as it
        stays the same: never staler than a second."""

    async def renamed(self) -> Sequence[Renamed]:
        """Whoever has another DN or login name here than where they came from; from memory while nothing changes."""

    async def add(self, entry: Entry, deed: Deed, password: Password | None = None) -> Entry:
        """Write a new person (an `Identity`, whose `origin` becomes `NATIVE`) or another entry (which is `owned`); the
        entry as written, with the values that its DN names, entryUUID and times. `ChangeRefused`. Whether its parent
        exists is for the caller to see: it may be a source's."""

    async def change(
        self,
        dn_key: str,
        steps: Sequence[Modification],
        deed: Deed,
        *,
        password: Password | None = None,
        state: AccountState | None = None,
    ) -> Changed | None:
        """Apply the steps, in order and all or none, in the one transaction that may write: nobody's change is lost.
        None if nothing here has this DN. A copy becomes `owned` (let it be `carry`ed fresh before). A person's login
        name and aliases follow the attributes that hold them; password and state go with the rest. `ChangeRefused`."""

    async def rename(self, dn_key: str, dn: str, new_key: str, deed: Deed, *, keep_old: bool) -> Changed | None:
        """Another DN (and with it another parent, perhaps), for an entry with nothing below it here; `keep_old` is that
        of the values of the old RDN. Groups here, copies too, that listed it list it anew (R18). Else as `change`."""

    async def remove(self, dn_key: str, deed: Deed) -> Entry | None:
        """The entry as it was; None if nothing here has this DN. Owned groups lose it as a member. Whoever came from a
        source is remembered by origin: neither adopted nor carried again. Else as `change`."""

    def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """As `LegacySource.search`: the people here as `Identity`, the rest as `NativeEntry`. Of the latter, the values
        of `members` (see there) are in the entry only where `Query.attributes` asks for them. `LimitError` where too
        many entries would be read in vain."""

    async def counts(self) -> Mapping[str, int]:
        """How many people are here, by the source that they came from."""

    async def close(self) -> None:
        """Finish writes under way and let go of the store."""
