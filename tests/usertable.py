"""An old user table in a SQLite file, and a source over it: shared by the tests of the `sql` source."""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from collections.abc import Coroutine, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from backends.legacy.sql import PLUGIN, SqlSource
from gateway.identity.model import LoginName, Secret
from gateway.identity.outcome import Outcome, Unknown
from gateway.plugins import Context
from gateway.testing.pump import PumpReactor
from gateway.wire.dn import leaf, normalise_dn

T = TypeVar("T")
BASE = "ou=customers,dc=example,dc=com"
GROUPS = "ou=groups,dc=example,dc=com"
QUERY = "SELECT * FROM users WHERE username = :name"
PASSWORD = "correct horse"


def ssha(password: bytes, salt: bytes = b"salt") -> str:
    """A hash of the time."""
    return "{SSHA}" + base64.b64encode(hashlib.sha1(password + salt).digest() + salt).decode()


SCHEMA = """
CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, pw TEXT, first TEXT, last TEXT, mail TEXT,
  disabled INTEGER, locked INTEGER, expires TEXT, renew INTEGER);
CREATE TABLE memberships (user_id INTEGER, group_name TEXT);
CREATE TABLE roles (id INTEGER PRIMARY KEY, name TEXT, gid INTEGER, about TEXT);
"""


def make(path: Path) -> Path:
    """The file, with ada (all right), bob (disabled), cyn (no hash), dee (expired), eve (must change), fay (locked)."""
    people = [
        (1, "ada", ssha(PASSWORD.encode()), "Ada", "Lovelace", "ada@example.com", 0, 0, None, 0),
        (2, "bob", ssha(PASSWORD.encode()), "Bob", "", "bob@example.com", 1, 0, None, 0),
        (3, "cyn", None, "Cyn", None, None, 0, 0, None, 0),
        (4, "dee", ssha(PASSWORD.encode()), None, None, None, 0, 0, "2001-02-03 04:05:06", 0),
        (5, "eve", ssha(PASSWORD.encode()), None, None, None, 0, 0, None, 1),
        (6, "fay", ssha(PASSWORD.encode()), None, None, None, 0, 1, None, 0),
    ]
    with closing(sqlite3.connect(path)) as database:
        database.executescript(SCHEMA)
        database.executemany(f"INSERT INTO users VALUES ({','.join('?' * 10)})", people)
        database.executemany("INSERT INTO memberships VALUES (?, ?)", [(1, "staff"), (1, "Büro, West")])
        roles = [(1, "staff", 30001, "everybody"), (2, "Büro, West", 30002, None), (3, "Empty", 30003, None)]
        database.executemany("INSERT INTO roles VALUES (?, ?, ?, ?)", roles)
        database.commit()
    return path


def group_options(**changes: Any) -> dict[str, Any]:
    """The option `groups` for groups that are shown; a value of None leaves an option out."""
    given = {
        "query": "SELECT group_name FROM memberships WHERE user_id = :key",
        "dn": f"cn={{name}},{GROUPS}",
        "list": "SELECT * FROM roles ORDER BY id",
        "members": "SELECT username FROM memberships JOIN users ON users.id = user_id"
        " JOIN roles ON roles.name = group_name WHERE roles.id = :key ORDER BY users.id",
        "columns": {"key": "id"},
        "object_classes": ["groupOfNames"],
        **changes,
    }
    return {key: value for key, value in given.items() if value is not None}


def execute(path: Path, statement: str, *values: object) -> None:
    """Change the table."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement, values)
        database.commit()


def options(path: Path, **changes: Any) -> dict[str, Any]:
    """What a configuration would say; a value of None leaves the option out."""
    columns = {
        "key": "id",
        "name": "username",
        "password": "pw",
        "disabled": "disabled",
        "locked": "locked",
        "expires": "expires",
        "must_change": "renew",
    }
    given = {
        "name": "customers",
        "type": "sql",
        "url": f"sqlite:///{path}",
        "query": QUERY,
        "columns": columns,
        "attributes": {"cn": {"template": "{first} {last}"}, "sn": "last", "mail": "mail"},
        "dn": f"uid={{name}},{BASE}",
        "concurrency": 2,
        **changes,
    }
    return {key: value for key, value in given.items() if value is not None}


@dataclass
class Harness:
    """A source and the reactor that drives it."""

    source: SqlSource
    reactor: PumpReactor

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The coroutine's result."""
        return self.reactor.run(coroutine)

    def bind(self, login: str | LoginName, password: str | bytes = PASSWORD) -> Outcome:
        """Look-up and verification, as the core asks."""
        name = LoginName.of(login) if isinstance(login, str) else login
        secret = Secret(password.encode() if isinstance(password, str) else password)

        async def ask() -> Outcome:
            account = await self.source.lookup(name)
            return Unknown() if account is None else await self.source.verify(account, secret)

        return self.run(ask())


def by_dn(typed: str) -> LoginName:
    """A DN as an application sends it."""
    return LoginName.of_dn(typed, normalise_dn(typed), leaf(typed))


@contextmanager
def source_over(given: dict[str, Any]) -> Iterator[Harness]:
    """The source of these options, closed at the end."""
    reactor = PumpReactor()
    source = PLUGIN.build(PLUGIN.options.model_validate(given), Context(reactor, None))  # type: ignore[arg-type]  # it hashes nothing
    assert isinstance(source, SqlSource)
    try:
        yield Harness(source, reactor)
    finally:
        reactor.run(source.close())
        reactor.close()
