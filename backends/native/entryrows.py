"""The rows of one entry that is no person: written, written anew, and taken away, on a connection that may write.

What may be written is decided by whoever calls: `carrying.py` for copies, `changing.py` for what is done here.
"""

from __future__ import annotations

import uuid

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from backends.native.entries import EntryRecord, id_of, pack, split
from backends.native.keys import entry_keys
from backends.native.members import clear, replace_all
from backends.native.noting import ENTRY, note
from backends.native.record import tree_key_of
from backends.native.renames import take_name
from backends.native.tables import entry, entry_lookup, identity
from gateway.identity.model import Entry, Origin, derive_id

_INSERT, _LOOKUP = insert(entry), insert(entry_lookup)
_UPDATE = update(entry).where(entry.c.id == bindparam("row"))
_DELETE = delete(entry).where(entry.c.id == bindparam("row"))
_UNFOUND = delete(entry_lookup).where(
    entry_lookup.c.attribute == bindparam("name"),
    entry_lookup.c.key == bindparam("found"),
    entry_lookup.c.entry == bindparam("row"),
)
_TAKEN = select(entry.c.id).where(entry.c.uuid == bindparam("id"))
_PERSON = select(identity.c.dn).where(identity.c.tree_key == bindparam("key"))


def person_at(connection: Connection, dn_key: str) -> str | None:
    """The DN, as spelled, of the person who has this one."""
    return connection.execute(_PERSON, {"key": tree_key_of(dn_key)}).scalar()


def insert_entry(
    connection: Connection, shown: Entry, origin: Origin, at: float, *, owned: bool, digest: bytes | None = None
) -> int:
    """A new entry with all its members; the number of its row."""
    layout, members = split(shown)
    take_name(connection, shown.dn_key)
    revision = max(1, int(at * 1000))
    values = {
        "uuid": _free_id(connection, shown, origin),
        "record": pack(layout, shown.operational),
        "source": origin.source,
        "key": origin.key,
        "owned": owned,
        "digest": digest,
        "revision": revision,
        "created": at,
        "modified": at,
        **_place(shown),
    }
    (row,) = connection.execute(_INSERT, values).inserted_primary_key or (0,)
    _find_by(connection, row, set(), entry_keys(shown))
    for name, held in members.items():
        replace_all(connection, row, name, held)
    note(connection, row, revision, ENTRY, at)
    return int(row)


def rewrite_entry(
    connection: Connection, held: EntryRecord, shown: Entry, at: float, *, digest: bytes | None = None
) -> None:
    """Another content of an entry, its members with it; of these only the rows that differ are touched."""
    layout, members = split(shown)
    rewrite_record(connection, held, shown, at, record=pack(layout, shown.operational), digest=digest)
    for name in held.bare.members - members.keys():
        clear(connection, held.row, name)
    for name, values in members.items():
        replace_all(connection, held.row, name, values)


def rewrite_record(
    connection: Connection, held: EntryRecord, shown: Entry, at: float, *, record: bytes, **columns: object
) -> None:
    """Another content of an entry, without touching its members; `columns` are further ones of the row."""
    revision = held.bare.revision + 1
    values = {"record": record, "revision": revision, "modified": at, **_place(shown), **columns}
    connection.execute(_UPDATE.values(**values), {"row": held.row})
    _find_by(connection, held.row, entry_keys(held.bare), entry_keys(shown))
    note(connection, held.row, revision, ENTRY, at)


def delete_entry(connection: Connection, held: EntryRecord, at: float) -> None:
    """An entry and all that hangs on it."""
    connection.execute(_DELETE, {"row": held.row})
    note(connection, held.row, held.bare.revision + 1, ENTRY, at)


def _place(shown: Entry) -> dict[str, object]:
    tree_key = tree_key_of(shown.dn_key)
    return {"dn": shown.dn, "tree_key": tree_key, "depth": tree_key.count(",")}


def _find_by(connection: Connection, row: int, before: set[tuple[str, str]], now: set[tuple[str, str]]) -> None:
    if gone := [{"name": name, "found": key, "row": row} for name, key in sorted(before - now)]:
        connection.execute(_UNFOUND, gone)
    if come := [{"attribute": name, "key": key, "entry": row} for name, key in sorted(now - before)]:
        connection.execute(_LOOKUP, come)


def _free_id(connection: Connection, shown: Entry, origin: Origin) -> uuid.UUID:
    """The id that the entry shows, unless another one here shows it, too."""
    own = id_of(shown)
    if own is not None and connection.execute(_TAKEN, {"id": own}).scalar() is None:
        return own
    return derive_id(origin)
