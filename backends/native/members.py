"""Members of groups, a row each: so a group of a hundred thousand gains or loses one as cheaply as one of ten.

What is read of them is only what somebody asks for: all of them for an answer that shows them, those with the value
that a filter asks for, or none. Functions for a pool's thread.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, delete, insert, select

from backends.native.engine import Store
from backends.native.entries import ENTRIES, EntryRecord, Members, read
from backends.native.keys import BY_DN, BY_NAME, MEMBERS
from backends.native.tables import entry, member
from gateway.identity.model import NativeEntry
from gateway.identity.search import Filter, Query
from gateway.wire.filter import And, Equal, Not, Or, Present
from gateway.wire.schema import subtypes

_CHUNK = 5000  # rows in one statement that writes
_KEYS = 500  # keys in one statement that reads

_ALL = (
    select(member.c.value)
    .where(member.c.entry == bindparam("row"), member.c.attribute == bindparam("name"))
    .order_by(member.c.position)
)
_ANY = _ALL.limit(1)
ITS_ENTRY = member.c.entry + 0
"""For conditions beside one on the key: as a bare column, SQLite would go by it and read all members of the entry."""

_OF_KEYS = select(member.c.entry, member.c.value).where(
    member.c.key.in_(bindparam("keys", expanding=True)),
    member.c.attribute == bindparam("name"),
    ITS_ENTRY.in_(bindparam("rows", expanding=True)),
)
_POSITIONS = (
    select(member.c.position, member.c.value)
    .where(member.c.entry == bindparam("row"), member.c.attribute == bindparam("name"))
    .order_by(member.c.position)
)
_HOLDING = select(member.c.key, member.c.entry).where(
    member.c.key.in_(bindparam("keys", expanding=True)), member.c.attribute.in_(bindparam("names", expanding=True))
)
_INSERT = insert(member)
_CLEAR = delete(member).where(member.c.entry == bindparam("row"), member.c.attribute == bindparam("name"))
_AT = delete(member).where(
    member.c.entry == bindparam("row"),
    member.c.attribute == bindparam("name"),
    member.c.position == bindparam("at"),
)


@dataclass(slots=True)
class Asked:
    """What a filter asks of one attribute: all values, or those with these keys, or whether there is one."""

    everything: bool = False
    present: bool = False
    keys: set[str] = field(default_factory=set)


def asked(item: Filter) -> dict[str, Asked]:
    """What a filter must see of members to decide."""
    found: dict[str, Asked] = defaultdict(Asked)
    _ask(item, found)
    return dict(found)


def _ask(item: Filter, found: dict[str, Asked]) -> None:
    match item:
        case And(items) | Or(items):
            for one in items:
                _ask(one, found)
        case Not(inner):
            _ask(inner, found)
        case Equal(attribute, value):
            for name in _meant(attribute):
                found[name].keys.add(MEMBERS[name](value))
        case Present(attribute):
            for name in _meant(attribute):
                found[name].present = True
        case _:
            for name in {meant for looked_at in item.names() for meant in _meant(looked_at)}:
                found[name].everything = True


def _meant(attribute: str) -> list[str]:
    if attribute == "*":
        return list(MEMBERS)
    return [name for name in subtypes(attribute.partition(";")[0]) if name in MEMBERS]


def shown(query: Query) -> frozenset[str]:
    """The attributes with members that the answer shows."""
    names = query.attributes
    if names is None or "*" in names:
        return frozenset(MEMBERS)
    return names.intersection(MEMBERS)


def all_of(connection: Connection, row: int, names: Iterable[str]) -> dict[str, tuple[bytes, ...]]:
    """All values of these attributes of one entry, in their order."""
    return {name: tuple(connection.execute(_ALL, {"row": row, "name": name}).scalars()) for name in names}


def some_of(connection: Connection, rows: Sequence[int], wanted: Mapping[str, Asked]) -> dict[int, Members]:
    """Of each of these entries as many values as the filter needs to see, but for what is asked for in full."""
    found: dict[int, dict[str, list[bytes]]] = {row: {} for row in rows}
    for name, need in wanted.items():
        keys = sorted(need.keys)
        for at in range(0, len(keys), _KEYS):
            chosen = {"keys": keys[at : at + _KEYS], "name": name, "rows": rows}
            for row, value in connection.execute(_OF_KEYS, chosen):
                found[row].setdefault(name, []).append(value)
        if need.present:
            for row in rows:
                if name not in found[row]:
                    found[row][name] = list(connection.execute(_ANY, {"row": row, "name": name}).scalars())
    return dict(found)


def seen(connection: Connection, held: EntryRecord, item: Filter) -> NativeEntry:
    """The entry with those members that the filter must see."""
    needs = asked(item)
    values = dict(some_of(connection, [held.row], needs)[held.row]) if needs else {}
    values.update(all_of(connection, held.row, [name for name, need in needs.items() if need.everything]))
    return held.having(values)


def insert_all(connection: Connection, row: int, name: str, values: Iterable[bytes], first: int = 0) -> None:
    """Write values of one attribute from this position on, some thousands at a time."""
    key = MEMBERS[name]
    rows: list[dict[str, object]] = []
    for position, value in enumerate(values, first):
        rows.append({"entry": row, "attribute": name, "position": position, "key": key(value), "value": value})
        if len(rows) == _CHUNK:
            connection.execute(_INSERT, rows)
            rows = []
    if rows:
        connection.execute(_INSERT, rows)


def clear(connection: Connection, row: int, name: str) -> None:
    """Take all values of one attribute away."""
    connection.execute(_CLEAR, {"row": row, "name": name})


def replace_all(connection: Connection, row: int, name: str, values: Sequence[bytes]) -> None:
    """Make these the values of one attribute. Where a few came and went, only their rows are touched."""
    held = connection.execute(_POSITIONS, {"row": row, "name": name}).all()
    wanted = set(values)
    kept = [value for _, value in held if value in wanted]
    if kept != list(values[: len(kept)]):  # in another order: anew
        clear(connection, row, name)
        insert_all(connection, row, name, values)
        return
    gone = [{"row": row, "name": name, "at": position} for position, value in held if value not in wanted]
    if gone:
        connection.execute(_AT, gone)
    insert_all(connection, row, name, values[len(kept) :], held[-1][0] + 1 if held else 0)


def memberships(store: Store, members: Sequence[str], by_name: bool) -> dict[str, list[NativeEntry]]:
    """As `NativeDirectory.memberships`."""
    pairs: dict[str, dict[int, None]] = {}
    groups: dict[int, NativeEntry] = {}
    with store.reading() as connection:
        for at in range(0, len(members), _KEYS):
            chosen = {"keys": members[at : at + _KEYS], "names": BY_NAME if by_name else BY_DN}
            for key, row in connection.execute(_HOLDING, chosen):
                pairs.setdefault(key, {})[row] = None
        rows = sorted({row for held in pairs.values() for row in held})
        for at in range(0, len(rows), _KEYS):
            for found in connection.execute(ENTRIES.where(entry.c.id.in_(rows[at : at + _KEYS]))):
                groups[found.id] = read(found).bare
    return {key: [groups[row] for row in held if row in groups] for key, held in pairs.items()}
