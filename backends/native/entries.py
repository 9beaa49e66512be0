"""What is no person as rows of the database, and back: everything as its source showed it (R3), members apart.

The rows of members are read and written in `members.py`; who asks for them is in `search.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from backends.native.engine import Store
from backends.native.entryvalue import DAMAGED, packed, unpack
from backends.native.keys import MEMBERS
from backends.native.reading import removed_keys
from backends.native.record import dn_key_of, tree_key_of
from backends.native.tables import entry as table
from gateway.errors import DirectoryUnavailable
from gateway.identity.model import Attributes, Entry, NativeEntry, Origin
from gateway.wire.schema import canonical

Members = Mapping[str, Sequence[bytes]]
"""Values by the canonical name of their attribute."""

Layout = tuple[tuple[str, tuple[bytes, ...] | None], ...]

_CHUNK = 500  # keys in one statement: databases bound the number of parameters

ENTRIES: Select[*tuple[Any, ...]] = select(
    table.c.id,
    table.c.uuid,
    table.c.dn,
    table.c.tree_key,
    table.c.record,
    table.c.source,
    table.c.key,
    table.c.owned,
    table.c.revision,
)
"""All that `read` needs of each entry."""

_BY_DN = ENTRIES.where(table.c.tree_key == bindparam("key"))
_BY_ORIGIN = ENTRIES.where(table.c.source == bindparam("source"), table.c.key.in_(bindparam("keys", expanding=True)))


@dataclass(frozen=True, slots=True, eq=False)
class EntryRecord:
    """An entry and its row. `bare` has no values of members; `layout` tells where among the attributes they belong."""

    row: int
    bare: NativeEntry
    layout: Layout

    def having(self, members: Members) -> NativeEntry:
        """The entry with these values of members."""
        if not members:
            return self.bare
        return replace(self.bare, attributes=_filled(self.layout, members))


def _filled(layout: Layout, members: Members) -> Attributes:
    pairs = ((name, members.get(canonical(name), ()) if values is None else values) for name, values in layout)
    return Attributes([(name, values) for name, values in pairs if values or canonical(name) not in MEMBERS])


def split(entry: Entry) -> tuple[Layout, Members]:
    """The attributes with None where members were, and these."""
    layout: list[tuple[str, tuple[bytes, ...] | None]] = []
    members: dict[str, Sequence[bytes]] = {}
    for name, values in entry.attributes.items():
        key = canonical(name)
        if key in MEMBERS and key not in members:
            members[key] = values
            layout.append((name, None))
        else:
            layout.append((name, values))
    return tuple(layout), members


def pack(layout: Layout, operational: Attributes) -> bytes:
    """The value that holds all but the members."""
    return packed(layout, operational)


def read(row: Row[*tuple[Any, ...]]) -> EntryRecord:
    """The entry of one row of `ENTRIES`; `DirectoryUnavailable` if it was damaged."""
    number, entry_id, dn, tree_key, data, source, key, owned, revision = row
    try:
        header, values = unpack(data)
        layout = values.shown(header["attributes"])
        operational = values.attributes(header["operational"])
        values.end()
    except DAMAGED as error:
        raise DirectoryUnavailable(
            f"entry number {number} of the directory cannot be read ({type(error).__name__})"
        ) from None
    bare = NativeEntry(
        dn=dn,
        dn_key=dn_key_of(tree_key),
        attributes=_filled(layout, {}),
        operational=operational,
        id=entry_id,
        origin=Origin(source, key) if source else None,
        owned=owned,
        revision=revision,
        members=frozenset(canonical(name) for name, held in layout if held is None),
    )
    return EntryRecord(number, bare, layout)


def at_dn(connection: Connection, dn_key: str) -> EntryRecord | None:
    """The entry with this normalised DN."""
    row = connection.execute(_BY_DN, {"key": tree_key_of(dn_key)}).first()
    return None if row is None else read(row)


def of_origin(connection: Connection, source: str, keys: Sequence[str]) -> list[EntryRecord]:
    """The entries that came from these keys of `source`."""
    found: list[EntryRecord] = []
    for at in range(0, len(keys), _CHUNK):
        asked = {"source": source, "keys": keys[at : at + _CHUNK]}
        found.extend(map(read, connection.execute(_BY_ORIGIN, asked)))
    return found


def carried(store: Store, source: str, keys: Sequence[str]) -> dict[str, NativeEntry | None]:
    """As `NativeDirectory.carried`."""
    found: dict[str, NativeEntry | None] = {}
    with store.reading() as connection:
        for at in range(0, len(keys), _CHUNK):
            found.update(dict.fromkeys(removed_keys(connection, source, keys[at : at + _CHUNK])))
        for record in of_origin(connection, source, keys):
            if record.bare.origin is not None:
                found[record.bare.origin.key] = record.bare
    return found


def id_of(entry: Entry) -> uuid.UUID | None:
    """The `entryUUID` (or `objectGUID`, as Active Directory writes it) that an entry shows."""
    for attributes in (entry.operational, entry.attributes):
        text = attributes.first("entryUUID")
        if text is not None:
            try:
                return uuid.UUID(text)
            except ValueError:
                return None
        guid = attributes.get("objectGUID")
        if guid and len(guid[0]) == 16:
            return uuid.UUID(bytes_le=guid[0])
    return None
