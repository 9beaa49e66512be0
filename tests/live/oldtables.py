"""One old user table in each database that the live tests have, and the ways to it: native drivers and ODBC.

What is not here: the servers (`databases.py`) and what is expected of a source.
"""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bcrypt
from live.databases import MariaDB, PostgreSQL

from gateway.identity.outcome import Reason
from gateway.testing.conformance_groups import KnownGroup
from gateway.testing.source_store import Known

BASE = "ou=customers,dc=example,dc=com"
NOW = 1_800_000_000.0
COLUMNS = ("id", "username", "pw", "first", "last", "disabled", "locked", "expires", "renew")


def _ssha(password: bytes) -> str:
    return "{SSHA}" + base64.b64encode(hashlib.sha1(password + b"salt").digest() + b"salt").decode()


def _pbkdf2(password: bytes) -> str:
    digest = base64.b64encode(hashlib.pbkdf2_hmac("sha256", password, b"salt", 1000)).decode()
    return f"pbkdf2_sha256$1000$salt${digest}"


def _bcrypt(password: bytes) -> str:
    return bcrypt.hashpw(password, bcrypt.gensalt(4)).decode()


@dataclass(frozen=True)
class Row:
    """A person of the table and how the password is stored."""

    known: Known
    stored: Callable[[bytes], str | None]
    first: str = "Ada"
    last: str = "Lovelace"
    disabled: int = 0
    locked: int = 0
    expires: str | None = None
    renew: int = 0

    def values(self, number: int) -> tuple[object, ...]:
        """As `COLUMNS`."""
        stored = self.stored(self.known.password)
        return (number, self.known.name, stored, self.first, self.last, self.disabled, self.locked, self.expires,
                self.renew)  # fmt: skip


def _row(name: str, password: str, stored: Callable[[bytes], str | None], **more: Any) -> Row:
    refusal = more.pop("refusal", None)
    return Row(Known(name, password.encode(), f"uid={name},{BASE}", refusal), stored, **more)


ROWS = (
    _row("ada", "bcrypt of ada", _bcrypt),
    _row("Bob", "ssha of bob", _ssha, first="Bob", last=""),
    _row("jürgen", "grünes 漢字 pbkdf2", _pbkdf2, first="Jürgen", last="漢字 😀"),
    _row("gros", "ssha of gros", _ssha),
    _row("dis", "disabled one", _ssha, disabled=1, refusal=Reason.DISABLED),
    _row("loc", "locked one", _ssha, locked=1, refusal=Reason.LOCKED),
    _row("exp", "expired one", _ssha, expires="2001-02-03 04:05:06", refusal=Reason.EXPIRED),
    _row("new", "must change one", _ssha, renew=1, refusal=Reason.MUST_CHANGE),
    _row("nil", "has no hash", lambda _: None, refusal=Reason.NO_PASSWORD),
)
PEOPLE = tuple(row.known for row in ROWS)
GROUPS = ((1, "staff"), (1, "Büro, West"), (3, "staff"))
KNOWN_GROUPS = (
    KnownGroup("cn=staff,ou=groups,dc=example,dc=com", ("ada", "jürgen")),
    KnownGroup("cn=Büro\\, West,ou=groups,dc=example,dc=com", ("ada",)),
)


def options(url: str, **changes: Any) -> dict[str, Any]:
    """What a configuration would say of the table behind `url`; None leaves an option out."""
    given = {
        "name": "customers",
        "url": url,
        "query": "SELECT * FROM users WHERE lower(username) = lower(:name)",
        "list": "SELECT * FROM users WHERE id > :after ORDER BY id LIMIT :limit",
        "batch": 4,
        "count": "SELECT count(*) FROM users",
        "groups": {
            "query": "SELECT group_name FROM memberships WHERE user_id = :key ORDER BY group_name",
            "dn": "cn={name},ou=groups,dc=example,dc=com",
            "list": "SELECT DISTINCT group_name AS name FROM memberships",
            "by_name": "SELECT DISTINCT group_name AS name FROM memberships WHERE lower(group_name) = lower(:name)",
            "members": "SELECT username FROM users JOIN memberships ON user_id = id WHERE group_name = :key",
        },
        "columns": {
            "key": "id",
            "name": "username",
            "password": "pw",
            "disabled": "disabled",
            "locked": "locked",
            "expires": "expires",
            "must_change": "renew",
        },
        "attributes": {"cn": {"template": "{first} {last}"}, "sn": "last", "givenName": "first"},
        "dn": f"uid={{name}},{BASE}",
        "timeout": 1.5,
        "concurrency": 4,
        **changes,
    }
    return {key: value for key, value in given.items() if value is not None}


