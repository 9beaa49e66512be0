"""The schema goes up step by step, each step whole or not at all, once however many processes start."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import version1
from sqlalchemy import Connection, Engine, create_engine, inspect, select, text

from backends.native.carrying import carry
from backends.native.engine import open_store
from backends.native.entryvalue import packed
from backends.native.members import memberships
from backends.native.migrations import STEPS, check, require, upgrade
from backends.native.narrow import people_found
from backends.native.reading import find
from backends.native.record import tree_key_of
from backends.native.tables import schema_version
from gateway.errors import ConfigError
from gateway.identity.model import Identity, LoginName, Origin
from gateway.testing.directory_hooks import group, person, same
from gateway.wire.filter import parse_filter


def first(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE first_step (x INTEGER)"))


def second(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE second_step (x INTEGER)"))


def broken(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE half (x INTEGER)"))
    raise RuntimeError("the machine stopped")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    store = open_store(f"sqlite:///{tmp_path}/x.db", busy_timeout=5, readers=1)
    yield store._write
    store.close()


def old_value(shown: Identity) -> bytes:
    """A person as before schema 6."""
    return packed(
        shown.attributes.items(),
        shown.operational,
        aliases=shown.aliases,
        groups=shown.groups,
        origin=(shown.origin.source, shown.origin.key),
    )


def version(engine: Engine) -> int:
    with engine.connect() as connection:
        found: int = connection.execute(select(schema_version.c.version)).scalar_one()
        return found


def test_a_new_directory_begins_at_the_newest_version(engine: Engine) -> None:
    assert version(engine) == check(engine) == len(STEPS) + 1 == 6


def test_missing_steps_are_taken_in_order(engine: Engine) -> None:
    upgrade(engine, (*STEPS, first, second))
    assert version(engine) == 8
    assert {"first_step", "second_step"} <= set(inspect(engine).get_table_names())


def test_a_step_that_was_taken_is_not_taken_again(engine: Engine) -> None:
    upgrade(engine, (*STEPS, first))
    upgrade(engine, (*STEPS, first, second))
    assert version(engine) == 8


def test_a_step_that_fails_leaves_nothing(engine: Engine) -> None:
    with pytest.raises(RuntimeError):
        upgrade(engine, (*STEPS, first, broken))
    assert version(engine) == 7
    assert "half" not in inspect(engine).get_table_names()
    upgrade(engine, (*STEPS, first, second))
    assert version(engine) == 8


def test_several_who_start_at_once_take_each_step_once(tmp_path: Path) -> None:
    together = threading.Barrier(4)

    def start() -> int:
        together.wait()
        store = open_store(f"sqlite:///{tmp_path}/x.db", busy_timeout=5, readers=1)
        together.wait()
        upgrade(store._write, (*STEPS, first, second))
        reached = version(store._write)
        store.close()
        return reached

    with ThreadPoolExecutor(4) as threads:
        assert [each.result() for each in [threads.submit(start) for _ in range(4)]] == [8, 8, 8, 8]


def test_a_newer_version_is_refused(engine: Engine) -> None:
    upgrade(engine, (*STEPS, first, second))
    with pytest.raises(ConfigError, match=r"newer Bindferry \(schema 8, this one knows 7\)"):
        upgrade(engine, (*STEPS, first))


def test_who_may_not_upgrade_is_told_to_start_the_daemon_and_changes_nothing(engine: Engine) -> None:
    assert require(engine)
    with pytest.raises(ConfigError, match="of schema 6, this release knows 8: start the daemon, it upgrades"):
        require(engine, (*STEPS, first, second))
    assert version(engine) == 6
    upgrade(engine, (*STEPS, first))
    with pytest.raises(ConfigError, match="newer"):
        require(engine)


def test_a_database_without_tables_is_not_there_yet(tmp_path: Path) -> None:
    empty = create_engine(f"sqlite:///{tmp_path}/empty.db")
    assert not require(empty)
    assert not inspect(empty).get_table_names()
    empty.dispose()


def shape(path: Path) -> dict[str, str]:
    """Every table and index, as SQLite has it."""
    store = sqlite3.connect(path)
    rows = store.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    found = {name: re.sub(r"\s*([(),])\s*", r"\1", " ".join(sql.split())) for name, sql in rows}
    store.close()
    return found


def test_a_directory_of_version_1_keeps_its_people_and_gets_the_shape_of_a_new_one(tmp_path: Path) -> None:
    jdoe = person("jdoe")
    version1.make(tmp_path / "old.db", jdoe.id.hex, jdoe.dn, tree_key_of(jdoe.dn_key), old_value(jdoe))
    old, new = (open_store(f"sqlite:///{tmp_path}/{name}.db", busy_timeout=5, readers=1) for name in ("old", "new"))
    assert version(old._write) == version(new._write)
    assert shape(tmp_path / "old.db") == shape(tmp_path / "new.db")
    found = find(old, LoginName.of("jdoe"))
    assert found is not None
    assert same(found.identity, jdoe)
    with old.reading() as connection:
        assert people_found(connection, parse_filter("(objectClass=person)")) == [7]
    assert carry(old, group("staff", jdoe.dn), Origin("staff", "7"), 1.0)
    assert memberships(old, [jdoe.dn_key], False).keys() == {jdoe.dn_key}
    old.close()
    new.close()
