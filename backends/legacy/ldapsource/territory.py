"""Which part of a directory a source shows, and what of it a search may mean. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.identity.search import BaseNotFound, Query, Scope, parent_of, within


@dataclass(frozen=True, slots=True)
class Territory:
    """All at and below `base` (a normalised DN), or with `one_level` what is directly below it."""

    base: str
    one_level: bool = False

    def holds(self, dn_key: str) -> bool:
        """Whether something with this normalised DN is ours."""
        return parent_of(dn_key) == self.base if self.one_level else within(dn_key, self.base)

    @property
    def scope(self) -> Scope:
        """The scope in which all that is ours lies round `base`."""
        return Scope.ONE if self.one_level else Scope.SUBTREE

    def part(self, query: Query) -> tuple[str, Scope] | None:
        """Base and scope of what a query means here; None if nothing. `BaseNotFound` if its base is not ours.

        Above our base there is nothing of ours but the way to it: only what reaches down to us means anything.
        """
        base, scope = query.base, query.scope
        if base == self.base and self.one_level:
            return None if scope is Scope.BASE else (base, Scope.ONE)
        if self.holds(base):
            if self.one_level and scope is Scope.ONE:
                return None
            return base, Scope.BASE if self.one_level else scope
        if scope is Scope.BASE or not within(self.base, base):
            raise BaseNotFound(base)
        if scope is Scope.SUBTREE:
            return self.base, self.scope
        return (self.base, Scope.BASE) if parent_of(self.base) == base and not self.one_level else None
