"""`source_names`: which names one source is asked for."""

from __future__ import annotations

import re

import pytest
from core_rig import RIGHT, WRONG, Rig, login

from gateway.identity.model import LoginName
from gateway.identity.names import NameRules
from gateway.identity.outcome import Accepted, Reason, Rejected, Unavailable, Unknown
from gateway.identity.source_names import EVERY_NAME, SourceNames, names_of
from gateway.testing.memory_source import MemorySource

RULES = SourceNames(("ou=people,o=corp",), frozenset({"corp", "corp.example"}), re.compile("[a-z]+"))
READ = NameRules.of(["CORP", "OTHER"], ["corp.example", "other.example"], ["uid"], ["dc=example,dc=com"])


@pytest.mark.parametrize("name", [
    "uid=x,ou=people,o=corp", "ou=people,o=corp", "CORP\\jdoe", "corp\\JDoe", "jdoe@corp.example", "x1@CORP.example",
    "jdoe", "JDOE", "uid=jdoe,dc=example,dc=com",
])  # fmt: skip
def test_what_a_rule_lets_through_is_asked_for(name: str) -> None:
    """R1: by any form of the name, and also where the domain has been left off."""
    assert RULES.asked(READ.readings(login(name)))


@pytest.mark.parametrize("name", [
    "uid=x,ou=others,o=corp", "uid=x,ou=xpeople,o=corp", "o=corp", "OTHER\\jdoe", "jdoe@other.example",
    "jdoe@elsewhere", "j1", "jdoe2", "uid=j1,dc=example,dc=com",
])  # fmt: skip
def test_everything_else_is_not_in_any_reading(name: str) -> None:
    assert RULES.asked(READ.readings(login(name))) == ()


@pytest.mark.parametrize("name", ["uid=x,o=y", "OTHER\\x", "x@y", "x"])
def test_a_kind_of_name_without_a_rule_and_a_source_without_rules_is_asked_for(name: str) -> None:
    assert EVERY_NAME.asked([login(name)])
    for rules in (SourceNames(suffixes=("o=z",)), SourceNames(domains=frozenset({"z"})), SourceNames(None, None, None)):
        kinds = {"dn": rules.suffixes, "domain": rules.domains}
        kind = "dn" if "=" in name else "domain" if "@" in name or "\\" in name else "bare"
        assert bool(rules.asked([login(name)])) is (kinds.get(kind) is None)


def test_why_not_is_said_in_words() -> None:
    assert RULES.refusal(login("uid=x,o=y")) == "the DN is below none of its suffixes"
    assert RULES.refusal(login("OTHER\\x")) == "'other' is none of its domains"
    assert RULES.refusal(LoginName.of("x1")) == "the name does not match its pattern"
    assert RULES.refusal(LoginName.of("x")) is None


def two(rules: SourceNames, second: SourceNames = EVERY_NAME) -> tuple[Rig, MemorySource, MemorySource]:
    staff, shop = MemorySource("staff"), MemorySource("shop", "ou=shop,o=corp")
    rig = Rig(staff, shop, names=READ, name_rules={"staff": rules, "shop": second})
    return rig, staff, shop


def test_a_source_that_is_not_asked_is_no_outage_and_owns_nothing() -> None:
    """R6, R8: neither is its silence the others' outage, nor does its own "wrong password" end the search."""
    rig, staff, shop = two(SourceNames(pattern=re.compile("[a-z]+")))
    staff.add("jdoe7", b"other")
    shop.add("jdoe7", RIGHT)
    assert isinstance(rig.bind("jdoe7"), Accepted)
    shop.add("k7", RIGHT)
    staff.fail_with()
    assert isinstance(rig.bind("k7"), Accepted)
    assert rig.bind("nobody7") == Unknown()
    assert staff.asked == []


def test_a_source_that_is_asked_and_does_not_answer_is_an_outage_all_the_same() -> None:
    """R6, R8."""
    rig, staff, shop = two(SourceNames(domains=frozenset({"corp"})))
    shop.add("jdoe", RIGHT)
    staff.fail_with()
    assert rig.bind("CORP\\jdoe") == Unavailable("staff")
    assert rig.bind("jdoe") == Unavailable("staff")
    assert isinstance(rig.bind("OTHER\\jdoe"), Accepted)


def test_where_nobody_is_asked_the_name_is_unknown() -> None:
    rig, staff, shop = two(SourceNames(pattern=re.compile("a+")), SourceNames(pattern=re.compile("b+")))
    assert rig.bind("ccc") == Unknown()
    assert (staff.asked, shop.asked) == ([], [])


def test_who_has_moved_is_let_in_by_any_name() -> None:
    """R9: the rules are about sources."""
    rig, staff, _ = two(SourceNames(domains=frozenset({"corp"})))
    staff.add("jdoe", RIGHT)
    assert isinstance(rig.bind("CORP\\jdoe"), Accepted)
    assert isinstance(rig.bind("OTHER\\jdoe"), Accepted)
    assert rig.bind("jdoe@other.example", WRONG) == Rejected(Reason.WRONG_PASSWORD)


def test_a_source_of_a_stranger_has_no_rules() -> None:
    assert names_of(MemorySource("x")) is EVERY_NAME


def test_a_name_that_was_refused_says_nothing_of_the_same_name_with_a_domain() -> None:
    """R8, R20: another source is asked for it."""
    rig, staff, shop = two(SourceNames(domains=frozenset({"corp"}), pattern=re.compile("nobody")))
    staff.add("jdoe", RIGHT)
    assert rig.bind("jdoe") == Unknown()
    assert isinstance(rig.bind("CORP\\jdoe"), Accepted)
    assert "lookup jdoe" in shop.asked
