"""A source behind its bulkhead, deadline and circuit breaker: whatever it does, nobody else's login waits for it.

Every back end gets this wrapper, a stranger's too; what comes out of it is an outcome, `SourceError` or `BusyError`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from twisted.internet.defer import CancelledError, Deferred, DeferredSemaphore, TimeoutError
from twisted.logger import Logger

from gateway.errors import BusyError, IdentityConflict, SourceError, SourceMisbehaved, SourceUnavailable
from gateway.identity.breaker import Breaker
from gateway.identity.flights import Clock, within
from gateway.identity.model import Entry, Identity, LoginName, Secret
from gateway.identity.outcome import Outcome, Unavailable
from gateway.identity.ports import Account, LegacySource, Sight
from gateway.identity.resting import searches_of
from gateway.identity.search import BaseNotFound, Query
from gateway.identity.source_names import EVERY_NAME, SourceNames

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


CLOSE_SECONDS = 10.0
"""How long a source may take to let go; what comes after it is to be closed, too."""


@dataclass(frozen=True, slots=True)
class _Lane:
    """What logins and searches each have for themselves: a search that takes the store too long, or twenty of them,
    keep nobody from signing in. A call needs a place in each of `slots`."""

    timeout: float
    breaker: Breaker
    slots: tuple[DeferredSemaphore, ...]


def _never(_: object) -> bool:
    return False


def _taken_at_its_word(account: Account | None) -> bool:
    """A DN of an LDAP source is somebody's until a bind says otherwise, and one from elsewhere nobody's: the store need
    not be asked for either."""
    return account is None or account.name is None


@dataclass(slots=True)
class _Begun:
    """When a call left our own queue, if it has."""

    at: float | None = None


class GuardedSource:
    """A `LegacySource` that cannot hang, flood or surprise the core."""

    def __init__(self, source: LegacySource, rules: GuardRules, clock: Clock, names: SourceNames = EVERY_NAME) -> None:
        self.name = source.name
        self.bases = source.bases
        self.charset = source.charset
        self.searches = searches_of(source)
        self.name_rules = names
        self._source = source
        self._rules = rules
        self._clock = clock
        slots = DeferredSemaphore(rules.concurrency)
        some = DeferredSemaphore(max(1, rules.concurrency // 2))
        self._logins = _Lane(rules.timeout, Breaker(rules.breaker_failures, rules.breaker_pause), (slots,))
        self._searches = _Lane(
            rules.search_timeout, Breaker(rules.breaker_failures, rules.breaker_pause), (some, slots)
        )
        self._log = Logger(namespace="bindferry.source")

    @property
    def open(self) -> bool:
        """Whether the circuit breaker holds logins back now."""
        return self._logins.breaker.open

    async def lookup(self, login: LoginName) -> Account | None:
        """As `LegacySource.lookup`."""
        return await self._call(self._logins, lambda: self._source.lookup(login), _taken_at_its_word)

    async def verify(self, account: Account, password: Secret) -> Outcome:
        """As `LegacySource.verify`, but a source that cannot tell is `Unavailable`, never an exception."""
        try:
            return await self._call(self._logins, lambda: self._source.verify(account, password))
        except BusyError:
            return Unavailable(self.name, busy=True, untried=True)
        except SourceUnavailable as error:
            return Unavailable(self.name, untried=error.untried)
        except SourceError:
            return Unavailable(self.name)

    async def read(self, account: Account) -> Identity | None:
        """As `LegacySource.read`."""
        return await self._call(self._logins, lambda: self._source.read(account))

    async def count(self) -> int | None:
        """As `LegacySource.count`."""
        return await self._call(self._searches, self._source.count)

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """As `LegacySource.search`; the deadline holds for each step, so that long results may take long. A step may
        read a whole table to find nobody, so it has more time than a login."""
        entries = self._source.search(query)
        try:
            while True:
                entry = await self._call(self._searches, lambda: _next(entries))
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
        """As `LegacySource.close`; raises nothing."""
        try:
            await within(self._clock, CLOSE_SECONDS, self._source.close())
        except Exception as error:  # noqa: BLE001 (as below)
            self._tell(error)

    async def _call(self, lane: _Lane, call: Callable[[], Awaitable[T]], is_guess: Callable[[T], bool] = _never) -> T:
        """`is_guess`: results that, where they come without any waiting, are no word of the store's."""
        if len(lane.slots[0].waiting) >= self._rules.concurrency * self._rules.queue:
            raise BusyError(f"source {self.name}: too many calls are waiting for it")
        if not lane.breaker.allows(self._clock.seconds()):
            raise SourceUnavailable(self.name, "left alone for a moment after repeated outages", untried=True)
        begun = _Begun()
        try:
            work = Deferred.fromCoroutine(self._in_slot(lane, call, begun))
            at_once = work.called
            result = await within(self._clock, lane.timeout, work)
        except TimeoutError:
            if begun.at is None:  # our own queue was too long: says nothing about the source
                raise BusyError(f"source {self.name}: no call has ended for {lane.timeout:g} seconds") from None
            if self._clock.seconds() - begun.at >= lane.timeout / 2:  # else it has waited here, not there
                self._note_outage(lane, "no answer in time")
            raise SourceUnavailable(self.name, f"no answer within {lane.timeout:g} seconds") from None
        except SourceUnavailable as error:
            self._note_outage(lane, error.text)
            raise
        except _FORESEEN:
            lane.breaker.answered()
            raise
        if isinstance(result, Unavailable) and not (result.busy or result.refused):  # a refusal is an answer
            self._note_outage(lane, "no answer")
        elif at_once and is_guess(result):
            lane.breaker.untried()
        else:
            lane.breaker.answered()
        return result

    async def _in_slot(self, lane: _Lane, call: Callable[[], Awaitable[T]], begun: _Begun) -> T:
        """The slots are held until the call really ends: a call that ignores its deadline still counts."""
        held: list[DeferredSemaphore] = []  # an AsyncExitStack was 5 % of a passed-on search
        try:
            for slots in lane.slots:
                await slots.acquire()
                held.append(slots)
            begun.at = self._clock.seconds()
            return await call()
        except (*_FORESEEN, CancelledError):
            raise
        except Exception as error:  # noqa: BLE001 (a plug-in's fault must stay the plug-in's)
            self._tell(error)
            raise SourceMisbehaved(self.name, f"unforeseen {type(error).__name__}") from None
        finally:
            for slots in reversed(held):
                slots.release()

    async def _end(self, entries: AsyncGenerator[Entry, None]) -> None:
        try:
            await within(self._clock, self._rules.timeout, entries.aclose())
        except (RuntimeError, TimeoutError):
            # It is still inside a step that overran its deadline; that step ends it when it ends.
            self._log.debug("source {source}: a search goes on behind its deadline", source=self.name)
        except Exception as error:  # noqa: BLE001 (as above)
            self._tell(error)

    def _tell(self, error: Exception) -> None:
        """The text of a foreign exception may hold a password (R15): its kind and place must do."""
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else "?"
        self._log.error("source {source}: {kind} at {where}", source=self.name, kind=type(error).__name__, where=where)

    def _note_outage(self, lane: _Lane, text: str) -> None:
        was_open = lane.breaker.open
        lane.breaker.failed(self._clock.seconds())
        if lane.breaker.open and not was_open:
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
