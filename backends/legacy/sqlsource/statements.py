"""The configured statements: what one may look like, checked when the configuration is read.

A statement is given to SQLAlchemy's `text` as it stands; values enter it as bound parameters and in no other way.
What is not here: running it, and what its columns mean.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlalchemy import text

MAX_LENGTH = 20_000

# String literals, quoted identifiers, dollar quotes and comments: where a `:name` is not a parameter to SQL.
_QUIET = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` | \$(\w*)\$.*?\$\1\$ | --[^\n]* | /\*.*?\*/""", re.DOTALL | re.VERBOSE
)
_PARAMETER = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")
# What somebody writes who believes that values are pasted in: {}, {0}, {name}, %(name)s, %s.
_SPLICE = re.compile(
    r"\{\}|\{\d+\}|\{(?:name|user|username|login|password|key)\}|%\(\w+\)[sd]|%s(?!\w)|(?<!\w)\?(?!\w)"
)


def check_statement(statement: str, needed: Collection[str], allowed: Collection[str] = ()) -> str:
    """The statement, if it is one SELECT whose parameters are all of `needed` and any of `allowed`; ValueError in
    the words of an administrator otherwise."""
    if not statement.strip() or len(statement) > MAX_LENGTH or "\0" in statement:
        raise ValueError(f"a statement is a text of 1 to {MAX_LENGTH} characters")
    bare = _QUIET.sub(_blank, statement)
    if not re.match(r"\s*\(*\s*(select|with|values)\b", bare, re.IGNORECASE):
        raise ValueError("a statement begins with SELECT (or WITH): sources are only read")
    if ";" in bare.strip().rstrip(";"):
        raise ValueError("one statement, not several joined with ;")
    spliced = _SPLICE.search(bare) or re.search(r"\{(?:name|password|key)?\}|%\(\w+\)[sd]|'%s'", statement)
    if spliced is not None:
        raise ValueError(
            f"{spliced[0]} would paste a value into the statement: write a bound parameter, such as :name, instead"
        )
    _check_parameters(statement, bare, needed, allowed)
    return statement


def _check_parameters(statement: str, bare: str, needed: Collection[str], allowed: Collection[str]) -> None:
    bound = set(text(statement).compile().params)
    quoted = bound - set(_PARAMETER.findall(bare))
    if quoted:
        name = min(quoted)
        raise ValueError(
            f":{name} stands inside quotes or a comment, where it is no parameter: join texts in SQL, for example"
            f" CONCAT('%', :{name}), or write \\: for a colon"
        )
    missing, foreign = set(needed) - bound, bound - set(needed) - set(allowed)
    if missing:
        raise ValueError(f"the statement does not use the parameter :{min(missing)}")
    if foreign:
        known = ", ".join(f":{name}" for name in (*needed, *allowed)) or "none"
        raise ValueError(f"there is no parameter :{min(foreign)} here; known are: {known}")


def parameters(statement: str) -> frozenset[str]:
    """The names of the bound parameters of a statement that was checked."""
    return frozenset(text(statement).compile().params)


def _blank(quiet: re.Match[str]) -> str:
    return "''" if quiet[0][0] == "'" else " "
