"""The schema goes up step by step, each step whole or not at all, once however many processes start."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, inspect, select, text

from backends.native.engine import open_store
from backends.native.migrations import check, require, upgrade
from backends.native.tables import schema_version
from gateway.errors import ConfigError


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


def version(engine: Engine) -> int:
    with engine.connect() as connection:
        found: int = connection.execute(select(schema_version.c.version)).scalar_one()
        return found


def test_a_new_directory_begins_at_the_newest_version(engine: Engine) -> None:
    assert version(engine) == check(engine) == 1


def test_missing_steps_are_taken_in_order(engine: Engine) -> None:
    upgrade(engine, (first, second))
    assert version(engine) == 3
    assert {"first_step", "second_step"} <= set(inspect(engine).get_table_names())


def test_a_step_that_was_taken_is_not_taken_again(engine: Engine) -> None:
    upgrade(engine, (first,))
    upgrade(engine, (first, second))
    assert version(engine) == 3


def test_a_step_that_fails_leaves_nothing(engine: Engine) -> None:
    with pytest.raises(RuntimeError):
        upgrade(engine, (first, broken))
    assert version(engine) == 2
    assert "half" not in inspect(engine).get_table_names()
    upgrade(engine, (first, second))
    assert version(engine) == 3


def test_several_who_start_at_once_take_each_step_once(tmp_path: Path) -> None:
    together = threading.Barrier(4)

    def start() -> int:
        together.wait()
        store = open_store(f"sqlite:///{tmp_path}/x.db", busy_timeout=5, readers=1)
        together.wait()
        upgrade(store._write, (first, second))
        reached = version(store._write)
        store.close()
        return reached

    with ThreadPoolExecutor(4) as threads:
        assert [each.result() for each in [threads.submit(start) for _ in range(4)]] == [3, 3, 3, 3]


def test_a_newer_version_is_refused(engine: Engine) -> None:
    upgrade(engine, (first, second))
    with pytest.raises(ConfigError, match=r"newer Bindferry \(schema 3, this one knows 2\)"):
        upgrade(engine, (first,))


def test_who_may_not_upgrade_is_told_to_start_the_daemon_and_changes_nothing(engine: Engine) -> None:
    assert require(engine)
    with pytest.raises(ConfigError, match="of schema 1, this release knows 3: start the daemon, it upgrades"):
        require(engine, (first, second))
    assert version(engine) == 1
    upgrade(engine, (first,))
    with pytest.raises(ConfigError, match="newer"):
        require(engine)


def test_a_database_without_tables_is_not_there_yet(tmp_path: Path) -> None:
    empty = create_engine(f"sqlite:///{tmp_path}/empty.db")
    assert not require(empty)
    assert not inspect(empty).get_table_names()
    empty.dispose()
