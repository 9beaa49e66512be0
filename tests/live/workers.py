"""Which processes a gateway has, and which of them a connection has: Linux knows, and no client has to be told."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from live.gateway_process import Gateway

T = TypeVar("T")
_TRIES = 40


def workers_of(gateway: Gateway) -> set[int]:
    """The process ids of those that run now, but for the supervisor's."""
    return {int(pid) for pid in Path(f"/proc/{gateway.pid}/task/{gateway.pid}/children").read_text().split()}


def runs(pid: int) -> bool:
    """Whether there is such a process, and it is not only waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def worker_behind(gateway: Gateway, descriptor: int) -> int:
    """The worker that has the other end of this client's socket."""
    with socket.socket(fileno=os.dup(descriptor)) as channel:
        ours, theirs = (f"{address}:{port:04X}" for address, port in map(_hex, _ends(channel)))
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    (inode,) = (row[9] for row in rows if (row[1], row[2]) == (theirs, ours))
    (worker,) = (pid for pid in workers_of(gateway) if f"socket:[{inode}]" in _open_files(pid))
    return worker


def one_on_each(gateway: Gateway, count: int, connect: Callable[[], T], descriptor: Callable[[T], int]) -> list[T]:
    """Connections to `count` different workers."""
    found: dict[int, T] = {}
    for _ in range(_TRIES):
        made = connect()
        found.setdefault(worker_behind(gateway, descriptor(made)), made)
        if len(found) == count:
            return list(found.values())
    raise AssertionError(f"{_TRIES} connections, and all have the workers {sorted(found)}")


def _ends(channel: socket.socket) -> tuple[tuple[str, int], tuple[str, int]]:
    return channel.getsockname(), channel.getpeername()


def _hex(end: tuple[str, int]) -> tuple[str, int]:
    return socket.inet_aton(end[0])[::-1].hex().upper(), end[1]


def _open_files(pid: int) -> set[str]:
    place = Path(f"/proc/{pid}/fd")
    found = set()
    for name in os.listdir(place):
        try:
            found.add(os.readlink(place / name))
        except FileNotFoundError:  # closed meanwhile
            continue
    return found
