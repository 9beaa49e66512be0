"""Searches for the groups of an `sql` source (R18): named ones by `by_name`, those of somebody by the statement about
one person, all others by `list`; their members only where the filter or the answer needs them.

What a filter asks is in `membership.py`, what a row becomes in `groupentries.py`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from backends.legacy.sqlsource.database import Database, Reading
from backends.legacy.sqlsource.groupentries import GroupReader, login_names
from backends.legacy.sqlsource.groupoptions import Groups
from backends.legacy.sqlsource.listing import LeftOut
from backends.legacy.sqlsource.membership import Asked, asked, named, pinned
from backends.legacy.sqlsource.names import spellings
from backends.legacy.sqlsource.possible import can_select
from backends.legacy.sqlsource.rows import PersonReader, Record, RowFault
from gateway.errors import SourceMisbehaved
from gateway.identity.model import Entry, LoginName
from gateway.identity.search import BaseNotFound, Query
from gateway.wire.dn import leaf
from gateway.wire.groupclasses import ListName

MAX_GROUPS = 10_000
"""Groups of a source, and groups that one person is in."""
MAX_MEMBERS = 1_000_000
_MOST_NAMES = 50  # groups asked for one by one; more, and all are read
_BATCH = 200  # groups read in one go,
_WEIGHT = 50_000  # or so many members

Find = Callable[[Reading, LoginName], Record | None]


@dataclass(frozen=True, slots=True)
class _Group:
    """A row, and those of the people whom the filter asks about who are in the group."""

    record: Record
    members: tuple[str, ...]


class GroupSearch:
    """The groups of one source. `find` gives the row of whoever has a login name, in a thread."""

    def __init__(self, source: str, options: Groups, database: Database, people: PersonReader, find: Find) -> None:
        self._source = source
        self._options = options
        self._database = database
        self._people = people
        self._find = find
        self.reader = GroupReader(source, options, people.template)
        self.template = self.reader.template

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """The groups that `query` selects, each once. `BaseNotFound` where its base would be a group and there is
        none."""
        below, shown = self.template.is_leaf(query.base), self.reader.shown
        if not below and not can_select(query.filter, shown.names, shown.classes):
            return
        need, left_out = asked(query.filter, shown), LeftOut("are no groups")
        groups = deque(await self._database.ask(partial(self._groups, query, need, left_out)))
        left_out.report(self._source)
        if below and not groups:
            raise BaseNotFound(query.base)
        while groups:
            for entry in await self._database.ask(partial(self._entries, query, need, groups)):
                yield entry

    def _groups(self, query: Query, need: Asked, left_out: LeftOut, reading: Reading) -> list[_Group]:
        """In a thread: all that may be selected."""
        held = {} if need.everything else {key: self._held(reading, one) for key, one in need.people.items()}
        allowed = self._allowed(query, need, held)
        found: dict[str, _Group] = {}
        rows = self._rows(reading, self._named(query)) if allowed is None or allowed else ()
        for record in rows:
            try:
                key = self.reader.entry(record).dn_key
            except RowFault as fault:
                left_out.note(str(fault))
                continue
            in_scope = key == query.base or query.covers(key)
            if in_scope and key not in found and (allowed is None or key in allowed):
                found[key] = _Group(record, tuple(one.name for one in held.values() if key in one.groups))
        if rows and left_out.count == len(rows):
            raise SourceMisbehaved(self._source, f"no row of the groups' statement is a group: {left_out.first}")
        return list(found.values())

    def _allowed(self, query: Query, need: Asked, held: Mapping[str, _Held]) -> set[str] | None:
        """The only groups that the filter can select, by their normalised DN; None where that cannot be said."""
        if self.template.is_leaf(query.base) or need.everything:  # a base is found, whatever the filter says of it
            return None
        pins = pinned(query.filter, self.reader.shown)
        return None if pins is None else {group for pin in pins for group in held.get(pin, _NOBODY).groups}

    def _named(self, query: Query) -> Mapping[str, LoginName] | None:
        if not self.template.is_leaf(query.base):
            return named(query.filter, self.reader.shown)
        spelled = query.spelled_base or query.base
        return {query.base: LoginName.of_dn(spelled, query.base, leaf(query.base))}

    def _rows(self, reading: Reading, names: Mapping[str, LoginName] | None) -> Sequence[Record]:
        """In a thread: the rows of these groups, perhaps of all."""
        if self._options.by_name is not None and names is not None and len(names) <= _MOST_NAMES:
            found = [self._rows_named(reading, self._options.by_name, login) for login in names.values()]
            if all(found):
                return [row for rows in found for row in rows]
            # else one is spelled in a third way, perhaps, in a database that tells capitals apart
        rows = reading.rows(self._options.listing or "", {}, MAX_GROUPS + 1)
        if len(rows) > MAX_GROUPS:
            raise SourceMisbehaved(self._source, f"the groups' statement `list` returns more than {MAX_GROUPS}")
        return rows

    def _rows_named(self, reading: Reading, statement: str, login: LoginName) -> list[Record]:
        """In a thread."""
        tried = spellings(login, self.template)
        return [row for name in tried for row in reading.rows(statement, {"name": name}, MAX_GROUPS)]

    def _held(self, reading: Reading, login: LoginName) -> _Held:
        """In a thread: the canonical name of one person, and the groups that this one is in."""
        record = self._find(reading, login)
        if record is None:
            return _NOBODY
        rows = reading.rows(self._options.query, {"key": self._people.raw_key(record)}, MAX_GROUPS + 1)
        if len(rows) > MAX_GROUPS:
            raise SourceMisbehaved(self._source, f"somebody is in more than {MAX_GROUPS} groups")
        name = self._people.account(record).name or ""
        return _Held(name, frozenset(self.reader.key_of_name(row.values[0]) for row in rows))

    def _entries(self, query: Query, need: Asked, groups: deque[_Group], reading: Reading) -> list[Entry]:
        """In a thread: the next groups, with as many members as the answer shows."""
        lists = self._wanted(query)
        found: list[Entry] = []
        looked = weight = 0
        while groups and looked < _BATCH and weight < _WEIGHT:
            group = groups.popleft()
            entry, read = self._one(reading, query, need, group, lists)
            looked, weight = looked + 1, weight + read
            if entry is not None:
                found.append(entry)
        return found

    def _one(
        self, reading: Reading, query: Query, need: Asked, group: _Group, lists: Collection[ListName]
    ) -> tuple[Entry | None, int]:
        """The group if the query selects it, and how many members were read for that."""
        members = list(group.members)
        if need.everything:
            members = self._members(reading, group, MAX_MEMBERS)
        elif need.present and not members:
            members = self._members(reading, group, 1)
        if not query.selects(self.reader.entry(group.record, members, self.reader.lists)):
            return None, len(members)
        if lists and not need.everything:
            members = self._members(reading, group, MAX_MEMBERS)
        return self.reader.entry(group.record, members, lists), len(members)

    def _wanted(self, query: Query) -> list[ListName]:
        """The lists of members that the answer shows."""
        names = query.attributes
        return [one for one in self.reader.lists if names is None or "*" in names or one.lower() in names]

    def _members(self, reading: Reading, group: _Group, most: int) -> list[str]:
        """In a thread."""
        key = self.reader.raw_key(group.record)
        rows = reading.rows(self._options.members or "", {"key": key}, most + 1)
        if len(rows) > MAX_MEMBERS:
            raise SourceMisbehaved(self._source, f"a group has more than {MAX_MEMBERS} members")
        return login_names(rows)


@dataclass(frozen=True, slots=True)
class _Held:
    """Somebody, and the normalised DNs of the groups that this one is in."""

    name: str
    groups: frozenset[str]


_NOBODY = _Held("", frozenset())
