"""What an `sql` source shows to `bindferry check`: the server, whether every statement runs and returns the configured
columns, which hash schemes its people have, and whether the account could write.

Never a value of a row. What is not here: anything that a login needs.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from sqlalchemy import exc, text

from backends.legacy.sqlsource.database import Database, Reading
from backends.legacy.sqlsource.engine import product
from backends.legacy.sqlsource.fields import AttributeRule, Flag, template_columns
from backends.legacy.sqlsource.groupoptions import Groups
from backends.legacy.sqlsource.groupsearch import MAX_GROUPS
from backends.legacy.sqlsource.options import SqlOptions
from backends.legacy.sqlsource.rows import PersonReader, Record, RowFault, index_columns
from backends.legacy.sqlsource.statements import parameters
from backends.legacy.sqlsource.values import truth
from gateway import passwords
from gateway.errors import IdentityConflict, SourceError
from gateway.identity.ports import Sight

SAMPLE = 100
NOBODY = "bindferry-check"
"""A name that is looked up only to see that a statement runs."""

# Whether the account could write: a first column that is true. Only where one cheap statement tells.
_CAN_WRITE = {
    "postgresql": "SELECT bool_or(rolsuper) OR EXISTS (SELECT 1 FROM information_schema.table_privileges WHERE"
    " privilege_type IN ('INSERT', 'UPDATE', 'DELETE') AND table_schema NOT IN ('pg_catalog', 'information_schema'))"
    " FROM pg_catalog.pg_roles WHERE rolname = current_user",
    "mysql": "SELECT EXISTS (SELECT 1 FROM (SELECT grantee, privilege_type FROM information_schema.user_privileges"
    " UNION ALL SELECT grantee, privilege_type FROM information_schema.schema_privileges"
    " UNION ALL SELECT grantee, privilege_type FROM information_schema.table_privileges) AS given"
    " WHERE privilege_type IN ('INSERT', 'UPDATE', 'DELETE')"
    " AND grantee = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), ''''))",
    "mssql": "SELECT CASE WHEN HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'UPDATE') = 1 THEN 1 ELSE 0 END",
}


class Inspection:
    """One look at one source."""

    def __init__(self, options: SqlOptions, database: Database, people: PersonReader) -> None:
        self._options = options
        self._database = database
        self._people = people
        self._usable = True
        self._lines: list[str] = []

    async def look(self) -> Sight:
        """Every finding as one sentence; raises nothing. Not usable: logins would fail."""
        try:
            self._lines.append(await self._database.ask(self._server))
        except SourceError as error:
            return Sight(False, (error.text,))
        options = self._options
        wanted = configured_columns(options)
        await self._try("query", options.query, wanted, needed=True)
        if options.by_alias is not None:
            await self._try("by_alias", options.by_alias, wanted, needed=True)
        if options.verify is not None:
            await self._try("verify", options.verify, (), needed=True)
        if options.groups is not None:
            await self._look_at_groups(options.groups)
        if options.count is not None:
            await self._note(self._count, "count")
        if options.listing is None:
            self._lines.append("no statement `list`: searches find only people who are asked for by name")
        elif await self._try("list", options.listing, wanted, needed=False):
            await self._note(self._sample, "list")
        await self._note(self._rights, "rights")
        return Sight(self._usable, tuple(self._lines))

    async def _look_at_groups(self, groups: Groups) -> None:
        await self._try("groups", groups.query, (), needed=False)
        if groups.listing is None or groups.members is None:
            self._lines.append("groups: no statements `list` and `members`: they show as memberOf, and as no entries")
            return
        wanted = group_columns(groups)
        if groups.by_name is not None:
            await self._try("groups.by_name", groups.by_name, wanted, needed=False)
        await self._try("groups.members", groups.members, (), needed=False)
        if await self._try("groups.list", groups.listing, wanted, needed=False):
            await self._note(partial(self._count_groups, groups.listing), "groups.list")

    def _count_groups(self, statement: str, reading: Reading) -> list[str]:
        rows = reading.rows(statement, {}, MAX_GROUPS + 1)
        return [f"{len(rows)} groups" if len(rows) <= MAX_GROUPS else f"more than {MAX_GROUPS} groups: too many"]

    async def _note(self, work: object, what: str) -> None:
        try:
            self._lines.extend(await self._database.ask(work))  # type: ignore[arg-type]  # one of the methods below
        except SourceError as error:
            self._lines.append(f"{what}: {error.text}")

    async def _try(self, option: str, statement: str, wanted: Sequence[str], *, needed: bool) -> bool:
        """Run a statement for nobody; whether it ran and has the wanted columns."""
        values = {"name": NOBODY, "password": NOBODY, "key": None, "after": self._options.list_start, "limit": 1}
        used = {name: values[name] for name in parameters(statement)}
        try:
            columns = await self._database.ask(lambda reading: reading.columns(statement, used))
        except (SourceError, IdentityConflict) as error:
            self._lines.append(f"{option}: {getattr(error, 'text', error)}")
            self._usable = self._usable and not needed
            return False
        index = index_columns(columns)
        missing = [name for name in wanted if index.get(name.lower(), -1) < 0]
        if missing:
            self._lines.append(f"{option}: the statement returns no column {', '.join(map(repr, missing))}")
            self._usable = self._usable and not needed
        return not missing

    def _server(self, reading: Reading) -> str:
        engine = self._database.engine
        raw = reading.connection.connection.dbapi_connection
        name, version = engine.dialect.name, getattr(engine.dialect, "server_version_info", None) or ()
        if name == "odbc":
            name = str(raw.getinfo(engine.dialect.loaded_dbapi.SQL_DBMS_NAME))  # type: ignore[union-attr]  # pyodbc's
        release = ".".join(str(part) for part in version)
        return f"connected: {name} {release} through {engine.dialect.driver}"

    def _count(self, reading: Reading) -> list[str]:
        rows = reading.rows(self._options.count or "", {}, 1)
        return [f"{rows[0].values[0] if rows else 'no'} people"]

    def _sample(self, reading: Reading) -> list[str]:
        statement = self._options.listing or ""
        values = {"after": self._options.list_start, "limit": SAMPLE}
        rows = reading.rows(statement, {name: values[name] for name in parameters(statement)}, SAMPLE)
        faults = Counter(fault for row in rows for fault in self._people.missing(row))
        lines = [f"{count} of {len(rows)} people: {fault}" for fault, count in faults.items()]
        if self._options.verify is None and rows:
            lines.append(f"passwords of {len(rows)} people: {', '.join(self._schemes(rows))}")
        return lines

    def _schemes(self, rows: Sequence[Record]) -> list[str]:
        found = Counter(self._scheme(row) for row in rows)
        return [f"{count} {scheme}" for scheme, count in found.most_common()]

    def _scheme(self, row: Record) -> str:
        try:
            stored, salt = self._people.stored(row)
        except RowFault:
            return "unreadable"
        if not stored.strip():
            return "without a password"
        if self._options.scheme == "auto":
            return passwords.identify(stored) or "in no known scheme"
        refusal = passwords.get(self._options.scheme).refusal(stored, salt)
        return self._options.scheme if refusal is None else f"not {self._options.scheme} ({refusal})"

    def _rights(self, reading: Reading) -> list[str]:
        engine = self._database.engine
        raw = reading.connection.connection.dbapi_connection
        name = product(engine, raw)
        if name == "sqlite":
            path = _sqlite_path(reading)
            return [f"the file {path} can be written: read rights are enough"] if os.access(path, os.W_OK) else []
        if name not in _CAN_WRITE:
            return ["cannot tell whether this account may write: read rights are enough"]
        try:
            row = reading.connection.execute(text(_CAN_WRITE[name].replace(":", "\\:"))).fetchone()
        except exc.SQLAlchemyError:
            return ["cannot tell whether this account may write: read rights are enough"]
        return ["this account may write: give it read rights only"] if row is not None and truth(row[0]) else []


def _sqlite_path(reading: Reading) -> str:
    row = reading.connection.execute(text("SELECT file FROM pragma_database_list WHERE name = 'main'")).fetchone()
    return str(row[0]) if row is not None else ""


def configured_columns(options: SqlOptions) -> list[str]:
    """Every column that the options name, each once, in their order."""
    columns = options.columns
    named = [getattr(columns, field) for field in type(columns).model_fields]
    found = [given.column if isinstance(given, Flag) else given for given in named if given is not None]
    found += [column for rule in options.attributes.values() for column in _rule_columns(rule)]
    return list(dict.fromkeys([*found, *options.aliases]))


def group_columns(groups: Groups) -> list[str]:
    """Every column of groups that the options name."""
    columns = groups.columns
    found = [given for given in (columns.key, columns.name, columns.uuid) if given is not None]
    return list(dict.fromkeys([*found, *(one for rule in groups.attributes.values() for one in _rule_columns(rule))]))


def _rule_columns(rule: AttributeRule) -> Iterator[str]:
    if rule.column is not None:
        yield rule.column
    if rule.template is not None:
        yield from (column for _, column in template_columns(rule.template) if column)
