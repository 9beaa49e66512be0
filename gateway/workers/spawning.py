"""Workers as processes: started anew, not forked, with their end of the line and the listening sockets only."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from twisted.internet.error import ProcessDone, ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

from gateway.workers.begin import BOARD, CHANNEL, SOCKETS, Begin
from gateway.workers.board import Board
from gateway.workers.channel import Channel, Once
from gateway.workers.supervisor import Process
from gateway.workers.words import Message

_NOT_INHERITED = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
"""A worker does not speak to the service manager."""


class Spawning:
    """A `Spawn`. `begin` is what all are given; `sockets` stay open here, so that connections wait for the next worker
    while one is replaced."""

    def __init__(self, reactor: Any, begin: Begin, sockets: Mapping[str, socket.socket], board: int) -> None:
        self._reactor = reactor
        self._sockets = list(sockets.values())
        self._begin = replace(begin, sockets={name: SOCKETS + at for at, name in enumerate(sockets)})
        self._descriptor = board
        self._board = Board(board, begin.count)

    def __call__(self, number: int, hear: Callable[[Message], None], ended: Callable[[str], None]) -> Process:
        """Start worker `number`."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        channel = Channel(hear, lambda: None)  # its end shows that of the process

        def gone(how: str) -> None:
            self._board.vacate(number)
            ended(how)

        worker = _Worker(channel, gone)
        try:
            self._reactor.adoptStreamConnection(ours.fileno(), socket.AF_UNIX, Once(channel))
            channel.send(*replace(self._begin, number=number).message())
            worker.start(self._reactor, self._command(), self._descriptors(theirs))
        finally:
            ours.close()
            theirs.close()
        return worker

    def _command(self) -> list[str]:
        # -P: not whatever lies in the working directory.
        return [sys.executable, "-P", "-m", "gateway", "serve", "--config", self._begin.path, "--worker"]

    def _descriptors(self, theirs: socket.socket) -> dict[int, int]:
        given = {0: 0, 1: 1, 2: 2, CHANNEL: theirs.fileno(), BOARD: self._descriptor}
        return given | {SOCKETS + at: one.fileno() for at, one in enumerate(self._sockets)}


class _Worker(ProcessProtocol):
    """A `Process`."""

    def __init__(self, channel: Channel, ended: Callable[[str], None]) -> None:
        self.pid = 0
        self._channel = channel
        self._ended = ended

    def start(self, reactor: Any, command: list[str], descriptors: Mapping[int, int]) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
        try:
            process = reactor.spawnProcess(self, command[0], command, env=environment, childFDs=descriptors)
        except OSError as error:  # no memory, too many processes: not for ever
            reactor.callLater(0, self._ended, f"it could not be started: {error.strerror}")
        else:
            self.pid = process.pid

    def send(self, *message: object) -> None:
        """As `Process.send`."""
        self._channel.send(*message)

    def kill(self) -> None:
        """As `Process.kill`."""
        try:
            if self.transport is not None:
                self.transport.signalProcess("KILL")
        except ProcessExitedAlready:
            return

    def processEnded(self, reason: Failure) -> None:  # noqa: N802 (Twisted's name)
        """It is gone, and all its descriptors are closed."""
        self._channel.end()
        self._ended(how_ended(reason))


def how_ended(reason: Failure) -> str:
    """A signal's name, or the exit status."""
    if isinstance(reason.value, ProcessDone):
        return "exit status 0"
    number = getattr(reason.value, "signal", None)
    if number is not None:
        return signal.Signals(number).name
    return f"exit status {getattr(reason.value, 'exitCode', '?')}"
