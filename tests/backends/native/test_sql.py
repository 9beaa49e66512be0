"""The directory on SQLite passes the suite of every native directory, with real threads and a second process' view."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

from backends.native.sql import SqlDirectory, SqlOptions, build
from gateway.plugins import Context
from gateway.testing.conformance_directory import DirectoryConformance
from gateway.testing.directory_hooks import BASE
from gateway.testing.plain_hasher import PlainHasher
from gateway.testing.pump import PumpReactor

T = TypeVar("T")


class TestSqlDirectory(DirectoryConformance):
    """Two directories on one file are what two processes are: SQLite locks between connections."""

    def make(self, hasher: PlainHasher) -> SqlDirectory:
        self.reactor = PumpReactor()
        self.sql: list[SqlDirectory] = []
        self.url = f"sqlite:///{self.folder / hasher.__class__.__name__}.db"
        return self.same_store(hasher)

    def same_store(self, hasher: PlainHasher) -> SqlDirectory:
        directory = build(SqlOptions(url=self.url, base=BASE), Context(self.reactor, hasher))
        self.sql.append(directory)
        return directory

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.reactor.run(coroutine)

    def later(self, seconds: float) -> None:
        self.reactor.advance(seconds)
        for directory in self.sql:
            self.run(directory.settled())
