"""The native directory in memory: a `NativeDirectory` that ships, for tests of whatever asks it. Keeps nothing."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace

from twisted.internet.defer import Deferred

from gateway.errors import BusyError, DirectoryError, DirectoryUnavailable, IdentityConflict, RemovedHere, Superseded
from gateway.identity.account_attributes import with_state
from gateway.identity.hashing import PasswordHasher
from gateway.identity.model import AccountState, Entry, Identity, LoginName, NativeEntry, Origin, Secret, normalise
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unavailable, Unknown
from gateway.identity.ports import Adoption
from gateway.identity.search import BaseNotFound, Query, within
from gateway.testing.memory_changes import MemoryChanges, Person
from gateway.wire.dn import normalise_dn


class MemoryDirectory(MemoryChanges):
    """Answers without suspending as long as the hasher does. `asked` lists the calls that reached it, `verify jdoe`,
    never with a password."""

    def __init__(self, hasher: PasswordHasher, base: str = "dc=example,dc=com") -> None:
        super().__init__()
        self.asked: list[str] = []
        self.scans = 0
        self._hasher = hasher
        self._base = normalise_dn(base)
        self._reads_fail: DirectoryError | None = None
        self._writes_fail: DirectoryError | None = None

    def fail_with(self, error: DirectoryError | None = None, *, only_writes: bool = False) -> None:
        """Every call raises `error` from now on (by default that the directory is stopped), or every write."""
        self._writes_fail = error or DirectoryUnavailable("the directory is stopped")
        self._reads_fail = None if only_writes else self._writes_fail

    def heal(self) -> None:
        """Answer again."""
        self._reads_fail = self._writes_fail = None

    def forget(self, person: uuid.UUID) -> None:
        """This person is not here any more, as if never adopted."""
        del self._people[person]

    async def find(self, login: LoginName) -> Identity | None:
        """As `NativeDirectory.find`."""
        self._reading(f"find {login.key}")
        people = [person.identity for person in self._people.values()]
        if login.dn is not None:
            return next((person for person in people if person.dn_key == login.dn), None)
        for person in people:
            if person.name_key == login.key:
                return person
        found = [person for person in people if login.key in map(normalise, person.aliases)]
        if len(found) > 1:
            raise IdentityConflict.between(login.typed, [person.dn for person in found])
        return found[0] if found else None

    async def by_origin(self, source: str, keys: Sequence[str]) -> Mapping[str, Identity | None]:
        """As `NativeDirectory.by_origin`."""
        self._reading(f"by_origin {source}")
        people = (person.identity for person in self._people.values())
        gone = [key for key in keys if Origin(source, key) in self._removed]
        return dict.fromkeys(gone) | {
            person.origin.key: person
            for person in people
            if person.origin.source == source and person.origin.key in keys
        }

    async def verify(self, identity: Identity, password: Secret) -> Outcome:
        """As `NativeDirectory.verify`."""
        if self._reads_fail is not None:
            return Unavailable("directory")
        self._reading(f"verify {identity.name}")
        held = self._people.get(identity.id)
        if held is None:
            return Unknown()
        if not password:
            return Rejected(Reason.EMPTY_PASSWORD)
        try:
            return await self._prove(held, password.canonical(held.charset)[: held.significant])
        except BusyError:
            return Unavailable("directory", busy=True)

    async def _prove(self, held: Person, hashed: bytes) -> Outcome:
        if not await self._hasher.verify(hashed, held.password_hash):
            return Rejected(Reason.WRONG_PASSWORD)
        if self._hasher.needs_rehash(held.password_hash) and self._writes_fail is None:
            Deferred.fromCoroutine(self._rehash(held, hashed))
        return Accepted(held.identity)

    async def _rehash(self, held: Person, hashed: bytes) -> None:
        try:
            stronger = await self._hasher.hash(hashed)
        except BusyError:
            return  # the next right password tries again
        now = self._people.get(held.identity.id)
        if now is not None and now.password_hash == held.password_hash:
            self._put(replace(now, password_hash=stronger))

    async def adopt(self, adoption: Adoption) -> Identity:
        """As `NativeDirectory.adopt`."""
        person = adoption.identity
        self._writing(f"adopt {person.name}")
        if not adoption.password_hash:
            raise DirectoryError(f"{person.name!r} cannot be adopted without a password hash")
        if adoption.significant is not None and adoption.significant < 1:
            raise DirectoryError(f"{person.name!r} cannot be adopted with a hash of nothing")
        for held in self._people.values():
            if held.identity.origin == person.origin:
                return held.identity
        if person.origin in self._removed:
            raise RemovedHere(f"{person.dn!r} of source {person.origin.source} was removed from the directory")
        for held in self._people.values():
            _refuse_second(person, held.identity)
        self._make_room(person)
        self._take_name(person.dn_key)
        adopted = replace(person, revision=adoption.first_revision)
        self._people[person.id] = Person(adopted, adoption.password_hash, adoption.charset, adoption.significant)
        return adopted

    def _make_room(self, person: Identity) -> None:
        other = self._entries.at(person.dn_key)
        if other is None:
            return
        if other.owned:
            source = person.origin.source
            raise IdentityConflict(f"the DN {person.dn!r} of source {source} is held by an entry that is no person")
        self._entries.drop(other)

    async def update(
        self,
        identity: uuid.UUID,
        *,
        state: AccountState | None = None,
        password_hash: str | None = None,
        significant: int | None = None,
        revision: int | None = None,
    ) -> Identity | None:
        """As `NativeDirectory.update`."""
        self._writing(f"update {identity}")
        held = self._people.get(identity)
        if held is None:
            return None
        if revision not in {None, held.identity.revision}:
            raise Superseded("this person was changed meanwhile")
        if password_hash is not None and not password_hash:
            raise DirectoryError("an empty password hash cannot be stored")
        if state is None and password_hash is None:
            return held.identity
        if state is not None:
            operational = with_state(held.identity.operational, state)
            held = replace(held, identity=replace(held.identity, state=state, operational=operational))
        if password_hash is not None:
            held = replace(held, password_hash=password_hash, significant=significant)
        return self._put(held)

    def _put(self, person: Person) -> Identity:
        changed = replace(person.identity, revision=person.identity.revision + 1)
        self._people[changed.id] = replace(person, identity=changed)
        return changed

    async def carry(self, entry: Entry, origin: Origin, at: float) -> None:
        """As `NativeDirectory.carry`."""
        self._writing(f"carry {entry.dn_key}")
        for held in self._people.values():
            if held.identity.dn_key == entry.dn_key:
                raise IdentityConflict(
                    f"the DN {entry.dn!r} of source {origin.source} is held by the person {held.identity.dn!r}"
                )
        if origin not in self._removed:
            self._entries.carry(entry, origin, at)

    async def carried(self, source: str, keys: Sequence[str]) -> Mapping[str, NativeEntry | None]:
        """As `NativeDirectory.carried`."""
        self._reading(f"carried {source}")
        gone = [key for key in keys if Origin(source, key) in self._removed]
        return dict.fromkeys(gone) | self._entries.carried(source, keys)

    async def memberships(
        self, members: Sequence[str], *, by_name: bool = False
    ) -> Mapping[str, Sequence[NativeEntry]]:
        """As `NativeDirectory.memberships`."""
        self._reading("memberships")
        return self._entries.memberships(members, by_name=by_name)

    def entries_version(self) -> int | None:
        """As `NativeDirectory.entries_version`."""
        return None if self._reads_fail is not None else self._entries.version

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """As `NativeDirectory.search`."""
        self._reading(f"search {query.base}")
        people = [person.identity for person in self._people.values()]
        known = query.base in {"", self._base} or any(within(person.dn_key, query.base) for person in people)
        if not known and not self._entries.knows(query.base):
            raise BaseNotFound(query.base)
        for person in people:
            if query.selects(person):
                yield person
        for entry in self._entries.search(query):
            yield entry

    async def counts(self) -> Mapping[str, int]:
        """As `NativeDirectory.counts`."""
        self._reading("counts")
        return Counter(person.identity.origin.source for person in self._people.values())

    async def close(self) -> None:
        """As `NativeDirectory.close`: every later call is refused."""
        self.fail_with(DirectoryUnavailable("the directory is closed"))

    def _reading(self, call: str) -> None:
        self.asked.append(call)
        if self._reads_fail is not None:
            raise self._reads_fail

    def _writing(self, call: str) -> None:
        self.asked.append(call)
        if self._writes_fail is not None:
            raise self._writes_fail


def _refuse_second(person: Identity, holder: Identity) -> None:
    """R4: a name, a DN and an id belong to one person."""
    if holder.name_key == person.name_key:
        what = f"the name {person.name!r} of {person.dn!r}"
    elif holder.dn_key == person.dn_key:
        what = f"the DN {person.dn!r}"
    elif holder.id == person.id:
        what = f"the id {person.id} of {person.dn!r}"
    else:
        return
    source, held_by = person.origin.source, holder.origin.source
    raise IdentityConflict(f"{what} of source {source} is held by {holder.dn!r}, who came from source {held_by}")
