from __future__ import annotations

from typing import Any

import pytest
from waiting import now

from gateway.errors import DirectoryUnavailable
from gateway.identity.administrators import Administrators
from gateway.identity.changes import Deed, Kind, Modification
from gateway.identity.model import Attributes, Entry
from gateway.testing.directory_hooks import person
from gateway.testing.memory_directory import MemoryDirectory
from gateway.testing.plain_hasher import PlainHasher
from gateway.wire.dn import normalise_dn

ADMINS = "cn=admins,ou=groups,dc=example,dc=com"
SPELLED = "CN=Admins,OU=groups,dc=example,dc=com"


class Configured:
    """A directory, and who is named."""

    def __init__(self, *entries: str) -> None:
        self.native = MemoryDirectory(PlainHasher())
        self.administrators = Administrators(entries, normalise_dn, self.native)

    def include(self, name: str, **more: Any) -> bool:
        return now(self.administrators.include(person(name, **more)))

    def own(self, *members: str) -> None:
        """The directory owns the group."""
        values = [person(name).dn.encode() for name in members]
        attributes = Attributes({"objectClass": [b"groupOfNames"], "cn": [b"admins"], "member": values})
        now(self.native.add(Entry(ADMINS, normalise_dn(ADMINS), attributes), Deed(1.0)))


def test_nobody_is_one_unless_named() -> None:
    assert not Configured().include("admin", groups=[ADMINS])


@pytest.mark.parametrize("entry", ["JDoe ", "UID=jdoe, ou=People,dc=example,dc=com"])
def test_a_person_is_named_by_login_name_or_dn_in_any_spelling(entry: str) -> None:
    assert Configured(entry).include("jdoe")
    assert not Configured(entry).include("mmuster")


def test_members_of_a_group_that_is_named_as_the_source_showed_it() -> None:
    some = Configured(ADMINS)
    assert some.include("jdoe", groups=[SPELLED])
    assert not some.include("jdoe", groups=["cn=staff,ou=groups,dc=example,dc=com", "admins"])


def test_of_a_group_that_the_directory_owns_it_knows_the_members() -> None:
    """Who was taken out of it through the gateway is none, whatever the source showed at the move."""
    some = Configured(ADMINS)
    some.own("jdoe", "mmuster")
    assert some.include("jdoe")
    step = Modification(Kind.DELETE, "member", (person("jdoe").dn.encode(),))
    now(some.native.change(normalise_dn(ADMINS), [step], Deed(2.0)))
    assert not some.include("jdoe", groups=[SPELLED])
    assert some.include("mmuster")


def test_a_further_name_makes_nobody_an_administrator() -> None:
    """People often write their own mail address."""
    assert not Configured("admin@corp.example").include("jdoe", aliases=["admin@corp.example"])


def test_where_the_directory_cannot_tell_nobody_is_taken_for_one() -> None:
    some = Configured(ADMINS)
    some.native.fail_with()
    with pytest.raises(DirectoryUnavailable):
        some.include("jdoe", groups=[SPELLED])
