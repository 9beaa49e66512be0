"""What is told of every change, in the transaction that makes it. Who reads it is in `feed.py`."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from backends.native.tables import change

ADOPTED = "adopted"
CHANGED = "changed"
RENAMED = "renamed"
REMOVED = "removed"
ENTRY = "entry"
"""Kinds of changes: RENAMED tells that other names lead to the person, ENTRY is of an entry that is no person."""

_CHANGE = insert(change)


def note(connection: Connection, number: int, revision: int, kind: str, at: float) -> None:
    """Row `number` has changed: `revision` is the one that it has now."""
    connection.execute(_CHANGE, {"identity": number, "revision": revision, "kind": kind, "at": at})
