"""docs/rules.rst: every promise is there, and what it names exists."""

from __future__ import annotations

import re

import pytest
from documents import fields, literals, missing, title, tree
from docutils import nodes

DOCUMENT = tree("rules.rst")
RULES = {
    title(section).partition(" ")[0]: section
    for section in DOCUMENT.findall(nodes.section)
    if re.match(r"R\d+ ", title(section))
}
NUMBERS = [f"R{number}" for number in range(1, 26)]


def test_every_number_is_there_once() -> None:
    headings = [title(section) for section in DOCUMENT.findall(nodes.section)]
    numbers = [heading.partition(" ")[0] for heading in headings if re.match(r"R\d+ ", heading)]
    assert sorted(numbers) == sorted(NUMBERS)


@pytest.mark.parametrize("rule", NUMBERS)
def test_a_promise_is_kept_somewhere_and_proved_or_planned(rule: str) -> None:
    told = fields(RULES[rule])
    status = told["Status"].astext()
    assert re.match(r"(kept|partly|planned)\b", status)
    if status.startswith("planned"):
        assert told.keys() == {"Status"}
    else:
        assert literals(told["Kept in"])
        assert literals(told["Proved by"])
        assert status.startswith("kept") or ": " in status, "partly says what is missing"


@pytest.mark.parametrize("rule", NUMBERS)
def test_every_module_and_every_test_that_is_named_exists(rule: str) -> None:
    assert missing(RULES[rule]) == []
