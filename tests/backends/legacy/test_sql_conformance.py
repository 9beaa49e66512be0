"""The suite that every source passes, over a SQLite file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import event
from usertable import BASE, GROUPS, PASSWORD, Harness, execute, group_options, make, options, source_over, ssha
from waiting import start

from backends.legacy.sql import SqlSource
from gateway.identity.outcome import Reason
from gateway.testing.conformance_groups import GroupsConformance, KnownGroup
from gateway.testing.conformance_source import Known, SourceConformance
from gateway.wire.groupclasses import lists_of

T = TypeVar("T")
TIMEOUT = 0.25
BY_NAME = "SELECT * FROM roles WHERE lower(name) = lower(:name)"
BY_EXACT_NAME = "SELECT * FROM roles WHERE name = :name"


class SqliteStore:
    """The user table of `usertable`, with another password for bob and cyn."""

    login_attribute = "uid"
    now = 1_800_000_000.0
    people = (
        Known("ada", PASSWORD.encode(), f"uid=ada,{BASE}"),
        Known("Bob", b"battery staple", f"uid=Bob,{BASE}"),
        Known("cyn", PASSWORD.encode(), f"uid=cyn,{BASE}", Reason.NO_PASSWORD),
        Known("dee", PASSWORD.encode(), f"uid=dee,{BASE}", Reason.EXPIRED),
        Known("eve", PASSWORD.encode(), f"uid=eve,{BASE}", Reason.MUST_CHANGE),
        Known("fay", PASSWORD.encode(), f"uid=fay,{BASE}", Reason.LOCKED),
    )

    def __init__(self, path: Path, harness: Harness) -> None:
        self.source: SqlSource = harness.source
        self._path = path
        self._reactor = harness.reactor
        self._hanging = threading.Event()
        self._released = threading.Event()
        event.listen(self.source.database.engine, "do_execute", self._execute)

    def run(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Time passes only where the store hangs, and then twice the source's deadline at once."""
        deferred = start(function())
        if self._hanging.is_set():
            self._reactor.advance(2 * TIMEOUT)
        return self._reactor.wait(deferred)

    def stop(self) -> None:
        """The file is gone, and so are connections that were open."""
        self.source.database.engine.dispose()
        self._path.rename(self._path.with_suffix(".gone"))

    def hang(self) -> None:
        """No statement comes back."""
        self._hanging.set()

    def release(self) -> None:
        """Threads that hang come back."""
        self._released.set()

    def _execute(self, *_: object) -> None:
        if self._hanging.is_set():
            self._released.wait(20)


class GroupStore(SqliteStore):
    """The same with the groups of `usertable`; who is in none is everybody else."""

    def __init__(self, path: Path, harness: Harness, *lists: str) -> None:
        super().__init__(path, harness)
        self.groups = (
            KnownGroup(f"cn=staff,{GROUPS}", ("ada", "Bob"), lists),
            KnownGroup(f"cn=B\u00fcro\\, West,{GROUPS}", ("ada",), lists),
            KnownGroup(f"cn=Empty,{GROUPS}", (), lists),
        )


class TestSqlSource(SourceConformance):
    """Everything, over one table."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SqliteStore]:
        path = make(tmp_path / "users.db")
        execute(path, "UPDATE users SET username = 'Bob', disabled = 0, pw = ? WHERE id = 2", ssha(b"battery staple"))
        changes = {
            "query": "SELECT * FROM users WHERE lower(username) = lower(:name)",
            "list": "SELECT * FROM users WHERE id > :after ORDER BY id LIMIT :limit",
            "batch": 4,
            "count": "SELECT count(*) FROM users",
            "groups": "SELECT group_name FROM memberships WHERE user_id = :key",
            "timeout": TIMEOUT,
        }
        with source_over(options(path, **changes)) as harness:
            store = SqliteStore(path, harness)
            yield store
            store.release()


class TestSqlSourceWithGroups(GroupsConformance):
    """Groups of every class, and with a statement for one of them or without."""

    @pytest.fixture(params=["groupOfNames", "groupOfUniqueNames", "posixGroup", "groupOfNames posixGroup"])
    def classes(self, request: pytest.FixtureRequest) -> tuple[str, ...]:
        return tuple(request.param.split())

    @pytest.fixture(params=[None, BY_NAME, BY_EXACT_NAME], ids=["list alone", "by name", "by name and case"])
    def store(self, request: pytest.FixtureRequest, tmp_path: Path, classes: tuple[str, ...]) -> Iterator[GroupStore]:
        path = make(tmp_path / "users.db")
        execute(path, "UPDATE users SET username = 'Bob', disabled = 0, pw = ? WHERE id = 2", ssha(b"battery staple"))
        execute(path, "INSERT INTO memberships VALUES (2, 'staff')")
        shown = group_options(object_classes=classes, attributes={"gidNumber": "gid"})
        if request.param is not None:
            shown["by_name"] = request.param
        changes = {
            "query": "SELECT * FROM users WHERE lower(username) = lower(:name)",
            "list": "SELECT * FROM users WHERE id > :after ORDER BY id LIMIT :limit",
            "groups": shown,
            "timeout": TIMEOUT,
        }
        with source_over(options(path, **changes)) as harness:
            store = GroupStore(path, harness, *lists_of(classes))
            yield store
            store.release()
