"""What is no person, in one tree: the source's entry, the directory's copy, and what was changed here."""

from __future__ import annotations

import pytest
from core_rig import Rig
from waiting import now

from gateway.identity.model import Attributes, Entry, Origin
from gateway.identity.search import BaseNotFound, Query, Scope, SearchIncomplete
from gateway.testing.memory_entries import made
from gateway.testing.memory_source import MemorySource
from gateway.wire.filter import parse_filter

TOP = "o=corp"


def group(name: str, *members: str, number: str = "") -> Entry:
    shown = {"objectClass": [b"groupOfNames"], "cn": [name.encode()], "member": [member.encode() for member in members]}
    operational = Attributes({"entryUUID": [number.encode()]} if number else {})
    return Entry(f"cn={name},{TOP}", f"cn={name},{TOP}", Attributes(shown), operational)


def show(source: MemorySource, entry: Entry) -> None:
    added = source.add_entry(entry.dn, dict(entry.attributes.items()))
    source._entries[added.dn_key] = entry


def rig(*sources: MemorySource) -> tuple[Rig, MemorySource]:
    staff = MemorySource("staff", TOP)
    return Rig(*(sources or (staff,))), staff if not sources else sources[0]


def carry(core: Rig, entry: Entry, key: str = "", source: str = "staff") -> None:
    now(core.native.carry(entry, Origin(source, key or entry.dn_key), 1_000_000.0))


def own(core: Rig, entry: Entry, key: str) -> None:
    core.native._entries.put(made(entry, Origin("staff", key), 5, owned=True))


def found(core: Rig, text: str = "(objectClass=groupOfNames)", base: str = TOP) -> dict[str, list[bytes]]:
    entries: dict[str, list[bytes]] = {}

    async def read() -> None:
        async for entry in core.union.search(Query(base, Scope.SUBTREE, parse_filter(text))):
            assert entry.dn not in entries
            entries[entry.dn] = sorted(entry.attributes.get("member"))

    try:
        now(read())
    except SearchIncomplete as incomplete:
        entries["missing"] = [source.encode() for source in incomplete.sources]
    return entries


def test_a_source_that_answers_is_the_truth_about_its_groups() -> None:
    """R17, R18: not the copy, whatever that says."""
    core, staff = rig()
    carry(core, group("crew", "cn=old"))
    carry(core, group("gone", "cn=old"))
    show(staff, group("crew", "cn=new"))
    assert found(core) == {f"cn=crew,{TOP}": [b"cn=new"]}
    assert found(core, "(member=cn=old)") == {}
    assert found(core, "(member=cn=new)").keys() == {f"cn=crew,{TOP}"}


def test_a_group_that_its_source_does_not_show_any_more_is_not_found_by_name_either() -> None:
    core, _ = rig()
    carry(core, group("gone"))
    with pytest.raises(BaseNotFound):
        found(core, base=f"cn=gone,{TOP}")


def test_a_copy_stands_in_for_a_source_that_does_not_answer_and_that_is_said() -> None:
    """R6, R18."""
    core, staff = rig()
    carry(core, group("crew", "cn=old"))
    staff.fail_with()
    assert found(core) == {f"cn=crew,{TOP}": [b"cn=old"], "missing": [b"staff"]}
    assert found(core, base=f"cn=crew,{TOP}") == {f"cn=crew,{TOP}": [b"cn=old"], "missing": [b"staff"]}


def test_a_copy_stands_in_for_a_source_that_is_not_there_any_more() -> None:
    """R18."""
    core, _ = rig()
    carry(core, group("crew", "cn=old"), source="former")
    assert found(core) == {f"cn=crew,{TOP}": [b"cn=old"]}


def test_what_was_changed_here_counts() -> None:
    """R9, R18: the source's entry of that key is not shown, though it matches and ours does not."""
    core, staff = rig()
    show(staff, group("crew", "cn=theirs", number="77"))
    own(core, group("crew", "cn=ours"), "77")
    assert found(core) == {f"cn=crew,{TOP}": [b"cn=ours"]}
    assert found(core, "(member=cn=theirs)") == {}
    assert found(core, "(member=cn=ours)") == {f"cn=crew,{TOP}": [b"cn=ours"]}
    own(core, group("renamed", "cn=ours"), "77")
    assert found(core) == {f"cn=renamed,{TOP}": [b"cn=ours"]}


def test_what_becomes_ours_while_a_search_is_under_way_is_shown_once() -> None:
    class Changes(MemorySource):
        async def search(self, asked):  # type: ignore[no-untyped-def]
            own(core, group("crew", "cn=ours"), f"cn=crew,{TOP}")
            async for entry in super().search(asked):
                yield entry

    staff = Changes("staff", TOP)
    core, _ = rig(staff)
    show(staff, group("crew", "cn=theirs"))
    assert found(core) == {f"cn=crew,{TOP}": [b"cn=ours"]}


def test_one_source_that_fails_brings_back_nothing_of_another() -> None:
    first, second = MemorySource("first", TOP), MemorySource("second", TOP)
    core, _ = rig(first, second)
    carry(core, group("one"), source="first")
    carry(core, group("two"), source="second")
    second.fail_with()
    assert found(core).keys() == {f"cn=two,{TOP}", "missing"}
