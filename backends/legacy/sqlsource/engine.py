"""From the configured URL to a SQLAlchemy engine: drivers, their timeouts, read-only sessions. Opens nothing itself.

What is not here: running statements, and threads.
"""

from __future__ import annotations

import contextlib
import math
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, exc, make_url
from sqlalchemy.pool import QueuePool

from backends.legacy.sqlsource.odbc import connection_fields, odbc_url
from gateway.errors import ConfigError

STREAMS = 2
"""Connections, over those for logins, that long searches may hold."""

RECYCLE_SECONDS = 300
"""Connections older than that are not used again: firewalls forget quiet ones, and nobody tells us."""

_PREFERRED = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}
_PACKAGES = {
    "psycopg": "bindferry[postgresql]",
    "pymysql": "bindferry[mysql]",
    "pyodbc": "bindferry[odbc]",
    "oracledb": "oracledb",
}


def read_url(secret: bytes) -> URL:
    """The URL of the database: SQLAlchemy's form, or `odbc:` and a connection string. ValueError otherwise; its text
    holds nothing of the URL but the scheme."""
    try:
        written = secret.decode().strip()
    except UnicodeDecodeError:
        raise ValueError("the URL is not UTF-8") from None
    if written[:5].lower() == "odbc:" and not written.startswith("odbc://"):
        return odbc_url(written[5:])
    try:
        url = make_url(written)
    except (exc.ArgumentError, ValueError):
        raise ValueError(
            "the URL is none that SQLAlchemy can read: dialect+driver://user:password@host/database"
        ) from None
    if url.get_backend_name() == "sqlite":
        return _sqlite_url(url)
    return url.set(drivername=_PREFERRED.get(url.drivername, url.drivername))


def _sqlite_url(url: URL) -> URL:
    """SQLite would make an empty database of a mistyped path: `mode=rw` opens what exists, and nothing else."""
    if url.database in {None, "", ":memory:"}:
        raise ValueError("the URL names no SQLite file: sqlite:////absolute/path or sqlite:///relative/path")
    if str(url.database).startswith("file:"):
        return url
    path = Path(str(url.database)).absolute().as_uri()
    return url.set(database=path).update_query_dict({"mode": "rw", "uri": "true"})


def make_engine(url: URL, *, timeout: float, connections: int) -> Engine:
    """An engine with a bounded pool, the driver's own timeouts and read-only sessions. Raises ConfigError for what an
    administrator must mend: an unknown dialect, a driver that is not installed, a parameter that it does not have."""
    try:
        engine = create_engine(
            url,
            hide_parameters=True,
            poolclass=QueuePool,
            pool_size=connections,
            max_overflow=STREAMS,
            pool_timeout=timeout,
            pool_recycle=RECYCLE_SECONDS,
            pool_use_lifo=True,
            connect_args=_connect_args(url, timeout),
        )
    except exc.NoSuchModuleError:
        raise ConfigError(
            f"SQLAlchemy has no dialect {url.drivername!r}; a database that only ODBC reaches is odbc:Driver={{…}};…"
        ) from None
    except ImportError as error:
        name = getattr(error, "name", None) or url.get_driver_name()
        package = _PACKAGES.get(name.lower(), name)
        raise ConfigError(
            f"the driver {name} for {url.drivername} cannot be loaded: pip install '{package}'"
            + (" and unixODBC (apt-get install unixodbc)" if name == "pyodbc" else "")
        ) from None
    except (exc.ArgumentError, TypeError, ValueError):
        raise ConfigError(f"the driver {url.drivername} does not take this URL or one of its parameters") from None
    if engine.dialect.is_async:
        raise ConfigError(f"{url.drivername} is an asynchronous driver: name a blocking one, it gets its own threads")
    if engine.dialect.name == "odbc":
        _check_odbc_driver(engine, url)
    event.listen(engine, "connect", _Session(engine, timeout).prepare)
    return engine


def _connect_args(url: URL, timeout: float) -> dict[str, Any]:
    """The driver's own limits, where it has some: without them a thread that was given up may never come back."""
    seconds = max(1, math.ceil(timeout))
    silence = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
    tcp = {**silence, "tcp_user_timeout": seconds * 2000, "application_name": "bindferry"}
    blocking = {"connect_timeout": seconds, "read_timeout": seconds + 1, "write_timeout": seconds + 1}
    limits: dict[str, dict[str, Any]] = {
        "psycopg": {"connect_timeout": seconds, "client_encoding": "utf8", **tcp},
        "psycopg2": {"connect_timeout": seconds, **tcp},
        "pymysql": blocking,
        "mysqldb": blocking,
        "pyodbc": {"timeout": seconds},
        "pymssql": {"login_timeout": seconds, "timeout": seconds},
        "oracledb": {"tcp_connect_timeout": float(seconds)},
        "pysqlite": {"timeout": max(0.1, timeout * 0.8)},
    }
    try:
        driver = url.get_dialect().driver
    except (exc.NoSuchModuleError, ImportError):
        return {}
    return {key: value for key, value in limits.get(driver, {}).items() if key not in url.query}


def _check_odbc_driver(engine: Engine, url: URL) -> None:
    """unixODBC says only `file not found`: say which drivers there are."""
    driver = connection_fields(str(url.password)).get("driver")
    if driver is None or "/" in driver:
        return
    installed = [str(name) for name in getattr(engine.dialect.dbapi, "drivers", list)()]
    if driver.lower() not in {name.lower() for name in installed}:
        raise ConfigError(
            f"the ODBC driver {driver!r} is not installed; installed are: {', '.join(installed) or 'none'}"
        )


class _Session:
    """What every new connection is told: read only, and how long a statement may take."""

    def __init__(self, engine: Engine, timeout: float) -> None:
        self._engine = engine
        self._milliseconds = max(1, int(timeout * 1000))

    def prepare(self, connection: Any, _record: object) -> None:
        """The listener of SQLAlchemy's `connect` event, in the thread that connects. What a server does not know is
        left out: the rights of the account are the real fence, and `inspect` looks at them."""
        for statement in self._statements(product(self._engine, connection)):
            with contextlib.suppress(self._engine.dialect.loaded_dbapi.Error):
                cursor = connection.cursor()
                try:
                    cursor.execute(statement)
                finally:
                    cursor.close()
        connection.commit()

    def _statements(self, name: str) -> tuple[str, ...]:
        return {
            "postgresql": (
                "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
                f"SET statement_timeout = {self._milliseconds}",
            ),
            "mysql": (
                "SET SESSION TRANSACTION READ ONLY",
                f"SET SESSION max_statement_time = {self._milliseconds / 1000}",  # MariaDB
                f"SET SESSION max_execution_time = {self._milliseconds}",  # MySQL
            ),
            "mssql": (f"SET LOCK_TIMEOUT {self._milliseconds}",),
            "sqlite": ("PRAGMA query_only = ON",),
        }.get(name, ())


def product(engine: Engine, connection: Any) -> str:
    """Which database this is, as SQLAlchemy names dialects (MariaDB is mysql); behind ODBC the driver is asked."""
    name = engine.dialect.name
    if name == "odbc":
        asked = str(connection.getinfo(engine.dialect.loaded_dbapi.SQL_DBMS_NAME)).lower()
        known = {
            "postgresql": "postgresql",
            "maria": "mysql",
            "mysql": "mysql",
            "microsoft": "mssql",
            "sqlite": "sqlite",
        }
        name = next((known[word] for word in known if asked.startswith(word)), asked)
    return "mysql" if name == "mariadb" else name
