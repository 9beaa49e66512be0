"""Threads, deadlines and connections: a database that hangs or forgets us is this source's trouble alone."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.pool import QueuePool
from usertable import make, options
from waiting import settled, start, waiting

from backends.legacy.sqlsource.database import Database
from backends.legacy.sqlsource.engine import STREAMS, make_engine, read_url
from backends.legacy.sqlsource.rows import Record
from gateway.errors import BusyError, SourceUnavailable
from gateway.testing.pump import PumpReactor
from gateway.threads import Pool

SELECT = "SELECT id FROM users ORDER BY id"


@pytest.fixture
def reactor() -> Iterator[PumpReactor]:
    reactor = PumpReactor()
    yield reactor
    reactor.close()


def over(reactor: PumpReactor, engine: Any, size: int = 2) -> Database:
    return Database("old", engine, Pool(reactor, "source old", size, 1), 5.0)


@pytest.fixture
def database(reactor: PumpReactor, tmp_path: Path) -> Iterator[Database]:
    url = read_url(str(options(make(tmp_path / "users.db"))["url"]).encode())
    database = over(reactor, make_engine(url, timeout=5, connections=2))
    yield database
    reactor.run(database.close())


class Hanging:
    """A driver that does not come back from `connect` until it is released."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.began = 0

    def connect(self) -> sqlite3.Connection:
        self.began += 1
        self.released.wait(20)
        return sqlite3.connect(":memory:", check_same_thread=False)


def ours() -> int:
    return sum(thread.name.startswith("source old") for thread in threading.enumerate())


def test_a_hanging_driver_is_given_up_at_the_deadline_and_takes_no_more_threads(reactor: PumpReactor) -> None:
    """R6: after the deadline it is an outage; the threads that hang are all that it gets."""
    hanging = Hanging()
    database = over(reactor, create_engine("sqlite://", creator=hanging.connect, poolclass=QueuePool))
    before = ours()
    asked = [start(database.ask(lambda reading: reading.rows("SELECT 1", {}, 1))) for _ in range(4)]
    with pytest.raises(SourceUnavailable, match="all its threads are occupied"):
        settled(asked[3])
    assert all(waiting(deferred) for deferred in asked[:3])
    reactor.advance(5)
    for deferred in asked[:3]:
        with pytest.raises(SourceUnavailable, match="no answer within 5 seconds"):
            settled(deferred)
    for _ in range(20):
        again = start(database.ask(lambda reading: reading.rows("SELECT 1", {}, 1)))
        reactor.advance(5)
        with pytest.raises(SourceUnavailable):
            settled(again)
    assert ours() - before == 2
    assert hanging.began <= 2
    hanging.released.set()
    rows = reactor.run(database.ask(lambda reading: reading.rows("SELECT 1", {}, 1)))
    assert rows[0].values == (1,), "as soon as the driver comes back, the source works again"
    reactor.run(database.close())


def test_closing_does_not_wait_for_what_hangs(reactor: PumpReactor) -> None:
    hanging = Hanging()
    database = over(reactor, create_engine("sqlite://", creator=hanging.connect, poolclass=QueuePool), size=1)
    asked = start(database.ask(lambda reading: reading.rows("SELECT 1", {}, 1)))
    closing = start(database.close())
    reactor.advance(5)
    reactor.advance(1)
    assert not waiting(closing)
    with pytest.raises(SourceUnavailable):
        settled(asked)
    hanging.released.set()


def fail_once(database: Database, error: sqlite3.Error) -> list[str]:
    """The next statement meets `error`; all statements are noted."""
    statements: list[str] = []

    def execute(_cursor: object, statement: str, _parameters: object, _context: object) -> None:
        statements.append(statement)
        if len(statements) == 1:
            raise error

    event.listen(database.engine, "do_execute", execute)
    return statements


def test_a_connection_that_was_closed_in_the_night_is_nobodys_error(reactor: PumpReactor, database: Database) -> None:
    reactor.run(database.ask(lambda reading: reading.rows(SELECT, {}, 9)))
    statements = fail_once(database, sqlite3.ProgrammingError("Cannot operate on a closed database."))
    assert len(reactor.run(database.ask(lambda reading: reading.rows(SELECT, {}, 9)))) == 6
    assert statements == [SELECT, SELECT]


def test_a_statement_that_failed_otherwise_is_not_sent_again(reactor: PumpReactor, database: Database) -> None:
    statements = fail_once(database, sqlite3.OperationalError("disk I/O error"))
    with pytest.raises(SourceUnavailable):
        reactor.run(database.ask(lambda reading: reading.rows(SELECT, {}, 9)))
    assert statements == [SELECT]


def test_a_driver_that_is_gone_at_run_time_is_an_outage(reactor: PumpReactor) -> None:
    def connect() -> Any:
        raise OSError("the library is no more")

    database = over(reactor, create_engine("sqlite://", creator=connect, poolclass=QueuePool))
    with pytest.raises(SourceUnavailable):
        reactor.run(database.ask(lambda reading: reading.rows("SELECT 1", {}, 1)))
    reactor.run(database.close())


def test_no_more_rows_are_fetched_than_wanted(reactor: PumpReactor, database: Database) -> None:
    assert len(reactor.run(database.ask(lambda reading: reading.rows(SELECT, {}, 2)))) == 2


def sizes(reactor: PumpReactor, database: Database, size: int) -> list[int]:
    async def read() -> list[int]:
        return [len(batch) async for batch in database.stream(SELECT, size)]

    return reactor.run(read())


def test_a_stream_comes_in_batches_and_gives_its_connection_back(reactor: PumpReactor, database: Database) -> None:
    for _ in range(10):
        assert sizes(reactor, database, 4) == [4, 2]
    reactor.until(lambda: database.engine.pool.checkedout() == 0)  # type: ignore[attr-defined]  # QueuePool's


def test_a_stream_that_is_left_early_gives_its_connection_back(reactor: PumpReactor, database: Database) -> None:
    async def first() -> list[Record]:
        stream = database.stream(SELECT, 1)
        try:
            return await anext(stream)
        finally:
            await stream.aclose()

    for _ in range(10):
        assert len(reactor.run(first())) == 1
    pool = database.engine.pool
    while pool.checkedout():  # type: ignore[attr-defined]  # QueuePool's
        reactor.drain()


def test_long_searches_cannot_take_all_connections(reactor: PumpReactor, database: Database) -> None:
    streams = [database.stream(SELECT, 1) for _ in range(STREAMS)]
    for stream in streams:
        reactor.run(anext(stream))
    with pytest.raises(BusyError, match="too many long searches"):  # no outage: the database works
        reactor.run(anext(database.stream(SELECT, 1)))
    assert len(reactor.run(database.ask(lambda reading: reading.rows(SELECT, {}, 9)))) == 6
    for stream in streams:
        reactor.run(stream.aclose())

    def fits() -> bool:
        try:
            return sizes(reactor, database, 4) == [4, 2]
        except BusyError:
            return False  # a stream is closed in a thread of its own, behind `aclose`

    while not fits():
        reactor.drain()
