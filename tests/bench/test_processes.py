"""What is read out of /proc."""

from __future__ import annotations

import os
from pathlib import Path

from bench.processes import Memory, cpu_of, cpu_seconds, family_of, memory, memory_of, parent_of, with_children

STAT = "{pid} ({name}) S {parent} 1 1 0 -1 4194560 2 0 0 0 {user} {system} 0 0 20 0 1 0 1 1 1 1 1 1 1 1 1\n"
ROLLUP = "55d0-7fff ---p 00000000 00:00 0 [rollup]\nRss:      {rss} kB\nPss:      {pss} kB\nPss_Dirty:  1 kB\n"


def process(proc: Path, pid: int, parent: int, name: str = "slapd", **times: int) -> None:
    (proc / str(pid)).mkdir()
    (proc / str(pid) / "stat").write_text(STAT.format(pid=pid, name=name, parent=parent, **times))
    (proc / str(pid) / "smaps_rollup").write_text(ROLLUP.format(rss=20, pss=10))


def test_the_name_of_a_process_may_hold_anything() -> None:
    stat = STAT.format(pid=9, name="a) S 1 (b", parent=7, user=150, system=50)
    assert cpu_of(stat, ticks=100) == 2.0
    assert parent_of(stat) == 7


def test_children_and_theirs_count_and_neighbours_do_not(tmp_path: Path) -> None:
    """A server's workers are its own."""
    ticks = os.sysconf("SC_CLK_TCK")
    process(tmp_path, 10, 1, user=ticks, system=0)
    process(tmp_path, 11, 10, user=ticks, system=ticks)
    process(tmp_path, 12, 11, user=0, system=ticks)
    process(tmp_path, 20, 1, user=50 * ticks, system=0)
    assert with_children([10], tmp_path) == {10, 11, 12}
    assert cpu_seconds([10], tmp_path) == 4.0
    assert memory([10], tmp_path) == Memory(3 * 20 << 10, 3 * 10 << 10)


def test_who_has_ended_counts_nothing(tmp_path: Path) -> None:
    assert cpu_seconds([4711], tmp_path) == 0
    assert memory([4711], tmp_path) == Memory(0, 0)


def test_memory_is_what_is_resident_and_the_own_share_of_it() -> None:
    assert memory_of(ROLLUP.format(rss=2048, pss=1024)) == Memory(2 << 20, 1 << 20)


def test_our_own_process_can_be_read() -> None:
    assert memory([os.getpid()]).rss > 1 << 20
    assert cpu_seconds([os.getpid()]) > 0


def test_of_the_machine_the_family_is_told_and_no_name() -> None:
    told = (
        "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 207\nmodel name\t: Xeon 8000 @ host\n"
    )
    assert family_of(told) == "GenuineIntel family 6 model 207"
