"""Paged searches and old ways: what may be written, and what is a fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from configuring import MINIMAL, faults, loaded


def test_how_paged_searches_are_bounded(tmp_path: Path) -> None:
    text = "limits: {page: 500, paged_size: 2000, paged_connection: 2, paged_searches: 16, paged_idle: 1m}\n"
    limits = loaded(tmp_path, MINIMAL + text).limits
    bounds = (limits.page, limits.paged_size, limits.paged_connection, limits.paged_searches, limits.paged_idle)
    assert bounds == (500, 2000, 2, 16, 60.0)
    assert loaded(tmp_path, MINIMAL).limits.paged_size == 0


def test_old_ways_of_binding(tmp_path: Path) -> None:
    access = loaded(tmp_path, MINIMAL).access
    assert (access.ldapv2, access.netscape_controls) == (False, True)
    access = loaded(tmp_path, MINIMAL + "access: {ldapv2: true, netscape_controls: false}\n").access
    assert (access.ldapv2, access.netscape_controls) == (True, False)


@pytest.mark.parametrize(
    "fault",
    [
        "limits: {page: 0}",
        "limits: {paged_size: -1}",
        "limits: {paged_connection: 0}",
        "limits: {paged_searches: many}",
        "limits: {paged_idle: 0s}",
        "access: {ldapv2: 2}",
        "access: {netscape_controls: sometimes}",
    ],
)
def test_what_is_a_fault(tmp_path: Path, fault: str) -> None:
    section, name = fault.split(": {", maxsplit=1)[0], fault.split("{")[1].split(":", maxsplit=1)[0]
    assert [f"{section}.{name}" in one for one in faults(tmp_path, MINIMAL + fault + "\n")] == [True]
