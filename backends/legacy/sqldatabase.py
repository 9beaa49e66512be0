"""Statements run in threads of their own, each within its deadline: one `Database` for each source.

A connection that the server closed in the night is replaced and the statement sent once more, so that it is not the
first user's error. What is not here: what the rows mean.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

from sqlalchemy import Connection, CursorResult, Engine, exc, text
from twisted.internet.defer import Deferred
from twisted.internet.error import TimeoutError as DeadlineError
from twisted.logger import Logger

from backends.legacy.sqlengine import STREAMS
from backends.legacy.sqlerrors import classify
from backends.legacy.sqlrows import Record, RowFault, index_columns
from gateway.errors import BusyError, SourceError, SourceMisbehaved, SourceUnavailable
from gateway.threads import Pool

T = TypeVar("T")
_log = Logger()


class Reading:
    """One connection, for the length of one piece of work in a thread. Its transaction is rolled back at the end."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def rows(self, statement: str, values: Mapping[str, object], most: int) -> list[Record]:
        """At most `most` rows."""
        with self.connection.execute(text(statement), dict(values)) as result:
            return _records(result, result.fetchmany(most))

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
    """The only way to the database. Every method raises `SourceUnavailable` or `SourceMisbehaved`, never else."""

    def __init__(self, source: str, engine: Engine, pool: Pool, timeout: float) -> None:
        self._source = source
        self._engine = engine
        self._pool = pool
        self._timeout = timeout
        self._streams = 0

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
        if self._streams >= STREAMS:
            raise SourceUnavailable(
                self._source, "too many long searches at once (with :after and :limit none is long)"
            )
        cursor = _Cursor(self, statement)
        self._streams += 1
        try:
            while batch := await self.in_thread(lambda: cursor.next(size)):
                yield batch
        finally:
            self._streams -= 1
            if cursor.give_up():
                self._detached(cursor.end)

    def _detached(self, work: Callable[[], None]) -> None:
        Deferred.fromCoroutine(self.in_thread(work)).addErrback(
            lambda failure: _log.info("source {source}: {text}", source=self._source, text=str(failure.value))
        )

    async def close(self) -> None:
        """Let go of connections and threads; what hangs is left behind."""
        with suppress(SourceError):  # nothing is waiting for these connections any more
            await self.in_thread(self._engine.dispose)
        await self._pool.close(min(self._timeout, 1.0))


class _Cursor:
    """An open result that threads read by turns. Whoever ends it last closes it: the reactor when no step runs, else
    the step itself when it comes back."""

    def __init__(self, database: Database, statement: str) -> None:
        self._database = database
        self._statement = statement
        self._connection: Connection | None = None
        self._result: CursorResult[object] | None = None
        self._lock = threading.Lock()
        self._busy = False
        self._ended = False

    def next(self, size: int) -> list[Record]:
        """In a thread: the next rows; none at the end."""
        with self._lock:
            if self._ended:
                return []
            self._busy = True
        try:
            if self._result is None:
                return self._database.guarded(lambda attempt: self._open(attempt, size))
            return self._database.guarded(lambda attempt: self._fetch(attempt, size), retry=False)
        finally:
            with self._lock:
                self._busy = False
                ended = self._ended
            if ended:
                self.end()

    def give_up(self) -> bool:
        """In the reactor's thread: no more steps. Whether the caller has to see to `end`."""
        with self._lock:
            self._ended = True
            return not self._busy and self._connection is not None

    def end(self) -> None:
        """In a thread. A connection with unread rows is closed, not drained."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(exc.SQLAlchemyError):  # it is thrown away
                connection.invalidate()
            connection.close()

    def _open(self, attempt: Attempt, size: int) -> list[Record]:
        self.end()  # of a first try that met a dead connection
        self._connection = attempt.connect().execution_options(stream_results=True)
        self._result = self._connection.execute(text(self._statement))
        return self._fetch(attempt, size)

    def _fetch(self, attempt: Attempt, size: int) -> list[Record]:
        attempt.connected = True
        assert self._result is not None
        return _records(self._result, self._result.fetchmany(size))


def _records(result: CursorResult[object], rows: Sequence[Sequence[object]]) -> list[Record]:
    index = index_columns(result.keys())
    return [Record(index, tuple(row)) for row in rows]
