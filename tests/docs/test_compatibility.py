"""docs/compatibility.rst: every fact about applications and every complaint is there, with its tests or a reason."""

from __future__ import annotations

import re

import pytest
from documents import fields, literals, missing, title, tree
from docutils import nodes

ITEMS = [
    section for section in tree("compatibility.rst").findall(nodes.section) if re.match(r"[ABC]\d+ ", title(section))
]
NUMBERS = [title(item).partition(" ")[0] for item in ITEMS]
EACH = pytest.mark.parametrize("item", ITEMS, ids=NUMBERS)


def test_every_number_is_there_once_and_in_order() -> None:
    """28 facts about what applications send, 9 about result codes, 53 complaints."""
    counts = {"A": 28, "C": 9, "B": 53}
    assert [f"{letter}{number + 1}" for letter, most in counts.items() for number in range(most)] == NUMBERS


@EACH
def test_each_says_where_it_was_seen_and_is_proved_or_says_why_not(item: nodes.section) -> None:
    told = fields(item)
    assert told.keys() - {"Seen in"} in ({"Proved by"}, {"Not covered"}, {"Proved by", "Not covered"})
    assert all(body.astext().strip() for body in told.values())
    if "Proved by" in told:
        proofs = literals(told["Proved by"])
        assert proofs
        assert all(re.fullmatch(r"(tests|gateway/testing)/[\w/]+\.py::[\w:]+", proof) for proof in proofs)


@EACH
def test_every_test_that_is_named_exists(item: nodes.section) -> None:
    assert missing(item) == []
