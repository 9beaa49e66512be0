"""Who is called otherwise here than in the store that they came from (R18)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from native_rows import AT, notes, opened

from backends.native.engine import Store
from backends.native.renames import forget, note_rename, renamed, take_name
from gateway.identity.model import Entry, Origin
from gateway.identity.portvalues import Renamed
from gateway.testing.directory_hooks import group, person

PEOPLE = "ou=people,dc=example,dc=com"
ANN = person("ann", dn=f"uid=Ann,{PEOPLE}")
ANNA = person("anna", dn=f"uid=Anna,{PEOPLE}")
ANOUK = person("anouk", dn=f"uid=Anouk,{PEOPLE}")
HERS = Origin("staff", "ann")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path)
    yield store
    store.close()


def note(store: Store, *steps: tuple[Entry, Entry], origin: Origin = HERS) -> None:
    with store.writing() as connection:
        for before, after in steps:
            note_rename(connection, origin, before, after, AT)


def names(was: Entry, now: Entry, *, login: tuple[str, str] = ("", "")) -> Renamed:
    return Renamed(was.dn, was.dn_key, login[0], now.dn, now.dn_key, login[1])


def test_somebody_who_is_renamed_is_told_by_both_names(store: Store) -> None:
    note(store, (ANN, ANNA))
    assert renamed(store) == (names(ANN, ANNA, login=("ann", "anna")),)


def test_of_several_renames_the_first_name_and_the_last_count(store: Store) -> None:
    note(store, (ANN, ANNA), (ANNA, ANOUK))
    assert renamed(store) == (names(ANN, ANOUK, login=("ann", "anouk")),)


def test_who_is_called_as_before_is_not_renamed_any_more(store: Store) -> None:
    note(store, (ANN, ANNA), (ANNA, ANOUK), (ANOUK, ANN))
    assert renamed(store) == ()


def test_a_new_login_name_alone_is_a_rename_and_its_way_back_none(store: Store) -> None:
    other = person("anna", dn=ANN.dn)
    note(store, (ANN, other))
    assert renamed(store) == (names(ANN, ANN, login=("ann", "anna")),)
    note(store, (other, ANNA))
    note(store, (ANNA, person("anna", dn=ANN.dn)))
    assert renamed(store) == (names(ANN, ANN, login=("ann", "anna")),)


def test_a_change_that_leaves_the_names_is_none_and_tells_nobody(store: Store) -> None:
    note(store, (ANN, person("ann", dn=ANN.dn, aliases=("x",))))
    with store.reading() as connection:
        assert (renamed(store), notes(connection)) == ((), [])


def test_every_process_is_told_of_a_rename(store: Store) -> None:
    note(store, (ANN, ANNA))
    with store.reading() as connection:
        assert notes(connection) == [(0, 0, "entry")]


def test_a_group_has_a_dn_and_no_login_name(store: Store) -> None:
    before, after = group("crew"), group("staff")
    note(store, (before, after))
    assert renamed(store) == (names(before, after),)


def test_people_are_told_apart_by_source_and_key(store: Store) -> None:
    bob, bobby = person("bob"), person("bobby")
    note(store, (ANN, ANNA))
    note(store, (bob, bobby), origin=Origin("other", "ann"))
    note(store, (bobby, person("rob")), origin=Origin("other", "ann"))
    with store.writing() as connection:
        forget(connection, HERS)
    assert renamed(store) == (names(bob, person("rob"), login=("bob", "rob")),)


def test_a_dn_that_somebody_else_has_taken_is_nobodys_former_one(store: Store) -> None:
    bob, bobby = person("bob"), person("bobby")
    note(store, (ANN, ANNA))
    note(store, (bob, bobby), origin=Origin("staff", "bob"))
    with store.writing() as connection:
        take_name(connection, ANNA.dn_key)  # what she is called now was nobody's name before
        take_name(connection, ANN.dn_key)
    assert renamed(store) == (names(bob, bobby, login=("bob", "bobby")),)
