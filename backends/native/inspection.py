"""What the directory shows to `bindferry check`: how many people, its schema, whether the file is sound and whose.

Runs in a thread; writes nothing. What is not here: anything that a login needs.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from backends.native.engine import Store
from backends.native.ownership import files_of, whose
from backends.native.tables import entry, identity, schema_version
from gateway.errors import DirectoryUnavailable
from gateway.identity.ports import Sight

QUICK = 64 << 20
"""Bytes of a directory whose structure is looked through: a fraction of a second."""


def look(store: Store, quick: int = QUICK) -> Sight:
    """`DirectoryUnavailable` where it cannot be read."""
    try:
        size = sum(file.stat().st_size for file in files_of(store.path))
        files = tuple(whose(store.path))
    except OSError as error:
        raise DirectoryUnavailable(f"the directory cannot be read: {error.strerror}") from None
    with store.reading() as connection:
        schema = connection.execute(select(schema_version.c.version)).scalar_one()
        people = connection.execute(select(func.count()).select_from(identity)).scalar_one()
        others = connection.execute(select(func.count()).select_from(entry)).scalar_one()
        sound = _soundness(connection) if size <= quick else "too large for a quick look through its structure"
    line = f"{people} people, {others} groups and other entries, schema {schema}, {size / (1 << 20):.1f} MiB"
    return Sight(not sound.startswith("damaged"), (line, *files, sound))


def _soundness(connection: Connection) -> str:
    said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    return "its structure is sound" if said == "ok" else f"damaged: {said}"
