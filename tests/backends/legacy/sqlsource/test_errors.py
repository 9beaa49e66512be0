"""What errors of drivers mean (R6), and what of their text may be told (R15)."""

from __future__ import annotations

import sqlite3

import psycopg
import pymysql  # type: ignore[import-untyped]  # there are none
import pyodbc
import pytest
from sqlalchemy import exc

from backends.legacy.sqlsource.errors import classify
from gateway.errors import SourceError, SourceMisbehaved, SourceUnavailable

CANARY = "hunter2"


def sqlite(name: str, text: str) -> sqlite3.Error:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorname = name
    return error


def wrapped(original: Exception, *, lost: bool = False) -> exc.DBAPIError:
    kind = next((kind for kind in type(original).__mro__ if hasattr(exc, kind.__name__)), Exception)
    made = getattr(exc, kind.__name__, exc.DBAPIError)
    if not issubclass(made, exc.DBAPIError):
        made = exc.DBAPIError
    error = made("SELECT secret", {"password": CANARY}, original, connection_invalidated=lost)
    assert isinstance(error, exc.DBAPIError)
    return error


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("connection refused"),
        psycopg.errors.QueryCanceled("statement timeout"),
        psycopg.errors.AdminShutdown("terminating"),
        psycopg.errors.TooManyConnections("sorry"),
        psycopg.errors.SerializationFailure("retry"),
        pymysql.err.OperationalError(2003, "can't connect"),
        pymysql.err.OperationalError(1040, "too many connections"),
        pymysql.err.OperationalError(1045, "access denied"),
        pymysql.err.OperationalError(1969, "max_statement_time exceeded"),
        pymysql.err.InterfaceError(0, ""),
        sqlite("SQLITE_BUSY", "database is locked"),
        sqlite("SQLITE_CANTOPEN", "unable to open database file"),
        pyodbc.OperationalError("HYT00", "login timeout"),
        pyodbc.InterfaceError("IM002", "no driver"),
        pyodbc.Error("HY000", "general error"),
        pyodbc.OperationalError("08001", "refused"),
    ],
)
def test_whatever_is_not_clearly_our_statement_is_an_outage(error: Exception) -> None:
    """R6."""
    assert isinstance(classify("s", wrapped(error)), SourceUnavailable)


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (psycopg.errors.UndefinedColumn('column "pw" does not exist\nLINE 1: SELECT hunter2'), '"pw"'),
        (psycopg.errors.UndefinedTable('relation "users" does not exist'), '"users"'),
        (psycopg.errors.InsufficientPrivilege("permission denied for table users"), "permission denied"),
        (psycopg.errors.InvalidTextRepresentation('invalid input syntax: "hunter2"'), "22P02"),
        (psycopg.errors.ReadOnlySqlTransaction("cannot execute UPDATE"), "25006"),
        (pymysql.err.OperationalError(1054, "Unknown column 'pw' in 'field list'"), "'pw'"),
        (pymysql.err.ProgrammingError(1146, "Table 'd.users' doesn't exist"), "users"),
        (pymysql.err.ProgrammingError(1064, "syntax error near 'hunter2'"), "1064"),
        (pymysql.err.DataError(1366, "Incorrect string value: 'hunter2'"), "1366"),
        (sqlite("SQLITE_ERROR", "no such column: pw"), "no such column: pw"),
        (sqlite("SQLITE_ERROR", 'near "hunter2": syntax error'), "SQLITE_ERROR"),
        (pyodbc.ProgrammingError("42S22", "[42S22] no column pw"), "no column pw"),
        (pyodbc.DataError("22018", "bad cast hunter2"), "22018"),
    ],
)
def test_a_wrong_statement_or_wrong_data_is_told_by_names_only(error: Exception, shown: str) -> None:
    """R15."""
    found = classify("s", wrapped(error))
    assert isinstance(found, SourceMisbehaved)
    assert shown in found.text
    assert CANARY not in str(found)


def test_a_lost_connection_is_an_outage_whatever_it_says() -> None:
    error = wrapped(psycopg.errors.UndefinedColumn("x"), lost=True)
    assert isinstance(classify("s", error), SourceUnavailable)


def test_while_connecting_the_drivers_words_are_told_without_a_password() -> None:
    error = wrapped(pyodbc.OperationalError("08001", "cannot reach SERVER=db;PWD=hunter2;X=1"))
    found = classify("s", error, connecting=True)
    assert isinstance(found, SourceUnavailable)
    assert "SERVER=db" in found.text
    assert CANARY not in found.text


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (exc.TimeoutError(), SourceUnavailable),
        (exc.ResourceClosedError("no rows"), SourceMisbehaved),
        (exc.CompileError(CANARY), SourceMisbehaved),
    ],
)
def test_what_sqlalchemy_itself_raises(error: exc.SQLAlchemyError, kind: type[SourceError]) -> None:
    found = classify("s", error)
    assert type(found) is kind
    assert CANARY not in str(found)
