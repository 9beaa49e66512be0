"""The process of a worker: a daemon over sockets that others listen on, too, which ends when its supervisor does."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from gateway.config import load
from gateway.daemon import Daemon, Part, run
from gateway.errors import BindferryError
from gateway.logs import start_logging
from gateway.workers.begin import BOARD, CHANNEL, Begin, received
from gateway.workers.board import Board
from gateway.workers.channel import Channel, Once
from gateway.workers.member import Member, heard
from gateway.workers.shares import share
from gateway.workers.words import Message

_BEAT = 1.0
"""Seconds between two signs of life."""
_log = Logger(namespace="bindferry")


def work(reactor: Any) -> BindferryError | None:
    """Run the worker that the supervisor has started this process for; what went wrong at the start."""
    channel = socket.socket(fileno=CHANNEL)
    begin = received(channel)
    settings = load(begin.path, text=begin.text)
    start_logging(sys.stderr, settings.log.level, settings.log.format, worker=begin.number + 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the supervisor tells when to end
    worker = Worker(begin, reactor, channel)
    settings = share(settings, begin.number, begin.count)
    sockets = {name: socket.socket(fileno=descriptor) for name, descriptor in begin.sockets.items()}
    worker.daemon = Daemon(settings, reactor, part=worker.part(sockets))
    return run(worker, reactor)


class Worker:
    """The daemon, and its line to the supervisor."""

    daemon: Daemon

    def __init__(self, begin: Begin, reactor: Any, channel: socket.socket) -> None:
        self._begin = begin
        self._reactor = reactor
        self._socket = channel
        self._channel = Channel(self._hear, self._alone)
        self._member = Member(begin.key, reactor, self._channel.send)
        self._beat = LoopingCall(self._channel.send, "alive")
        self._beat.clock = reactor
        self._ending = False

    def part(self, sockets: Mapping[str, socket.socket]) -> Part:
        """What makes the daemon one of several."""
        board = Board(BOARD, self._begin.count, self._begin.number)
        return Part(f"worker {self._begin.number + 1}", sockets, self._member, board)

    async def start(self) -> None:
        """As the daemon. What the supervisor says meanwhile waits until there is somebody to hear it."""
        self._reactor.adoptStreamConnection(self._socket.fileno(), socket.AF_UNIX, Once(self._channel))
        self._socket.close()
        await self.daemon.start()
        self._beat.start(_BEAT).addErrback(lambda failure: _log.failure("signs of life", failure))
        self._channel.send("ready")

    async def stop(self) -> None:
        """As the daemon: signs of life go on until the end."""
        self._ending = True
        await self.daemon.stop()

    def reopen(self) -> None:
        """As the daemon."""
        self.daemon.reopen()

    def _hear(self, message: Message) -> None:
        match message:
            case ["told", _] | ["tallies", _]:
                heard(message, self.daemon.core.throttle, self.daemon.core.proofs)
            case ["granted", question, word]:
                self._member.granted(question, word)
            case ["ask", question, what]:
                Deferred.fromCoroutine(self._answer(question, what)).addErrback(
                    lambda failure: _log.failure("the supervisor's question", failure)
                )
            case ["lead"]:
                self.daemon.lead()
            case ["reopen"]:
                self.reopen()
            case ["stop"]:
                self._end()
            case _:
                raise ValueError(f"no supervisor says {message[0]!r}")

    async def _answer(self, question: int, what: str) -> None:
        value = self.daemon.metrics.report() if what == "metrics" else asdict(await self.daemon.condition())
        self._channel.send("answer", question, value)

    def _alone(self) -> None:
        """The supervisor has gone: nobody would tell us of the others any more."""
        self._member.alone()
        if not self._ending:
            _log.error("the supervisor has gone: this worker ends")
        self._end()

    def _end(self) -> None:
        if not self._ending:
            self._ending = True
            self._reactor.stop()
