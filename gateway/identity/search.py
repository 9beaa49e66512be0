"""What an application may ask for, free of any protocol's syntax; the union itself is in `union.py`."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from gateway.errors import BindferryError
from gateway.identity.model import Attributes, Entry, LoginName

if TYPE_CHECKING:
    from gateway.identity.resting import Pause


class Scope(enum.Enum):
    """How deep below the base (RFC 4511 4.5.1.2)."""

    BASE = 0
    ONE = 1
    SUBTREE = 2


class Filter(Protocol):
    """What an entry must be like. The classes of `gateway.wire.filter` are filters; a plug-in may take them apart to
    push them down to its store, or just call `matches` on each entry."""

    def matches(self, attributes: Attributes) -> bool | None:
        """True, False, or None for Undefined (RFC 4511 4.5.1.7): only True selects an entry."""
        ...

    def names(self) -> frozenset[str]:
        """The attributes that it looks at, in lower case; `*` among them where it looks at all."""
        ...

    def renamed(self, names: Callable[[str], str]) -> Filter:
        """The same question about attributes of other names."""
        ...


class _Everything:
    """A filter that excludes nobody."""

    def matches(self, attributes: Attributes) -> bool | None:
        return True

    def names(self) -> frozenset[str]:
        return frozenset()

    def renamed(self, names: Callable[[str], str]) -> Filter:
        return self


EVERYTHING: Filter = _Everything()


@dataclass(frozen=True, slots=True)
class Query:
    """One search. `base` is a normalised DN ("" is everything), `filter` is applied to `attributes` and `operational`.

    `person` is set where the search can only mean one person: the base of a base search, or a filter that pins a
    login name. `limit` is the most entries that are wanted (0: no limit). It is a hint: more may come.
    `attributes` are the canonical names of the attributes that are wanted, "*" for all user attributes, "+" for all
    operational ones; None is all of both. It is a hint, too, for what is dear to read: see `wants`. `few` is one more:
    few entries can match, and the asker may be in the middle of another search.
    `spelled_base` is the base as the application spelled it, "" where nobody did: stores have their own ideas of equal
    names, and one that folds less than we do would not find what it holds (R17).
    `pause` is set where the entries are read in pages, between which the search may rest: `resting` tells.
    """

    base: str
    scope: Scope
    filter: Filter
    person: LoginName | None = None
    limit: int = 0
    attributes: frozenset[str] | None = None
    pause: Pause | None = field(default=None, compare=False, repr=False)
    few: bool = False
    spelled_base: str = field(default="", compare=False)

    def wants(self, name: str, *, operational: bool = False) -> bool:
        """Whether the values of this attribute (its canonical name) are needed: for the answer, or for the filter."""
        asked = self.attributes
        if asked is None or name in asked or ("+" if operational else "*") in asked:
            return True
        looked_at = self.filter.names()
        return name in looked_at or "*" in looked_at

    def covers(self, dn_key: str) -> bool:
        """Whether an entry with this normalised DN is in scope."""
        if self.scope is Scope.BASE:
            return dn_key == self.base
        if self.scope is Scope.ONE:
            return bool(dn_key) and parent_of(dn_key) == self.base
        return within(dn_key, self.base)

    def selects(self, entry: Entry) -> bool:
        """Whether this entry is in scope and matches the filter."""
        return self.covers(entry.dn_key) and self.filter.matches(all_attributes(entry)) is True


class BaseNotFound(BindferryError):
    """The base of a search does not exist in this store."""


class SearchIncomplete(BindferryError):
    """Some stores could not answer: what was yielded is right and not all (never silently: R6)."""

    def __init__(self, sources: tuple[str, ...]) -> None:
        super().__init__(f"these sources could not be asked: {', '.join(sources)}")
        self.sources = sources


def all_attributes(entry: Entry) -> Attributes:
    """User and operational attributes together, as filters see them."""
    if not len(entry.operational):
        return entry.attributes
    return entry.attributes.and_also(entry.operational)


def within(dn_key: str, base: str) -> bool:
    """Whether the normalised `dn_key` is `base` or below it."""
    return not base or dn_key == base or dn_key.endswith("," + base)


def parent_of(dn_key: str) -> str:
    """The normalised DN one level up ("" above the top)."""
    return dn_key.partition(",")[2]
