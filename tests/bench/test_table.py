"""The table, and the document that it is written into."""

from __future__ import annotations

import pytest
from bench.figures import Result, Sample
from bench.table import BEGIN, END, HEADINGS, lines_of, replaced, table
from documents import DOCS
from docutils import nodes
from docutils.core import publish_doctree

OURS = Sample(24_000, 0.6, 1.9, 40e-6, 80 << 20, note="512 octets")
THEIRS = Sample(30_000, 0.5, 2.3, 60e-6, 26 << 20)
RESULT = Result("bind, hot", ">= 0.8", {"Bindferry": [OURS, OURS], "slapd": [THEIRS, THEIRS]})


def test_a_line_has_both_rates_their_ratio_and_what_it_cost() -> None:
    assert lines_of(RESULT) == [
        ("bind, hot", "slapd", "24,000", "30,000", "0.8 (0.8-0.8)", ">= 0.8", "0.6/1.9 : 0.5/2.3", "40 : 60",
         "80 : 26"),
    ]  # fmt: skip


def test_a_wrong_answer_voids_the_row_and_is_told() -> None:
    bad = Result("bind", "", {"Bindferry": [OURS], "slapd": [Sample(9, fault="9 answers were wrong")]})
    assert lines_of(bad)[0][2:4] == ("void", "void")
    assert "* bind: slapd: 9 answers were wrong" in table([bad])


def test_it_is_a_table_in_restructuredtext() -> None:
    lonely = Result("overload", "", {"Bindferry": [OURS]})
    tree = publish_doctree(table([RESULT, lonely]), settings_overrides={"report_level": 2, "halt_level": 2})
    rows = [[cell.astext() for cell in row.findall(nodes.entry)] for row in tree.findall(nodes.row)]
    assert rows[0] == list(HEADINGS)
    assert [row[0] for row in rows[1:]] == ["bind, hot", "overload"]


def test_only_what_is_between_the_marks_is_replaced() -> None:
    document = f"Before\n\n{BEGIN}\n\nold\n\n{END}\n\nAfter\n"
    once = replaced(document, "new\n")
    assert once == f"Before\n\n{BEGIN}\n\nnew\n\n{END}\n\nAfter\n"
    assert replaced(once, "new\n") == once


def test_a_document_without_marks_is_left_alone() -> None:
    with pytest.raises(ValueError, match="needs the lines"):
        replaced("no marks", "new")


def test_the_document_about_performance_has_the_marks() -> None:
    assert "new\n" in replaced((DOCS / "performance.rst").read_text(), "new\n")
