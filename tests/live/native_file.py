"""The native directory looked at from outside: its SQLite file, read with Python's own driver."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Kept:
    """A row of `identity` and what belongs to it."""

    name: str
    dn: str
    uuid: str
    password_hash: str
    record: bytes
    origins: tuple[tuple[str, str], ...]
    lookups: tuple[tuple[str, str], ...]


def ask(database: Path, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Rows of a statement, on a connection of its own that only reads."""
    if not database.exists():
        return []
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(statement, parameters).fetchall()


def names(database: Path) -> list[str]:
    """Everybody who has moved."""
    return [name for (name,) in ask(database, "SELECT name FROM identity ORDER BY id")]


def kept(database: Path, name: str) -> Kept | None:
    """Somebody by the name as the source spelled it."""
    rows = ask(database, "SELECT id, name, dn, uuid, password_hash, record FROM identity WHERE name = ?", name)
    if not rows:
        return None
    assert len(rows) == 1, f"{name} is there {len(rows)} times"
    number, shown, dn, uuid, password_hash, record = rows[0]
    origins = ask(database, 'SELECT source, "key" FROM origin WHERE identity = ?', number)
    lookups = ask(database, 'SELECT attribute, "key" FROM lookup WHERE identity = ? ORDER BY 1, 2', number)
    return Kept(shown, dn, uuid, password_hash, record, tuple(origins), tuple(lookups))


def half_done(database: Path) -> list[str]:
    """Everything that would be half an adoption (R11), in words; empty if all is whole."""
    found = [f"integrity: {text}" for (text,) in ask(database, "PRAGMA integrity_check") if text != "ok"]
    checks = {
        "has no origin": "id NOT IN (SELECT identity FROM origin)",
        "has no Argon2id hash": "password_hash NOT LIKE '$argon2id$%'",
        "cannot be looked up": "id NOT IN (SELECT identity FROM lookup)",
        "is not in the feed": "id NOT IN (SELECT identity FROM change)",
        "holds no record": "length(record) = 0",
    }
    for what, condition in checks.items():
        found += [f"{name} {what}" for (name,) in ask(database, f"SELECT name FROM identity WHERE {condition}")]
    orphans = "SELECT identity FROM {} WHERE identity NOT IN (SELECT id FROM identity)"
    for table in ("origin", "lookup", "membership", "change"):
        found += [f"{table} of nobody: {number}" for (number,) in ask(database, orphans.format(table))]
    found += [f"{key} twice" for (key,) in ask(database, 'SELECT "key" FROM origin GROUP BY 1 HAVING count(*) > 1')]
    return found
