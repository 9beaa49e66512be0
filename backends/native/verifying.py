"""Proving a password against the stored hash, and making a weak hash strong behind the answer (R14)."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable

from twisted.internet.defer import Deferred, DeferredList
from twisted.logger import Logger
from twisted.python.failure import Failure

from backends.native.record import Record
from gateway.errors import BindferryError, BusyError, DirectoryUnavailable
from gateway.identity.hashing import PasswordHasher
from gateway.identity.model import Identity, Secret
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unavailable, Unknown

_log = Logger()

NAME = "directory"


class Verifier:
    """`current` gives the record of a person as it is now, `replace(person, old hash, new hash)` writes a rehash."""

    def __init__(
        self,
        hasher: PasswordHasher,
        current: Callable[[Identity], Awaitable[Record | None]],
        replace: Callable[[uuid.UUID, str, str], Awaitable[None]],
    ) -> None:
        self._hasher = hasher
        self._current = current
        self._replace = replace
        self._rehashing: dict[uuid.UUID, Deferred[None]] = {}

    async def verify(self, identity: Identity, password: Secret) -> Outcome:
        """As `NativeDirectory.verify`."""
        if not password:  # R5 is kept earlier; a store never says yes to it, either
            return Rejected(Reason.EMPTY_PASSWORD)
        try:
            record = await self._current(identity)
            return Unknown() if record is None else await self._prove(record, password)
        except BusyError:
            return Unavailable(NAME, busy=True)
        except DirectoryUnavailable as error:
            return Unavailable(NAME, busy=isinstance(error.__cause__, BusyError))

    async def _prove(self, record: Record, password: Secret) -> Outcome:
        hashed = record.hashed(password)
        if not record.password_hash:
            await self._hasher.burn(hashed)
            return Rejected(Reason.NO_PASSWORD)
        if not await self._hasher.verify(hashed, record.password_hash):
            return Rejected(Reason.WRONG_PASSWORD)
        # Hashing takes its time: meanwhile the account may have been locked, or its password changed.
        now = await self._current(record.identity)
        if now is None:
            return Unknown()
        if now.password_hash != record.password_hash:
            return await self._prove(now, password)
        if self._hasher.needs_rehash(now.password_hash):
            self._begin_rehash(now, hashed)
        return Accepted(now.identity)

    def _begin_rehash(self, record: Record, hashed: bytes) -> None:
        person = record.identity.id
        if person in self._rehashing:
            return
        self._rehashing[person] = rehash = Deferred.fromCoroutine(self._rehash(record, hashed))
        rehash.addErrback(_unforeseen).addCallback(lambda _: self._rehashed(person))

    def _rehashed(self, person: uuid.UUID) -> None:
        del self._rehashing[person]

    async def _rehash(self, record: Record, hashed: bytes) -> None:
        try:
            stronger = await self._hasher.hash(hashed)
            await self._replace(record.identity.id, record.password_hash, stronger)
        except BindferryError as error:  # the next right password tries again
            _log.warn(
                "the hash of {person} stays as weak as it is for now: {reason}",
                person=record.identity.id,
                reason=str(error),
            )

    async def settled(self) -> None:
        """Wait for the rehashes that are under way."""
        await DeferredList(list(self._rehashing.values()))


def _unforeseen(failure: Failure) -> None:
    _log.failure("a hash was not made anew", failure=failure)
