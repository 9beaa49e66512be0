"""The document about Active Directory lists the differences that the test beside Samba allows."""

from __future__ import annotations

from documents import DOCS, parse
from docutils import nodes
from live.addifferences import DIFFERENCES


def test_every_difference_is_documented_with_its_reason_and_no_other() -> None:
    tree = parse(DOCS / "active-directory.rst")[0]
    (section,) = (one for one in tree.findall(nodes.section) if one[0].astext() == "What differs")
    told = {
        item[0].astext(): " ".join(item[-1].astext().split()).rstrip(".")
        for item in section.findall(nodes.definition_list_item)
    }
    assert {name: why.lower() for name, why in told.items()} == {name: why.lower() for name, why in DIFFERENCES.items()}
