"""Who has another DN or login name here than in the store that they came from: what that store's groups call them.

Written in the transaction of the change itself; functions for a connection that may write, but for `renamed`.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from backends.native.engine import Store
from backends.native.noting import ENTRY, note
from backends.native.tables import renamed as table
from gateway.identity.model import Entry, Identity, Origin
from gateway.identity.portvalues import Renamed
from gateway.wire.dn import normalise_dn

_OF_ORIGIN = (table.c.source == bindparam("from"), table.c.key == bindparam("it"))
_HELD = select(table.c.was, table.c.was_name).where(*_OF_ORIGIN)
_INSERT, _FORGET = insert(table), delete(table).where(*_OF_ORIGIN)
_UPDATE = update(table).where(*_OF_ORIGIN)
_FREED = delete(table).where(table.c.was_key == bindparam("now"))
_ALL = select(table.c.was, table.c.was_name, table.c.dn, table.c.name)


def note_rename(connection: Connection, origin: Origin, before: Entry, after: Entry, at: float) -> None:
    """`before` is `after` from now on; whoever goes back to what they were is not renamed any more."""
    if before.dn == after.dn and _name(before) == _name(after):
        return
    at_origin = {"from": origin.source, "it": origin.key}
    held = connection.execute(_HELD, at_origin).first()
    was, was_name = (held.was, held.was_name) if held is not None else (before.dn, _name(before))
    if (was, was_name) == (after.dn, _name(after)):
        connection.execute(_FORGET, at_origin)
    elif held is not None:
        connection.execute(_UPDATE.values(dn=after.dn, name=_name(after)), at_origin)
    else:
        row = {"was": was, "was_key": normalise_dn(was), "was_name": was_name, "dn": after.dn, "name": _name(after)}
        connection.execute(_INSERT, {"source": origin.source, "key": origin.key, **row})
    note(connection, 0, 0, ENTRY, at)


def forget(connection: Connection, origin: Origin) -> None:
    """Who came from there is gone."""
    connection.execute(_FORGET, {"from": origin.source, "it": origin.key})


def take_name(connection: Connection, dn_key: str) -> None:
    """Somebody else has this DN from now on: it is not what anybody was called before."""
    connection.execute(_FREED, {"now": dn_key})


def renamed(store: Store) -> tuple[Renamed, ...]:
    """As `NativeDirectory.renamed`."""
    with store.reading() as connection:
        rows = connection.execute(_ALL).all()
    return tuple(
        Renamed(row.was, normalise_dn(row.was), row.was_name, row.dn, normalise_dn(row.dn), row.name) for row in rows
    )


def _name(entry: Entry) -> str:
    return entry.name if isinstance(entry, Identity) else ""
