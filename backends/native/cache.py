"""People in use, in memory: by DN, login name, alias and origin; the least recently used go first.

Only for the reactor's thread. What is kept here is dropped by what `freshness.py` reads of the database's feed of
changes; whether it may be used at a given moment is asked there, too.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from backends.native.keys import alias_keys
from backends.native.record import Record
from gateway.identity.model import Identity, LoginName, Origin


@dataclass(frozen=True, slots=True)
class Changes:
    """What the feed tells: the latest revision of each changed row, the names that newly adopted people answer to
    (None: too many), and whether entries that are no people changed."""

    revisions: Mapping[int, int]
    names: frozenset[str] | None
    entries: bool = False

    def __bool__(self) -> bool:
        return bool(self.revisions) or self.names is None or bool(self.names) or self.entries


@dataclass(frozen=True, slots=True)
class Moment:
    """When a read or write began: what was learnt since may be newer than its result."""

    writes: int
    feeds: int


class Cache:
    """At most `capacity` people. There is no "not here" in it: anybody may be adopted by another process.

    `entries` is another number whenever an entry that is no person has changed.
    """

    def __init__(self, capacity: int) -> None:
        self.entries = 0
        self._capacity = capacity
        self._records: OrderedDict[int, Record] = OrderedDict()
        self._by_dn: dict[str, Record] = {}
        self._by_name: dict[str, Record] = {}
        self._by_alias: dict[str, Record] = {}
        self._by_origin: dict[Origin, Record] = {}
        self._writes = 0
        self._feeds = 0

    def __len__(self) -> int:
        return len(self._records)

    def find(self, login: LoginName) -> Record | None:
        """As `NativeDirectory.find`, of what is kept."""
        if login.dn is not None:
            record = self._by_dn.get(login.dn)
        else:
            record = self._by_name.get(login.key) or self._by_alias.get(login.key)
        if record is not None:
            self._records.move_to_end(record.row)
        return record

    def same(self, person: Identity) -> Record | None:
        """This person as kept now, perhaps newer."""
        record = self._by_name.get(person.name_key)
        return record if record is not None and record.identity.id == person.id else None

    def of_origin(self, origin: Origin) -> Record | None:
        """The person who came from there."""
        return self._by_origin.get(origin)

    def now(self) -> Moment:
        """To be taken before a read or a write begins."""
        return Moment(self._writes, self._feeds)

    def keep(self, record: Record, since: Moment, alias: str | None = None) -> None:
        """Keep what was read; `alias` is the name that it was found by, if that was one. Not if anything was learnt
        since the read began: it may be older than that, and nothing would ever correct it."""
        if since != self.now():
            return
        self._put(record)
        if alias is not None and record.row in self._records:
            self._by_alias[alias] = record

    def written(self, record: Record, since: Moment) -> None:
        """Our own write is done: from now on this is the person. (If the feed spoke meanwhile, the next read tells.)"""
        self._writes += 1
        self._drop(record.row)
        for name in (record.identity.name_key, *alias_keys(record.identity)):
            self._by_alias.pop(name, None)
        if since.feeds == self._feeds:
            self._put(record)

    def gone(self, record: Record) -> None:
        """Our own removal is done."""
        self._writes += 1
        self._drop(record.row)

    def apply(self, changes: Changes | None) -> None:
        """Forget whoever changed; None: forget all, too much has happened."""
        if changes is None:
            self._feeds += 1
            self.entries += 1
            self.clear()
            return
        if not changes:
            return
        self._feeds += 1
        self.entries += changes.entries
        for row, revision in changes.revisions.items():
            record = self._records.get(row)
            if record is not None and record.identity.revision < revision:
                self._drop(row)
        if changes.names is None:
            self._by_alias.clear()
        else:
            for name in changes.names:
                self._by_alias.pop(name, None)

    def clear(self) -> None:
        """Forget all."""
        for kept in (self._records, self._by_dn, self._by_name, self._by_alias, self._by_origin):
            kept.clear()

    def _put(self, record: Record) -> None:
        if not self._capacity:
            return
        self._drop(record.row)
        while len(self._records) >= self._capacity:
            self._drop(next(iter(self._records)))
        person = record.identity
        self._records[record.row] = record
        self._by_dn[person.dn_key] = record
        self._by_name[person.name_key] = record
        self._by_origin[person.origin] = record

    def _drop(self, row: int) -> None:
        record = self._records.pop(row, None)
        if record is None:
            return
        person = record.identity
        self._by_dn.pop(person.dn_key, None)
        self._by_name.pop(person.name_key, None)
        self._by_origin.pop(person.origin, None)
        for alias in alias_keys(person):
            if self._by_alias.get(alias) is record:
                del self._by_alias[alias]
