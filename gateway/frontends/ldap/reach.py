"""Which entries an application may see; which of their attributes is in `view.py`, and how it is kept in `reading.py`.

Everything here is about the stored tree: real DNs, real attributes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import cast

from gateway.identity.model import Entry
from gateway.identity.search import Query, Scope, all_attributes, parent_of, within
from gateway.wire.filter import And, Filter


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """What is below `bases` (normalised DNs; None: everything) and matches `filter` (None: everything does)."""

    bases: tuple[str, ...] | None = None
    filter: Filter | None = None

    @classmethod
    def of(cls, bases: Iterable[str] | None, wanted: Filter | None = None) -> Reach:
        """A base within another one adds nothing, and is left out."""
        if bases is None:
            return cls(None, wanted)
        keys = sorted(set(bases), key=len)
        return cls(tuple(key for key in keys if not any(key != other and within(key, other) for other in keys)), wanted)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is kept from it."""
        return self.bases is None and self.filter is None

    @property
    def is_empty(self) -> bool:
        """Whether no rule shows it anything."""
        return self.bases == ()

    def covers(self, key: str) -> bool:
        """Whether an entry of this normalised DN may be seen as far as its place tells."""
        return self.bases is None or any(within(key, base) for base in self.bases)

    def shows(self, entry: Entry) -> bool:
        """Whether this entry may be seen."""
        return self.covers(entry.dn_key) and (self.filter is None or self.filter.matches(all_attributes(entry)) is True)

    def is_known_place(self, key: str) -> bool:
        """Whether the application knows of this DN as the place of what it sees: a base of it, or what is above one."""
        return self.bases is not None and any(within(base, key) for base in self.bases)

    def narrow(self, query: Query) -> Query | None:
        """The query with the rest of the tree left out as far as a query can; None where nothing of it may be seen.
        What it finds is still to be asked for with `covers`, if its base is not."""
        bases = self.bases
        narrowed = query
        if bases is not None and not self.covers(query.base):
            below = [base for base in bases if _meets(query, base)]
            if not below:
                return None
            only = below[0] if len(below) == 1 and query.scope is Scope.SUBTREE else query.base
            # No limit: of what is found some may be left out, and what is cut short must not look whole.
            narrowed = replace(query, base=only, limit=query.limit if self.covers(only) else 0)
        if self.filter is None:
            return narrowed
        return replace(narrowed, filter=And((cast(Filter, query.filter), self.filter)))


def _meets(query: Query, base: str) -> bool:
    if query.scope is Scope.SUBTREE:
        return within(base, query.base)
    return query.scope is Scope.ONE and bool(base) and parent_of(base) == query.base


EVERYWHERE = Reach()
NOWHERE = Reach(())
