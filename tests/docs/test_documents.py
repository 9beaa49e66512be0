"""Every document is sound reStructuredText, and its links lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import DOCS, ROOT, parse
from docutils import nodes

DOCUMENTS = [
    *sorted(DOCS.rglob("*.rst")),
    *sorted((ROOT / "config").rglob("*.rst")),
    ROOT / "README.rst",
    ROOT / "CHANGELOG.rst",
]


@pytest.fixture(params=DOCUMENTS, ids=[str(path.relative_to(ROOT)) for path in DOCUMENTS])
def path(request: pytest.FixtureRequest) -> Path:
    found = request.param
    assert isinstance(found, Path)
    return found


def test_docutils_has_nothing_to_complain_about(path: Path) -> None:
    assert parse(path)[1] == ""


def test_a_link_to_a_file_leads_to_one(path: Path) -> None:
    for reference in parse(path)[0].findall(nodes.reference):
        target = reference.get("refuri", "")
        if target and "://" not in target:
            assert (path.parent / target).exists(), target


def test_lines_fit_on_a_screen(path: Path) -> None:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        assert len(line) <= 120 or "::test_" in line, number
