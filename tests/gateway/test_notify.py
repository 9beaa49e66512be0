"""`gateway.notify`: what reaches a service manager's socket."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from twisted.internet.task import Clock

from gateway.notify import Notifier


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        yield listening


def heard(manager: socket.socket) -> list[bytes]:
    messages = []
    while True:
        try:
            messages.append(manager.recv(4096))
        except BlockingIOError:
            return messages


def test_the_manager_hears_ready_status_and_stopping(manager: socket.socket) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": manager.getsockname()})
    notifier.ready()
    notifier.status("serving\n2 sources")
    notifier.stopping()
    assert heard(manager) == [b"READY=1", b"STATUS=serving 2 sources", b"STOPPING=1"]


def test_an_abstract_socket_is_reached() -> None:
    name = f"bindferry-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0" + name)
        listening.setblocking(False)
        Notifier({"NOTIFY_SOCKET": "@" + name}).ready()
        assert heard(listening) == [b"READY=1"]


def test_nothing_happens_without_a_manager() -> None:
    notifier = Notifier({"WATCHDOG_USEC": "1000000"})
    notifier.ready()
    assert notifier.watch(Clock()) is None


def test_a_manager_that_is_gone_harms_nothing(tmp_path: Path) -> None:
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).ready()


def test_the_watchdog_is_fed_twice_as_often_as_asked(manager: socket.socket) -> None:
    clock = Clock()
    environ = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "77"}
    loop = Notifier(environ, pid=77).watch(clock)
    assert loop is not None
    clock.pump([9.9, 0.2, 10.0])
    assert heard(manager) == [b"WATCHDOG=1"] * 3  # at once, after 10 s, after 20 s
    loop.stop()
    clock.advance(100)
    assert heard(manager) == []


@pytest.mark.parametrize(
    "environ", [{}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "soon"}, {"WATCHDOG_USEC": "9", "WATCHDOG_PID": "78"}]
)
def test_no_watchdog_is_fed_where_none_is_set_for_this_process(manager: socket.socket, environ: dict[str, str]) -> None:
    assert Notifier({"NOTIFY_SOCKET": manager.getsockname(), **environ}, pid=77).watch(Clock()) is None
    assert heard(manager) == []


def test_where_nobody_is_alive_the_watchdog_is_not_told_otherwise(manager: socket.socket) -> None:
    """A supervisor without workers is of no use: the manager is to begin anew."""
    clock, alive = Clock(), [True]
    environ = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "2000000"}
    Notifier(environ).watch(clock, lambda: alive[0])
    clock.advance(1)
    assert heard(manager) == [b"WATCHDOG=1"] * 2
    alive[0] = False
    clock.advance(1)
    assert heard(manager) == []
