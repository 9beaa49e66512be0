"""How names may be read (R1)."""

from __future__ import annotations

import pytest

from gateway.identity.model import LoginName
from gateway.identity.names import NameRules

RULES = NameRules.of(["CORP"], ["corp.example", "@old.example"], ["uid", "sAMAccountName"], ["dc=example,dc=com"])


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("jdoe", ["jdoe"]),
        ("CORP\\JDoe", ["jdoe"]),
        ("corp\\ jdoe", ["jdoe"]),
        ("OTHER\\jdoe", ["other\\jdoe"]),
        ("\\jdoe", ["\\jdoe"]),
        ("CORP\\", ["corp\\"]),
        ("JDoe@Corp.Example", ["jdoe@corp.example", "jdoe"]),
        ("jdoe@old.example", ["jdoe@old.example", "jdoe"]),
        ("jdoe@elsewhere.example", ["jdoe@elsewhere.example"]),
        ("@corp.example", ["@corp.example"]),
        ("a@b@corp.example", ["a@b@corp.example", "a@b"]),
        ("", [""]),
    ],
)
def test_a_bare_name_is_read_by_the_configured_rules(typed: str, keys: list[str]) -> None:
    """R1: a domain or suffix that nobody configured is never cut off."""
    assert [reading.key for reading in RULES.readings(LoginName.of(typed))] == keys


@pytest.mark.parametrize(
    ("dn", "leaf", "keys"),
    [
        ("uid=jdoe,dc=example,dc=com", ("uid", "jdoe"), ["uid=jdoe,dc=example,dc=com", "jdoe"]),
        ("samaccountname=jdoe", ("samaccountname", "jdoe"), ["samaccountname=jdoe", "jdoe"]),
        ("uid=jdoe,ou=people,o=corp", ("uid", "jdoe"), ["uid=jdoe,ou=people,o=corp"]),
        ("uid=jdoe,ou=sub,dc=example,dc=com", ("uid", "jdoe"), ["uid=jdoe,ou=sub,dc=example,dc=com"]),
        ("cn=jdoe,dc=example,dc=com", ("cn", "jdoe"), ["cn=jdoe,dc=example,dc=com"]),
    ],
)
def test_a_dn_names_a_login_only_in_the_new_tree(dn: str, leaf: tuple[str, str], keys: list[str]) -> None:
    """A DN of another tree must not lead to whoever happens to have the same name here."""
    assert [reading.key for reading in RULES.readings(LoginName.of_dn(dn, dn, leaf))] == keys


def test_without_rules_a_name_is_itself() -> None:
    assert [reading.key for reading in NameRules().readings(LoginName.of("CORP\\x@y"))] == ["corp\\x@y"]
