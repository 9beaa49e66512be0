"""A person survives the way into the database and back, every byte and the order of everything (R3)."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.native.personvalue import pack
from backends.native.record import PEOPLE, Record, dn_key_of, read, tree_key_of
from gateway.errors import DirectoryUnavailable
from gateway.identity.model import Attributes, Identity, Origin, Secret
from gateway.identity.search import parent_of, within
from gateway.testing.directory_hooks import person, same

attributes = st.lists(
    st.tuples(st.text(min_size=1, max_size=12), st.lists(st.binary(max_size=40), max_size=4)), max_size=8
).map(Attributes)
texts = st.lists(st.text(max_size=20), max_size=3).map(tuple)
keys = st.lists(
    st.sampled_from(["dc=com", "dc=example", "ou=a", "ou=a b", "ou=a-", "ou=a\\2c", "uid=é", "uid=a+cn=b"]), max_size=5
).map(",".join)


def row_of(shown: Identity, data: bytes) -> Any:
    columns = (
        7,
        shown.id,
        shown.name,
        shown.dn,
        tree_key_of(shown.dn_key),
        data,
        "hash",
        "latin-1",
        8,
        False,
        False,
        False,
        None,
        False,
        3,
    )
    assert len(columns) == len(PEOPLE.selected_columns)
    return cast(Any, columns)


@settings(max_examples=60)
@given(attributes, attributes, texts, texts, st.text(), st.text())
def test_what_goes_in_comes_out(
    shown: Attributes, hidden: Attributes, aliases: tuple[str, ...], groups: tuple[str, ...], source: str, key: str
) -> None:
    before = person(
        "jdoe", attributes=shown, operational=hidden, aliases=aliases, groups=groups, origin=Origin(source, key)
    )
    record = read(row_of(before, pack(before)))
    assert same(record.identity, before)
    assert (record.row, record.password_hash, record.identity.revision) == (7, "hash", 3)
    assert (record.charset, record.significant) == ("latin-1", 8)


def test_what_was_hashed_is_the_beginning_of_the_canonical_password() -> None:
    """R13, R14."""
    password = Secret("pässwörd".encode("latin-1"))
    assert Record(1, person("jdoe"), "hash", "latin-1").hashed(password) == "pässwörd".encode()
    assert Record(1, person("jdoe"), "hash", "latin-1", 8).hashed(password) == "pässwör".encode()[:8]


@pytest.mark.parametrize("damage", [b"", b"\x01", b"\x01\0\0\0\x02{}", b"\x02\0\0\0\0", b"\x02\0\0\0\x02[]"])
def test_a_damaged_record_is_unavailable(damage: bytes) -> None:
    with pytest.raises(DirectoryUnavailable, match="person number 7"):
        read(row_of(person("jdoe"), damage))


def test_a_record_with_bytes_lost_or_added_is_unavailable() -> None:
    data = pack(person("jdoe"))
    for damaged in (data[:-1], data + b"x"):
        with pytest.raises(DirectoryUnavailable):
            read(row_of(person("jdoe"), damaged))


@settings(max_examples=60)
@given(st.data())
def test_a_record_with_one_other_bit_is_unavailable(choice: st.DataObject) -> None:
    data = bytearray(pack(person("jdoe")))
    data[choice.draw(st.integers(0, len(data) - 1))] ^= 1 << choice.draw(st.integers(0, 7))
    with pytest.raises(DirectoryUnavailable):
        read(row_of(person("jdoe"), bytes(data)))


def test_a_record_shows_no_hash() -> None:
    """R15."""
    assert "s3cret" not in repr(Record(1, person("jdoe"), "s3cret", "latin-1"))


@settings(max_examples=60)
@given(keys)
def test_a_dn_and_its_tree_key_stand_for_each_other(dn_key: str) -> None:
    assert dn_key_of(tree_key_of(dn_key)) == dn_key
    assert tree_key_of(dn_key).count(",") == (len(dn_key.split(",")) if dn_key else 0)


@settings(max_examples=200)
@given(keys, keys)
def test_below_is_a_range_of_tree_keys(dn_key: str, base: str) -> None:
    tree, below = tree_key_of(dn_key), tree_key_of(base)
    in_range = not below or below.encode() <= tree.encode() < f"{below[:-1]}-".encode()
    assert in_range == within(dn_key, base)
    assert (in_range and tree.count(",") == below.count(",") + 1) == bool(dn_key and parent_of(dn_key) == base)
