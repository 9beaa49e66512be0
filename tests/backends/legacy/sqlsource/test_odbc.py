"""`odbc:` and a connection string."""

from __future__ import annotations

import pyodbc
import pytest
from sqlalchemy import create_engine

from backends.legacy.sqlsource.odbc import OdbcDialect, connection_fields, odbc_url


def test_the_connection_string_reaches_the_driver_as_it_was_written() -> None:
    written = "Driver={PostgreSQL Unicode};Server=db;PWD={a;b}}c};Port=1"
    engine = create_engine(odbc_url(written))
    assert engine.dialect.create_connect_args(engine.url) == ((written,), {})


def test_its_parts() -> None:
    assert connection_fields("Driver={A};PWD={a;b}}c}; UID = me ;") == {"driver": "A", "pwd": "a;b}c", "uid": "me"}


@pytest.mark.parametrize("written", ["", "Server=db", "nonsense", "Driver={A", "Driver={A}junk;UID=x"])
def test_what_is_no_connection_string_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="connection string"):
        odbc_url(written)


@pytest.mark.parametrize(
    "error",
    [
        pyodbc.OperationalError("08S01", "[08S01] gone (35)"),
        pyodbc.Error("HY000", "[HY000] Server has gone away (2006) (SQLExecDirectW)"),
        pyodbc.Error("57P01", "terminating connection"),
        pyodbc.ProgrammingError("The cursor's connection has been closed."),
    ],
)
def test_a_dead_connection_is_recognised(error: Exception) -> None:
    assert OdbcDialect(dbapi=pyodbc).is_disconnect(error, None, None)


def test_a_wrong_statement_is_no_dead_connection() -> None:
    assert not OdbcDialect(dbapi=pyodbc).is_disconnect(pyodbc.ProgrammingError("42S02", "no table (2006x)"), None, None)
