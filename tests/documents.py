"""The project's documents as trees, for tests that compare them with the code."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from docutils import nodes
from docutils.core import publish_doctree

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def parse(path: Path) -> tuple[nodes.document, str]:
    """The tree, and what docutils complains about."""
    complaints = io.StringIO()
    settings = {
        "warning_stream": complaints,
        "report_level": 1,
        "halt_level": 5,
        "file_insertion_enabled": False,
        "raw_enabled": False,
        "_disable_config": True,
    }
    tree = publish_doctree(path.read_text("utf-8"), source_path=str(path), settings_overrides=settings)
    return tree, complaints.getvalue()


def tree(name: str) -> nodes.document:
    """One document of `docs/`."""
    return parse(DOCS / name)[0]


def literals(node: nodes.Node) -> list[str]:
    """Everything that is written ``like this``, without what a link makes of it."""
    return [literal.astext() for literal in node.findall(nodes.literal)]


def title(section: nodes.section) -> str:
    """Its heading."""
    return section.next_node(nodes.title).astext()  # type: ignore[union-attr]  # every section has one


def fields(section: nodes.section) -> dict[str, nodes.field_body]:
    """What is written `:like this:` in a section, by name."""
    found = section.findall(nodes.field)
    return {field[0].astext(): body for field in found if isinstance(body := field[1], nodes.field_body)}


def missing(node: nodes.Node) -> list[str]:
    """The files and tests that are named there, written ``like/this.py::test``, and do not exist."""
    absent = []
    for text in literals(node):
        path, colons, _ = text.partition("::")
        if not re.match(r"(gateway|backends|tests|config)/", text):
            continue
        if not (ROOT / path).exists() or (colons and text.removeprefix(path) not in ids_in(ROOT / path)):
            absent.append(text)
    return absent


def section(document: nodes.document, heading: str) -> nodes.section:
    """The section with this heading."""
    return next(one for one in document.findall(nodes.section) if title(one) == heading)


def tables(node: nodes.Node) -> list[list[list[nodes.entry]]]:
    """Each table as rows of cells, without its head."""
    found = []
    for body in node.findall(nodes.tbody):
        found.append([list(row.findall(nodes.entry)) for row in body.findall(nodes.row)])
    return found


def column(node: nodes.Node, number: int = 0) -> list[str]:
    """The text of one column of the only table."""
    (table,) = tables(node)
    return [row[number].astext() for row in table]


@cache
def ids_in(path: Path) -> frozenset[str]:
    """The ids of the tests in a file, as pytest writes them behind its path: `::test_x`, `::Suite::test_x`."""
    found: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found.update(f"::{node.name}::{each}" for each in _functions(node.body))
        else:
            found.update(f"::{each}" for each in _functions([node]))
    return frozenset(found)


def _functions(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name
