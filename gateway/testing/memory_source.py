"""An old store in memory: a `LegacySource` double that ships, for tests of whatever asks sources.

It keeps passwords in clear, which no real source of this project does. The native directory's double is not here.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass, field, replace

from twisted.internet.defer import Deferred, TimeoutError

from gateway.errors import IdentityConflict, SourceError, SourceUnavailable
from gateway.identity.flights import Clock
from gateway.identity.model import (
    ACTIVE,
    AccountState,
    Attributes,
    Entry,
    Identity,
    LoginName,
    Origin,
    Secret,
    derive_id,
    normalise,
)
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unknown
from gateway.identity.ports import Account, Sight
from gateway.identity.search import BaseNotFound, Query, all_attributes, within
from gateway.wire.dn import escape_value, normalise_dn


@dataclass(frozen=True, slots=True)
class _Person:
    identity: Identity
    password: bytes = field(repr=False)


class MemorySource:
    """A configurable store. `asked` lists the calls that reached it, as `verify jdoe`, never with a password.

    It looks at the first `significant` bytes of a password only, where that is set.
    `fail_with` makes every call raise, `hang` makes every call wait: for `timeout` seconds of `clock` and then
    `SourceUnavailable`, or without a clock until it is cancelled or `heal` is called.
    """

    def __init__(
        self,
        name: str = "old",
        base: str = "ou=people,o=corp",
        *,
        charset: str = "latin-1",
        significant: int | None = None,
        clock: Clock | None = None,
        timeout: float = 5.0,
    ) -> None:
        self.name = name
        self.base = base
        self.bases: tuple[str, ...] = (normalise_dn(base),)
        self.charset = charset
        self._significant = significant
        self.asked: list[str] = []
        self._clock = clock
        self._timeout = timeout
        self._people: dict[str, _Person] = {}
        self._entries: dict[str, Entry] = {}
        self._error: SourceError | None = None
        self._hangs = False
        self._waiting: list[Deferred[None]] = []

    def add(
        self,
        name: str,
        password: bytes,
        *,
        dn: str | None = None,
        attributes: Mapping[str, Iterable[bytes]] | None = None,
        operational: Mapping[str, Iterable[bytes]] | None = None,
        aliases: Iterable[str] = (),
        groups: Iterable[str] = (),
        state: AccountState = ACTIVE,
        key: str | None = None,
    ) -> Identity:
        """One more person. `key` is the unchanging key, else the normalised DN; `dn` is by default uid=name below the
        base."""
        dn = dn or f"uid={escape_value(name)},{self.base}"
        dn_key = normalise_dn(dn)
        origin = Origin(self.name, key or dn_key)
        shown = attributes if attributes is not None else _person_attributes(name)
        identity = Identity(
            dn=dn,
            dn_key=dn_key,
            attributes=Attributes(shown),
            operational=Attributes(operational or {}),
            id=derive_id(origin),
            name=name,
            origin=origin,
            aliases=tuple(aliases),
            groups=tuple(groups),
            state=state,
        )
        self._people[dn_key] = _Person(identity, password)
        return identity

    def add_entry(
        self,
        dn: str,
        attributes: Mapping[str, Iterable[bytes]],
        operational: Mapping[str, Iterable[bytes]] | None = None,
    ) -> Entry:
        """Something that is not a person: a container, a group."""
        entry = Entry(dn, normalise_dn(dn), Attributes(attributes), Attributes(operational or {}))
        self._entries[entry.dn_key] = entry
        return entry

    def remove(self, name: str) -> None:
        """This person leaves the store."""
        del self._people[self._named(name).identity.dn_key]

    def change(self, name: str, *, password: bytes | None = None, state: AccountState | None = None) -> Identity:
        """Another password or state for somebody who is here."""
        held = self._named(name)
        identity = held.identity if state is None else replace(held.identity, state=state)
        self._people[identity.dn_key] = _Person(identity, held.password if password is None else password)
        return identity

    def fail_with(self, error: SourceError | None = None) -> None:
        """Every call raises `error` from now on; by default that the store cannot be reached."""
        self._error = error or SourceUnavailable(self.name, "the store is stopped")

    def hang(self) -> None:
        """Every call waits from now on."""
        self._hangs = True

    def heal(self) -> None:
        """Answer again; calls that wait go on."""
        self._error = None
        self._hangs = False
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            waiter.callback(None)

    async def lookup(self, login: LoginName) -> Account | None:
        """As `LegacySource.lookup`: by DN, by login name, by alias."""
        await self._ready(f"lookup {login.key}")
        found = [person.identity for person in self._people.values() if _answers(person.identity, login)]
        if len(found) > 1:
            raise IdentityConflict.between(login.typed, [one.dn for one in found], f"source {self.name}")
        if not found:
            return None
        person = found[0]
        return Account(person.dn_key, person.name, person.origin, person.aliases, person.dn_key)

    async def verify(self, account: Account, password: Secret) -> Outcome:
        """As `LegacySource.verify`: compares bytes, and shows the state without judging it."""
        await self._ready(f"verify {account.name}")
        person = self._people.get(account.ref)
        if person is None:
            return Unknown()
        if not password:
            return Rejected(Reason.EMPTY_PASSWORD)
        if not person.password:
            return Rejected(Reason.NO_PASSWORD)
        looked_at = password.reveal()[: self._significant]
        if not hmac.compare_digest(person.password[: self._significant], looked_at):
            return Rejected(Reason.WRONG_PASSWORD)
        return Accepted(person.identity, self._significant)

    async def read(self, account: Account) -> Identity | None:
        """As `LegacySource.read`."""
        await self._ready(f"read {account.name}")
        person = self._people.get(account.ref)
        return person.identity if person else None

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """As `LegacySource.search`."""
        await self._ready(f"search {query.base}")
        if not self._has(query.base):
            raise BaseNotFound(query.base)
        entries: list[Entry] = [*self._entries.values(), *(person.identity for person in self._people.values())]
        for entry in entries:
            if query.covers(entry.dn_key) and query.filter.matches(all_attributes(entry)) is True:
                yield entry

    async def count(self) -> int | None:
        """As `LegacySource.count`."""
        await self._ready("count")
        return len(self._people)

    async def inspect(self) -> Sight:
        """As `LegacySource.inspect`."""
        try:
            await self._ready("inspect")
        except SourceError as error:
            return Sight(False, (error.text,))
        return Sight(True, (f"{len(self._people)} people in memory",))

    async def close(self) -> None:
        """As `LegacySource.close`."""

    def _named(self, name: str) -> _Person:
        return next(person for person in self._people.values() if person.identity.name_key == normalise(name))

    def _has(self, base: str) -> bool:
        """Whether a search may begin there: above our base, at it, or at or above something in it."""
        return any(within(key, base) for key in (self.bases[0], *self._entries, *self._people))

    async def _ready(self, call: str) -> None:
        self.asked.append(call)
        if self._hangs:
            await self._wait()
        if self._error is not None:
            raise self._error

    async def _wait(self) -> None:
        waiter: Deferred[None] = Deferred()
        self._waiting.append(waiter)
        if self._clock is not None:
            waiter.addTimeout(self._timeout, self._clock)  # type: ignore[arg-type]  # the part of IReactorTime it uses
        try:
            await waiter
        except TimeoutError:
            raise SourceUnavailable(self.name, f"no answer within {self._timeout:g} seconds") from None
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)


def _answers(person: Identity, login: LoginName) -> bool:
    if login.dn is not None:
        return person.dn_key == login.dn
    return login.key == person.name_key or login.key in map(normalise, person.aliases)


def _person_attributes(name: str) -> dict[str, list[bytes]]:
    value = name.encode()
    return {"objectClass": [b"top", b"person", b"inetOrgPerson"], "uid": [value], "cn": [value], "sn": [value]}
