"""Matching rules by name and OID, and what an extensible match by each asks of one value."""

from __future__ import annotations

import pytest

from gateway.wire.rules import RULES, find


def _asks(rule: str, value: bytes, held: bytes) -> bool | None:
    known = find(rule)
    assert known is not None
    predicate = known.predicate(value)
    return None if predicate is None else predicate(held)


@pytest.mark.parametrize(
    ("rule", "value", "held", "expected"),
    [
        ("caseIgnoreMatch", b"A", b"a", True),
        ("2.5.13.5", b"A", b"a", False),
        ("CASEEXACTMATCH", b"a", b"a", True),
        ("integerMatch", b"7", b"07", True),
        ("integerMatch", b"x", b"7", None),
        ("integerMatch", b"7", b"x", False),
        ("integerOrderingMatch", b"7", b"6", True),
        ("integerOrderingMatch", b"7", b"7", False),
        ("generalizedTimeOrderingMatch", b"20240101000000Z", b"20231231235959Z", True),
        ("octetStringOrderingMatch", b"b", b"a", True),
        ("caseIgnoreSubstringsMatch", b"a*", b"ab", None),
        ("1.2.840.113556.1.4.803", b"6", b"7", True),
        ("1.2.840.113556.1.4.803", b"6", b"5", False),
        ("1.2.840.113556.1.4.803", b"2147483648", b"-2147483646", True),
        ("1.2.840.113556.1.4.803", b"x", b"5", None),
        ("1.2.840.113556.1.4.804", b"6", b"4", True),
        ("1.2.840.113556.1.4.804", b"6", b"1", False),
        ("1.2.840.113556.1.4.804", b"6", b"x", False),
        ("1.2.840.113556.1.4.1941", b"cn=g,o=c", b"cn=g,o=c", None),
    ],
)
def test_a_rule_asks(rule: str, value: bytes, held: bytes, expected: bool | None) -> None:
    assert _asks(rule, value, held) is expected


def test_an_unknown_rule_is_not_found() -> None:
    assert find("1.2.840.113556.1.4.1942") is None
    assert find("") is None


def test_no_two_rules_share_a_name_or_an_oid() -> None:
    names = [name.lower() for rule in RULES for name in (rule.oid, rule.name)]
    assert len(names) == len(set(names))