def fill_postgresql(server: PostgreSQL) -> None:
    """The table, pgcrypto, and a role `legacy` that may read."""
    server.execute(
        "CREATE EXTENSION pgcrypto",
        "CREATE TABLE users (id bigint PRIMARY KEY, username varchar(80), pw text, first text, last text,"
        " disabled boolean, locked boolean, expires timestamp, renew boolean, secret text)",
        "CREATE TABLE memberships (user_id bigint, group_name text)",
        "CREATE TABLE hidden (id int)",
        *_inserts(boolean=True),
        "UPDATE users SET secret = crypt('in the database ü', gen_salt('bf', 4))",
        "CREATE ROLE legacy LOGIN",
        "GRANT SELECT ON users, memberships TO legacy",
    )


def fill_mariadb(server: MariaDB) -> None:
    """The table with MariaDB's loosest collation, and an account `legacy` that may read."""
    server.execute(
        "CREATE DATABASE old CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
        "CREATE TABLE old.users (id bigint PRIMARY KEY, username varchar(80), pw varchar(255), first varchar(80),"
        " last varchar(80), disabled bit(1), locked tinyint, expires datetime, renew tinyint, secret varchar(255))",
        "CREATE TABLE old.memberships (user_id bigint, group_name varchar(80))",
        "CREATE TABLE old.hidden (id int)",
        *_inserts("old."),
        "UPDATE old.users SET secret = SHA2(CONCAT(id, 'in the database ü'), 256)",
        "CREATE USER legacy",
        "GRANT SELECT ON old.users TO legacy",
        "GRANT SELECT ON old.memberships TO legacy",
    )


def fill_sqlite(path: Path) -> None:
    """The same in a file."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, pw TEXT, first TEXT, last TEXT,"
            " disabled INTEGER, locked INTEGER, expires TEXT, renew INTEGER);"
            "CREATE TABLE memberships (user_id INTEGER, group_name TEXT);"
        )
        database.executemany("INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [
            row.values(number) for number, row in enumerate(ROWS, 1)
        ])  # fmt: skip
        database.executemany("INSERT INTO memberships VALUES (?, ?)", GROUPS)
        database.commit()


class Locker:
    """Somebody else who locks a SQLite file."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    def lock(self) -> None:
        """Nobody reads from now on."""
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN EXCLUSIVE")

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()


def _inserts(prefix: str = "", *, boolean: bool = False) -> Iterator[str]:
    flags = {"disabled", "locked", "renew"} if boolean else set()
    for number, row in enumerate(ROWS, 1):
        values = zip(COLUMNS, row.values(number), strict=True)
        written = [_quoted(bool(value) if name in flags else value) for name, value in values]
        yield f"INSERT INTO {prefix}users ({', '.join(COLUMNS)}) VALUES ({', '.join(written)})"
    for user, group in GROUPS:
        yield f"INSERT INTO {prefix}memberships VALUES ({user}, {_quoted(group)})"


def _quoted(value: object) -> str:
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(value)
    return "'" + str(value).replace("'", "''") + "'"


def postgresql_ways(port: int) -> dict[str, str]:
    """URLs to the PostgreSQL table."""
    return {
        "psycopg": f"postgresql://legacy@127.0.0.1:{port}/postgres",
        "odbc": f"odbc:Driver={{PostgreSQL Unicode}};Server=127.0.0.1;Port={port};Database=postgres;UID=legacy",
    }


def mariadb_ways(port: int) -> dict[str, str]:
    """URLs to the MariaDB table."""
    string = f"Driver={{MariaDB Unicode}};Server=127.0.0.1;Port={port};Database=old;UID=legacy;CHARSET=utf8mb4"
    return {"pymysql": f"mysql://legacy@127.0.0.1:{port}/old", "odbc": f"odbc:{string}"}
