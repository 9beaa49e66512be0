from __future__ import annotations

import gc
import weakref

import pytest
from conversation import person

from gateway.frontends.ldap.entries import Selection, encoded, select
from gateway.frontends.ldap.view import View
from gateway.identity.model import Attributes, Entry
from gateway.wire.ldap import decode_message, encode_encoded
from gateway.wire.messages import SearchResultEntry

ENTRY = Entry(
    "cn=X,o=y",
    "cn=x,o=y",
    Attributes(
        {
            "objectClass": [b"top"],
            "CommonName": [b"X"],
            "sn;lang-de": [b"Doe"],
            "sn;lang-de;x-a": [b"Dough"],
            "x-own": [b"1"],
            "userPassword": [b"canary"],
        }
    ),
    Attributes({"entryUUID": [b"7"], "createTimestamp": [b"20260101000000Z"]}),
)
USER = ["objectClass", "CommonName", "sn;lang-de", "sn;lang-de;x-a", "x-own"]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ([], USER),
        (["*"], USER),
        (["+"], ["entryUUID", "createTimestamp"]),
        (["*", "+"], [*USER, "entryUUID", "createTimestamp"]),
        (["@person"], ["objectClass", "CommonName", "sn;lang-de", "sn;lang-de;x-a"]),
        (["@2.5.6.6"], ["objectClass", "CommonName", "sn;lang-de", "sn;lang-de;x-a"]),
        (["@nosuchclass"], []),
        (["1.1"], []),
        (["1.1", "x-own"], ["x-own"]),
        (["dn"], []),
        (["dn", "X-OWN"], ["x-own"]),
        (["CN"], ["CommonName"]),
        (["2.5.4.3"], ["CommonName"]),
        (["surname"], ["sn;lang-de", "sn;lang-de;x-a"]),
        (["sn;LANG-DE"], ["sn;lang-de", "sn;lang-de;x-a"]),
        (["sn;x-a"], ["sn;lang-de;x-a"]),
        (["sn;lang-en"], []),
        (["name"], ["CommonName", "sn;lang-de", "sn;lang-de;x-a"]),
        (["entryUUID"], ["entryUUID"]),
        (["*", "entryuuid"], [*USER, "entryUUID"]),
        (["userPassword", "noSuchType", "", "x" * 5000], []),
    ],
)
def test_selection(asked: list[str], shown: list[str]) -> None:
    assert [name for name, _ in Selection(asked, types_only=False).of(ENTRY)] == shown


def test_values_are_byte_for_byte_those_of_the_entry() -> None:
    """R3."""
    odd = Entry("cn=x", "cn=x", Attributes({"jpegPhoto": [b"\xff\xd8\x00", b""]}))
    message = decode_message(encode_encoded(1, encoded(odd, select((), False))))
    assert message.operation == SearchResultEntry("cn=x", (("jpegPhoto", (b"\xff\xd8\x00", b"")),))


def test_an_entry_is_encoded_once() -> None:
    jdoe = person()
    assert encoded(jdoe, select((), False)) is encoded(jdoe, select((), False))
    assert encoded(jdoe, select(("cn",), False)) is encoded(jdoe, select(("cn",), False))


def test_another_selection_is_another_encoding() -> None:
    jdoe = person()
    kept = {encoded(jdoe, select((name,), only)) for name in ("cn", "uid", "+") for only in (False, True)}
    assert len(kept) == 6


def selections(count: int) -> list[Selection]:
    """Of that many applications, each of which asks for something of its own."""
    return [select(("cn", f"x{number}"), False) for number in range(count)]


def test_sixteen_applications_find_their_encodings_again_and_the_oldest_goes_for_one_more() -> None:
    jdoe = person()
    asked = selections(17)
    kept = [encoded(jdoe, one) for one in asked[:16]]
    assert all(encoded(jdoe, one) is data for one, data in zip(asked, kept, strict=False))
    encoded(jdoe, asked[16])
    assert all(encoded(jdoe, one) is data for one, data in zip(asked[1:], kept[1:], strict=False))
    assert encoded(jdoe, asked[0]) is not kept[0]


def test_what_is_kept_of_one_entry_is_bounded_in_bytes_and_the_newest_is_always_kept() -> None:
    jdoe = person(cn="x" * 6000)
    first, second, third = (encoded(jdoe, one) for one in selections(3))
    assert len(first) + len(second) <= 16384 < len(first) + len(second) + len(third)
    again = [encoded(jdoe, one) for one in reversed(selections(3))]
    assert again[0] is third
    assert again[1] is second
    assert again[2] is not first
    huge = person("huge", cn="x" * 100_000)
    assert encoded(huge, select((), False)) is encoded(huge, select((), False))


def test_what_is_kept_goes_with_the_entry() -> None:
    """R9, R19: a changed person is a new object, and nothing of the old one is shown again."""
    jdoe = person()
    encoded(jdoe, select((), False))
    gone = weakref.ref(jdoe)
    del jdoe
    gc.collect()
    assert gone() is None


def test_a_long_list_is_not_kept_in_memory() -> None:
    assert select(("x" * 5000,), False) is not select(("x" * 5000,), False)
    assert select(("cn",), False) is select(("cn",), False)


FLAT = View(flat=True)
CREW = Entry("cn=X", "cn=x", Attributes({"cn": [b"X"], "name": [b"X"], "member": [b"o=%d" % one for one in range(10)]}))


@pytest.mark.parametrize(
    ("asked", "name", "values"),
    [
        ("member;range=0-3", "member;range=0-3", [b"o=0", b"o=1", b"o=2", b"o=3"]),
        ("member;Range=8-*", "member;range=8-*", [b"o=8", b"o=9"]),
        ("member;range=8-9", "member;range=8-*", [b"o=8", b"o=9"]),
        ("member;range=8-999", "member;range=8-*", [b"o=8", b"o=9"]),
    ],
)
def test_a_flat_view_shows_long_attributes_in_the_part_that_is_asked_for(
    asked: str, name: str, values: list[bytes]
) -> None:
    """MS-ADTS 3.1.1.3.1.3.3."""
    assert list(select((asked,), False, FLAT).of(CREW)) == [(name, tuple(values))]


def test_a_part_behind_the_end_is_not_there() -> None:
    assert list(select(("member;range=10-*", "cn"), False, FLAT).of(CREW)) == [("cn", (b"X",))]


def test_a_flat_view_knows_no_subtypes() -> None:
    assert [name for name, _ in select(("name",), False, FLAT).of(CREW)] == ["name"]
    assert [name for name, _ in select(("name",), False).of(CREW)] == ["cn", "name"]
    assert list(select(("distinguishedName",), False, FLAT).of(CREW)) == []
