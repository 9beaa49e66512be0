"""One tree out of the directory and the sources."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest
from core_rig import RIGHT, Rig, login
from waiting import collect, now

from gateway.errors import DirectoryUnavailable, SourceUnavailable
from gateway.identity.changes import Deed
from gateway.identity.entrykeys import key_of
from gateway.identity.model import Attributes, Entry, Identity, Origin
from gateway.identity.search import EVERYTHING, BaseNotFound, Query, Scope, SearchIncomplete
from gateway.testing.memory_source import MemorySource
from gateway.wire.filter import parse_filter

BASE = "ou=people,o=corp"


def query(text: str = "(objectClass=*)", base: str = BASE, scope: Scope = Scope.SUBTREE, person: str = "") -> Query:
    return Query(base, scope, parse_filter(text), login(person) if person else None)


def shown(entry: Entry) -> tuple[str, Attributes, Attributes]:
    return entry.dn, entry.attributes, entry.operational


def names(rig: Rig, asked: Query) -> list[str]:
    return [entry.dn for entry in collect(rig.union.search(asked))]


def test_an_entry_is_the_same_before_and_after_the_move() -> None:
    """R17."""
    rig = Rig()
    for asked in (query(), query("(uid=jdoe)", person="jdoe"), query(base=rig.jdoe.dn_key, scope=Scope.BASE)):
        before = [shown(entry) for entry in collect(rig.union.search(asked))]
        rig.bind()
        assert [shown(entry) for entry in collect(rig.union.search(asked))] == before
        assert len(before) == 1


def test_moved_and_unmoved_people_appear_once_each() -> None:
    """R17."""
    rig = Rig()
    everybody = [f"uid=user{number:03},{BASE}" for number in range(150)]
    for number in range(150):
        rig.source.add(f"user{number:03}", RIGHT)
    for number in range(0, 150, 3):
        rig.bind(f"user{number:03}")
    assert sorted(names(rig, query())) == sorted([*everybody, rig.jdoe.dn])


class MovesMeanwhile(MemorySource):
    """Somebody is migrated after the directory was read and before this source answers, or while it does."""

    def __init__(self, when: str) -> None:
        super().__init__("staff")
        self.when = when
        self.rig: Rig | None = None

    async def search(self, asked):  # type: ignore[no-untyped-def]
        assert self.rig is not None
        if self.when == "before":
            self.rig.bind("jdoe")
        async for entry in super().search(asked):
            if self.when == "while" and isinstance(entry, Identity):
                self.rig.bind("jdoe")
            yield entry


@pytest.mark.parametrize("when", ["before", "while", "never"])
@pytest.mark.parametrize("person", ["", "jdoe"])
def test_a_search_in_the_middle_of_a_migration_finds_one_entry(when: str, person: str) -> None:
    """R17: exactly one, before, during and after."""
    source = MovesMeanwhile(when)
    source.add("jdoe", RIGHT)
    rig = Rig(source)
    source.rig = rig
    for _ in range(2):
        assert names(rig, query("(uid=jdoe)", person=person)) == [f"uid=jdoe,{BASE}"]
    assert (rig.moved() is not None) is (when != "never")


def test_a_moved_person_who_no_longer_matches_is_not_shown_from_the_source() -> None:
    """R9: the directory's entry counts, also against the filter."""
    rig = Rig()
    rig.bind()
    old = rig.source
    old.remove("jdoe")
    old.add("jdoe", RIGHT, attributes={"objectClass": [b"person"], "uid": [b"jdoe"], "mail": [b"new@corp.example"]})
    assert names(rig, query("(mail=new@corp.example)")) == []


def test_a_search_for_one_who_has_moved_asks_no_source() -> None:
    """Also when the old store is switched off."""
    rig = Rig()
    rig.bind()
    rig.source.fail_with()
    rig.source.asked.clear()
    assert names(rig, query("(uid=jdoe)", person="jdoe")) == [rig.jdoe.dn]
    assert names(rig, query("(uid=jdoe)", base="o=corp", person="CORP\\jdoe")) == [rig.jdoe.dn]
    assert names(rig, query("(&(uid=jdoe)(mail=*))", person="jdoe")) == []
    assert names(rig, query(base=rig.jdoe.dn_key, scope=Scope.BASE, person=rig.jdoe.dn)) == [rig.jdoe.dn]
    assert rig.source.asked == []


def test_a_person_below_another_base_is_not_an_answer() -> None:
    rig = Rig()
    rig.source.add_entry("ou=rooms,o=corp", {"objectClass": [b"organizationalUnit"]})
    rig.source.add_entry("uid=jdoe,ou=rooms,o=corp", {"objectClass": [b"room"], "uid": [b"jdoe"]})
    rig.bind()
    rig.source.bases = ("o=corp",)
    fresh = Rig(rig.source)
    found = collect(fresh.union.search(query("(uid=jdoe)", base="ou=rooms,o=corp", person="jdoe")))
    assert [entry.dn for entry in found] == ["uid=jdoe,ou=rooms,o=corp"]


def test_what_could_not_be_asked_is_said_after_what_could() -> None:
    """R6: never a truncated result that looks whole."""
    first, second = MemorySource("first"), MemorySource("second", "ou=other,o=corp")
    first.add("jdoe", RIGHT)
    second.add("mmuster", RIGHT)
    rig = Rig(first, second)
    first.fail_with()
    found: list[str] = []

    async def read() -> None:
        async for entry in rig.union.search(query(base="o=corp")):
            found.append(entry.dn)

    with pytest.raises(SearchIncomplete) as error:
        now(read())
    assert error.value.sources == ("first",)
    assert found == ["uid=mmuster,ou=other,o=corp"]


