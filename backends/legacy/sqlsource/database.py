"""Statements run in threads of their own, each within its deadline: one `Database` for each source.

A connection that the server closed in the night is replaced and the statement sent once more, so that it is not the
first user's error. What is not here: what the rows mean.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from typing import TypeVar

from sqlalchemy import Connection, Engine, exc, text
from twisted.internet.error import TimeoutError as DeadlineError

from backends.legacy.sqlsource.cursor import Cursor, records_of
from backends.legacy.sqlsource.engine import STREAMS
from backends.legacy.sqlsource.errors import classify
from backends.legacy.sqlsource.rows import Record, RowFault
from gateway.errors import BusyError, SourceError, SourceMisbehaved, SourceUnavailable
from gateway.threads import Pool

T = TypeVar("T")


class Reading:
    """One connection, for the length of one piece of work in a thread. Its transaction is rolled back at the end."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def rows(self, statement: str, values: Mapping[str, object], most: int) -> list[Record]:
        """At most `most` rows."""
        with self.connection.execute(text(statement), dict(values)) as result:
            return records_of(result, result.fetchmany(most))

    def columns(self, statement: str, values: Mapping[str, object]) -> list[str]:
        """The names of the columns that it returns, whatever the rows."""
        with self.connection.execute(text(statement), dict(values)) as result:
            return list(result.keys())


class Attempt:
    """One try: whether it came to a connection, and whether that turned out to be a dead one."""

    __slots__ = ("_engine", "connected", "stale")

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.connected = False
        self.stale = False

    def connect(self) -> Connection:
        """A connection of the pool, or a new one."""
        connection = self._engine.connect()
        self.connected = True
        return connection


class Database:
    """The only way to the database. Methods raise `SourceUnavailable`, `SourceMisbehaved` or `BusyError`, no other."""

    def __init__(self, source: str, engine: Engine, pool: Pool, timeout: float) -> None:
        self._source = source
        self._engine = engine
        self._pool = pool
        self._timeout = timeout
        self._streams = threading.BoundedSemaphore(STREAMS)

    @property
    def engine(self) -> Engine:
        """For `inspect`, which looks at the dialect."""
        return self._engine

    async def ask(self, work: Callable[[Reading], T]) -> T:
        """The result of `work` with a connection, in a thread."""
        return await self.in_thread(lambda: self.attempt(work))

    async def in_thread(self, work: Callable[[], T]) -> T:
        """The result of `work`, in a thread, within the source's deadline. A thread that overruns it is given up, and
        occupied until the driver returns: a hanging database gets no more threads than any other."""
        try:
            return await self._pool.run(work, deadline=self._timeout)
        except DeadlineError:
            raise SourceUnavailable(self._source, f"no answer within {self._timeout:g} seconds") from None
        except BusyError:
            raise SourceUnavailable(self._source, "all its threads are occupied") from None

    def attempt(self, work: Callable[[Reading], T]) -> T:
        """In a thread: `work` with a connection, and once more with a fresh one if a kept one turns out dead."""

        def connected(attempt: Attempt) -> T:
            with attempt.connect() as connection:
                return work(Reading(connection))

        return self.guarded(connected)

    def guarded(self, work: Callable[[Attempt], T], *, retry: bool = True) -> T:
        """In a thread: `work`, with every error of SQLAlchemy and the driver turned into one of ours."""
        attempt = Attempt(self._engine)
        answer = self._answer(work, attempt)
        if attempt.stale and retry:
            answer = self._answer(work, Attempt(self._engine))
        if isinstance(answer, SourceError):
            raise answer
        return answer

    def _answer(self, work: Callable[[Attempt], T], attempt: Attempt) -> T | SourceError:
        """The result, or the error as a value: raised in here, it would carry the driver's along as its context."""
        try:
            return work(attempt)
        except exc.SQLAlchemyError as error:
            lost = isinstance(error, exc.DBAPIError) and error.connection_invalidated
            attempt.stale = attempt.connected and lost
            return classify(self._source, error, connecting=not attempt.connected)
        except RowFault as fault:
            return SourceMisbehaved(self._source, str(fault))
        except (UnicodeError, OverflowError) as error:
            return SourceMisbehaved(self._source, f"the driver cannot read what it got: {type(error).__name__}")
        except (OSError, self._engine.dialect.loaded_dbapi.Error) as error:
            return SourceUnavailable(self._source, type(error).__name__)

    async def stream(self, statement: str, size: int) -> AsyncGenerator[list[Record], None]:
        """All rows in batches, from one open cursor on a connection of its own. At most `STREAMS` at a time."""
        if not self._streams.acquire(blocking=False):
            raise BusyError(f"source {self._source}: too many long searches at once: give `list` :after and :limit")
        cursor = Cursor(self, statement, self._streams.release)
        try:
            while batch := await self.in_thread(lambda: cursor.next(size)):
                yield batch
        finally:
            cursor.give_up()

    async def close(self) -> None:
        """Let go of connections and threads; what hangs is left behind."""
        with suppress(SourceError):  # nothing is waiting for these connections any more
            await self.in_thread(self._engine.dispose)
        await self._pool.close(min(self._timeout, 1.0))
