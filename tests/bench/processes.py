"""What the kernel says of processes: CPU time and memory, out of /proc. And the machine, without a name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes: resident, and resident with shared pages divided among those who share them."""

    rss: int
    pss: int


def cpu_of(stat: str, ticks: int = _TICKS) -> float:
    """Seconds of user and system time out of /proc/PID/stat. The name in it may hold blanks and brackets."""
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / ticks


def parent_of(stat: str) -> int:
    """The parent's process id out of /proc/PID/stat."""
    return int(stat.rpartition(")")[2].split()[1])


def memory_of(rollup: str) -> Memory:
    """Out of /proc/PID/smaps_rollup."""
    sizes = {name: int(size) << 10 for name, size in re.findall(r"^(\w+):\s+(\d+) kB$", rollup, re.MULTILINE)}
    return Memory(sizes["Rss"], sizes["Pss"])


def family_of(cpuinfo: str) -> str:
    """The processor's maker and family out of /proc/cpuinfo: as much as is told of the machine."""
    told = dict(re.findall(r"^([\w ]+?)\s*: (.*)$", cpuinfo, re.MULTILINE))
    return f"{told.get('vendor_id', 'unknown')} family {told.get('cpu family', '?')} model {told.get('model', '?')}"


def with_children(pids: Iterable[int], proc: Path = PROC) -> set[int]:
    """These processes and all below them."""
    parents = {int(path.parent.name): parent_of(_text(path)) for path in proc.glob("[0-9]*/stat") if _text(path)}
    found = set(pids)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def cpu_seconds(pids: Iterable[int], proc: Path = PROC) -> float:
    """Of these processes and all below them, until now."""
    return sum(cpu_of(text) for pid in with_children(pids, proc) if (text := _text(proc / str(pid) / "stat")))


def memory(pids: Iterable[int], proc: Path = PROC) -> Memory:
    """Of these processes and all below them, together."""
    texts = [_text(proc / str(pid) / "smaps_rollup") for pid in with_children(pids, proc)]
    each = [memory_of(text) for text in texts if text]
    return Memory(sum(one.rss for one in each), sum(one.pss for one in each))


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
        return ""
