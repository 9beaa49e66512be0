"""Opening a directory: what an administrator must mend is told in one sentence, and the file is private."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from backends.native.engine import Store, open_store
from backends.native.writing import adopt
from gateway.errors import ConfigError, DirectoryError, DirectoryMissing, DirectoryUnavailable
from gateway.testing.directory_hooks import adoption, person


def opened(path: Path) -> Store:
    return open_store(f"sqlite:///{path}", busy_timeout=0.05, readers=1)


def fault(url: str) -> str:
    with pytest.raises(ConfigError) as error:
        open_store(url, busy_timeout=0.05, readers=1)
    assert error.value.where == "directory.url"
    return error.value.text


def test_the_files_are_nobody_elses_to_read(tmp_path: Path) -> None:
    """R15: the hashes are in them."""
    store = opened(tmp_path / "x.db")
    adopt(store, adoption(person("jdoe")))
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"x.db": 0o600, "x.db-wal": 0o600, "x.db-shm": 0o600}
    store.close()


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.touch(0o644)
    opened(path).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_commit_waits_for_the_disk_and_readers_do_not_wait(tmp_path: Path) -> None:
    """R11."""
    store = opened(tmp_path / "x.db")
    with store.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        with store.reading() as beside:
            assert beside.exec_driver_sql("SELECT 1").scalar_one() == 1
    store.close()


def test_whoever_reads_cannot_write(tmp_path: Path) -> None:
    store = opened(tmp_path / "x.db")
    with pytest.raises(DirectoryUnavailable), store.reading() as connection:
        connection.exec_driver_sql("DELETE FROM identity")
    store.close()


def test_the_folder_must_be_there(tmp_path: Path) -> None:
    assert fault(f"sqlite:///{tmp_path}/none/x.db").startswith(f"there is no folder {tmp_path}/none")


def test_the_file_must_be_writable() -> None:
    assert "cannot be written" in fault("sqlite:////proc/self/x.db")


def test_a_folder_is_no_directory(tmp_path: Path) -> None:
    assert "Is a directory" in fault(f"sqlite:///{tmp_path}")


def test_any_other_file_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"something of great value" * 100)
    assert fault(f"sqlite:///{path}") == "the directory cannot be opened: file is not a database"
    assert path.read_bytes() == b"something of great value" * 100


def test_anothers_database_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE accounts (name TEXT)")
    connection.close()
    before = path.read_bytes()
    assert "not a directory of Bindferry" in fault(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_directory_of_a_newer_version_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    opened(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE schema_version SET version = 7")
    connection.close()
    before = path.read_bytes()
    assert fault(f"sqlite:///{path}").startswith(
        "this directory was made by a newer Bindferry (schema 7, this one knows 6):"
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "url",
    [
        "no url",
        "postgresql://localhost/x",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////tmp/x.db?mode=ro",
        "sqlite+pysqlcipher:////tmp/x.db",
    ],
)
def test_a_url_must_name_a_file(url: str) -> None:
    assert fault(url)


def test_a_url_with_a_password_is_not_repeated() -> None:
    """R15."""
    assert "s3cret" not in fault("mysql://root:s3cret@localhost/x")


def test_a_locked_directory_is_unavailable(tmp_path: Path) -> None:
    """R6, R12."""
    store, other = opened(tmp_path / "x.db"), opened(tmp_path / "x.db")
    with other.writing(), pytest.raises(DirectoryUnavailable, match="database is locked"):
        adopt(store, adoption(person("jdoe")))
    adopt(store, adoption(person("jdoe")))
    store.close()
    other.close()


def test_a_full_disk_is_unavailable_and_nothing_is_written(tmp_path: Path) -> None:
    """R11, R12: SQLite says the same when its own limit is reached."""
    store = opened(tmp_path / "x.db")
    with store.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")

    def fill() -> None:
        for number in range(1000):
            adopt(store, adoption(person(f"user{number}")))

    with pytest.raises(DirectoryUnavailable, match="full") as error:
        fill()
    assert adoption(person("jdoe")).password_hash not in str(error.value)
    with store.reading() as connection:
        people = connection.exec_driver_sql("SELECT count(*) FROM identity").scalar_one()
        origins = connection.exec_driver_sql("SELECT count(*) FROM origin").scalar_one()
        changes = connection.exec_driver_sql("SELECT count(*) FROM change").scalar_one()
    assert people == origins == changes
    store.close()


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    store = opened(tmp_path / "x.db")
    with pytest.raises(DirectoryError, match="not Unicode text"):
        adopt(store, adoption(person("jdoe", groups=("\ud800",), aliases=("\ud800",))))
    store.close()


def looked_at(path: Path) -> Store:
    return open_store(f"sqlite:///{path}", busy_timeout=0.05, readers=1, may_create=False)


def test_who_only_looks_makes_no_directory(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with pytest.raises(DirectoryMissing, match="does not exist yet: `bindferry serve` makes it") as missing:
        looked_at(path)
    assert missing.value.where == "directory.url"
    assert len(missing.value.remarks) == 1
    assert list(tmp_path.iterdir()) == []


def test_who_only_looks_leaves_an_empty_file_empty(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.touch(0o644)
    with pytest.raises(DirectoryMissing, match="is empty: `bindferry serve` makes it"):
        looked_at(path)
    assert [(file.name, file.stat().st_size) for file in tmp_path.iterdir()] == [("x.db", 0)]
    assert path.stat().st_mode & 0o777 == 0o644


def test_who_only_looks_opens_what_is_there_while_the_daemon_is_at_work(tmp_path: Path) -> None:
    daemon = opened(tmp_path / "x.db")
    adopt(daemon, adoption(person("jdoe")))
    store = looked_at(tmp_path / "x.db")
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM identity").scalar_one() == 1
    store.close()
    daemon.close()


def test_a_folder_that_is_missing_is_a_fault_for_who_only_looks_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no folder") as error:
        looked_at(tmp_path / "no" / "x.db")
    assert not isinstance(error.value, DirectoryMissing)
