"""The `sql` source: people who log in against a table, a view, or whatever one configured SELECT makes of a database.

Everything that touches the database runs in this source's own threads (`sqlsource/database.py`). What is not here: what
columns mean (`sqlsource/rows.py`), statements and options (`sqlsource/statements.py`, `sqlsource/options.py`), what
`check` says (`sqlsource/sight.py`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace

from backends.legacy.sqlsource.database import Database, Reading
from backends.legacy.sqlsource.engine import make_engine, read_url
from backends.legacy.sqlsource.groupsearch import MAX_GROUPS, Find, GroupSearch
from backends.legacy.sqlsource.listing import Listing
from backends.legacy.sqlsource.names import spellings
from backends.legacy.sqlsource.options import SqlOptions
from backends.legacy.sqlsource.passwords import HashCheck, PasswordCheck, Right, StatementCheck
from backends.legacy.sqlsource.rows import PersonReader, Record
from backends.legacy.sqlsource.sight import Inspection
from backends.legacy.sqlsource.tree import Tree
from backends.legacy.sqlsource.values import text_of
from gateway.errors import ConfigError, IdentityConflict, SourceMisbehaved
from gateway.identity.model import Entry, Identity, LoginName, Secret
from gateway.identity.outcome import Accepted, Outcome, Rejected, Unknown
from gateway.identity.ports import Account, Sight
from gateway.identity.search import Query
from gateway.plugins import Context, SourcePlugin
from gateway.threads import Pool


class SqlSource:
    """A `LegacySource` over one database."""

    def __init__(self, options: SqlOptions, database: Database) -> None:
        self.name = options.name
        self.charset = options.charset
        self._options = options
        self.database = database
        self._people = PersonReader(options)
        self._check: PasswordCheck = (
            HashCheck(self._people, options.scheme, options.charset)
            if options.verify is None
            else StatementCheck(self._people, database, options.verify, options.charset)
        )
        listing = Listing(options, database, self._people, self._read)
        self._groups = _groups(options, database, self._people, self._row_of)
        self._tree = Tree(self._people, self._person, listing, self._groups)
        self.bases = self._tree.bases

    async def lookup(self, login: LoginName) -> Account | None:
        """The account of that name. The row's name is what counts (R2); two rows are `IdentityConflict`."""
        if not spellings(login, self._people.template):
            return None

        def find(reading: Reading) -> Account | None:
            for statement, name, record in self._rows(reading, login):
                return replace(self._people.account(record), handle=(statement, name))
            return None

        return await self.database.ask(find)

    async def verify(self, account: Account, password: Secret) -> Outcome:
        """Accepted with the state that the row shows, or why not. The row is read anew: what the look-up hands out
        holds no hash, and whoever has gone or was changed since is seen."""

        def judge() -> Outcome:
            record = self._again(account)
            if record is None:
                return Unknown()
            verdict = self._check(record, password)
            if isinstance(verdict, Right):
                return Accepted(self._with_groups(record), verdict.significant)
            return Rejected(verdict)

        return await self.database.in_thread(lambda: self.database.guarded(lambda _: judge()))

    async def read(self, account: Account) -> Identity | None:
        """The person as the database has it now."""

        def read() -> Identity | None:
            record = self._again(account)
            return None if record is None else self._with_groups(record)

        return await self.database.in_thread(lambda: self.database.guarded(lambda _: read()))

    def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """People, and groups where statements for them are configured. One person is looked up; anything broader about
        people needs the statement `list`, and finds nobody without it (`inspect` says so)."""
        return self._tree.search(query)

    async def count(self) -> int | None:
        """What the statement `count` says; None without one."""
        statement = self._options.count
        if statement is None:
            return None
        rows = await self.database.ask(lambda reading: reading.rows(statement, {}, 1))
        try:
            return int(text_of(rows[0].values[0]))
        except (IndexError, ValueError):  # BadValue is a ValueError
            raise SourceMisbehaved(self.name, "the statement `count` does not return a number") from None

    async def inspect(self) -> Sight:
        """As `LegacySource.inspect`: every statement run once, a hundred rows looked at."""
        return await Inspection(self._options, self.database, self._people).look()

    async def close(self) -> None:
        """Connections and threads; what hangs is left behind."""
        await self.database.close()

    def _rows(self, reading: Reading, login: LoginName) -> Iterator[tuple[str, str, Record]]:
        """In a thread: statement, name and row of whoever has that login name, or else that further name."""
        names = spellings(login, self._people.template)
        aliased = self._options.by_alias if login.dn is None else None
        for statement in [self._options.query] + ([aliased] if aliased is not None else []):
            for name in names:
                record = self._row(reading, statement, name)
                if record is not None:
                    yield statement, name, record

    def _row(self, reading: Reading, statement: str, name: str) -> Record | None:
        rows = reading.rows(statement, {"name": name}, 2)
        if len(rows) > 1:
            raise IdentityConflict.between(name, map(self._people.told, rows), f"source {self.name}")
        return rows[0] if rows else None

    def _again(self, account: Account) -> Record | None:
        """In a thread: the account's row as it is now; None if the name leads to nobody, or to somebody else."""
        match account.handle:
            case (str(statement), str(name)):
                record = self.database.attempt(lambda reading: self._row(reading, statement, name))
            case _:
                return None
        return record if record is not None and self._people.account(record).ref == account.ref else None

    def _row_of(self, reading: Reading, login: LoginName) -> Record | None:
        """In a thread: the row of whoever has that login name."""
        try:
            return next((record for _, _, record in self._rows(reading, login)), None)
        except IdentityConflict as conflict:
            raise SourceMisbehaved(self.name, str(conflict)) from None

    async def _person(self, login: LoginName) -> Identity | None:
        def find(reading: Reading) -> Identity | None:
            for _, _, record in self._rows(reading, login):
                return self._read(record, reading)
            return None

        try:
            return await self.database.ask(find) if spellings(login, self._people.template) else None
        except IdentityConflict as conflict:
            raise SourceMisbehaved(self.name, str(conflict)) from None

    def _with_groups(self, record: Record) -> Identity:
        """In a thread."""
        if self._options.groups is None:
            return self._people.identity(record)
        return self.database.attempt(lambda reading: self._read(record, reading))

    def _read(self, record: Record, reading: Reading | None) -> Identity:
        """In a thread, on a connection that is there already."""
        groups = self._options.groups
        if groups is None or reading is None:
            return self._people.identity(record)
        rows = reading.rows(groups.query, {"key": self._people.raw_key(record)}, MAX_GROUPS + 1)
        if len(rows) > MAX_GROUPS:
            raise SourceMisbehaved(self.name, f"somebody is in more than {MAX_GROUPS} groups")
        return self._people.identity(record, [row.values[0] for row in rows])


def _groups(options: SqlOptions, database: Database, people: PersonReader, find: Find) -> GroupSearch | None:
    if options.groups is None or options.groups.listing is None:
        return None
    return GroupSearch(options.name, options.groups, database, people, find)


def build(options: SqlOptions, context: Context) -> SqlSource:
    """The source; opens nothing. `ConfigError` for a driver that is not there."""
    try:
        url = read_url(options.url.get_secret_value())
    except ValueError as error:
        raise ConfigError(str(error)) from None
    engine = make_engine(url, timeout=options.timeout, connections=options.concurrency)
    pool = Pool(context.reactor, f"source {options.name}", options.concurrency, options.concurrency)
    return SqlSource(options, Database(options.name, engine, pool, options.timeout))


PLUGIN = SourcePlugin(SqlOptions, build)
