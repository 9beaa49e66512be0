"""URLs and engines: what is refused before anything is opened, and what each driver is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from backends.legacy.sqlsource.engine import make_engine, read_url
from gateway.errors import ConfigError


@pytest.mark.parametrize(
    ("written", "driver"),
    [
        ("postgresql://u@h/d", "postgresql+psycopg"),
        ("mysql://u@h/d", "mysql+pymysql"),
        ("mariadb://u@h/d", "mariadb+pymysql"),
        ("mysql+pyodbc://u@h/d", "mysql+pyodbc"),
        ("ODBC:DSN=users", "odbc"),
    ],
)
def test_the_drivers_that_our_extras_install_are_the_default(written: str, driver: str) -> None:
    assert read_url(written.encode()).drivername == driver


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("nosuch://u:hunter2@h/d", "no dialect 'nosuch'"),
        ("postgresql+pyodbc://u:hunter2@h/d", "odbc:"),
        ("oracle+oracledb://u:hunter2@h/d", "pip install 'oracledb'"),
        ("mssql+pymssql://u:hunter2@h/d", "pip install 'pymssql'"),
        ("postgresql+asyncpg://u:hunter2@h/d", "asyncpg"),
        ("odbc:Driver={Nonesuch};PWD=hunter2", "'Nonesuch' is not installed; installed are: .*SQLite3"),
    ],
)
def test_what_cannot_work_is_said_when_the_source_is_built(written: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as caught:
        make_engine(read_url(written.encode()), timeout=5, connections=1)
    assert "hunter2" not in str(caught.value)


def test_a_sqlite_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    engine = make_engine(read_url(f"sqlite:///{tmp_path}/typo.db".encode()), timeout=1, connections=1)
    with pytest.raises(Exception, match="unable to open"):
        engine.connect()
    assert list(tmp_path.iterdir()) == []


def test_a_sqlite_session_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "name with ?# signs.db"
    path.touch()
    engine = make_engine(read_url(f"sqlite:///{path}".replace("?", "%3F").encode()), timeout=1, connections=1)
    if not path.exists():
        raise AssertionError
    with engine.connect() as connection, pytest.raises(Exception, match="readonly"):
        connection.execute(text("CREATE TABLE t (a)"))
    engine.dispose()


def test_drivers_are_given_their_own_limits_unless_the_url_has_them() -> None:
    """A thread that was given up comes back only if the driver gives up as well."""
    engine = make_engine(read_url(b"postgresql://h/d?connect_timeout=9"), timeout=2.5, connections=1)
    (_, arguments) = engine.dialect.create_connect_args(engine.url)
    assert arguments["connect_timeout"] == "9"
    assert engine.pool.size() == 1  # type: ignore[attr-defined]  # QueuePool's


def test_the_password_is_in_no_repr() -> None:
    """R15."""
    engine = make_engine(read_url(b"postgresql://u:hunter2@h/d"), timeout=1, connections=1)
    assert "hunter2" not in repr(engine) + str(engine.url) + repr(engine.url)
    odbc = make_engine(read_url(b"odbc:Driver={SQLite3};PWD=hunter2"), timeout=1, connections=1)
    assert "hunter2" not in repr(odbc) + str(odbc.url)
