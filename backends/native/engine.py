"""Opening the database, and its faults as ours. What is asked of it is in `reading.py` and `writing.py`.

Everything here may block: only start-up and threads of a pool call it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import Error as SqliteError

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from backends.native.migrations import check, require, upgrade
from backends.native.ownership import folder_of
from gateway.errors import ConfigError, DirectoryError, DirectoryMissing, DirectoryUnavailable

_WHERE = "directory.url"


class Store:
    """One database: an engine that reads, and one that writes."""

    def __init__(self, url: URL, *, busy_timeout: float, readers: int) -> None:
        self.path = Path(str(url.database))
        self._read = _engine(url, busy_timeout, readers + 1, writes=False)  # one is kept by whoever calls `connect`
        self._write = _engine(url, busy_timeout, 1, writes=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for questions that each see one state of the database, and not all of them the same one.
        `DirectoryUnavailable` for every fault of it."""
        with faults(), self._read.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that alone may write, from its first moment on; committed at the end, or undone."""
        with faults(), self._write.begin() as connection:
            yield connection

    def connect(self) -> Connection:
        """A connection that reads, to keep. Its owner wraps its use in `faults`."""
        return self._read.connect()

    def close(self) -> None:
        """Let go of the connections."""
        self._read.dispose()
        self._write.dispose()

    def prepare(self) -> None:
        """Create or upgrade the tables; `ConfigError` if this is not a directory that we can use."""
        with _opening():
            check(self._read)  # before anything is written
            self._use_wal()
            upgrade(self._write)

    def require(self) -> None:
        """See that the tables are there, and as this program knows them; else `DirectoryMissing`, `ConfigError`."""
        with _opening():
            there = require(self._read)
        if not there:
            raise _missing(self.path, "is empty")

    def _use_wal(self) -> None:
        """With a write-ahead log readers never wait for the writer. The file remembers it."""
        raw = self._write.raw_connection()
        try:
            (mode,) = raw.cursor().execute("PRAGMA journal_mode = WAL").fetchone()
        finally:
            raw.close()
        if mode != "wal":
            raise ConfigError("this file system cannot hold the directory (SQLite's WAL): use a local disk")


def open_store(url: str, *, busy_timeout: float, readers: int, may_create: bool = True) -> Store:
    """Open or create the directory; `ConfigError` says what an administrator must mend. Without `may_create` nothing
    is made, upgraded or otherwise changed: `DirectoryMissing` if it is not there."""
    parsed = _parsed(url)
    _claim(Path(str(parsed.database)), may_create=may_create)
    store = Store(parsed, busy_timeout=busy_timeout, readers=readers)
    try:
        store.prepare() if may_create else store.require()
    except ConfigError:
        store.close()
        raise
    return store


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        text = "this is not a URL: write for example sqlite:////var/lib/bindferry/directory.db"
        raise ConfigError(text, where=_WHERE) from None
    if parsed.drivername != "sqlite":
        raise ConfigError(f"there is no directory on {parsed.drivername} yet: only sqlite", where=_WHERE)
    if not parsed.database or parsed.database == ":memory:" or parsed.query:
        raise ConfigError("the URL must name a file, and nothing else: sqlite:////path/to/file", where=_WHERE)
    return parsed


@contextmanager
def _opening() -> Iterator[None]:
    try:
        yield
    except ConfigError as error:
        raise ConfigError(error.text, where=_WHERE) from None
    except (SQLAlchemyError, SqliteError) as error:
        raise ConfigError(f"the directory cannot be opened: {said(error)}", where=_WHERE) from None


def _missing(path: Path, what: str) -> DirectoryMissing:
    return DirectoryMissing(f"{path} {what}: `bindferry serve` makes it", where=_WHERE, remarks=(folder_of(path),))


def _claim(path: Path, *, may_create: bool) -> None:
    """See that the file is there, ours to write, and nobody else's to read: it holds every password hash.

    SQLite gives its two companions, -wal and -shm, the mode that this file has.
    """
    if not path.parent.is_dir():
        raise ConfigError(
            f"there is no folder {path.parent}: create it for the user that Bindferry runs as", where=_WHERE
        )
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if may_create else 0), 0o600)
        try:
            mode = os.fstat(handle).st_mode
            if not stat.S_ISREG(mode):
                raise ConfigError(f"{path} is not a file", where=_WHERE)
            if stat.S_IMODE(mode) & 0o077 and may_create:
                os.fchmod(handle, 0o600)
        finally:
            os.close(handle)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not may_create:
            raise _missing(path, "does not exist yet") from None
        raise ConfigError(f"{path} cannot be written: {error.strerror}", where=_WHERE) from None
    if not os.access(path.parent, os.W_OK):
        raise ConfigError(f"the folder {path.parent} cannot be written: SQLite keeps its log there", where=_WHERE)


def _engine(url: URL, busy_timeout: float, connections: int, *, writes: bool) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,  # an error's text would show password hashes (R15)
        pool_size=connections,
        max_overflow=0,
        pool_timeout=busy_timeout,
        connect_args={"timeout": busy_timeout},
    )

    @event.listens_for(engine, "connect")
    def connected(connection: SqliteConnection, _record: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, below; who only reads needs none
        connection.execute("PRAGMA foreign_keys = ON")
        # R11: with WAL, NORMAL would lose the last commits at a power cut, and an adoption that was reported as written
        # counts towards switching its source off: each commit waits for the disk.
        connection.execute("PRAGMA synchronous = FULL")
        if not writes:
            connection.execute("PRAGMA query_only = ON")

    if writes:
        # A transaction that reads first and writes later can be refused half way; one that takes the lock first, never.
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


@contextmanager
def faults() -> Iterator[None]:
    """The database's errors become `DirectoryUnavailable`."""
    try:
        yield
    except SQLAlchemyError as error:
        raise DirectoryUnavailable(f"the directory cannot answer: {said(error)}") from None
    except UnicodeEncodeError:
        raise DirectoryError("this cannot be kept in the directory: a name in it is not Unicode text") from None


def said(error: SQLAlchemyError | SqliteError) -> str:
    """What the database said, without the statement and its values."""
    if isinstance(error, SqliteError):
        return str(error)
    cause = error.orig if isinstance(error, DBAPIError) else None
    return str(cause) if cause is not None else type(error).__name__
