"""A store as the conformance suite sees it, and how it is asked: what an author supplies is here, promises are not."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from twisted.internet.defer import CancelledError, Deferred

from gateway.errors import BindferryError, BusyError, SourceError
from gateway.identity.model import Entry, Identity, LoginName, Secret
from gateway.identity.outcome import Accepted, Outcome, Reason, Unavailable, Unknown
from gateway.identity.ports import Account, LegacySource
from gateway.identity.search import Filter, Query, Scope
from gateway.wire.dn import leaf, normalise_dn
from gateway.wire.filter import Present
from gateway.wire.schema import is_secret

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whom the author has put into the store. `name` is the canonical login name in the store's spelling,
    `dn` where people of this store can be bound as by DN; `refusal` why a right password is no yes here."""

    name: str
    password: bytes = field(repr=False)
    dn: str | None = None
    refusal: Reason | None = None


class Store(Protocol):
    """A store with known people, and a fresh source before it.

    `people` are all who are in it: two or more without a `refusal`, and further ones with one. `login_attribute` is the
    attribute that holds the login name in what `search` shows, "" if the source shows nobody without a password.
    `now` is the time by which account states are judged.
    """

    source: LegacySource
    people: tuple[Known, ...]
    login_attribute: str
    now: float

    def run(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of the coroutine, driven to its end; TimeoutError if it is not at its end after twice the source's
        own deadline."""
        ...

    def stop(self) -> None:
        """Make the store unreachable from now on, for connections that are open, too."""
        ...

    def hang(self) -> None:
        """Make the store take requests and answer none from now on."""
        ...


def active(store: Store) -> list[Known]:
    """Those who may log in."""
    return [person for person in store.people if person.refusal is None]


def dn_login(text: str) -> LoginName:
    """A DN as an application would send it."""
    return LoginName.of_dn(text, normalise_dn(text), leaf(text))


def logins(store: Store) -> list[LoginName]:
    """Every name and DN of everybody."""
    names = [LoginName.of(person.name) for person in store.people]
    return [*names, *(dn_login(person.dn) for person in store.people if person.dn is not None)]


def lookup(store: Store, person: Known) -> Account:
    """The account of somebody who is known to be there."""
    account = store.run(lambda: store.source.lookup(LoginName.of(person.name)))
    assert account is not None
    return account


def bind(store: Store, typed: str, password: bytes) -> Outcome:
    """The outcome of a bare name and a password."""
    return verify(store, LoginName.of(typed), password)


def verify(store: Store, login: LoginName, password: bytes) -> Outcome:
    """As the core does it: look up, then verify; what is not found is unknown."""

    async def ask() -> Outcome:
        account = await store.source.lookup(login)
        return Unknown() if account is None else await store.source.verify(account, Secret(password))

    return store.run(ask)


def accepted(outcome: Outcome) -> Identity:
    """The person; AssertionError if the outcome is anything but a yes."""
    assert isinstance(outcome, Accepted), outcome
    return outcome.identity


def cannot_tell(store: Store, login: LoginName, password: bytes) -> bool:
    """Whether the source says neither yes nor no, and nothing of the password."""
    try:
        outcome = verify(store, login, password)
    except (SourceError, BusyError) as error:
        return password.decode("latin-1") not in str(error)
    return isinstance(outcome, Unavailable)


def answer_or_none(store: Store, function: Callable[[], Coroutine[Any, Any, T]]) -> T | None:
    """The result, or None for an error by which a source says that it cannot tell."""
    try:
        return store.run(function)
    except (SourceError, BusyError):
        return None


def search(store: Store, wanted: Filter, base: str | None = None) -> list[Entry]:
    """All entries below all bases, or below `base`, that match."""
    return store.run(lambda: collected(store, wanted, base))


async def collected(store: Store, wanted: Filter, base: str | None) -> list[Entry]:
    """The same, as a coroutine."""
    bases = store.source.bases if base is None else (base,)
    found: list[Entry] = []
    for one in bases:
        async with aclosing(matching(store, wanted, one)) as entries:
            found.extend([entry async for entry in entries])
    return found


def matching(store: Store, wanted: Filter, base: str) -> AsyncGenerator[Entry, None]:
    """A search of a whole subtree."""
    return store.source.search(Query(base, Scope.SUBTREE, wanted))


async def first_entry(store: Store) -> Entry | None:
    """One entry of a search that is stopped after it."""
    async with aclosing(matching(store, Present("objectClass"), store.source.bases[0])) as entries:
        async for entry in entries:  # `anext(entries, None)` mistakes a tuple awaited inside for arguments on 3.11
            return entry
    return None


async def cancelled_bind(store: Store, person: Known) -> None:
    """Begin to verify a password, and stop waiting at once."""
    account = await store.source.lookup(LoginName.of(person.name))
    assert account is not None
    waiting = Deferred.fromCoroutine(store.source.verify(account, Secret(person.password)))
    waiting.cancel()
    try:
        await waiting
    except (CancelledError, BindferryError):
        return  # either is right: it was not waited for


def assert_no_secret(identity: Identity, password: bytes) -> None:
    """AssertionError if an attribute is a password or holds this one."""
    for attributes in (identity.attributes, identity.operational):
        for name, values in attributes.items():
            assert not is_secret(name), name
            assert password not in values, name
