from __future__ import annotations

import pytest
from conversation import person

from gateway.frontends.ldap.reach import EVERYWHERE, NOWHERE, Reach
from gateway.identity.search import Query, Scope
from gateway.wire.filter import And, parse_filter

PEOPLE, GROUPS, TOP = "ou=people,o=corp", "ou=groups,o=corp", "o=corp"
ANY = parse_filter("(cn=*)")


def query(base: str, scope: Scope = Scope.SUBTREE) -> Query:
    return Query(base, scope, ANY, limit=5)


def test_what_is_whole_and_what_is_empty() -> None:
    assert (EVERYWHERE.is_whole, EVERYWHERE.is_empty) == (True, False)
    assert (NOWHERE.is_whole, NOWHERE.is_empty) == (False, True)
    assert not Reach(None, ANY).is_whole
    assert Reach.of([""]).covers("o=anything")


def test_a_base_within_another_adds_nothing() -> None:
    assert Reach.of([PEOPLE, TOP, TOP, GROUPS]).bases == (TOP,)


@pytest.mark.parametrize(("asked", "scope", "base", "limit"), [
    (PEOPLE, Scope.SUBTREE, PEOPLE, 5),
    (f"uid=a,{PEOPLE}", Scope.BASE, f"uid=a,{PEOPLE}", 5),
    (TOP, Scope.SUBTREE, TOP, 0),
    ("", Scope.SUBTREE, "", 0),
    (TOP, Scope.ONE, TOP, 0),
    (TOP, Scope.BASE, None, 0),
    ("", Scope.ONE, None, 0),
    ("ou=else,o=corp", Scope.SUBTREE, None, 0),
    ("xou=people,o=corp", Scope.SUBTREE, None, 0),
])  # fmt: skip
def test_a_query_is_narrowed_as_far_as_a_query_can_be(asked: str, scope: Scope, base: str | None, limit: int) -> None:
    """Where some of what is found is left out afterwards there is no limit: what is cut short must not look whole."""
    narrowed = Reach.of([PEOPLE, GROUPS]).narrow(query(asked, scope))
    assert (narrowed and (narrowed.base, narrowed.limit)) == (base if base is None else (base, limit))


def test_a_search_from_above_goes_straight_to_the_only_base() -> None:
    narrowed = Reach.of([PEOPLE]).narrow(query(TOP))
    assert narrowed is not None
    assert (narrowed.base, narrowed.limit) == (PEOPLE, 5)


def test_the_filter_is_pushed_down_with_the_applications_own() -> None:
    rule = parse_filter("(objectClass=person)")
    narrowed = Reach.of([PEOPLE], rule).narrow(query(PEOPLE))
    assert narrowed is not None
    assert narrowed.filter == And((ANY, rule))


def test_what_is_shown_must_match_both_place_and_filter() -> None:
    reach = Reach.of(["ou=people,dc=example,dc=com"], parse_filter("(uid=j*)"))
    assert reach.shows(person("jdoe"))
    assert not reach.shows(person("ann"))
    assert not reach.shows(person("jdoe", base="ou=staff,dc=example,dc=com"))
