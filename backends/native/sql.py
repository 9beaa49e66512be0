"""The embedded native directory: people in a SQL database (SQLite now), those in use in memory.

This file is the port's face: which question memory answers, which one goes to a thread, and how faults come back. What
runs in the threads is in `reading.py`, `writing.py`, `search.py`; when memory may be trusted, in `freshness.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Annotated, TypeVar, TypeVarTuple

from pydantic import AfterValidator, Field
from twisted.internet.error import TimeoutError as DeadlineError

from backends.native.adding import add, remove
from backends.native.cache import Cache, Changes, Moment
from backends.native.carrying import carry
from backends.native.changing import NewName, Steps, change, rename
from backends.native.engine import Store, open_store
from backends.native.entries import carried
from backends.native.feed import Feed
from backends.native.freshness import Watch
from backends.native.glance import Glance
from backends.native.inspection import look
from backends.native.members import memberships
from backends.native.reading import by_id, by_origin, counts, find
from backends.native.record import Record
from backends.native.renames import renamed
from backends.native.search import begin, proceed
from backends.native.verifying import Verifier
from backends.native.writing import NewHash, PersonChange, adopt, change_person, replace_hash
from gateway.errors import BusyError, ConfigError, DirectoryUnavailable, ProtocolError
from gateway.identity.changes import Changed, Deed, Modification, Password
from gateway.identity.model import AccountState, Entry, Identity, LoginName, NativeEntry, Origin, Secret
from gateway.identity.outcome import Outcome
from gateway.identity.ports import Adoption, Renamed, Sight
from gateway.identity.search import Query
from gateway.options import Options, Seconds
from gateway.plugins import Context, DirectoryPlugin
from gateway.threads import Pool
from gateway.wire.dn import normalise_dn

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_READS = 2000  # questions that may wait for a reading thread
_WRITES = 1000
_GRACE = 10.0


def _dn(value: str) -> str:
    try:
        normalise_dn(value)
    except ProtocolError as error:
        raise ValueError(f"not a DN: {error}") from None
    return value


class SqlOptions(Options):
    """Section `directory` where the URL names a SQL database."""

    totals = ("cache", "read_threads")

    url: str
    """`sqlite:////var/lib/bindferry/directory.db`: the file is created if there is none, its folder is not."""
    base: Annotated[str, AfterValidator(_dn)]
    """The DN under which applications find people."""
    cache: Annotated[int, Field(ge=0)] = 100_000
    """People kept in memory, at some 6 KiB each."""
    busy_timeout: Annotated[Seconds, Field(gt=0)] = 2.0
    """How long to wait while another process writes."""
    scan: Annotated[int, Field(ge=0)] = 100_000
    """Entries that one search may read without selecting them, where no index tells which ones to read; 0: no bound."""
    read_threads: Annotated[int, Field(ge=1, le=64)] = 2
    """How many questions that memory cannot answer are asked at once."""


class SqlDirectory:
    """A `NativeDirectory` on a SQL database."""

    def __init__(self, store: Store, options: SqlOptions, context: Context) -> None:
        self._store = store
        self._clock = context.reactor
        self.scans = 0
        self._base = normalise_dn(options.base)
        self._scan = options.scan
        self._patience = options.busy_timeout + 3.0
        self._readers = Pool(context.reactor, "directory-read", options.read_threads, _READS)
        self._writer = Pool(context.reactor, "directory-write", 1, _WRITES)
        self._looker = Pool(context.reactor, "directory-watch", 1, 0)
        self._cache = Cache(options.cache)
        self._feed = Feed(store)
        self._glance = Glance(store.path)
        self._watch = Watch(context.reactor, self._look, self._cache.apply)
        self._renamed: tuple[int | None, Sequence[Renamed]] = (None, ())
        self._verifier = Verifier(context.hasher, self._current, self._replace_hash)

    async def find(self, login: LoginName) -> Identity | None:
        """As `NativeDirectory.find`: people in use are answered without suspending."""
        if self._watch.fresh():
            record = self._cache.find(login)
            if record is not None:
                return record.identity
        if self._glance.nobody(login):
            return None
        since = self._cache.now()
        record = await self._read(find, self._store, login)
        if record is None:
            return None
        self._cache.keep(record, since, _alias(login, record))
        return record.identity

    async def by_origin(self, source: str, keys: Sequence[str]) -> Mapping[str, Identity | None]:
        """As `NativeDirectory.by_origin`."""
        found: dict[str, Identity | None] = {}
        missing = list(keys)
        if self._watch.fresh():
            for key in keys:
                record = self._cache.of_origin(Origin(source, key))
                if record is not None:
                    found[key] = record.identity
            missing = [key for key in keys if key not in found]
        if missing and not self._glance.none_from(source, missing):
            since = self._cache.now()
            records, removed = await self._read(by_origin, self._store, source, missing)
            found.update(dict.fromkeys(removed))
            for record in records:
                self._cache.keep(record, since)
                found[record.identity.origin.key] = record.identity
        return found

    async def verify(self, identity: Identity, password: Secret) -> Outcome:
        """As `NativeDirectory.verify`."""
        return await self._verifier.verify(identity, password)

    async def adopt(self, adoption: Adoption) -> Identity:
        """As `NativeDirectory.adopt`."""
        since = self._cache.now()
        record = await self._write(adopt, self._store, adoption)
        self._cache.written(record, since)
        return record.identity

    async def update(
        self,
        identity: uuid.UUID,
        *,
        state: AccountState | None = None,
        password_hash: str | None = None,
        significant: int | None = None,
        revision: int | None = None,
    ) -> Identity | None:
        """As `NativeDirectory.update`."""
        since = self._cache.now()
        password = None if password_hash is None else NewHash(password_hash, significant)
        change = PersonChange(state, password, revision)
        record = await self._write(change_person, self._store, identity, change, self._clock.seconds())
        if record is None:
            return None
        self._cache.written(record, since)
        return record.identity

    async def carry(self, entry: Entry, origin: Origin, at: float) -> None:
        """As `NativeDirectory.carry`."""
        if await self._write(carry, self._store, entry, origin, at):
            self._cache.entries += 1

    async def carried(self, source: str, keys: Sequence[str]) -> Mapping[str, NativeEntry | None]:
        """As `NativeDirectory.carried`."""
        return await self._read(carried, self._store, source, keys) if keys else {}

    async def memberships(
        self, members: Sequence[str], *, by_name: bool = False
    ) -> Mapping[str, Sequence[NativeEntry]]:
        """As `NativeDirectory.memberships`."""
        return await self._read(memberships, self._store, members, by_name) if members else {}

    def entries_version(self) -> int | None:
        """As `NativeDirectory.entries_version`."""
        return self._cache.entries if self._watch.fresh() else None

    async def renamed(self) -> Sequence[Renamed]:
        """As `NativeDirectory.renamed`."""
        version = self.entries_version()
        if version is None or version != self._renamed[0]:
            self._renamed = version, await self._read(renamed, self._store)
        return self._renamed[1]

    async def add(self, entry: Entry, deed: Deed, password: Password | None = None) -> Entry:
        """As `NativeDirectory.add`."""
        since = self._cache.now()
        added = await self._write(add, self._store, entry, deed, password)
        self._note(added.record, since)
        return added.entry

    async def change(
        self,
        dn_key: str,
        steps: Sequence[Modification],
        deed: Deed,
        *,
        password: Password | None = None,
        state: AccountState | None = None,
    ) -> Changed | None:
        """As `NativeDirectory.change`."""
        since = self._cache.now()
        done = await self._write(change, self._store, dn_key, Steps(steps, password, state), deed)
        if done is None:
            return None
        self._note(done.record, since)
        return done.changed

    async def rename(self, dn_key: str, dn: str, new_key: str, deed: Deed, *, keep_old: bool) -> Changed | None:
        """As `NativeDirectory.rename`."""
        since = self._cache.now()
        done = await self._write(rename, self._store, dn_key, NewName(dn, new_key, keep_old), deed)
        if done is None:
            return None
        self._note(done.record, since)
        return done.changed

    async def remove(self, dn_key: str, deed: Deed) -> Entry | None:
        """As `NativeDirectory.remove`."""
        removed = await self._write(remove, self._store, dn_key, deed)
        if removed is None:
            return None
        self._cache.entries += 1
        if removed.record is not None:
            self._cache.gone(removed.record)
        return removed.entry

    def _note(self, person: Record | None, since: Moment) -> None:
        """What was written is what memory holds from now on; groups may have followed."""
        self._cache.entries += 1
        if person is not None:
            self._cache.written(person, since)

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """As `NativeDirectory.search`, a page at a time."""
        if query.person is not None and self._watch.fresh():
            record = self._cache.find(query.person)
            if record is not None and query.selects(record.identity):
                yield record.identity
                return
        if self._glance.selects_nothing(query, self._base):
            return
        page, search = await self._read(begin, self._store, query, self._base, self._scan)
        self.scans += search.scanned
        while True:
            for entry in page:
                yield entry
            if search.ended:
                return
            page = await self._read(proceed, self._store, search)

    async def counts(self) -> Mapping[str, int]:
        """As `NativeDirectory.counts`."""
        return await self._read(counts, self._store)

    async def inspect(self) -> Sight:
        """As `LegacySource.inspect`, of the directory."""
        return await self._read(look, self._store)

    async def settled(self) -> None:
        """Wait for what is under way behind answers: hashes made anew, a look at the feed of changes."""
        await self._verifier.settled()
        await self._watch.settled()

    async def close(self) -> None:
        """As `NativeDirectory.close`; waits some seconds for what is under way."""
        self._watch.close()
        await self.settled()
        for pool in (self._writer, self._readers, self._looker):
            await pool.close(_GRACE)
        self._feed.close()
        self._glance.close()
        self._store.close()

    async def _current(self, identity: Identity) -> Record | None:
        if self._watch.fresh():
            record = self._cache.same(identity)
            if record is not None:
                return record
        since = self._cache.now()
        record = await self._read(by_id, self._store, identity.id)
        if record is not None:
            self._cache.keep(record, since)
        return record

    async def _replace_hash(self, person: uuid.UUID, old: str, new: str) -> None:
        since = self._cache.now()
        record = await self._write(replace_hash, self._store, person, old, new, self._clock.seconds())
        if record is not None:
            self._cache.written(record, since)

    async def _read(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        return await self._in(self._readers, self._patience, function, *args)

    async def _write(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        return await self._in(self._writer, self._patience + _GRACE, function, *args)

    @staticmethod
    async def _in(pool: Pool, deadline: float, function: Callable[[*Ts], T], *args: *Ts) -> T:
        try:
            return await pool.run(function, *args, deadline=deadline)
        except BusyError as error:
            raise DirectoryUnavailable(f"the directory cannot answer now: {error}") from error
        except DeadlineError:
            raise DirectoryUnavailable(f"the directory did not answer within {deadline:g} seconds") from None

    async def _look(self) -> Changes | None:
        return await self._looker.run(self._feed.look, deadline=self._patience)


def _alias(login: LoginName, record: Record) -> str | None:
    """The alias that led to this person, None if it was the login name or the DN."""
    return None if login.dn is not None or login.key == record.identity.name_key else login.key


def build(options: SqlOptions, context: Context) -> SqlDirectory:
    """Open the directory; make or upgrade it where the context allows that. `ConfigError` for what must be mended."""
    store = open_store(
        options.url, busy_timeout=options.busy_timeout, readers=options.read_threads, may_create=context.may_create
    )
    try:
        return SqlDirectory(store, options, context)
    except DirectoryUnavailable as error:
        store.close()
        raise ConfigError(str(error), where="directory.url") from None


PLUGIN = DirectoryPlugin(SqlOptions, build)
