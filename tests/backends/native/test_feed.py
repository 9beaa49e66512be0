"""The feed of changes tells each reader what others committed since its last look, once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from backends.native import feed, writing
from backends.native.cache import Changes
from backends.native.engine import Store, open_store
from backends.native.feed import Feed
from backends.native.noting import CHANGED, note
from gateway.errors import DirectoryUnavailable
from gateway.identity.model import AccountState
from gateway.testing.directory_hooks import adoption, person


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{tmp_path}/x.db", busy_timeout=1, readers=1)
    yield store
    store.close()


@pytest.fixture
def look(store: Store) -> Iterator[Feed]:
    writing.adopt(store, adoption(person("before")))
    look = Feed(store)
    yield look
    look.close()


def test_what_was_before_is_not_told(look: Feed) -> None:
    assert look.look() == Changes({}, frozenset())


def test_adoptions_are_told_by_name_and_changes_by_revision(store: Store, look: Feed) -> None:
    record = writing.adopt(store, adoption(person("JDoe", aliases=("J.Doe@Example.com",))))
    assert look.look() == Changes({}, frozenset({"jdoe", "j.doe@example.com"}))
    for _ in range(2):
        writing.change_person(store, record.identity.id, writing.PersonChange(AccountState(locked=True)), 1.0)
    assert look.look() == Changes({record.row: record.identity.revision + 2}, frozenset())
    assert look.look() == Changes({}, frozenset())


def test_too_much_to_tell_is_told_in_short(store: Store, look: Feed) -> None:
    with store.writing() as connection:
        rows = [writing.insert_person(connection, adoption(person(f"user{number}"))) for number in range(feed.MOST + 1)]
    assert look.look() == Changes({}, None)
    with store.writing() as connection:
        for row in rows:
            note(connection, row, 2, CHANGED, 1.0)
    assert look.look() is None


def test_what_was_undone_is_not_told(store: Store, look: Feed) -> None:
    with suppress(ZeroDivisionError), store.writing() as connection:
        writing.insert_person(connection, adoption(person("jdoe")))
        _ = 1 / 0
    assert look.look() == Changes({}, frozenset())


def test_after_a_fault_it_connects_anew_and_trusts_nothing(store: Store, look: Feed) -> None:
    with store.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE change RENAME TO hidden")
    with pytest.raises(DirectoryUnavailable):
        look.look()
    with store.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE hidden RENAME TO change")
    assert look.look() is None
    assert look.look() == Changes({}, frozenset())
