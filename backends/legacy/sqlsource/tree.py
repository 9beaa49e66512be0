"""What an `sql` source shows of the tree: people below one DN, groups below another, and who is asked for a search.

How people are listed is in `listing.py`, how groups are found in `groupsearch.py`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from backends.legacy.sqlsource.groupsearch import GroupSearch
from backends.legacy.sqlsource.listing import Listing
from backends.legacy.sqlsource.possible import can_select
from backends.legacy.sqlsource.rows import PersonReader
from gateway.identity.model import Entry, Identity, LoginName
from gateway.identity.search import BaseNotFound, Query, Scope, within
from gateway.wire.dn import leaf


class Tree:
    """All that can be searched. `person` looks one up by name or DN."""

    def __init__(
        self,
        people: PersonReader,
        person: Callable[[LoginName], Awaitable[Identity | None]],
        listing: Listing,
        groups: GroupSearch | None,
    ) -> None:
        self._people = people
        self._person = person
        self._listing = listing
        self._groups = groups
        parents = [people.template.parent_key] + ([groups.template.parent_key] if groups is not None else [])
        self._parents = tuple(dict.fromkeys(parents))

    @property
    def bases(self) -> tuple[str, ...]:
        """As `LegacySource.bases`: none is below another."""
        return tuple(
            base for base in self._parents if not any(within(base, other) for other in self._parents if other != base)
        )

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """As `LegacySource.search`."""
        person = await self._at(query)
        if person is None and self._groups is not None and self._groups.template.is_leaf(query.base):
            async with aclosing(self._groups.search(query)) as groups:
                async for group in groups:
                    yield group
            return
        if person is None and not any(within(parent, query.base) for parent in self._parents):
            raise BaseNotFound(query.base)
        if person is None and query.person is not None:
            person = await self._person(query.person)
        elif person is None:
            async with aclosing(self._everything(query)) as entries:
                async for entry in entries:
                    yield entry
        if person is not None and query.selects(person):
            yield person

    async def _at(self, query: Query) -> Identity | None:
        """The person whose DN the base is."""
        base, login = query.base, query.person
        if not self._people.template.is_leaf(base):
            return None
        if login is None or login.dn != base:
            login = LoginName.of_dn(base, base, leaf(base))
        person = await self._person(login)
        return person if person is not None and person.dn_key == base else None

    async def _everything(self, query: Query) -> AsyncGenerator[Entry, None]:
        people, groups = self._people, self._groups
        if _reaches(query, people.template.parent_key) and can_select(query.filter, people.shown, people.classes):
            async with aclosing(self._listing.search(query)) as entries:
                async for entry in entries:
                    yield entry
        if groups is not None and _reaches(query, groups.template.parent_key):
            async with aclosing(groups.search(query)) as found:
                async for group in found:
                    yield group


def _reaches(query: Query, parent: str) -> bool:
    """Whether what lies directly below this DN can be in scope."""
    if query.scope is Scope.SUBTREE:
        return within(parent, query.base)
    return query.scope is Scope.ONE and query.base == parent
