"""One open result that threads read by turns, for searches over a table that cannot be asked in batches.

What is not here: how many there may be (`database.py`), and whose rows they are.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol, TypeVar

from sqlalchemy import Connection, CursorResult, exc, text

from backends.legacy.sqlsource.rows import Record, index_columns

T = TypeVar("T")


class Connecting(Protocol):
    """One try to read (`database.Attempt`)."""

    connected: bool

    def connect(self) -> Connection: ...


class Guarding(Protocol):
    """What turns errors of the driver into ours (`database.Database`)."""

    def guarded(self, work: Callable[[Connecting], T], *, retry: bool = True) -> T: ...


class Cursor:
    """Ended once, by whoever comes last: by the step that reaches the end, by `give_up` when no step runs, else by the
    step that runs, when it comes back. `released` is called then, in any thread."""

    def __init__(self, database: Guarding, statement: str, released: Callable[[], None]) -> None:
        self._database = database
        self._statement = statement
        self._released = released
        self._connection: Connection | None = None
        self._result: CursorResult[object] | None = None
        self._lock = threading.Lock()
        self._busy = False
        self._given_up = False
        self._ended = False

    def next(self, size: int) -> list[Record]:
        """In a thread: the next rows; none at the end."""
        with self._lock:
            if self._given_up:
                return []
            self._busy = True
        rows: list[Record] = []
        try:
            if self._result is None:
                rows = self._database.guarded(lambda attempt: self._open(attempt, size))
            else:
                rows = self._database.guarded(lambda attempt: self._fetch(attempt, size), retry=False)
            return rows
        finally:
            with self._lock:
                self._busy = False
                ended = self._given_up or not rows
            if ended:
                self._end()

    def give_up(self) -> None:
        """In the reactor's thread: no more steps. What is left to close is closed in a thread of its own, because the
        pool may be full just then, and because MySQL's drivers read the rest of the rows first."""
        with self._lock:
            self._given_up = True
            idle = not self._busy and not self._ended
        if idle and self._connection is None:
            self._end()
        elif idle:
            threading.Thread(target=self._end, name="end of a search", daemon=True).start()

    def _end(self) -> None:
        with self._lock:
            if self._ended:
                return
            self._ended = True
        try:
            self._close()
        finally:
            self._released()

    def _close(self) -> None:
        result, self._result = self._result, None
        connection, self._connection = self._connection, None
        with suppress(exc.SQLAlchemyError):  # nobody waits for it any more
            if result is not None:
                result.close()
        with suppress(exc.SQLAlchemyError):  # likewise
            if connection is not None:
                connection.close()

    def _open(self, attempt: Connecting, size: int) -> list[Record]:
        self._close()  # what a first try left that met a dead connection
        self._connection = attempt.connect().execution_options(stream_results=True)
        self._result = self._connection.execute(text(self._statement))
        return self._fetch(attempt, size)

    def _fetch(self, attempt: Connecting, size: int) -> list[Record]:
        attempt.connected = True
        assert self._result is not None
        return records_of(self._result, self._result.fetchmany(size))


def records_of(result: CursorResult[object], rows: Sequence[Sequence[object]]) -> list[Record]:
    """Rows of a result with the places of its columns."""
    index = index_columns(result.keys())
    return [Record(index, tuple(row)) for row in rows]
