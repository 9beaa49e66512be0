from __future__ import annotations

import pytest

from gateway.identity.administrators import Administrators
from gateway.testing.directory_hooks import person
from gateway.wire.dn import normalise_dn

ADMINS = "cn=admins,ou=groups,dc=example,dc=com"


def test_nobody_is_one_unless_named() -> None:
    assert not Administrators().include(person("admin", groups=[ADMINS]))


@pytest.mark.parametrize("entry", ["JDoe ", "UID=jdoe, ou=People,dc=example,dc=com"])
def test_a_person_is_named_by_login_name_or_dn_in_any_spelling(entry: str) -> None:
    some = Administrators.of([entry], normalise_dn)
    assert some.include(person("jdoe"))
    assert not some.include(person("mmuster"))


def test_members_of_a_group_that_is_named() -> None:
    some = Administrators.of([ADMINS], normalise_dn)
    assert some.include(person("jdoe", groups=["CN=Admins,OU=groups,dc=example,dc=com"]))
    assert not some.include(person("jdoe", groups=["cn=staff,ou=groups,dc=example,dc=com"]))


def test_a_further_name_makes_nobody_an_administrator() -> None:
    """People often write their own mail address."""
    assert not Administrators.of(["admin@corp.example"], normalise_dn).include(
        person("jdoe", aliases=["admin@corp.example"])
    )


def test_a_group_whose_name_is_no_dn_is_not_a_dn() -> None:
    assert not Administrators.of([ADMINS], normalise_dn).include(person("jdoe", groups=["admins"]))
