"""The seam of a persona: how one kind of directory shows what ours stores. Pure; nothing here waits or asks a store.

A filter is not turned into our terms and then trusted: what an application sees is `outward(entry)`, and its own
filter is put to that. `narrow` only keeps most other entries from being read at all. So a flavour may compute
attributes that no store knows, and its filters are right all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gateway.identity.model import Entry
from gateway.identity.outcome import Outcome
from gateway.wire.filter import (
    And,
    Approx,
    Equal,
    Extensible,
    Filter,
    GreaterOrEqual,
    LessOrEqual,
    Present,
    Substrings,
)

Item = Equal | Substrings | GreaterOrEqual | LessOrEqual | Present | Approx | Extensible

ANYTHING: Filter = And(())
"""The filter that selects every entry (RFC 4526)."""


def _whoever_it_is(_entry: Entry) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a name means that is neither DN nor login name: `filter` finds it among outward entries, and among what it
    finds, `is_meant` tells."""

    filter: Filter
    is_meant: Callable[[Entry], bool] = _whoever_it_is


class Flavour(Protocol):
    """What one application is shown in place of what is stored. DNs have been translated before it is asked: the entry
    has the DN that the application knows it by, and so have the values of its DN-valued attributes. `controls` are
    those of searches that work for this kind of directory only."""

    controls: frozenset[str]

    def outward(self, entry: Entry) -> Entry:
        """The entry as the application sees it, made anew: a person stays an `Identity` (`dataclasses.replace`). Its
        DN stays. It is kept as long as the stored entry, so it may depend on nothing else."""
        ...

    def narrow(self, item: Item) -> Filter:
        """A filter that selects at least every stored entry whose outward form `item` selects; `ANYTHING` where nothing
        can be said. Equality on a login name should stay one, so that one person is looked for and not all."""
        ...

    def meant(self, item: Item) -> Filter:
        """What an item of the application's filter means here, in attributes of outward entries; mostly itself."""
        ...

    def stored_name(self, attribute: str) -> str | None:
        """The stored attribute that is shown under this name (without options); None for one that is computed. It is
        asked for what an application sorts by or compares."""
        ...

    def written_name(self, attribute: str, entry: Entry | None) -> str | None:
        """The stored attribute that a change of this one (without options) is made to, in this stored entry (None: in a
        new one); None where it cannot be changed, because it is computed."""
        ...

    def wanted(self, asked: frozenset[str]) -> frozenset[str] | None:
        """What must be read to show these attributes (as `Query.attributes` has it); None is everything."""
        ...

    def root_dse(self, entry: Entry) -> Entry:
        """The root DSE as this kind of directory has it."""
        ...

    def subschema(self, entry: Entry) -> Entry:
        """The subschema with what this kind of directory adds."""
        ...

    def named(self, name: str, *, as_dn: bool) -> Named | None:
        """Whom a name in a request means, where this kind of directory takes more than DNs and login names; `as_dn`
        where a DN is expected. None for every other name."""
        ...

    def diagnostic(self, outcome: Outcome) -> str | None:
        """The text of a refused bind, None for ours. It may tell a state of the account only after the right
        password (R25)."""
        ...


class AsStored:
    """A flavour that changes nothing: others derive from it and change what they must."""

    controls: frozenset[str] = frozenset()

    def outward(self, entry: Entry) -> Entry:
        return entry

    def narrow(self, item: Item) -> Filter:
        return item

    def meant(self, item: Item) -> Filter:
        return item

    def stored_name(self, attribute: str) -> str | None:
        return attribute

    def written_name(self, attribute: str, entry: Entry | None) -> str | None:
        return self.stored_name(attribute)

    def wanted(self, asked: frozenset[str]) -> frozenset[str] | None:
        return asked

    def root_dse(self, entry: Entry) -> Entry:
        return entry

    def subschema(self, entry: Entry) -> Entry:
        return entry

    def named(self, name: str, *, as_dn: bool) -> Named | None:
        return None

    def diagnostic(self, outcome: Outcome) -> str | None:
        return None
