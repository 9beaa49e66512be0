"""A directory that is not there yet: empty, and not to be written."""

from __future__ import annotations

import pytest
from waiting import collect, now

from gateway.absent import AbsentDirectory
from gateway.errors import DirectoryMissing, DirectoryUnavailable
from gateway.identity.model import LoginName, Secret
from gateway.identity.outcome import Unknown
from gateway.identity.ports import NativeDirectory, Sight
from gateway.identity.search import EVERYTHING, BaseNotFound, Query, Scope
from gateway.testing.directory_hooks import BASE, PASSWORD, adoption, person

JDOE = person("jdoe")


@pytest.fixture
def directory() -> AbsentDirectory:
    return AbsentDirectory(DirectoryMissing("there is none yet", remarks=("the folder is there",)))


def test_nobody_is_in_it(directory: NativeDirectory) -> None:
    assert now(directory.find(LoginName.of("jdoe"))) is None
    assert now(directory.by_origin("staff", ["jdoe"])) == {}
    assert now(directory.verify(JDOE, Secret(PASSWORD))) == Unknown()
    assert now(directory.counts()) == {}
    with pytest.raises(BaseNotFound):
        collect(directory.search(Query(BASE, Scope.SUBTREE, EVERYTHING)))
    now(directory.close())


def test_nothing_is_written_to_it(directory: NativeDirectory) -> None:
    with pytest.raises(DirectoryUnavailable, match="there is none yet"):
        now(directory.adopt(adoption(JDOE)))
    with pytest.raises(DirectoryUnavailable, match="there is none yet"):
        now(directory.update(JDOE.id, password_hash="x"))


def test_it_says_what_is_missing_and_that_is_no_fault(directory: AbsentDirectory) -> None:
    assert now(directory.inspect()) == Sight(True, ("there is none yet", "the folder is there"))
