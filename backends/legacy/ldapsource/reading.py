"""Reading an old directory as its service account: one entry, whoever answers to a name, everything that matches.

Passwords are tried in `backends.legacy.ldap`; what an entry means is in `entries`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from twisted.logger import Logger

from backends.legacy.ldapclient.client import LdapClient
from backends.legacy.ldapclient.connection import LdapConnection
from backends.legacy.ldapclient.facts import Facts
from backends.legacy.ldapclient.pending import SearchAnswer
from backends.legacy.ldapsource.entries import EntryReader
from backends.legacy.ldapsource.options import GroupSearch
from backends.legacy.ldapsource.pushdown import EVERY_ENTRY, sendable
from backends.legacy.ldapsource.ranges import joined, missing, without_shells
from backends.legacy.ldapsource.results import ABSENT, LIMITS, check
from backends.legacy.ldapsource.territory import Territory
from gateway.errors import IdentityConflict, ProtocolError, SourceMisbehaved
from gateway.identity.model import Entry, Identity
from gateway.identity.search import BaseNotFound, Query, Scope
from gateway.wire.attributetypes import canonical
from gateway.wire.filter import And, Equal, Filter, Or, parse_filter
from gateway.wire.messages import ResultCode, SearchRequest, SearchResultEntry

_log = Logger(namespace="bindferry.ldap")

MAX_PARTS = 10_000
"""Parts of one attribute; Active Directory shows 1,500 values in each."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is read: the territory, the people filter, entries in a page, entries at most (0: no limit)."""

    territory: Territory
    people: Filter
    page_size: int
    size_limit: int


