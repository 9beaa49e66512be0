"""The tables of the native directory. How they came to be, version after version, is in `migrations.py`.

`identity.record` holds the person, in one value (`record.py`); `lookup` and `membership` are what people are found by,
and can be rebuilt from it. `entry` is the same for what is no person, with `member` beside it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
    text,
)

metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s"})

_Number = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up by itself only in an INTEGER key


def _key() -> String:
    """Text that is compared byte for byte, in the order of its UTF-8: names are folded before they come here (R1).

    It is SQLite's own order; the others need to be told, or a prefix would not be a range.
    """
    return (
        String(500)
        .with_variant(String(500, collation="C"), "postgresql")
        .with_variant(String(500, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
    )


schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True, autoincrement=False))

# `tree_key` is the normalised DN read from its root, each RDN followed by a comma: everything below a base is one
# range of it, pages continue from the last one seen, and as the DN and it stand for each other, its uniqueness is
# the DN's. `depth` is the number of RDNs, so that "one level below" is a range, too.
identity = Table(
    "identity",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("uuid", Uuid, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("name_key", _key(), nullable=False, unique=True),
    Column("dn", Text, nullable=False),
    Column("tree_key", _key(), nullable=False, unique=True),
    Column("depth", Integer, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("charset", Text, nullable=False),
    Column("significant", Integer),  # bytes of the canonical password that were hashed; NULL is all of them
    Column("disabled", Boolean, nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("expires_at", Double),
    Column("revision", BigInteger, nullable=False),
    Column("created", Double, nullable=False),
    Column("modified", Double, nullable=False),
    Column("reset", Boolean, nullable=False, server_default=text("0")),  # as in `AccountState`
    Index(None, "depth", "tree_key"),
)

origin = Table(
    "origin",
    metadata,
    Column("source", _key(), primary_key=True),
    Column("key", _key(), primary_key=True),
    Column("identity", _Number, ForeignKey("identity.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("application", Text, nullable=False),
    Column("at", Double, nullable=False),
    sqlite_with_rowid=False,
)

# Whoever goes takes along what refers to them: hence an index by that, or the database would read the whole table.
#
# One row for each value of the attributes that searches ask for (`keys.py`), and for each login alias.
lookup = Table(
    "lookup",
    metadata,
    Column("attribute", String(64), primary_key=True),
    Column("key", _key(), primary_key=True),
    Column("identity", _Number, ForeignKey("identity.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "identity"),
    sqlite_with_rowid=False,
)

membership = Table(
    "membership",
    metadata,
    Column("group", _key(), primary_key=True),
    Column("identity", _Number, ForeignKey("identity.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "identity"),
    sqlite_with_rowid=False,
)

# What is no person: groups, containers. `record` holds it without the values of its members (`members.py`), which are
# rows, so that one more costs the same in a group of ten and of a hundred thousand. `tree_key` is no person's, either:
# whoever writes looks, in a transaction that alone may write. `source` is "" for what was made here. `digest` is of all
# that was carried over, NULL for what is `owned`.
entry = Table(
    "entry",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("uuid", Uuid, nullable=False, unique=True),
    Column("dn", Text, nullable=False),
    Column("tree_key", _key(), nullable=False, unique=True),
    Column("depth", Integer, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("source", _key(), nullable=False),
    Column("key", _key(), nullable=False),
    Column("owned", Boolean, nullable=False),
    Column("digest", LargeBinary),
    Column("revision", BigInteger, nullable=False),
    Column("created", Double, nullable=False),
    Column("modified", Double, nullable=False),
    Index(None, "depth", "tree_key"),
    Index(None, "source", "key", unique=True),
)

entry_lookup = Table(
    "entry_lookup",
    metadata,
    Column("attribute", String(64), primary_key=True),
    Column("key", _key(), primary_key=True),
    Column("entry", _Number, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "entry"),
    sqlite_with_rowid=False,
)

# One row for each value of an attribute with members, in the order of `position`. The index answers who is in which
# group, and whether somebody is in this one.
member = Table(
    "member",
    metadata,
    Column("entry", _Number, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True),
    Column("attribute", String(64), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("key", _key(), nullable=False),
    Column("value", LargeBinary, nullable=False),
    Index(None, "key", "attribute", "entry"),
    sqlite_with_rowid=False,
)

# Whoever was removed here, by where they came from: not adopted or carried over again.
removed = Table(
    "removed",
    metadata,
    Column("source", _key(), primary_key=True),
    Column("key", _key(), primary_key=True),
    Column("dn", Text, nullable=False),
    Column("at", Double, nullable=False),
    sqlite_with_rowid=False,
)

# Whoever has another DN or login name here than where they came from: what groups there call them (`renames.py`).
renamed = Table(
    "renamed",
    metadata,
    Column("source", _key(), primary_key=True),
    Column("key", _key(), primary_key=True),
    Column("was", Text, nullable=False),
    Column("was_key", _key(), nullable=False, index=True),
    Column("was_name", Text, nullable=False),
    Column("dn", Text, nullable=False),
    Column("name", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Who changed, in order: what lets every process forget what it keeps in memory. `revision` is the one after it;
# `identity` is a number of `entry` where `kind` says so.
change = Table(
    "change",
    metadata,
    Column("seq", _Number, primary_key=True),
    Column("identity", _Number, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Double, nullable=False),
    sqlite_autoincrement=True,  # a number is never given twice, even when old rows are cleared away
)
