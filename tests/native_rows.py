"""A database of the native directory whose rows are looked at, for tests of what writes them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, select

from backends.native.engine import Store, open_store
from backends.native.entries import EntryRecord, at_dn
from backends.native.entryrows import insert_entry
from backends.native.tables import change, member
from gateway.identity.model import Entry, Origin
from gateway.wire.dn import normalise_dn

AT = 1_700_000_000.0


def opened(folder: Path) -> Store:
    """A new database."""
    return open_store(f"sqlite:///{folder}/x.db", busy_timeout=0.05, readers=1)


def put(connection: Connection, shown: Entry, *, owned: bool = True) -> int:
    """An entry; the number of its row."""
    return insert_entry(connection, shown, Origin("staff", shown.dn_key), AT, owned=owned)


def at(connection: Connection, dn: str) -> EntryRecord:
    """What is there by this DN."""
    held = at_dn(connection, normalise_dn(dn))
    assert held is not None
    return held


def members(connection: Connection, row: int, name: str = "member") -> list[tuple[int, bytes]]:
    """The position and value of each member, in order."""
    rows = select(member.c.position, member.c.value).where(member.c.entry == row, member.c.attribute == name)
    return [(position, value) for position, value in connection.execute(rows.order_by(member.c.position))]


def notes(connection: Connection) -> list[tuple[int, int, str]]:
    """What was told of changes: number, revision and kind of each, in order."""
    told = select(change.c.identity, change.c.revision, change.c.kind).order_by(change.c.seq)
    return [(number, revision, kind) for number, revision, kind in connection.execute(told)]
