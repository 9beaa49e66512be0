"""A SQLAlchemy dialect for any ODBC driver: `odbc:` and then the connection string as the driver's manual writes it.

SQLAlchemy binds pyodbc to a few databases only (there is no `postgresql+pyodbc`, and `mssql+pyodbc` asks the server
things that only SQL Server knows). Configured statements need no more than bound parameters and rows, which are the
same for all. What is not here: types, schema, DDL.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy.connectors.pyodbc import PyODBCConnector
from sqlalchemy.dialects import registry
from sqlalchemy.engine import URL
from sqlalchemy.engine.default import DefaultDialect

_GONE = re.compile(
    r"\((2006|2013|2055|4031)\)|communication link|server has gone away|closed the connection|lost connection"
    r"|connection (has been |was |is )*(unexpectedly )?(lost|closed|reset|broken|not open)",
    re.IGNORECASE,
)
_GONE_STATES = frozenset({"57P01", "57P02", "57P03", "01002"})


class OdbcDialect(PyODBCConnector, DefaultDialect):
    """pyodbc as it is."""

    name = "odbc"
    driver = "pyodbc"
    default_paramstyle = "qmark"
    supports_statement_cache = True

    def create_connect_args(self, url: URL) -> Any:
        """The connection string, as it was written."""
        return (url.password,), {}

    def is_disconnect(self, e: Any, connection: Any, cursor: Any) -> bool:
        """Class 08 of SQLSTATE, the states of a server that stops, and the words of drivers that use neither."""
        arguments = [str(argument) for argument in getattr(e, "args", ())]
        if arguments and (arguments[0].startswith("08") or arguments[0] in _GONE_STATES):
            return True
        if any(_GONE.search(argument) for argument in arguments[1:]):
            return True
        return super().is_disconnect(e, connection, cursor)


registry.register("odbc", "backends.legacy.sqlsource.odbc", "OdbcDialect")


def odbc_url(connection_string: str) -> URL:
    """The URL for a whole ODBC connection string; ValueError if it is none."""
    fields = connection_fields(connection_string)
    if not fields.keys() & {"driver", "dsn", "filedsn"}:
        raise ValueError("an odbc: URL is a connection string with Driver={…} or DSN=…")
    return URL.create("odbc", password=connection_string)  # in the one place that a URL's repr does not show (R15)


def connection_fields(connection_string: str) -> dict[str, str]:
    """The parts of a connection string by lower-case name; values in braces may hold anything but a lone brace."""
    pattern = r"\s*([^=;{}]+?)\s*=\s*(\{(?:[^}]|\}\})*\}|(?!\{)[^;]*?)\s*(?:;|\Z)"
    fields, end = {}, 0
    for match in re.finditer(pattern, connection_string):
        if connection_string[end : match.start()].strip(" ;"):
            raise ValueError("the text behind odbc: is no connection string of Name=value; parts")
        value = match[2]
        fields[match[1].lower()] = value[1:-1].replace("}}", "}") if value.startswith("{") else value
        end = match.end()
    if connection_string[end:].strip(" ;") or not fields:
        raise ValueError("the text behind odbc: is no connection string of Name=value; parts")
    return fields
