"""The schema's versions: a new directory begins at the newest, an older one is led up step by step.

A runner of our own, and not alembic: the steps only ever lead up, run when the daemon opens the file, each in
one transaction with the number that it leads to; and a file of a newer version must be recognised before anything is
written. That is the forty lines below; alembic would bring its own environment, script folder and history table for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine, insert, inspect, select, update

from backends.native.steps import encoded, entries, references, renames, resets
from backends.native.tables import metadata, schema_version
from gateway.errors import ConfigError

Step = Callable[[Connection], None]

STEPS: tuple[Step, ...] = (entries, references, resets, renames, encoded)
"""`STEPS[0]` leads from version 1 to 2, and so on. A step never uses `tables.py`, which goes on changing after it."""


def check(engine: Engine, steps: Sequence[Step] = STEPS) -> int:
    """The version that is there, 0 if the database is empty. Writes nothing.

    `ConfigError` if it is not ours or newer than this program.
    """
    with engine.connect() as connection:
        if not inspect(connection).has_table(schema_version.name):
            if inspect(connection).get_table_names():
                raise ConfigError("this database is there already, and is not a directory of Bindferry")
            return 0
        found: int = connection.execute(select(schema_version.c.version)).scalar_one()
    newest = len(steps) + 1
    if found > newest:
        raise ConfigError(
            f"this directory was made by a newer Bindferry (schema {found}, this one knows {newest}): "
            "upgrade Bindferry, or restore the copy that was made before the upgrade"
        )
    return found


def upgrade(engine: Engine, steps: Sequence[Step] = STEPS) -> None:
    """Create the tables, or take the steps that are missing. Several processes may do so at once."""
    found = check(engine, steps)
    while found < len(steps) + 1:
        with engine.begin() as connection:  # it begins with the lock to write, so what is read now stays true
            if not found:
                _create(connection, len(steps) + 1)
            else:
                _step(connection, found, steps[found - 1])
        found = check(engine, steps)


def require(engine: Engine, steps: Sequence[Step] = STEPS) -> bool:
    """Whether the tables are there, at the newest version; False if the database is empty. Writes nothing.

    `ConfigError` for every other version: only the daemon takes steps.
    """
    found, newest = check(engine, steps), len(steps) + 1
    if 0 < found < newest:
        raise ConfigError(
            f"this directory is of schema {found}, this release knows {newest}: start the daemon, it upgrades"
        )
    return found == newest


def _create(connection: Connection, version: int) -> None:
    if not inspect(connection).has_table(schema_version.name):
        metadata.create_all(connection)
        connection.execute(insert(schema_version).values(version=version))


def _step(connection: Connection, found: int, step: Step) -> None:
    moved = connection.execute(
        update(schema_version).where(schema_version.c.version == found).values(version=found + 1)
    )
    if moved.rowcount:
        step(connection)
