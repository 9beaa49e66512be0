"""Which people a filter can select at most, as far as the indexed attributes tell. The filter itself decides later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Select, select

from backends.native.keys import RANKS, indexed, key_of, prefix_of
from backends.native.tables import lookup
from gateway.identity.search import Filter
from gateway.wire.filter import UNDEFINED, And, Equal, Or, Present, Substrings

MOST = 5000
"""People found through an index; if there are more, reading all below the base is not much more work."""

_MOST_PROBES = 1000
_LAST = "\U0010ffff"  # behind every other character in the order of UTF-8


@dataclass(frozen=True, slots=True)
class Probe:
    """One question to the index: people with `key`, or with any key from `key` to `last`."""

    attribute: str
    key: str
    last: str | None = None
    cost: int = 0


def probes(item: Filter) -> tuple[Probe, ...] | None:
    """Questions whose answers together hold everybody whom the filter selects; None if the index does not know."""
    if item == UNDEFINED:
        return ()  # selects nobody, and neither does an And with it
    if isinstance(item, And):
        known = [found for found in map(probes, item.items) if found is not None]
        return min(known, key=_cost, default=None)
    if isinstance(item, Or):
        return _together(item.items)
    if isinstance(item, Equal) and (name := indexed(item.attribute)) is not None:
        return (Probe(name, key_of(name, item.value), None, RANKS[name]),)
    if isinstance(item, Substrings) and item.initial and (name := indexed(item.attribute)) is not None:
        prefix = prefix_of(name, item.initial)
        return (Probe(name, prefix, prefix + _LAST, 100 + RANKS[name]),) if prefix else None
    if isinstance(item, Present) and (name := indexed(item.attribute)) is not None:
        return (Probe(name, "", _LAST, 1000 + RANKS[name]),)
    return None


def _together(items: Iterable[Filter]) -> tuple[Probe, ...] | None:
    all_of_them: dict[Probe, None] = {}
    for item in items:
        found = probes(item)
        if found is None or len(all_of_them) + len(found) > _MOST_PROBES:
            return None
        all_of_them.update(dict.fromkeys(found))
    return tuple(all_of_them)


def _cost(found: tuple[Probe, ...]) -> tuple[int, int]:
    return max((probe.cost for probe in found), default=0), len(found)


def people_found(connection: Connection, item: Filter, most: int = MOST) -> list[int] | None:
    """The rows of everybody whom the filter can select, each once, in order; None where that would be more than `most`,
    or the index does not know."""
    found = probes(item)
    if found is None:
        return None
    rows: set[int] = set()
    for statement in _statements(found):
        rows.update(connection.execute(statement.limit(most + 1)).scalars())
        if len(rows) > most:
            return None
    return sorted(rows)


def _statements(found: tuple[Probe, ...]) -> Iterator[Select[int]]:
    exact: dict[str, list[str]] = {}
    for probe in found:
        if probe.last is None:
            exact.setdefault(probe.attribute, []).append(probe.key)
        else:
            yield _rows(probe.attribute).where(lookup.c.key >= probe.key, lookup.c.key <= probe.last)
    for attribute, keys in exact.items():
        yield _rows(attribute).where(lookup.c.key.in_(keys))


def _rows(attribute: str) -> Select[int]:
    return select(lookup.c.identity).where(lookup.c.attribute == attribute)