class DirectoryReader:
    """Raises `SourceUnavailable`, `SourceMisbehaved` and `BusyError`, besides what its methods name."""

    def __init__(self, client: LdapClient, entries: EntryReader, extent: Extent, groups: GroupSearch | None) -> None:
        self._client = client
        self._entries = entries
        self._extent = extent
        self._groups = groups
        self._source = entries.source

    async def named(self, name: str) -> Identity | None:
        """The person whose login name it is, else whose alias: that one may be the person's own to write. More than
        one: `IdentityConflict`."""
        names, aliases = self._entries.login_attributes, self._entries.aliases_for(name)
        found = await self._with_value(name, (*names, *aliases))
        if len(found) > 1 and aliases:
            found = await self._with_value(name, names) or found
        if len(found) > 1:
            raise IdentityConflict.between(name, [person.dn for person in found], f"source {self._source}")
        return found[0] if found else None

    async def _with_value(self, value: str, attributes: tuple[str, ...]) -> list[Identity]:
        """The people who have this value in one of these attributes, two of them at most."""
        asked = Or(tuple(Equal(attribute, value.encode("utf-8")) for attribute in attributes))
        territory = self._extent.territory
        request = self._request(territory.base, territory.scope, And((self._extent.people, asked)), limit=2)
        answer, facts = await self._client.find(request)
        if len(answer.entries) < 2:  # else there may well be more: two are enough to know
            self._check(answer)
        people = [self._person(await self._whole(found), facts, is_person=True) for found in answer.entries]
        for person in people:
            if not territory.holds(person.dn_key):
                raise SourceMisbehaved(self._source, f"a search below {territory.base!r} found {person.dn!r}")
        return people

    async def at(self, dn: str) -> Identity | None:
        """Whoever has this DN, person by the people filter or not; None if there is nobody to be seen."""
        answer, facts = await self._client.find(self._request(dn, Scope.BASE, EVERY_ENTRY))
        if answer.result.code in ABSENT:
            return None
        self._check(answer)
        return self._person(await self._whole(answer.entries[0]), facts) if answer.entries else None

    async def at_as(self, connection: LdapConnection, dn: str) -> Identity | None:
        """The same, as whoever is bound on this connection; None also if that one may not look."""
        facts = await self._client.learn(connection)
        answer = await connection.search(self._request(dn, Scope.BASE, EVERY_ENTRY))
        return self._person(answer.entries[0], facts) if answer.entries else None

    async def with_groups(self, person: Identity) -> Identity:
        """The person with the groups that the configured search finds, besides those of the entry."""
        if self._groups is None:
            return person
        value = person.dn if self._groups.value == "dn" else person.name
        member = Equal(self._groups.member_attribute, value.encode("utf-8", "surrogateescape"))
        wanted = And((parse_filter(self._groups.filter), member))
        request = SearchRequest(self._groups.base, Scope.SUBTREE.value, wanted, ("1.1",))
        found = list(person.groups)
        async with aclosing(self._client.pages(request, self._extent.page_size)) as answers:
            async for answer, _ in answers:
                self._check(answer)
                found.extend(entry.name for entry in answer.entries)
        return replace(person, groups=tuple(dict.fromkeys(found)))

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """As `LegacySource.search`. References to other servers are not followed: they are not this directory."""
        part = self._extent.territory.part(query)
        wanted, exact = sendable(query.filter)
        if part is None:
            return
        base, scope = part
        if base == query.base and not base.isascii():
            base = query.spelled_base or base
        if wanted is None:  # nobody can match, but whether there is such a base is a question all the same
            wanted, scope, exact = EVERY_ENTRY, Scope.BASE, False
        request = self._request(base, scope, wanted, limit=self._extent.size_limit)
        if query.few and exact and query.attributes == frozenset():
            request = replace(request, attributes=self._entries.least())
        small = scope is Scope.BASE or query.person is not None
        async with aclosing(self._answers(request, small=small, few=query.few)) as answers:
            async for answer, facts in answers:
                if answer.result.code == ResultCode.NO_SUCH_OBJECT:
                    raise BaseNotFound(query.base)
                if answer.references:
                    _log.debug(
                        "source {source}: {count} references ignored", source=self._source, count=answer.references
                    )
                for found in answer.entries:
                    entry = self._entry(await self._whole(found, query.wants), facts)
                    if entry is not None and query.covers(entry.dn_key) and (exact or query.selects(entry)):
                        yield entry
                self._check(answer)

    async def count(self) -> int | None:
        """How many people the server shows; None where it shows only some."""
        territory, found = self._extent.territory, 0
        request = SearchRequest(territory.base, territory.scope.value, self._extent.people, ("1.1",))
        async with aclosing(self._client.pages(request, max(self._extent.page_size, 1000))) as answers:
            async for answer, _ in answers:
                found += len(answer.entries)
                if answer.result.code in LIMITS:
                    return None
                self._check(answer)
        return found

    async def _answers(
        self, request: SearchRequest, *, small: bool, few: bool
    ) -> AsyncGenerator[tuple[SearchAnswer, Facts], None]:
        """A search that can only find a few shares a connection with others; a large one has one for itself. One that
        was to find `few` and comes to a limit has found more than that, and is asked once more in pages."""
        if small or few:
            found = await self._client.find(request)
            if small or found[0].result.code not in LIMITS:
                yield found
                return
        async with aclosing(self._client.pages(request, self._extent.page_size)) as answers:
            async for answer in answers:
                yield answer

    def _request(self, base: str, scope: Scope, wanted: Filter, limit: int = 0) -> SearchRequest:
        return SearchRequest(base, scope.value, wanted, self._entries.wanted(), size_limit=limit)

    async def _whole(
        self, found: SearchResultEntry, wanted: Callable[[str], bool] = lambda _: True
    ) -> SearchResultEntry:
        """The entry with all values of the wanted attributes that came in parts."""
        found = without_shells(found)
        for _ in range(MAX_PARTS):
            rest = missing(found, lambda name: wanted(canonical(name)))
            if not rest:
                return found
            request = SearchRequest(found.name, Scope.BASE.value, EVERY_ENTRY, rest)
            answer, _facts = await self._client.find(request)
            self._check(answer)
            longer = joined(found, answer.entries[0]) if answer.entries else None
            if longer is None:
                break
            found = longer
        raise SourceMisbehaved(self._source, f"the values of {found.name!r} do not come to an end")

    def _entry(self, found: SearchResultEntry, facts: Facts) -> Entry | None:
        try:
            return self._entries.read(found, facts)
        except ProtocolError:
            # Nobody could ask for it by name; one bad record does not hide the rest.
            _log.warn("source {source}: an entry whose DN cannot be read is left out", source=self._source)
            return None

    def _person(self, found: SearchResultEntry, facts: Facts, *, is_person: bool = False) -> Identity:
        """`is_person`: the server has applied the people filter; else it is applied here."""
        try:
            entry = self._entries.entry(found, facts)
            return self._entries.identity(entry, is_person=is_person or self._entries.is_person(entry))
        except ProtocolError:
            raise SourceMisbehaved(self._source, "the server shows an entry whose DN cannot be read") from None

    def _check(self, answer: SearchAnswer) -> None:
        check(self._source, answer.result)
