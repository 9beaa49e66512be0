"""A source behind its bulkhead, deadline and circuit breaker: whatever it does, nobody else's login waits for it.

Every back end gets this wrapper, a stranger's too; what comes out of it is an outcome, `SourceError` or `BusyError`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from twisted.internet.defer import CancelledError, DeferredSemaphore, TimeoutError
from twisted.logger import Logger

from gateway.errors import BusyError, IdentityConflict, SourceError, SourceMisbehaved, SourceUnavailable
from gateway.identity.breaker import Breaker
from gateway.identity.flights import Clock, within
from gateway.identity.model import Entry, Identity, LoginName, Secret
from gateway.identity.outcome import Outcome, Unavailable
from gateway.identity.ports import Account, LegacySource, Sight
from gateway.identity.search import BaseNotFound, Query

T = TypeVar("T")
_FORESEEN = (SourceError, IdentityConflict, BaseNotFound, BusyError)


@dataclass(frozen=True, slots=True)
class GuardRules:
    """`timeout` seconds for each call and `search_timeout` for each step of a search; `concurrency` calls at once, and
    `queue` times as many waiting."""

    timeout: float = 5.0
    search_timeout: float = 60.0
    concurrency: int = 20
    queue: int = 10
    breaker_failures: int = 5
    breaker_pause: float = 10.0


@dataclass(slots=True)
class _Begun:
    """Whether a call has left our own queue."""

    yes: bool = False


class GuardedSource:
    """A `LegacySource` that cannot hang, flood or surprise the core."""

    def __init__(self, source: LegacySource, rules: GuardRules, clock: Clock) -> None:
        self.name = source.name
        self.bases = source.bases
        self.charset = source.charset
        self._source = source
        self._rules = rules
        self._clock = clock
        self._slots = DeferredSemaphore(rules.concurrency)
        self._breaker = Breaker(rules.breaker_failures, rules.breaker_pause)
        self._log = Logger(namespace="bindferry.source")

    @property
    def open(self) -> bool:
        """Whether the circuit breaker holds calls back now."""
        return self._breaker.open

    async def lookup(self, login: LoginName) -> Account | None:
        """As `LegacySource.lookup`."""
        return await self._call(lambda: self._source.lookup(login))

    async def verify(self, account: Account, password: Secret) -> Outcome:
        """As `LegacySource.verify`, but a source that cannot tell is `Unavailable`, never an exception."""
        try:
            return await self._call(lambda: self._source.verify(account, password))
        except BusyError:
            return Unavailable(self.name, busy=True, untried=True)
        except SourceUnavailable as error:
            return Unavailable(self.name, untried=error.untried)
        except SourceError:
            return Unavailable(self.name)

    async def read(self, account: Account) -> Identity | None:
        """As `LegacySource.read`."""
        return await self._call(lambda: self._source.read(account))

    async def count(self) -> int | None:
        """As `LegacySource.count`."""
        return await self._call(self._source.count)

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """As `LegacySource.search`; the deadline holds for each step, so that long results may take long. A step may
        read a whole table to find nobody, so it has more time than a login."""
        entries = self._source.search(query)
        try:
            while True:
                entry = await self._call(lambda: _next(entries), self._rules.search_timeout)
                if entry is None:
                    return
                yield entry
        finally:
            await self._end(entries)

    async def inspect(self) -> Sight:
        """As `LegacySource.inspect`, past the breaker: an administrator wants to see now."""
        try:
            return await within(self._clock, self._rules.search_timeout, self._source.inspect())
        except TimeoutError:
            return Sight(False, (f"no answer within {self._rules.search_timeout:g} seconds",))

    async def close(self) -> None:
        """As `LegacySource.close`."""
        await self._source.close()

    async def _call(self, call: Callable[[], Awaitable[T]], timeout: float | None = None) -> T:
        if not self._breaker.allows(self._clock.seconds()):
            raise SourceUnavailable(self.name, "left alone for a moment after repeated outages", untried=True)
        if len(self._slots.waiting) >= self._rules.concurrency * self._rules.queue:
            raise BusyError(f"source {self.name}: too many calls are waiting for it")
        begun = _Begun()
        timeout = timeout or self._rules.timeout
        try:
            result = await within(self._clock, timeout, self._in_slot(call, begun))
        except TimeoutError:
            if not begun.yes:  # our own queue was too long: says nothing about the source
                raise BusyError(f"source {self.name}: no call has ended for {timeout:g} seconds") from None
            self._note_outage("no answer in time")
            raise SourceUnavailable(self.name, f"no answer within {timeout:g} seconds") from None
        except SourceUnavailable as error:
            self._note_outage(error.text)
            raise
        except _FORESEEN:
            self._breaker.answered()
            raise
        if isinstance(result, Unavailable) and not result.busy:
            self._note_outage("no answer")
        else:
            self._breaker.answered()
        return result

    async def _in_slot(self, call: Callable[[], Awaitable[T]], begun: _Begun) -> T:
        """The slot is held until the call really ends: a call that ignores its deadline still counts."""
        await self._slots.acquire()
        begun.yes = True
        try:
            return await call()
        except (*_FORESEEN, CancelledError):
            raise
        except Exception as error:  # noqa: BLE001 (a plug-in's fault must stay the plug-in's)
            # The text of a foreign exception may hold a password (R15): its kind and place must do.
            place = error.__traceback__
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else "?"
            self._log.error(
                "source {source}: {kind} at {where}", source=self.name, kind=type(error).__name__, where=where
            )
            raise SourceMisbehaved(self.name, f"unforeseen {type(error).__name__}") from None
        finally:
            self._slots.release()

    async def _end(self, entries: AsyncGenerator[Entry, None]) -> None:
        try:
            await entries.aclose()
        except RuntimeError:
            # It is still inside a step that overran its deadline; that step ends it when it ends.
            self._log.debug("source {source}: a search goes on behind its deadline", source=self.name)

    def _note_outage(self, text: str) -> None:
        was_open = self._breaker.open
        self._breaker.failed(self._clock.seconds())
        if self._breaker.open and not was_open:
            self._log.warn(
                "source {source}: {text}; left alone for {pause:g} seconds",
                source=self.name,
                text=text,
                pause=self._rules.breaker_pause,
            )


async def _next(entries: AsyncGenerator[Entry, None]) -> Entry | None:
    # Not `anext(entries, None)`: on CPython 3.11 it takes a tuple that something inside awaits for arguments.
    try:
        return await anext(entries)
    except StopAsyncIteration:
        return None
