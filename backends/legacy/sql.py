"""The `sql` source: people who log in against a table, a view, or whatever one configured SELECT makes of a database.

Everything that touches the database runs in this source's own threads (`sqldatabase.py`). What is not here: what
columns mean (`sqlrows.py`), statements and options (`sqlstatements.py`, `sqloptions.py`), what `check` says
(`sqlsight.py`).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from backends.legacy.sqldatabase import Database, Reading
from backends.legacy.sqlengine import make_engine, read_url
from backends.legacy.sqllist import Listing
from backends.legacy.sqlnames import spellings
from backends.legacy.sqloptions import SqlOptions
from backends.legacy.sqlpasswords import HashCheck, PasswordCheck, StatementCheck
from backends.legacy.sqlrows import PersonReader, Record
from backends.legacy.sqlsight import Inspection
from backends.legacy.sqlvalues import text_of
from gateway.errors import ConfigError, IdentityConflict, SourceMisbehaved
from gateway.identity.model import Entry, Identity, LoginName, Secret
from gateway.identity.outcome import Accepted, Outcome, Rejected, Unknown
from gateway.identity.ports import Account, Sight
from gateway.identity.search import BaseNotFound, Query, Scope, within
from gateway.plugins import Context, SourcePlugin
from gateway.threads import Pool
from gateway.wire.dn import leaf


class SqlSource:
    """A `LegacySource` over one database."""

    def __init__(self, options: SqlOptions, database: Database) -> None:
        self.name = options.name
        self.charset = options.charset
        self._options = options
        self._database = database
        self._people = PersonReader(options)
        self.bases: tuple[str, ...] = (self._people.template.parent_key,)
        self._check: PasswordCheck = (
            HashCheck(self._people, options.scheme, options.charset)
            if options.verify is None
            else StatementCheck(self._people, database, options.verify, options.charset)
        )
        self._listing = Listing(options, database, self._people, self._read)

    async def lookup(self, login: LoginName) -> Account | None:
        """The account of that name. The row's name is what counts (R2); two rows are `IdentityConflict`."""
        names = spellings(login, self._people.template)
        if not names:
            return None
        aliased = self._options.by_alias if login.dn is None else None
        statements = [self._options.query, *([aliased] if aliased is not None else [])]

        def find(reading: Reading) -> Account | None:
            for statement in statements:
                for name in names:
                    rows = reading.rows(statement, {"name": name}, 2)
                    if len(rows) > 1:
                        raise IdentityConflict(f"source {self.name}: the statement returns several rows for one name")
                    if rows:
                        return self._people.account(rows[0])
            return None

        return await self._database.ask(find)

    async def verify(self, account: Account, password: Secret) -> Outcome:
        """Accepted with the state that the row showed, or why not; the look-up's own row is compared with."""
        current = account if isinstance(account.handle, Record) else await self._again(account)
        if current is None:
            return Unknown()
        record = current.handle
        assert isinstance(record, Record)

        def judge() -> Outcome:
            refusal = self._check(record, password)
            return Rejected(refusal) if refusal is not None else Accepted(self._with_groups(record))

        return await self._database.in_thread(lambda: self._database.guarded(lambda _: judge()))

    async def read(self, account: Account) -> Identity | None:
        """The person as the database has it now."""
        current = await self._again(account)
        if current is None or not isinstance(current.handle, Record):
            return None
        record = current.handle
        return await self._database.in_thread(lambda: self._database.guarded(lambda _: self._with_groups(record)))

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """People only. One person is looked up; anything broader needs the statement `list`, and finds nobody without
        it (`inspect` says so)."""
        template = self._people.template
        if template.is_leaf(query.base):
            login = query.person
            if login is None or login.dn != query.base:
                login = LoginName.of_dn(query.base, query.base, leaf(query.base))
            person = await self._person(login)
            if person is None or person.dn_key != query.base:
                raise BaseNotFound(query.base)
        elif not within(template.parent_key, query.base):
            raise BaseNotFound(query.base)
        elif query.person is not None:
            person = await self._person(query.person)
        else:
            if query.scope is Scope.SUBTREE or (query.scope is Scope.ONE and query.base == template.parent_key):
                async for entry in self._listing.search(query):
                    yield entry
            return
        if person is not None and query.selects(person):
            yield person

    async def count(self) -> int | None:
        """What the statement `count` says; None without one."""
        statement = self._options.count
        if statement is None:
            return None
        rows = await self._database.ask(lambda reading: reading.rows(statement, {}, 1))
        try:
            return int(text_of(rows[0].values[0]))
        except (IndexError, ValueError):  # BadValue is a ValueError
            raise SourceMisbehaved(self.name, "the statement `count` does not return a number") from None

    async def inspect(self) -> Sight:
        """As `LegacySource.inspect`: every statement run once, a hundred rows looked at."""
        return await Inspection(self._options, self._database, self._people).look()

    async def close(self) -> None:
        """Connections and threads; what hangs is left behind."""
        await self._database.close()

    async def _again(self, account: Account) -> Account | None:
        """The account as it is now: another person under the name means that this one is gone."""
        if account.name is None:
            return None
        current = await self.lookup(LoginName.of(account.name))
        return current if current is not None and current.ref == account.ref else None

    async def _person(self, login: LoginName) -> Identity | None:
        try:
            account = await self.lookup(login)
        except IdentityConflict as conflict:
            raise SourceMisbehaved(self.name, str(conflict)) from None
        if account is None or not isinstance(account.handle, Record):
            return None
        record = account.handle
        return await self._database.in_thread(lambda: self._database.guarded(lambda _: self._with_groups(record)))

    def _with_groups(self, record: Record) -> Identity:
        """In a thread."""
        if self._options.groups is None:
            return self._people.identity(record)
        return self._database.attempt(lambda reading: self._read(record, reading))

    def _read(self, record: Record, reading: Reading | None) -> Identity:
        """In a thread, on a connection that is there already."""
        groups = self._options.groups
        if groups is None or reading is None:
            return self._people.identity(record)
        rows = reading.rows(groups.query, {"key": self._people.raw_key(record)}, MAX_GROUPS + 1)
        if len(rows) > MAX_GROUPS:
            raise SourceMisbehaved(self.name, f"somebody is in more than {MAX_GROUPS} groups")
        return self._people.identity(record, [row.values[0] for row in rows])


MAX_GROUPS = 10_000


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
