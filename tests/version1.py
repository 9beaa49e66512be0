"""A directory of schema 1, made by the statements with which release 0.1 made it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

_TABLES = """
CREATE TABLE schema_version ( version INTEGER NOT NULL, PRIMARY KEY (version) );
CREATE TABLE identity ( id INTEGER NOT NULL, uuid CHAR(32) NOT NULL, name TEXT NOT NULL, name_key VARCHAR(500) NOT
  NULL, dn TEXT NOT NULL, tree_key VARCHAR(500) NOT NULL, depth INTEGER NOT NULL, record BLOB NOT NULL, password_hash
  TEXT NOT NULL, charset TEXT NOT NULL, significant INTEGER, disabled BOOLEAN NOT NULL, locked BOOLEAN NOT NULL,
  must_change BOOLEAN NOT NULL, expires_at DOUBLE, revision BIGINT NOT NULL, created DOUBLE NOT NULL, modified DOUBLE
  NOT NULL, PRIMARY KEY (id), UNIQUE (uuid), UNIQUE (name_key), UNIQUE (tree_key) );
CREATE INDEX ix_identity_depth_tree_key ON identity (depth, tree_key);
CREATE TABLE change ( seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, identity INTEGER NOT NULL, revision BIGINT NOT
  NULL, kind VARCHAR(16) NOT NULL, at DOUBLE NOT NULL );
CREATE TABLE origin ( source VARCHAR(500) NOT NULL, "key" VARCHAR(500) NOT NULL, identity INTEGER NOT NULL,
  application TEXT NOT NULL, at DOUBLE NOT NULL, PRIMARY KEY (source, "key"), FOREIGN KEY(identity) REFERENCES
  identity (id) ON DELETE CASCADE ) WITHOUT ROWID;
CREATE INDEX ix_origin_identity ON origin (identity);
CREATE TABLE lookup ( attribute VARCHAR(64) NOT NULL, "key" VARCHAR(500) NOT NULL, identity INTEGER NOT NULL, PRIMARY
  KEY (attribute, "key", identity), FOREIGN KEY(identity) REFERENCES identity (id) ON DELETE CASCADE ) WITHOUT ROWID;
CREATE TABLE membership ( "group" VARCHAR(500) NOT NULL, identity INTEGER NOT NULL, PRIMARY KEY ("group", identity),
  FOREIGN KEY(identity) REFERENCES identity (id) ON DELETE CASCADE ) WITHOUT ROWID;
INSERT INTO schema_version VALUES (1);
"""

_PERSON = """
INSERT INTO identity VALUES (7, :uuid, 'jdoe', 'jdoe', :dn, :tree_key, 4, :record, 'strong:x', 'latin-1', NULL,
  0, 0, 0, NULL, 1700000000000, 1.0, 1.0)
"""


def make(path: Path, uuid: str, dn: str, tree_key: str, record: bytes) -> None:
    """The file, with one person in it, `jdoe` from source `staff`."""
    connection = sqlite3.connect(path)
    connection.executescript(_TABLES)
    connection.execute(_PERSON, {"uuid": uuid, "dn": dn, "tree_key": tree_key, "record": record})
    connection.execute("INSERT INTO origin VALUES ('staff', 'jdoe', 7, 'mail', 1.0)")
    connection.execute("INSERT INTO lookup VALUES ('uid', 'jdoe', 7)")
    connection.execute("INSERT INTO change VALUES (1, 7, 1700000000000, 'adopted', 1.0)")
    connection.commit()
    connection.close()
