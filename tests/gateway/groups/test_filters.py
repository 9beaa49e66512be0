"""What a filter asks about membership."""

from __future__ import annotations

import pytest

from gateway.groups.filters import asks_about_groups, chains, loosened, pinned, replaced
from gateway.identity.search import EVERYTHING
from gateway.wire.controls import IN_CHAIN
from gateway.wire.filter import UNDEFINED, Equal, Filter, format_filter, parse_filter

CHAIN = f"(member:{IN_CHAIN}:=cn=a,o=c)"


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("(uid=a)", False),
        ("(&(uid=a)(!(member=cn=a)))", False),
        ("(memberOf=cn=g)", True),
        ("(|(uid=a)(!(MemberOf;x-y=*)))", True),
        ("(1.2.840.113556.1.2.102=cn=g)", True),
        (CHAIN, True),
        ("(memberOf:distinguishedNameMatch:=cn=g)", True),
        (f"(:{IN_CHAIN}:=cn=g)", True),
        (f"({'x' * 70}=1)", False),
    ],
)
def test_only_what_is_about_groups_is_looked_at_twice(text: str, asks: bool) -> None:
    assert asks_about_groups(parse_filter(text)) is asks
    assert not asks_about_groups(EVERYTHING)


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("(memberOf=cn=g)", "(objectClass=*)"),
        ("(!(memberOf=cn=g))", "(objectClass=*)"),
        ("(!(!(memberOf=*)))", "(objectClass=*)"),
        ("(&(uid=a)(memberOf=cn=g))", "(uid=a)"),
        ("(&(uid=a)(!(memberOf=cn=g))(sn=b))", "(&(uid=a)(sn=b))"),
        ("(|(uid=a)(memberOf=cn=g))", "(objectClass=*)"),
        ("(&(cn=x)(|(uid=a)(!(memberOf=cn=g))))", "(cn=x)"),
        ("(!(&(uid=a)(memberOf=cn=g)))", "(objectClass=*)"),
        ("(!(|(uid=a)(memberOf=cn=g)))", "(!(uid=a))"),
        ("(memberOf=nothing)", "(memberOf=nothing)"),
        ("(uid=a)", "(uid=a)"),
    ],
)
def test_a_loosened_filter_loses_nobody(text: str, loose: str) -> None:
    assert loosened(parse_filter(text)) == parse_filter(loose)


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("(memberOf=cn=g)", {b"cn=g"}),
        ("(&(uid=*)(memberOf=cn=g)(|(memberOf=cn=h)(memberOf=cn=i)))", {b"cn=g"}),
        ("(|(memberOf=cn=h)(&(memberOf=cn=i)(uid=a)))", {b"cn=h", b"cn=i"}),
        ("(|(memberOf=cn=h)(uid=a))", None),
        ("(!(memberOf=cn=g))", None),
        ("(memberOf=*)", None),
        ("(memberOf=nothing)", set()),
        ("(&(memberOf=cn=g)(memberOf=nothing))", set()),
        ("(uid=a)", None),
    ],
)
def test_a_filter_pins_groups(text: str, groups: set[bytes] | None) -> None:
    assert pinned(parse_filter(text)) == groups


def test_undefined_pins_nobody_and_stays() -> None:
    assert pinned(UNDEFINED) == frozenset()
    assert loosened(UNDEFINED) is UNDEFINED


def test_chains_are_found_and_replaced_wherever_they_stand() -> None:
    item = parse_filter(f"(&(uid=a)(|(sn=b)(!{CHAIN})))")
    assert [format_filter(one) for one in chains(item)] == [CHAIN]
    other: Filter = Equal("sn", b"c")
    assert replaced(item, lambda _: other) == parse_filter("(&(uid=a)(|(sn=b)(!(sn=c))))")
