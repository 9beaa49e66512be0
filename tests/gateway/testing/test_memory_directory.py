"""The memory double passes the suite of every native directory, without ever waiting."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from waiting import now

from gateway.errors import DirectoryUnavailable
from gateway.identity.model import LoginName, Secret
from gateway.identity.outcome import Unavailable
from gateway.identity.ports import NativeDirectory
from gateway.testing.conformance_directory import DirectoryConformance
from gateway.testing.directory_hooks import BASE, adoption, person
from gateway.testing.memory_directory import MemoryDirectory
from gateway.testing.plain_hasher import PlainHasher

T = TypeVar("T")


class TestMemoryDirectory(DirectoryConformance):
    """One process has all of it in memory: another sees it in the same object."""

    def make(self, hasher: PlainHasher) -> NativeDirectory:
        return MemoryDirectory(hasher, BASE)

    def same_store(self, hasher: PlainHasher) -> NativeDirectory:
        return self.directory

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return now(coroutine)

    def later(self, seconds: float) -> None:
        """Nothing here takes time."""


def test_it_can_be_made_to_fail_and_to_answer_again() -> None:
    directory = MemoryDirectory(PlainHasher())
    jdoe = now(directory.adopt(adoption(person("jdoe"))))
    directory.fail_with()
    with pytest.raises(DirectoryUnavailable):
        now(directory.find(LoginName.of("jdoe")))
    assert now(directory.verify(jdoe, Secret(b"x"))) == Unavailable("directory")
    directory.heal()
    assert now(directory.find(LoginName.of("jdoe"))) is jdoe


def test_writes_alone_can_be_made_to_fail() -> None:
    """R12: what a full disk looks like."""
    directory = MemoryDirectory(PlainHasher())
    directory.fail_with(only_writes=True)
    assert now(directory.find(LoginName.of("jdoe"))) is None
    with pytest.raises(DirectoryUnavailable):
        now(directory.adopt(adoption(person("jdoe"))))


def test_it_tells_who_asked_and_no_password() -> None:
    """R15."""
    directory = MemoryDirectory(PlainHasher())
    jdoe = now(directory.adopt(adoption(person("jdoe"))))
    now(directory.verify(jdoe, Secret(b"secret")))
    assert directory.asked == ["adopt jdoe", "verify jdoe"]


def test_somebody_can_leave() -> None:
    directory = MemoryDirectory(PlainHasher())
    jdoe = now(directory.adopt(adoption(person("jdoe"))))
    directory.forget(jdoe.id)
    assert now(directory.find(LoginName.of("jdoe"))) is None
