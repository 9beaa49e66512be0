"""`spelling`: what goes from entry to entry, asked in the words of an application that knows other names."""

from __future__ import annotations

from typing import Any

import pytest
from office import SERVICE, STAGES, TOP, Office, find, names

from gateway.wire.controls import IN_CHAIN

OLD_BASES = {"bases": {"o=old": TOP}}
OLD_PEOPLE = {"bases": {"ou=crews,o=old": f"ou=Groups,{TOP}"}, "people": "cn={cn},ou=users,o=old"}
OTHER_NAMES = {"rename": {"memberOf": "isMemberOf"}}
staged = pytest.mark.parametrize("stage", STAGES)


def asked(stage: str, persona: dict[str, Any], text: str, base: str = "o=old") -> list[str]:
    listed = [{"name": "crm", "bind_dn": SERVICE, "bases": "all", "persona": persona}]
    return names(find(Office(stage=stage, applications=listed).service(), base, text, "cn"))


@staged
def test_groups_in_groups_are_found_by_the_applications_own_dns(stage: str) -> None:
    """R18: not only whoever is in the first one."""
    below = f"(memberOf:{IN_CHAIN}:=CN=nested, ou=groups,o=old)"
    assert asked(stage, OLD_BASES, below) == ["admins", "anna", "berta"]
    assert asked(stage, OLD_BASES, f"(&(uid=anna){below})") == ["anna"]
    above = f"(member:{IN_CHAIN}:=uid=anna,ou=People,o=old)"
    assert asked(stage, OLD_BASES, above) == ["admins", "nested"]
    assert asked(stage, OLD_BASES, f"(&(objectClass=groupOfNames)(!{above}))") == []


@staged
def test_people_are_found_by_dns_that_only_their_entries_tell(stage: str) -> None:
    below = f"(memberOf:{IN_CHAIN}:=cn=nested,ou=crews,o=old)"
    assert asked(stage, OLD_PEOPLE, below) == ["Anna Müller", "Berta Müller", "admins"]
    above = f"(member:{IN_CHAIN}:=cn=anna müller,ou=users,o=old)"
    assert asked(stage, OLD_PEOPLE, above) == ["admins", "nested"]


@staged
def test_an_attribute_is_followed_by_the_name_that_the_application_has_for_it(stage: str) -> None:
    below = f"(isMemberOf:{IN_CHAIN}:=cn=nested,ou=Groups,{TOP})"
    assert asked(stage, OTHER_NAMES, below, TOP) == ["admins", "anna", "berta"]


@pytest.mark.parametrize("persona", [OLD_BASES, OLD_PEOPLE], ids=["bases", "people"])
@pytest.mark.parametrize(
    "value", ["cn=gone,ou=Groups,o=old", f"cn=nested,ou=Groups,{TOP}", "cn=nobody,ou=users,o=old", "x"]
)
def test_a_dn_that_the_application_does_not_know_selects_nobody(persona: dict[str, Any], value: str) -> None:
    """Neither what is stored under another name for it, nor what is no DN; and that is no error."""
    assert asked("anna", persona, f"(memberOf:{IN_CHAIN}:={value})") == []


def test_an_attribute_that_holds_no_dns_is_undefined() -> None:
    assert asked("anna", OLD_BASES, f"(cn:{IN_CHAIN}:=cn=admins,ou=Groups,o=old)") == []
    assert asked("anna", OLD_BASES, f"(!(cn:{IN_CHAIN}:=cn=admins,ou=Groups,o=old))") == []
