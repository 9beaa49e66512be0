"""config/applications/README.rst: every recipe is marked as what it is, and the test that is named is about it."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from documents import ROOT, literals, parse, section, tables
from docutils import nodes

RECIPES = ROOT / "config/applications"
FOLDERS = sorted(path.name for path in RECIPES.iterdir() if path.is_dir())
INDEX = parse(RECIPES / "README.rst")[0]
THEIRS = sorted(path for path in RECIPES.glob("*/*") if path.name != "bindferry.yaml")
HOST = "ldap.example.com"
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


@pytest.mark.parametrize("path", THEIRS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_their_side_is_sound_in_the_language_that_its_name_tells(path: Path) -> None:
    """That is all that can be known of one that no product has loaded."""
    text = path.read_text()
    match path.suffix:
        case ".yaml" | ".yml":
            assert isinstance(yaml.safe_load(text), dict)
        case ".toml":
            assert tomllib.loads(text)
        case ".json":
            assert isinstance(json.loads(text), dict)
        case ".xml":
            assert len(ElementTree.fromstring(text))
        case ".sh":
            assert subprocess.run(["/bin/sh", "-n", path], capture_output=True).stderr == b""
        case _:
            assert HOST in text or any(HOST in other.read_text() for other in path.parent.iterdir() if other != path)
