"""The steps of the schema, as SQL that stays as it was written: `tables.py` goes on changing after them.

When a step is taken, and by whom, is in `migrations.py`.
"""

from __future__ import annotations

from sqlalchemy import Connection

from backends.native.entryvalue import unpack
from backends.native.keys import PEOPLE
from backends.native.personvalue import packed

_ENTRIES = """
CREATE TABLE entry (
    id INTEGER NOT NULL,
    uuid CHAR(32) NOT NULL,
    dn TEXT NOT NULL,
    tree_key VARCHAR(500) NOT NULL,
    depth INTEGER NOT NULL,
    record BLOB NOT NULL,
    source VARCHAR(500) NOT NULL,
    "key" VARCHAR(500) NOT NULL,
    owned BOOLEAN NOT NULL,
    digest BLOB,
    revision BIGINT NOT NULL,
    created DOUBLE NOT NULL,
    modified DOUBLE NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (uuid),
    UNIQUE (tree_key)
);
CREATE INDEX ix_entry_depth_tree_key ON entry (depth, tree_key);
CREATE UNIQUE INDEX ix_entry_source_key ON entry (source, "key");
CREATE TABLE entry_lookup (
    attribute VARCHAR(64) NOT NULL,
    "key" VARCHAR(500) NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (attribute, "key", entry),
    FOREIGN KEY(entry) REFERENCES entry (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE member (
    entry INTEGER NOT NULL,
    attribute VARCHAR(64) NOT NULL,
    position INTEGER NOT NULL,
    "key" VARCHAR(500) NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (entry, attribute, position),
    FOREIGN KEY(entry) REFERENCES entry (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX ix_member_key_attribute_entry ON member ("key", attribute, entry);
CREATE TABLE removed (
    source VARCHAR(500) NOT NULL,
    "key" VARCHAR(500) NOT NULL,
    dn TEXT NOT NULL,
    at DOUBLE NOT NULL,
    PRIMARY KEY (source, "key")
) WITHOUT ROWID
"""


def entries(connection: Connection) -> None:
    """Version 1 to 2: what is no person, its members, and who was removed; people are found by more attributes."""
    for statement in _ENTRIES.split(";"):
        connection.exec_driver_sql(statement)
    people = connection.exec_driver_sql("SELECT id, record FROM identity")
    for some in people.partitions(1000):
        found = [(name, key, row) for row, record in some for name, key in sorted(_keys(record))]
        if found:
            connection.exec_driver_sql("INSERT OR IGNORE INTO lookup VALUES (?, ?, ?)", found)


_REFERENCES = """
CREATE INDEX ix_lookup_identity ON lookup (identity);
CREATE INDEX ix_membership_identity ON membership (identity);
CREATE INDEX ix_entry_lookup_entry ON entry_lookup (entry)
"""


def references(connection: Connection) -> None:
    """Version 2 to 3: whoever is removed is found where others refer to them, without reading all."""
    for statement in _REFERENCES.split(";"):
        connection.exec_driver_sql(statement)


def resets(connection: Connection) -> None:
    """Version 3 to 4: whether a change of the password was demanded here. Until now only sources could."""
    connection.exec_driver_sql("ALTER TABLE identity ADD COLUMN reset BOOLEAN DEFAULT 0 NOT NULL")


_RENAMES = """
CREATE TABLE renamed (
    source VARCHAR(500) NOT NULL,
    "key" VARCHAR(500) NOT NULL,
    was TEXT NOT NULL,
    was_key VARCHAR(500) NOT NULL,
    was_name TEXT NOT NULL,
    dn TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (source, "key")
) WITHOUT ROWID;
CREATE INDEX ix_renamed_was_key ON renamed (was_key)
"""


def renames(connection: Connection) -> None:
    """Version 4 to 5: what whoever was renamed here is called in the groups of a source."""
    for statement in _RENAMES.split(";"):
        connection.exec_driver_sql(statement)


def encoded(connection: Connection) -> None:
    """Version 5 to 6: the attributes of people are kept as they go over the wire. By number, some at a time: there may
    be a million of them."""
    last = -1
    while rows := connection.exec_driver_sql(_SOME, (last,)).all():
        anew = [(_encoded(record), row) for row, record in rows]
        connection.exec_driver_sql("UPDATE identity SET record = ? WHERE id = ?", anew)
        last = rows[-1][0]


_SOME = "SELECT id, record FROM identity WHERE id > ? ORDER BY id LIMIT 1000"


def _encoded(record: bytes) -> bytes:
    header, values = unpack(record)
    shown, operational = values.attributes(header["attributes"]), values.attributes(header["operational"])
    return packed(shown, operational, [*header["origin"], header["aliases"], header["groups"]])


def _keys(record: bytes) -> set[tuple[str, str]]:
    header, values = unpack(record)
    shown = values.attributes(header["attributes"]), values.attributes(header["operational"])
    return {pair for attributes in shown for pair in PEOPLE.keys(attributes)}
