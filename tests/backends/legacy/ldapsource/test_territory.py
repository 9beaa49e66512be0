"""`ldapsource.territory`: what a search means for a source, by base and scope."""

from __future__ import annotations

import pytest

from backends.legacy.ldapsource.territory import Territory
from gateway.identity.search import EVERYTHING, BaseNotFound, Query, Scope

OURS = "ou=people,o=corp"
BELOW = f"uid=x,{OURS}"
DEEP = f"cn=y,{BELOW}"
BASE, ONE, SUB = Scope.BASE, Scope.ONE, Scope.SUBTREE


@pytest.mark.parametrize(
    ("base", "scope", "part"),
    [
        (OURS, SUB, (OURS, SUB)),
        (OURS, ONE, (OURS, ONE)),
        (OURS, BASE, (OURS, BASE)),
        (BELOW, SUB, (BELOW, SUB)),
        (DEEP, BASE, (DEEP, BASE)),
        ("o=corp", SUB, (OURS, SUB)),
        ("o=corp", ONE, (OURS, BASE)),
        ("", SUB, (OURS, SUB)),
        ("", ONE, None),
    ],
)
def test_a_whole_subtree(base: str, scope: Scope, part: tuple[str, Scope] | None) -> None:
    assert Territory(OURS).part(Query(base, scope, EVERYTHING)) == part


@pytest.mark.parametrize(
    ("base", "scope", "part"),
    [
        (OURS, SUB, (OURS, ONE)),
        (OURS, ONE, (OURS, ONE)),
        (OURS, BASE, None),
        (BELOW, SUB, (BELOW, BASE)),
        (BELOW, ONE, None),
        (BELOW, BASE, (BELOW, BASE)),
        ("o=corp", SUB, (OURS, ONE)),
        ("o=corp", ONE, None),
    ],
)
def test_one_level(base: str, scope: Scope, part: tuple[str, Scope] | None) -> None:
    assert Territory(OURS, one_level=True).part(Query(base, scope, EVERYTHING)) == part


@pytest.mark.parametrize(
    ("base", "scope"), [("o=other", SUB), ("o=corp", BASE), ("ou=xpeople,o=corp", SUB), ("", BASE)]
)
def test_a_base_that_is_not_ours(base: str, scope: Scope) -> None:
    with pytest.raises(BaseNotFound):
        Territory(OURS).part(Query(base, scope, EVERYTHING))


def test_what_is_deeper_than_one_level_is_not_ours() -> None:
    with pytest.raises(BaseNotFound):
        Territory(OURS, one_level=True).part(Query(DEEP, BASE, EVERYTHING))
