"""docs/architecture.rst agrees with the code: its arrows with those that are enforced, its names with what
there is."""

from __future__ import annotations

import re

from documents import ROOT, literals, section, tables, tree
from test_layering import ARROWS, EVERYTHING

DOCUMENT = tree("architecture.rst")


def arrows() -> dict[str, set[str]]:
    """The table of the document."""
    (rows,) = tables(section(DOCUMENT, "Layout"))
    found = {}
    for part, allowed in rows:
        names = re.split(r",\s*", allowed.astext())
        found[part.astext()] = set() if names == ["nothing"] else set(names)
    return found


def test_the_arrows_are_those_that_are_enforced() -> None:
    assert arrows() == {
        part: {allowed} if allowed == EVERYTHING else set(allowed.split()) for part, allowed in ARROWS.items()
    }


def test_every_file_that_is_named_is_there() -> None:
    paths = [text for text in literals(DOCUMENT) if re.match(r"(gateway|backends|tests)/", text)]
    assert len(paths) > 40
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_class_that_is_named_is_there() -> None:
    code = "\n".join(path.read_text("utf-8") for top in ("gateway", "backends") for path in (ROOT / top).rglob("*.py"))
    known = set(re.findall(r"^class (\w+)", code, re.MULTILINE)) | {"NORMAL"}  # SQLite's word
    named = {text for text in literals(DOCUMENT) if re.fullmatch(r"[A-Z][A-Za-z]+", text)}
    assert len(named) > 15
    assert named <= known
