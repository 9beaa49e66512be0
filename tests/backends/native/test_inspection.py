"""What `bindferry check` says of the directory."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from backends.native.engine import Store, open_store
from backends.native.inspection import look
from backends.native.sql import SqlDirectory, SqlOptions, build
from backends.native.writing import adopt
from gateway.errors import DirectoryUnavailable
from gateway.plugins import Context
from gateway.testing.directory_hooks import BASE, adoption, person
from gateway.testing.plain_hasher import PlainHasher
from gateway.testing.pump import PumpReactor


def opened(path: Path) -> Store:
    return open_store(f"sqlite:///{path}", busy_timeout=0.05, readers=1)


def test_people_schema_size_owner_and_soundness_are_told(tmp_path: Path) -> None:
    store = opened(tmp_path / "x.db")
    for name in ("jdoe", "mmuster"):
        adopt(store, adoption(person(name)))
    sight = look(store)
    store.close()
    counted, owned, sound = sight.lines
    assert sight.usable
    assert counted.startswith("2 people, 0 groups and other entries, schema 6, 0.")
    assert owned.startswith(f"{tmp_path}/x.db belongs to {getpass.getuser()}, group ")
    assert owned.endswith("mode 0600")
    assert sound == "its structure is sound"


def test_a_large_directory_is_not_looked_through(tmp_path: Path) -> None:
    store = opened(tmp_path / "x.db")
    assert look(store, quick=0).lines[-1].startswith("too large")
    store.close()


def test_a_damaged_file_is_not_usable(tmp_path: Path) -> None:
    """A page in the middle, that no question asked so far needs."""
    path = tmp_path / "x.db"
    store = opened(path)
    for number in range(50):
        adopt(store, adoption(person(f"person{number}")))
        adopt(store, adoption(person(f"other{number}")))
    with store.reading() as connection:
        page = connection.exec_driver_sql("SELECT rootpage FROM sqlite_schema WHERE name = 'membership'").scalar_one()
        size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    store.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(bytes(size))
    store = opened(path)
    sight = look(store)
    assert not sight.usable
    assert sight.lines[-1].startswith("damaged: ")
    store.close()


def test_a_file_that_went_away_is_unavailable(tmp_path: Path) -> None:
    store = opened(tmp_path / "x.db")
    (tmp_path / "x.db").unlink()
    with pytest.raises(DirectoryUnavailable, match="No such file"):
        look(store)
    store.close()


def test_the_directory_says_it_of_itself(tmp_path: Path) -> None:
    reactor = PumpReactor()
    made = build(SqlOptions(url=f"sqlite:///{tmp_path}/x.db", base=BASE), Context(reactor, PlainHasher()))
    reactor.run(made.close())
    context = Context(reactor, PlainHasher(), may_create=False)
    directory = build(SqlOptions(url=f"sqlite:///{tmp_path}/x.db", base=BASE), context)
    assert isinstance(directory, SqlDirectory)
    assert reactor.run(directory.inspect()).usable
    reactor.run(directory.close())
    reactor.close()
