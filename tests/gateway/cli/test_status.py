"""`gateway.cli.status`: moved, known, left."""

from __future__ import annotations

import json

import pytest
from waiting import now

from gateway.cli.status import Progress, progress, show
from gateway.identity.ports import Adoption
from gateway.testing.memory_directory import MemoryDirectory
from gateway.testing.memory_source import MemorySource
from gateway.testing.plain_hasher import PlainHasher

ROWS = [Progress("staff", 1, 12, 11), Progress("customers", 3, None, None, "refused")]


def test_progress_is_known_for_each_source_and_for_those_that_are_gone() -> None:
    """R21."""
    staff, customers, former = MemorySource("staff"), MemorySource("customers"), MemorySource("former")
    native = MemoryDirectory(PlainHasher())
    for source in (staff, former):
        moved = source.add("jdoe" + source.name, b"x", dn=f"uid={source.name},o=old")
        now(native.adopt(Adoption(moved, "plain$", "", 0.0)))
    staff.add("other", b"x")
    customers.fail_with()
    assert now(progress(native, [staff, customers])) == [
        Progress("staff", 1, 2, 1),
        Progress("customers", 0, None, None, "the store is stopped"),
        Progress("former", 1, None, None, "no longer configured"),
    ]


def test_more_moved_than_known_is_nobody_left() -> None:
    """People who were deleted in the source after they moved."""
    source, native = MemorySource("staff"), MemoryDirectory(PlainHasher())
    now(native.adopt(Adoption(source.add("jdoe", b"x"), "plain$", "", 0.0)))
    source.remove("jdoe")
    assert now(progress(native, [source])) == [Progress("staff", 1, 0, 0)]


def test_the_table_is_aligned_and_plain_when_it_goes_into_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, as_json=False, fancy=False)
    assert capsys.readouterr().out == (
        "source     moved  known  left\n"
        "staff          1     12    11\n"
        "customers      3      ?     ?  refused\n"
    )  # fmt: skip


def test_the_table_is_drawn_for_a_terminal_with_the_same_cells(capsys: pytest.CaptureFixture[str]) -> None:
    show([*ROWS, Progress("[red]", 0, 0, 0)], as_json=False, fancy=True)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["staff", "1", "12", "11"] in lines
    assert ["[red]", "0", "0", "0"] in lines  # a name is never markup


def test_a_script_gets_numbers_and_null(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, as_json=True, fancy=True)
    told = json.loads(capsys.readouterr().out)["sources"]
    assert told[0] == {"source": "staff", "migrated": 1, "known": 12, "left": 11, "remark": ""}
    assert told[1]["left"] is None
