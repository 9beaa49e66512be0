"""The people of `legacy.py` as a SQL user table, in PostgreSQL, MariaDB and a SQLite file, and by ODBC."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from live.databases import MariaDB, PostgreSQL, Server
from live.legacy import NAMES, PERSONS, TABLE_PEOPLE, Person

DATABASE_PASSWORD = "canary-database-5d1"
_COLUMNS = (
    "id BIGINT, login VARCHAR(80), pw VARCHAR(200), first VARCHAR(80), last VARCHAR(80), mails VARCHAR(200),"
    " photo {binary}, note VARCHAR(80), disabled INT, locked INT, renew INT, expires VARCHAR(40)"
)


def table_source(url: str, **changes: Any) -> dict[str, Any]:
    """The section of a configuration for the table behind `url`."""
    return {
        "name": "customers",
        "type": "sql",
        "url": url,
        "query": "SELECT * FROM people WHERE lower(login) = lower(:name)",
        "list": "SELECT * FROM people WHERE id > :after ORDER BY id LIMIT :limit",
        "count": "SELECT count(*) FROM people",
        "columns": {
            "key": "id", "name": "login", "password": "pw", "disabled": "disabled", "locked": "locked",
            "must_change": "renew", "expires": "expires",
        },
        "attributes": {
            "cn": {"template": "{first} {last}"}, "sn": "last", "mail": {"column": "mails", "split": ","},
            "jpegPhoto": "photo", "description": "note",
        },
        "dn": f"uid={{name}},{TABLE_PEOPLE}",
        **changes,
    }  # fmt: skip


def _everybody() -> Iterator[Person]:
    """All, and somebody else who is called "twin"."""
    yield from PERSONS
    yield Person(len(NAMES) + 1, "twin")


def _inserts(table: str, binary: Callable[[bytes], str]) -> Iterator[str]:
    for person in _everybody():
        values = (binary(value) if isinstance(value, bytes) else _quoted(value) for value in person.row())
        yield f"INSERT INTO {table} VALUES ({', '.join(values)})"


def _quoted(value: object) -> str:
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(value)
    return "'" + str(value).replace("'", "''") + "'"


class _Table:
    """What the three have in common."""

    people = TABLE_PEOPLE
    url: str

    def source(self, **changes: Any) -> dict[str, Any]:
        return {**table_source(self.url), **changes}


class OldFile(_Table):
    """SQLite. Switched off, the file is somewhere else, and whoever still has it open finds no table."""

    name = "sqlite"

    def __init__(self, place: Path) -> None:
        self.path = place / "users.db"
        self._away = place / "away.db"
        self.url = f"sqlite:///{self.path}"
        self._lock: sqlite3.Connection | None = None
        write_table(self.path, [person.row() for person in _everybody()])

    def stop(self) -> None:
        self._rename("people", "gone")
        self.path.rename(self._away)

    def freeze(self) -> None:
        """Another program holds the whole file."""
        self._lock = sqlite3.connect(self.path, isolation_level=None)
        self._lock.execute("BEGIN EXCLUSIVE")

    def restore(self) -> None:
        if self._away.exists():
            self._away.rename(self.path)
            self._rename("gone", "people")
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def remove(self) -> None:
        self.restore()

    def _rename(self, old: str, new: str) -> None:
        with closing(sqlite3.connect(self.path, timeout=10)) as database, database:
            database.execute(f"ALTER TABLE {old} RENAME TO {new}")


def write_table(path: Path, rows: list[tuple[object, ...]]) -> None:
    """A new file with these rows."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE TABLE people ({_COLUMNS.format(binary='BLOB')})")
        database.executemany(f"INSERT INTO people VALUES ({', '.join('?' * len(rows[0]))})", rows)


class _OldServer(_Table):
    """A table in a database server, which may serve more than one store: who starts it also removes it."""

    server: Server

    def stop(self) -> None:
        self.server.stop()

    def freeze(self) -> None:
        self.server.freeze()

    def restore(self) -> None:
        self.server.restore()
        self.server.thaw()  # `su`, woken before its child, sees that one stopped and stops itself once more

    def remove(self) -> None:
        self.server.remove()


class OldPostgreSQL(_OldServer):
    """PostgreSQL by psycopg."""

    name = "postgresql"

    def __init__(self) -> None:
        self.server = server = PostgreSQL()
        server.start()
        server.execute(
            f"CREATE TABLE people ({_COLUMNS.format(binary='BYTEA')})",
            *_inserts("people", lambda octets: f"'\\x{octets.hex()}'"),
            f"CREATE ROLE legacy LOGIN PASSWORD '{DATABASE_PASSWORD}'",
            "GRANT SELECT ON people TO legacy",
        )
        self.url = f"postgresql://legacy:{DATABASE_PASSWORD}@127.0.0.1:{server.port}/postgres"


class OldOdbc(_OldServer):
    """The same table by psqlODBC and pyodbc."""

    name = "odbc"

    def __init__(self, postgresql: OldPostgreSQL) -> None:
        self.server = postgresql.server
        self.url = (
            f"odbc:Driver={{PostgreSQL Unicode}};Server=127.0.0.1;Port={self.server.port};Database=postgres;"
            f"Uid=legacy;Pwd={DATABASE_PASSWORD}"
        )


class OldMariaDB(_OldServer):
    """MariaDB by PyMySQL."""

    name = "mariadb"

    def __init__(self) -> None:
        self.server = server = MariaDB()
        server.start()
        server.execute(
            "CREATE DATABASE old CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            f"CREATE TABLE old.people ({_COLUMNS.format(binary='LONGBLOB')})",
            *_inserts("old.people", lambda octets: f"x'{octets.hex()}'"),
            f"CREATE USER legacy IDENTIFIED BY '{DATABASE_PASSWORD}'",
            "GRANT SELECT ON old.people TO legacy",
        )
        self.url = f"mysql://legacy:{DATABASE_PASSWORD}@127.0.0.1:{server.port}/old?charset=utf8mb4"
