"""The search that applications get: the tree, with `memberOf` on whoever is in a group, and filters about that.

A search that has nothing to do with groups goes straight through. What an entry shows is in `memberof.py`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from gateway.groups.chain import Chains
from gateway.groups.filters import MEMBER_OF, TRANSITIVE, asks_about_groups, chains, loosened, pinned
from gateway.groups.lookup import Memberships, Renames, Searcher
from gateway.groups.memberof import SPELLED, MemberOf, is_here
from gateway.groups.members import GroupWords, dn_key_of
from gateway.identity.flights import Clock
from gateway.identity.model import Entry, LoginName
from gateway.identity.search import BaseNotFound, Query, Scope, SearchIncomplete
from gateway.wire.dn import leaf
from gateway.wire.filter import UNDEFINED, And, Equal, Filter, Or

BATCH = 64
FEW_MEMBERS = 500
"""Up to so many members of the groups that a filter pins are looked up one by one; more, and all are read."""


@dataclass(frozen=True, slots=True)
class GroupRules:
    """`computed`: memberOf is worked out from the groups, else it is what was stored at the move. `nested`: it names
    the groups of groups, too. `patience`: seconds that stores have for one question about groups."""

    computed: bool = True
    nested: bool = False
    patience: float = 5.0
    words: GroupWords = field(default_factory=GroupWords)
    login_attributes: tuple[str, ...] = ("uid",)


class GroupSearch:
    """A searcher over another."""

    def __init__(self, tree: Searcher, rules: GroupRules, clock: Clock, renames: Renames) -> None:
        self._tree = tree
        self._rules = rules
        self._memberships = Memberships(tree, rules.words, clock, rules.patience, renames)
        self._chains = Chains(self._memberships, clock, upwards=rules.computed)

    def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """As `UnionSearch.search`. `TooManyGroups` before the first entry, or where an entry is in too many."""
        concerned = asks_about_groups(query.filter)
        if not concerned and not self._shows(query.attributes):
            return self._tree.search(query)
        return self._search(query) if concerned else self._plain(query)

    async def spelled_out(self, query: Query) -> Query:
        """The same question in items that an entry alone can answer: nothing goes on from entry to entry."""
        if not any(chains(query.filter)):
            return query
        anywhere = replace(query, scope=Scope.SUBTREE, person=None)  # of one entry it would be asked another way
        return replace(query, filter=(await self._chains.resolved(anywhere)).filter)

    def _shows(self, asked: frozenset[str] | None) -> bool:
        return self._rules.computed and (
            asked is None or "*" in asked or "+" in asked or MEMBER_OF in asked or TRANSITIVE in asked
        )

    async def _search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """Where the filter is about groups."""
        if any(chains(query.filter)):
            query = await self._chains.resolved(query)
        concerned = self._rules.computed and asks_about_groups(query.filter)
        found = self._decided(query) if concerned else self._plain(query)
        async with aclosing(found):
            async for entry in found:
                yield entry

    async def _plain(self, query: Query) -> AsyncGenerator[Entry, None]:
        """Entries that the filter selects whatever their groups are, with memberOf where it is shown."""
        asked = query.attributes
        if not self._shows(asked):
            async with aclosing(self._tree.search(query)) as entries:
                async for entry in entries:
                    yield entry
            return
        by_name = asked is None or "+" in asked or MEMBER_OF in asked
        transitive = asked is not None and TRANSITIVE in asked
        member_of = MemberOf(self._memberships, nested=self._rules.nested)
        async with aclosing(self._tree.search(query)) as entries:
            if not by_name and not transitive:  # "*": only where it is a user attribute, as Active Directory has it
                async for entry in entries:
                    if SPELLED in entry.attributes and is_here(entry):
                        ((entry, _),) = await member_of.shown([entry])  # noqa: PLW2901
                    yield entry
                return
            async with aclosing(_batches(entries)) as batches:
                async for batch in batches:
                    for entry, _ in await member_of.shown(batch, transitive=transitive):
                        yield entry

    async def _decided(self, query: Query) -> AsyncGenerator[Entry, None]:
        """Entries that the filter selects once it is known in which groups they are."""
        whole = True
        member_of = MemberOf(self._memberships, nested=self._rules.nested)
        transitive = TRANSITIVE in query.filter.names() or (
            query.attributes is not None and TRANSITIVE in query.attributes
        )
        seen: set[str] = set()
        async with aclosing(_batches(self._candidates(query))) as batches:
            async for batch in batches:
                fresh = [entry for entry in batch if entry.dn_key not in seen]
                for entry, complete in await member_of.shown(fresh, transitive=transitive):
                    if entry.dn_key in seen:
                        continue
                    seen.add(entry.dn_key)
                    if query.selects(entry):
                        yield entry
                    elif not complete:
                        whole = False
        if not whole:
            raise SearchIncomplete(("groups",))

    async def _candidates(self, query: Query) -> AsyncGenerator[Entry, None]:
        """All that the filter could select; some may come twice."""
        loose = replace(query, filter=loosened(query.filter), limit=0)
        if query.attributes is not None and not {MEMBER_OF, TRANSITIVE} & query.attributes:
            loose = replace(loose, attributes=query.attributes | {MEMBER_OF})
        if loose.filter == UNDEFINED:
            return
        pins = None if query.person is not None or query.scope is Scope.BASE else pinned(query.filter)
        members = None if pins is None else await self._members(pins)
        if members is None:
            async with aclosing(self._tree.search(loose)) as entries:
                async for entry in entries:
                    yield entry
            return
        async for entry in self._listed(loose, pins or frozenset(), members):
            yield entry

    async def _listed(self, loose: Query, pins: frozenset[bytes], members: _Listed) -> AsyncGenerator[Entry, None]:
        """Whoever shows the membership, and whoever the group lists."""
        missing: list[str] = [] if members.complete else ["groups"]
        said = Or(tuple(Equal(SPELLED, pin) for pin in sorted(pins)))
        shown = replace(loose, filter=And((said, loose.filter)))  # type: ignore[arg-type]  # it is of wire
        async with aclosing(self._tree.search(shown)) as entries:
            try:
                async for entry in entries:
                    yield entry
            except SearchIncomplete as incomplete:
                missing += incomplete.sources
        for question in members.questions(loose, self._rules.login_attributes):
            async with aclosing(self._tree.search(question)) as entries:
                try:
                    async for entry in entries:
                        yield entry
                except BaseNotFound:
                    continue  # a member that is nobody
                except SearchIncomplete as incomplete:
                    missing += incomplete.sources
        if missing:
            raise SearchIncomplete(tuple(dict.fromkeys(missing)))

    async def _members(self, pins: frozenset[bytes]) -> _Listed | None:
        """Who is in these groups; None where that is more than can be looked up one by one."""
        if len(pins) > FEW_MEMBERS:
            return None
        dns: dict[str, bytes] = {}
        names: dict[bytes, None] = {}
        whole = True
        for pin in pins:
            key = dn_key_of(pin)
            if key is None:
                continue
            group, complete = await self._memberships.members(key)
            whole = whole and complete
            if group is None:
                continue
            words, lists = self._rules.words, group.attributes
            if sum(len(lists.get(name)) for name in words.lists) + len(dns) + len(names) > FEW_MEMBERS:
                return None
            dns.update((key, dn) for dn in words.dns(lists) if (key := dn_key_of(dn)) is not None)
            names.update(dict.fromkeys(words.names(lists)))
        return _Listed(dns, tuple(names), whole)


@dataclass(frozen=True, slots=True)
class _Listed:
    """Members: normalised DN -> DN, and login names."""

    dns: dict[str, bytes]
    names: tuple[bytes, ...]
    complete: bool

    def questions(self, loose: Query, login_attributes: Sequence[str]) -> Sequence[Query]:
        """One for each member."""
        found = []
        for key, dn in self.dns.items():
            if loose.covers(key):
                typed = dn.decode("utf-8", "surrogateescape")
                person = LoginName.of_dn(typed, key, leaf(key))
                found.append(replace(loose, base=key, scope=Scope.BASE, person=person))
        for name in self.names:
            pin: tuple[Filter, ...] = tuple(Equal(attribute, name) for attribute in login_attributes)
            both = And((Or(pin), loose.filter))  # type: ignore[arg-type]  # it is of wire
            person = LoginName.of(name.decode("utf-8", "replace"))
            if person.key:
                found.append(replace(loose, filter=both, person=person))
        return found


async def _batches(entries: AsyncGenerator[Entry, None]) -> AsyncGenerator[list[Entry], None]:
    """Up to `BATCH` at a time; what came before an outage comes before it here, too."""
    batch: list[Entry] = []
    async with aclosing(entries):
        try:
            async for entry in entries:
                batch.append(entry)
                if len(batch) == BATCH:
                    yield batch
                    batch = []
        except SearchIncomplete:
            if batch:
                yield batch
            raise
    if batch:
        yield batch
