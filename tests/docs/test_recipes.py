"""config/applications/README.rst: every recipe is marked as what it is, and the test that is named is about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import ROOT, literals, parse, section, tables
from docutils import nodes

RECIPES = ROOT / "config/applications"
FOLDERS = sorted(path.name for path in RECIPES.iterdir() if path.is_dir())
INDEX = parse(RECIPES / "README.rst")[0]
MARK = "Checked by replaying"


def rows(heading: str) -> dict[str, list[Path]]:
    """The tests of each recipe in the table below this heading."""
    (table,) = tables(section(INDEX, heading))
    return {
        reference["refuri"]: [ROOT / text for text in literals(cells[-1])]
        for cells in table
        for reference in cells[0].findall(nodes.reference)
    }


TESTED, REPLAYED = rows("Tested with the product"), rows("Checked by replaying requests")


def test_every_recipe_is_in_one_of_the_two_tables() -> None:
    assert sorted([*TESTED, *REPLAYED]) == FOLDERS


@pytest.mark.parametrize("recipe", TESTED)
def test_what_is_tested_with_the_product_is_tested_live_and_with_the_recipe(recipe: str) -> None:
    for test in TESTED[recipe]:
        assert test.is_relative_to(ROOT / "tests/live")
        assert f'"{recipe}"' in test.read_text()
    assert not any(MARK in path.read_text() for path in (RECIPES / recipe).iterdir())


@pytest.mark.parametrize("recipe", REPLAYED)
def test_what_is_replayed_says_so_in_every_file_and_is_replayed_through_the_recipe(recipe: str) -> None:
    for test in REPLAYED[recipe]:
        assert test.is_relative_to(ROOT / "tests/flows")
        assert f'Office("{recipe}"' in test.read_text()
    for path in (RECIPES / recipe).iterdir():
        assert MARK in path.read_text() or path.suffix == ".json", path  # JSON has no comments
