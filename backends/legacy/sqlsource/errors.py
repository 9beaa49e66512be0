"""What an error of SQLAlchemy or a driver means: cannot tell now (R6), or answers that cannot be used.

No text of a driver is passed on except the few kinds that can only name our own statement's columns and tables:
others quote values of rows and parameters, and a password may be among them (R15).
"""

from __future__ import annotations

import re

from sqlalchemy import exc

from gateway.errors import SourceError, SourceMisbehaved, SourceUnavailable

# SQLSTATE: our statement or its data is at fault. 42 syntax, names, rights; 22 data; 07, 21, 23 likewise.
_MISBEHAVED_CLASSES = ("07", "21", "22", "23", "42")
# Errors that name a column, table or function and nothing else, by SQLSTATE or the driver's number or name.
_NAMES_ONLY = frozenset(
    {
        "42703",
        "42P01",
        "42883",
        "42501",
        "42601",
        "42S02",
        "42S22",
        "1054",
        "1146",
        "1142",
        "1143",
        "207",
        "208",
        "229",
        "904",
        "942",
    }
)
_SQLITE_NAMES_ONLY = re.compile(r"no such (?:column|table|function): [\w.$]+")
_MYSQL_STATEMENT = frozenset({1054, 1064, 1142, 1143, 1146, 1305, 1370, 1792})


def classify(source: str, error: exc.SQLAlchemyError, *, connecting: bool = False) -> SourceError:
    """The error to raise in its place, outside of the `except` block: the original must not hang on to it.

    Unless the database itself said that statement or data are wrong, it counts as an outage.
    """
    if isinstance(error, exc.TimeoutError):
        return SourceUnavailable(source, "all connections of the pool are occupied")
    if isinstance(error, exc.DBAPIError):
        text = describe(error, connecting=connecting)
        if not connecting and is_our_fault(error):
            return SourceMisbehaved(source, f"the database refuses the statement: {text}")
        return SourceUnavailable(source, text)
    if isinstance(error, exc.ResourceClosedError | exc.NoSuchColumnError):
        return SourceMisbehaved(source, "the statement returns no rows at all: it is no SELECT")
    return SourceMisbehaved(source, f"SQLAlchemy cannot do it: {type(error).__name__}")


def is_our_fault(error: exc.DBAPIError) -> bool:
    """Whether the database answered that the statement, its rights or its data are wrong."""
    if error.connection_invalidated:
        return False
    original = error.orig
    state, code = sqlstate(original), _number(original)
    name = getattr(original, "sqlite_errorname", "")
    if name:
        return bool(name in {"SQLITE_ERROR", "SQLITE_MISMATCH", "SQLITE_RANGE", "SQLITE_READONLY", "SQLITE_AUTH"})
    if code in _MYSQL_STATEMENT or state[:2] in _MISBEHAVED_CLASSES or state == "25006":
        return True
    if state and state != "HY000":
        return False
    return isinstance(error, exc.ProgrammingError | exc.DataError | exc.NotSupportedError | exc.IntegrityError)


def describe(error: exc.DBAPIError, *, connecting: bool = False) -> str:
    """One line: the kind, the code, and the driver's words where they can only hold names."""
    original = error.orig
    state, code = sqlstate(original), _number(original)
    parts = [type(original).__name__ if original is not None else type(error).__name__]
    parts += [part for part in (state, str(code or ""), getattr(original, "sqlite_errorname", "")) if part]
    words = _words(original) if connecting or {state, str(code)} & _NAMES_ONLY else ""
    if not words:
        found = _SQLITE_NAMES_ONLY.search(str(original))
        words = found[0] if found is not None else ""
    return " ".join(parts) + (f": {words}" if words else "")


def sqlstate(original: object) -> str:
    """The five characters of SQLSTATE, from wherever the driver keeps them; "" where it has none."""
    for place in (getattr(original, "sqlstate", None), getattr(original, "pgcode", None), *_arguments(original)[:1]):
        if isinstance(place, str) and re.fullmatch(r"[0-9A-Z]{5}", place):
            return place
    return ""


def _number(original: object) -> int | None:
    """The driver's own error number: MySQL's is the first argument, ODBC puts it into brackets behind the text."""
    arguments = _arguments(original)
    if arguments and isinstance(arguments[0], int):
        return arguments[0]
    if len(arguments) > 1 and isinstance(arguments[1], str):
        found = re.search(r"\((\d{3,5})\) \(SQL\w+\)", arguments[1])
        return int(found[1]) if found is not None else None
    return None


def _words(original: object) -> str:
    """The driver's text on one line, cut. It may show host, user and database, which are ours to see."""
    arguments = _arguments(original)
    text = str(arguments[1] if len(arguments) > 1 else arguments[0] if arguments else "")
    text = re.sub(r"(?i)\b(pwd|password)\s*=\s*[^\s;]+", r"\1=***", text)
    return " ".join(text.partition("\nLINE ")[0].split())[:300]


def _arguments(original: object) -> tuple[object, ...]:
    arguments = getattr(original, "args", ())
    return arguments if isinstance(arguments, tuple) else ()
