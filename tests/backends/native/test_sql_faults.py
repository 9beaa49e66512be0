"""The directory on SQLite where it cannot answer, or need not ask: faults, budgets, memory, several writers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError
from waiting import now

from backends.native import writing
from backends.native.engine import open_store
from backends.native.sql import SqlDirectory, SqlOptions, build
from gateway import plugins
from gateway.errors import ConfigError, DirectoryUnavailable, IdentityConflict
from gateway.identity.model import Identity, LoginName, Origin, Secret
from gateway.identity.outcome import Reason, Rejected, Unavailable
from gateway.testing.directory_hooks import BASE, PASSWORD, adoption, person
from gateway.testing.plain_hasher import PlainHasher
from gateway.testing.pump import PumpReactor

Open = Callable[..., SqlDirectory]


@pytest.fixture
def reactor() -> PumpReactor:
    return PumpReactor()


@pytest.fixture
def hasher() -> PlainHasher:
    return PlainHasher()


@pytest.fixture
def directory(tmp_path: Path, reactor: PumpReactor, hasher: PlainHasher) -> Iterator[SqlDirectory]:
    options = SqlOptions(url=f"sqlite:///{tmp_path}/x.db", base=BASE, busy_timeout=0.05)
    directory = build(options, plugins.Context(reactor, hasher))
    yield directory
    reactor.run(directory.close())


def warm(reactor: PumpReactor, directory: SqlDirectory, name: str) -> Identity:
    """Somebody who is in memory, and memory is to be trusted."""
    for _ in range(2):
        found = reactor.run(directory.find(LoginName.of(name)))
        reactor.run(directory.settled())
    assert found is not None
    return found


def test_it_is_registered_under_its_scheme() -> None:
    assert plugins.find(plugins.DIRECTORIES, "sqlite").options is SqlOptions


def test_people_in_use_are_answered_without_waiting(reactor: PumpReactor, directory: SqlDirectory) -> None:
    reactor.run(directory.adopt(adoption(person("jdoe"))))
    jdoe = warm(reactor, directory, "jdoe")
    assert now(directory.find(LoginName.of("JDOE"))) is jdoe
    assert now(directory.by_origin("staff", ["jdoe"])) == {"jdoe": jdoe}


def test_memory_is_used_while_the_database_is_locked_and_for_a_second_if_it_is_gone(
    reactor: PumpReactor, directory: SqlDirectory, tmp_path: Path
) -> None:
    """R9: not longer."""
    reactor.run(directory.adopt(adoption(person("jdoe"))))
    warm(reactor, directory, "jdoe")
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("DROP TABLE change")
        connection.execute("ALTER TABLE identity RENAME TO gone")
    connection.close()
    assert now(directory.find(LoginName.of("jdoe"))) is not None
    for _ in range(2):
        reactor.advance(0.5)
        reactor.run(directory.settled())
    with pytest.raises(DirectoryUnavailable):
        reactor.run(directory.find(LoginName.of("jdoe")))
    assert reactor.run(directory.verify(person("jdoe"), Secret(PASSWORD))) == Unavailable("directory")


def test_a_locked_database_fails_writes_and_not_reads(
    reactor: PumpReactor, directory: SqlDirectory, tmp_path: Path
) -> None:
    """R12."""
    reactor.run(directory.adopt(adoption(person("jdoe"))))
    lock = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    with pytest.raises(DirectoryUnavailable, match="locked"):
        reactor.run(directory.adopt(adoption(person("asmith"))))
    assert reactor.run(directory.find(LoginName.of("jdoe"))) is not None
    assert reactor.run(directory.find(LoginName.of("asmith"))) is None
    lock.close()


def test_an_account_without_a_hash_is_a_refusal_after_the_usual_work(
    reactor: PumpReactor, directory: SqlDirectory, hasher: PlainHasher, tmp_path: Path
) -> None:
    """R25. Only a hand in the database can bring it about."""
    reactor.run(directory.adopt(adoption(person("jdoe"))))
    jdoe = warm(reactor, directory, "jdoe")
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("UPDATE identity SET password_hash = ''")
    connection.close()
    reactor.advance(0.5)
    reactor.run(directory.settled())
    for password in (PASSWORD, b"x"):
        assert reactor.run(directory.verify(jdoe, Secret(password))) == Rejected(Reason.NO_PASSWORD)
    assert hasher.work == 2


def test_a_hand_in_the_database_is_seen_within_a_second(
    reactor: PumpReactor, directory: SqlDirectory, tmp_path: Path
) -> None:
    """Though it tells nothing in the feed of changes (unless Bindferry itself writes in the same half second)."""
    reactor.run(directory.adopt(adoption(person("jdoe"))))
    warm(reactor, directory, "jdoe")
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("UPDATE identity SET disabled = 1")
    connection.close()
    reactor.advance(0.5)
    reactor.run(directory.settled())
    found = reactor.run(directory.find(LoginName.of("jdoe")))
    assert found is not None
    assert found.state.disabled


def test_more_questions_than_may_wait_are_refused_as_busy(reactor: PumpReactor, directory: SqlDirectory) -> None:
    jdoe = reactor.run(directory.adopt(adoption(person("jdoe"))))
    directory._readers.queue = -directory._readers.size
    with pytest.raises(DirectoryUnavailable):
        now(directory.find(LoginName.of("jdoe")))
    assert now(directory.verify(jdoe, Secret(PASSWORD))) == Unavailable("directory", busy=True)


def test_processes_that_adopt_the_same_people_at_once_make_each_once(tmp_path: Path) -> None:
    """R11: threads with stores of their own, which SQLite keeps apart like processes."""
    url = f"sqlite:///{tmp_path}/x.db"
    open_store(url, busy_timeout=10, readers=1).close()

    def adopt_all(_: int) -> list[int]:
        store = open_store(url, busy_timeout=10, readers=1)
        rows = [writing.adopt(store, adoption(person(f"user{number}"))).row for number in range(20)]
        store.close()
        return rows

    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(adopt_all, range(4)))
    assert all(rows == results[0] for rows in results)
    assert len(set(results[0])) == 20


def test_of_two_sources_that_claim_one_name_at_once_one_gets_it(tmp_path: Path) -> None:
    """R4."""
    url = f"sqlite:///{tmp_path}/x.db"
    open_store(url, busy_timeout=10, readers=1).close()

    def claim(source: str) -> bool:
        store = open_store(url, busy_timeout=10, readers=1)
        try:
            writing.adopt(store, adoption(person("jdoe", origin=Origin(source, "1"))))
        except IdentityConflict:
            return False
        finally:
            store.close()
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(claim, "abcd")) == [False, False, False, True]


def test_a_hash_that_changed_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    """R14."""
    store = open_store(f"sqlite:///{tmp_path}/x.db", busy_timeout=1, readers=1)
    jdoe = writing.adopt(store, adoption(person("jdoe"))).identity
    assert writing.replace_hash(store, jdoe.id, "other", "new", 1.0) is None
    changed = writing.replace_hash(store, jdoe.id, adoption(jdoe).password_hash, "new", 1.0)
    assert changed is not None
    assert (changed.password_hash, changed.identity.revision) == ("new", jdoe.revision + 1)
    store.close()


def test_a_directory_that_lost_a_table_does_not_start(tmp_path: Path, reactor: PumpReactor) -> None:
    options = SqlOptions(url=f"sqlite:///{tmp_path}/x.db", base=BASE)
    reactor.run(build(options, plugins.Context(reactor, PlainHasher())).close())
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("DROP TABLE change")
    connection.close()
    with pytest.raises(ConfigError, match="no such table"):
        build(options, plugins.Context(reactor, PlainHasher()))


@pytest.mark.parametrize(
    "more",
    [{"base": "no dn"}, {"cache": -1}, {"busy_timeout": "0s"}, {"read_threads": 0}, {"unknown": 1}],
)
def test_options_are_checked(more: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SqlOptions.model_validate({"url": "sqlite:////tmp/x.db", "base": BASE, **more})
