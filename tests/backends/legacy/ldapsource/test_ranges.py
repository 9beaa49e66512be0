"""`ldapsource.ranges`: parts of long attributes, put together."""

from __future__ import annotations

from backends.legacy.ldapsource.ranges import joined, missing, without_shells
from gateway.wire.messages import SearchResultEntry


def part(description: str, *values: bytes) -> SearchResultEntry:
    return SearchResultEntry("cn=all", [("cn", [b"all"]), (description, list(values))])


def test_what_goes_on_is_asked_for_from_where_it_stopped() -> None:
    assert missing(part("member;range=0-1499", b"a"), lambda _: True) == ("member;range=1500-*",)
    assert missing(part("member;range=1500-*", b"a"), lambda _: True) == ()
    assert missing(part("member", b"a"), lambda _: True) == ()


def test_what_nobody_wants_is_not_asked_for() -> None:
    assert missing(part("member;Range=0-1", b"a", b"b"), lambda name: name != "member") == ()


def test_parts_are_one_attribute_in_order() -> None:
    first, second = part("member;range=0-1", b"a", b"b"), part("Member;range=2-*", b"c")
    assert joined(first, second) == SearchResultEntry("cn=all", [("cn", [b"all"]), ("member", [b"a", b"b", b"c"])])


def test_a_part_in_the_middle_leaves_the_attribute_open() -> None:
    longer = joined(part("member;range=0-1", b"a", b"b"), part("member;range=2-3", b"c", b"d"))
    assert longer is not None
    assert missing(longer, lambda _: True) == ("member;range=4-*",)


def test_a_part_that_does_not_follow_is_none() -> None:
    first = part("member;range=0-1", b"a", b"b")
    for more in (part("member;range=0-1", b"a"), part("member;range=2-3"), part("member", b"c"), part("other", b"c")):
        assert joined(first, more) is None


def test_the_empty_attribute_beside_its_part_goes_and_other_empty_ones_stay() -> None:
    found = SearchResultEntry("cn=all", [("member", []), ("member;range=0-1", [b"a"]), ("description", [])])
    assert without_shells(found).attributes == [("member;range=0-1", [b"a"]), ("description", [])]
