"""Whom a filter can select at most, as far as the indexed attributes tell. The filter itself decides later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, select

from backends.native.keys import ENTRIES, EVERY_CLASS, MEMBERS, PEOPLE, Index
from backends.native.tables import entry_lookup, lookup, member
from gateway.identity.search import Filter
from gateway.wire.filter import UNDEFINED, And, Equal, Or, Present, Substrings

MOST = 5000
"""People found through an index; if there are more, reading all below the base is not much more work."""

_MOST_PROBES = 1000
_MOST_WAYS = 4  # tried one after the other, where each names too many
_PREFIX, _SHARED, _PRESENT = 100, 500, 1000  # what a question costs more than one for a value that few share
_LAST = "\U0010ffff"  # behind every other character in the order of UTF-8

_Asked = tuple[Select[int], ColumnElement[str]]
_Ask = Callable[[str], Iterator[_Asked]]


@dataclass(frozen=True, slots=True)
class Probe:
    """One question to the index: those with `key`, or with any key from `key` to `last`."""

    attribute: str
    key: str
    last: str | None = None
    cost: int = 0


Probes = tuple[Probe, ...]


def probes(item: Filter, index: Index = PEOPLE) -> Probes | None:
    """Questions whose answers together hold everybody whom the filter selects; None if the index does not know."""
    return next(iter(choices(item, index)), None)


def choices(item: Filter, index: Index = PEOPLE) -> list[Probes]:
    """Ways to ask, each of them enough, the most promising first."""
    if item == UNDEFINED:
        return [()]  # selects nobody, and neither does an And with it
    if isinstance(item, And):
        return sorted((found for one in item.items for found in choices(one, index)), key=_cost)
    if isinstance(item, Or):
        together = _together(item.items, index)
        return [] if together is None else [together]
    probe = _probe(item, index)
    return [] if probe is None else [(probe,)]


def _probe(item: Filter, index: Index) -> Probe | None:
    if not isinstance(item, Equal | Substrings | Present) or (name := index.named(item.attribute)) is None:
        return None
    cost = index.rank[name]
    if isinstance(item, Equal):
        return _exact(name, index.key(name, item.value), cost)
    if name in MEMBERS and index is ENTRIES:
        return None  # for rows of members there is an index by value only
    if isinstance(item, Present) and name == "objectclass":
        return None  # that is everything
    if isinstance(item, Present):
        return Probe(name, "", _LAST, _PRESENT + cost)
    prefix = index.prefix(name, item.initial) if item.initial else None
    return Probe(name, prefix, prefix + _LAST, _PREFIX + cost) if prefix else None


def _exact(name: str, key: str, cost: int) -> Probe | None:
    if name != "objectclass":
        return Probe(name, key, None, cost)
    return Probe(name, key, None, cost + _SHARED) if key != EVERY_CLASS else None


def _together(items: Iterable[Filter], index: Index) -> Probes | None:
    all_of_them: dict[Probe, None] = {}
    for item in items:
        found = probes(item, index)
        if found is None or len(all_of_them) + len(found) > _MOST_PROBES:
            return None
        all_of_them.update(dict.fromkeys(found))
    return tuple(all_of_them)


def _cost(found: Probes) -> tuple[int, int]:
    return max((probe.cost for probe in found), default=0), len(found)


def people_found(connection: Connection, item: Filter, most: int = MOST) -> list[int] | None:
    """The rows of everybody whom the filter can select, each once, in order; None where that would be more than `most`,
    or the index does not know."""
    return _found(connection, choices(item, PEOPLE), _of_people, most)


def entries_found(connection: Connection, item: Filter, most: int = MOST) -> list[int] | None:
    """The same of entries that are no people."""
    return _found(connection, choices(item, ENTRIES), _of_entries, most)


def _found(connection: Connection, ways: list[Probes], ask: _Ask, most: int) -> list[int] | None:
    for way in ways[:_MOST_WAYS]:
        rows = _rows(connection, way, ask, most)
        if rows is not None:
            return sorted(rows)
    return None


def _rows(connection: Connection, way: Probes, ask: _Ask, most: int) -> set[int] | None:
    rows: set[int] = set()
    for statement in _statements(way, ask):
        rows.update(connection.execute(statement.limit(most + 1)).scalars())
        if len(rows) > most:
            return None
    return rows


def _statements(way: Probes, ask: _Ask) -> Iterator[Select[int]]:
    exact: dict[str, list[str]] = {}
    for probe in way:
        if probe.last is None:
            exact.setdefault(probe.attribute, []).append(probe.key)
        else:
            for rows, key in ask(probe.attribute):
                yield rows.where(key >= probe.key, key <= probe.last)
    for attribute, keys in exact.items():
        for rows, key in ask(attribute):
            yield rows.where(key.in_(keys))


def _of_people(attribute: str) -> Iterator[_Asked]:
    yield select(lookup.c.identity).where(lookup.c.attribute == attribute), lookup.c.key


def _of_entries(attribute: str) -> Iterator[_Asked]:
    """A member is a row of its own, and one with options (`member;x-past`) beside the other attributes."""
    if attribute in MEMBERS:
        yield select(member.c.entry).where(member.c.attribute == attribute), member.c.key
    yield select(entry_lookup.c.entry).where(entry_lookup.c.attribute == attribute), entry_lookup.c.key