def test_a_base_that_nobody_has_is_not_found() -> None:
    with pytest.raises(BaseNotFound):
        collect(Rig().union.search(query(base="ou=nowhere,o=corp")))


def test_a_base_that_exists_and_shows_nothing_is_an_empty_answer() -> None:
    assert names(Rig(), query("(uid=nobody)")) == []


def test_a_source_elsewhere_in_the_tree_is_not_asked() -> None:
    rig = Rig(MemorySource("first"), MemorySource("second", "ou=other,o=corp"))
    names(rig, query())
    assert [call for source in rig.sources for call in source.asked] == [f"search {BASE}"]


def test_what_is_no_person_passes_through_once() -> None:
    first, second = MemorySource("first", "o=corp"), MemorySource("second", "o=corp")
    for source in (first, second):
        source.add_entry("cn=admins,o=corp", {"objectClass": [b"groupOfNames"], "cn": [b"admins"]})
    assert names(Rig(first, second), query("(cn=admins)", base="o=corp")) == ["cn=admins,o=corp"]


def test_a_directory_that_cannot_be_read_ends_the_search() -> None:
    rig = Rig()
    rig.native.fail_with()
    with pytest.raises(DirectoryUnavailable):
        collect(rig.union.search(query()))


def test_a_search_that_is_given_up_ends_the_sources_search() -> None:
    ended: list[bool] = []

    class Endless(MemorySource):
        async def search(self, asked):  # type: ignore[no-untyped-def]
            try:
                while True:
                    yield self.add_entry(f"cn={len(ended)}-{id(asked)},{BASE}", {"cn": [b"x"]})
            finally:
                ended.append(True)

    rig = Rig(Endless("staff"))

    async def first_only() -> None:
        found = rig.union.search(Query(BASE, Scope.SUBTREE, EVERYTHING))
        async for _ in found:
            break
        await found.aclose()

    # The union looks people up in batches; entries that are no people fill one and are then passed on.
    now(first_only())
    assert ended == [True]


def test_an_alias_that_the_filter_does_not_mean_hides_nobody() -> None:
    """R17: `anna` is an alias of somebody who has moved, and the login name of somebody who has not."""
    rig = Rig()
    rig.source.add("other", RIGHT, aliases=["anna"])
    rig.bind("other")
    rig.source.add("anna", RIGHT)
    assert names(rig, query("(uid=anna)", person="anna")) == [f"uid=anna,{BASE}"]


def test_a_limit_cuts_no_source_short_before_those_who_do_not_match_any_more_are_left_out() -> None:
    """Else an answer would look whole that is not (R17)."""

    class Limited(MemorySource):
        async def search(self, asked):  # type: ignore[no-untyped-def]
            left = asked.limit or 1000
            async for entry in super().search(asked):
                yield entry
                left -= 1
                if not left:
                    return

    source = Limited("staff")
    for number in range(4):
        source.add(f"user{number}", RIGHT, attributes={"cn": [b"before"]}, key=str(number))
    rig = Rig(source)
    for number in range(4):
        if number < 2:
            rig.bind(f"user{number}")
        source.remove(f"user{number}")
        source.add(f"user{number}", RIGHT, attributes={"cn": [b"after"]}, key=str(number))
    asked = replace(query("(cn=after)"), limit=2)
    assert names(rig, asked) == [f"uid=user2,{BASE}", f"uid=user3,{BASE}"]


class FailsMidway(MemorySource):
    """It shows so many entries, and then no more."""

    def __init__(self, shows: int) -> None:
        super().__init__("staff")
        self.shows = shows

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """As `MemorySource.search`, up to there."""
        shown = 0
        async for entry in super().search(query):
            if shown == self.shows:
                raise SourceUnavailable(self.name, "gone")
            shown += 1
            yield entry


@pytest.mark.parametrize("shows", [0, 1, 63, 64, 65, 100])
def test_what_was_read_before_a_source_failed_is_shown(shows: int) -> None:
    """R6: and that it is not all, is said behind it."""
    source = FailsMidway(shows)
    rig = Rig(source)
    for number in range(150):
        source.add(f"user{number:03}", RIGHT)
    found: list[Entry] = []

    async def gather() -> None:
        async for entry in rig.union.search(query()):
            found.append(entry)

    with pytest.raises(SearchIncomplete) as caught:
        now(gather())
    assert caught.value.sources == ("staff",)
    assert len(found) == shows


def test_who_was_removed_here_is_not_shown_from_the_source_any_more() -> None:
    """People and groups, in broad searches and by name."""
    rig = Rig()
    rig.source.add("anna", RIGHT)
    staff = rig.source.add_entry(f"cn=staff,{BASE}", {"objectClass": [b"groupOfNames"], "cn": [b"staff"]})
    rig.bind("jdoe")
    now(rig.native.carry(staff, Origin("staff", key_of(staff)), 1.0))
    assert len(names(rig, query())) == 3
    for dn_key in (rig.jdoe.dn_key, staff.dn_key):
        assert now(rig.native.remove(dn_key, Deed(2.0))) is not None
    assert names(rig, query()) == [f"uid=anna,{BASE}"]
    assert names(rig, query("(uid=jdoe)", person="jdoe")) == []
    assert names(rig, query(base=rig.jdoe.dn_key, scope=Scope.BASE)) == []
    assert names(rig, query(base=staff.dn_key, scope=Scope.BASE)) == []


def test_who_was_renamed_here_is_shown_once() -> None:
    """R17: the source still shows the old DN."""
    rig = Rig()
    rig.source.add("anna", RIGHT)
    rig.bind("jdoe")
    new = f"uid=john,{BASE}"
    assert now(rig.native.rename(rig.jdoe.dn_key, new, new, Deed(2.0), keep_old=True)) is not None
    assert sorted(names(rig, query())) == [f"uid=anna,{BASE}", new]
