"""What a `LegacySource` promises whose store has groups (R18), as one suite beside that of `conformance_source.py`.

Derive a class whose name begins with Test, and give it a pytest fixture `store` that returns a `GroupStore`.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

import pytest

from gateway.errors import BusyError, SourceError
from gateway.identity.model import Entry, Identity
from gateway.identity.search import BaseNotFound, Filter, Query, Scope, all_attributes, parent_of, within
from gateway.testing.source_store import Known, Store
from gateway.wire.dn import leaf, normalise_dn
from gateway.wire.filter import And, Equal, Not, Or, Present, parse_filter
from gateway.wire.groupclasses import GROUP_CLASSES, LISTS


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """A group that the author has put into the store, and which of the store's `people` are in it, by name. `lists` are
    the attributes in which it lists them."""

    dn: str
    members: tuple[str, ...]
    lists: tuple[str, ...] = ("member",)


class GroupStore(Store, Protocol):
    """A store with two or more groups: one with two or more members, and somebody who is in none. Its people have a
    `dn`."""

    groups: tuple[KnownGroup, ...]


class GroupsConformance:
    """One method a promise."""

    def test_a_group_is_found_by_its_dn_with_those_who_are_in_it(self, store: GroupStore) -> None:
        """R18."""
        for known in store.groups:
            (entry,) = ask(store, Present("objectClass"), known.dn, Scope.BASE)
            assert not isinstance(entry, Identity)
            assert entry.dn_key == normalise_dn(known.dn)
            assert known.lists
            for name in known.lists:
                assert sorted(entry.attributes.get(name)) == sorted(values(store, known, name))

    def test_a_group_is_the_same_every_time_and_no_other(self, store: GroupStore) -> None:
        """R3: what a copy is recognised by when it is renamed."""
        first, second = (sorted(groups(store), key=lambda entry: entry.dn_key) for _ in range(2))
        assert [(one.dn, one.attributes, one.operational) for one in first] == [
            (one.dn, one.attributes, one.operational) for one in second
        ]
        ids = [all_attributes(entry).get("entryUUID") for entry in (*first, *ask(store, Present("objectClass")))]
        shown = [value for each in ids for value in each]
        assert len(set(shown)) == len(shown) - len([one for one in ids[: len(first)] if one])

    def test_a_group_is_found_below_its_parent_once(self, store: GroupStore) -> None:
        for known in store.groups:
            parent = parent_of(normalise_dn(known.dn))
            for scope in (Scope.ONE, Scope.SUBTREE):
                found = [entry.dn_key for entry in ask(store, Present("objectClass"), parent, scope)]
                assert found.count(normalise_dn(known.dn)) == 1

    def test_every_group_is_below_one_of_the_bases(self, store: GroupStore) -> None:
        for known in store.groups:
            assert any(within(normalise_dn(known.dn), base) for base in store.source.bases)
        nested = [(one, other) for one in store.source.bases for other in store.source.bases if one != other]
        assert not [pair for pair in nested if within(*pair)]

    def test_a_group_is_found_by_its_name_in_any_case(self, store: GroupStore) -> None:
        for known in store.groups:
            attribute, name = leaf(known.dn)
            for spelled in (name, name.upper()):
                assert keys(groups(store, Equal(attribute, spelled.encode()))) == [normalise_dn(known.dn)]

    def test_a_filter_about_a_member_finds_the_groups_of_that_one(self, store: GroupStore) -> None:
        """R18: whether the answer shows the members or not, and in the words of every class of groups."""
        classes = Or(tuple(Equal("objectClass", name.encode()) for name in GROUP_CLASSES))
        for person in store.people:
            asked = Or(tuple(Equal(name, value(person, name)) for name in LISTS))
            mine = sorted(normalise_dn(known.dn) for known in store.groups if person.name in known.members)
            for attributes in (None, frozenset[str]()):
                assert keys(groups(store, And((classes, asked)), attributes)) == mine
            theirs = sorted({normalise_dn(known.dn) for known in store.groups} - set(mine))
            assert keys(groups(store, Not(asked))) == theirs

    def test_members_are_the_same_however_the_group_was_found(self, store: GroupStore) -> None:
        """R18: a filter that looks at one of them does not leave that one alone in the list."""
        for known in store.groups:
            for name in known.lists if known.members else ():
                person = next(one for one in store.people if one.name == known.members[0])
                found = groups(store, Equal(name, value(person, name)))
                (entry,) = [one for one in found if one.dn_key == normalise_dn(known.dn)]
                assert sorted(entry.attributes.get(name)) == sorted(values(store, known, name))

    @pytest.mark.parametrize("text", ["(member=*)", "(uniqueMember=*)", "(memberUid=*)"])
    def test_presence_finds_the_groups_that_list_anybody(self, store: GroupStore, text: str) -> None:
        wanted = parse_filter(text)
        assert isinstance(wanted, Present)
        for attributes in (None, frozenset[str]()):
            found = keys(groups(store, wanted, attributes))
            assert found == listing(store, wanted.attribute)

    def test_other_filters_look_at_every_member(self, store: GroupStore) -> None:
        for known in store.groups:
            if "memberUid" in known.lists and known.members:
                found = groups(store, parse_filter(f"(memberUid={known.members[0][:2]}*)"))
                assert normalise_dn(known.dn) in keys(found)

    def test_a_dn_that_is_nobodys_is_in_no_group(self, store: GroupStore) -> None:
        for text in ("cn=nobody,o=another-tree", "no dn at all", store.groups[0].dn):
            assert groups(store, Equal("member", text.encode())) == []

    def test_a_group_that_is_not_there_is_not_found(self, store: GroupStore) -> None:
        attribute, _ = leaf(store.groups[0].dn)
        gone = f"{attribute}=no-such-group,{parent_of(normalise_dn(store.groups[0].dn))}"
        with pytest.raises(BaseNotFound):
            ask(store, Present("objectClass"), gone, Scope.BASE)

    def test_the_filter_decides_about_a_base_that_is_a_group(self, store: GroupStore) -> None:
        for known in store.groups:
            assert ask(store, Equal("member", b"cn=nobody,o=another-tree"), known.dn, Scope.BASE) == []
            assert ask(store, Present("objectClass"), known.dn, Scope.ONE) == []
            assert keys(ask(store, Present("objectClass"), known.dn)) == [normalise_dn(known.dn)]

    def test_a_stopped_store_is_no_answer_that_there_are_no_groups(self, store: GroupStore) -> None:
        """R6."""
        store.stop()
        with pytest.raises((SourceError, BusyError)):
            groups(store)
        with pytest.raises((SourceError, BusyError)):
            ask(store, Present("objectClass"), store.groups[0].dn, Scope.BASE)


def ask(
    store: GroupStore,
    wanted: Filter,
    base: str | None = None,
    scope: Scope = Scope.SUBTREE,
    attributes: frozenset[str] | None = None,
) -> list[Entry]:
    """All entries below all bases, or as said."""

    async def collect() -> list[Entry]:
        found: list[Entry] = []
        for one in store.source.bases if base is None else (normalise_dn(base),):
            async with aclosing(store.source.search(Query(one, scope, wanted, attributes=attributes))) as entries:
                found.extend([entry async for entry in entries])
        return found

    return store.run(collect)


def groups(store: GroupStore, wanted: Filter | None = None, attributes: frozenset[str] | None = None) -> list[Entry]:
    """Those of the known groups that match."""
    known = {normalise_dn(one.dn) for one in store.groups}
    found = ask(store, wanted or Present("objectClass"), attributes=attributes)
    return [entry for entry in found if entry.dn_key in known]


def keys(entries: Iterable[Entry]) -> list[str]:
    """Their DNs, sorted."""
    return sorted(entry.dn_key for entry in entries)


def listing(store: GroupStore, attribute: str) -> list[str]:
    """The groups that list anybody there."""
    return sorted(normalise_dn(known.dn) for known in store.groups if attribute in known.lists and known.members)


def value(person: Known, attribute: str) -> bytes:
    """What a group lists of this person."""
    assert person.dn is not None
    return (person.name if attribute == "memberUid" else person.dn).encode()


def values(store: GroupStore, known: KnownGroup, attribute: str) -> list[bytes]:
    """All of a group's."""
    return [value(person, attribute) for person in store.people if person.name in known.members]
