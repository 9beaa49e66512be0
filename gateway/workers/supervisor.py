"""The supervisor's part: workers begin, are replaced, hear of one another, and end; they are asked as one.

Time, processes and the service manager are passed in. How a process is made is in `spawning.py`, when in `crew.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from gateway.identity.flights import Clock, within
from gateway.workers.common import Common
from gateway.workers.crew import SILENCE, Crew
from gateway.workers.words import Message

_log = Logger(namespace="bindferry")
_ROUND = 5.0
"""Seconds between looks for workers that hang."""
_ASKED = 6.0
"""Seconds to wait for what workers say of themselves."""


class Process(Protocol):
    """A worker, as seen from here."""

    pid: int

    def send(self, *message: object) -> None:
        """Say something to it."""
        ...

    def kill(self) -> None:
        """End it at once, whatever it does."""
        ...


Spawn = Callable[[int, Callable[[Message], None], Callable[[str], None]], Process]
"""Start worker `number`; the first is called with what it says, the second, once, with how it ended."""


class Supervisor:
    """`count` workers of one gateway. `changed` is called whenever somebody has become ready or has ended."""

    def __init__(self, count: int, spawn: Spawn, common: Common, clock: Clock, changed: Callable[[], None]) -> None:
        self.crew = Crew(count)
        self._spawn = spawn
        self._common = common
        self._clock = clock
        self._changed = changed
        self._processes: dict[int, Process] = {}
        self._waits: dict[int, IDelayedCall] = {}
        self._asked: dict[tuple[int, int], Deferred[Any]] = {}
        self._questions = 0
        self._round: IDelayedCall | None = None
        self._stopping = False
        self._all_gone: Deferred[None] | None = None

    def start(self) -> None:
        """Begin with all."""
        for number in range(self.crew.count):
            self._begin(number)
        self._round = self._clock.callLater(_ROUND, self._look)

    async def stop(self, grace: float) -> None:
        """Tell all to end, and end those that have not after `grace` seconds."""
        self._stopping = True
        for call in (self._round, *self._waits.values()):
            if call is not None and call.active():
                call.cancel()
        if not self._processes:
            return
        self._all_gone = Deferred()
        self.say("stop")
        try:
            await within(self._clock, grace, self._all_gone)
        except TimeoutError:
            for number, process in list(self._processes.items()):
                _log.error("worker {worker} did not end in time, and is killed", worker=number + 1)
                process.kill()

    def say(self, *message: object, but: int | None = None) -> None:
        """The same to all workers, but for one."""
        for number, process in self._processes.items():
            if number != but:
                process.send(*message)

    async def ask(self, what: str) -> dict[int, Any]:
        """What every worker that answers says to this, by number; who does not in time is left out."""
        self._questions += 1
        question = self._questions
        until = self._clock.seconds() + _ASKED
        waits = {number: self._question(number, question, what) for number in self.crew.at_work}
        answers: dict[int, Any] = {}
        for number, answer in waits.items():
            try:
                answers[number] = await within(self._clock, max(0.0, until - self._clock.seconds()), answer)
            except (TimeoutError, _EndedError):
                self._asked.pop((number, question), None)
        return answers

    def _question(self, number: int, question: int, what: str) -> Deferred[Any]:
        answer: Deferred[Any] = Deferred()
        self._asked[number, question] = answer
        self._processes[number].send("ask", question, what)
        return answer

    def _begin(self, number: int) -> None:
        self._waits.pop(number, None)
        process = self._spawn(number, lambda message: self._hear(number, message), lambda how: self._end(number, how))
        self._processes[number] = process
        self.crew.begun(number, self._clock.seconds())
        for rows in self._common.tallies():
            process.send("tallies", rows)

    def _hear(self, number: int, message: Message) -> None:
        self.crew.heard(number)
        match message:
            case ["told", item]:
                self._common.told(item)
                self.say("told", item, but=number)
            case ["take", question, source, account, now]:
                self._processes[number].send("granted", question, self._common.take(source, account, now).value)
            case [("refund" | "doubt" | "clear") as kind, *what]:
                self._common.settle(kind, *what)
            case ["answer", question, value]:
                answer = self._asked.pop((number, question), None)
                if answer is not None and not answer.called:
                    answer.callback(value)
            case ["ready"]:
                self.crew.ready(number)
                self._appoint()
                self._changed()
            case ["alive"]:
                pass
            case _:
                raise ValueError(f"no worker says {message[0]!r}")

    def _appoint(self) -> None:
        leader = self.crew.appoint()
        if leader is not None:
            self._processes[leader].send("lead")

    def _end(self, number: int, how: str) -> None:
        process = self._processes.pop(number)
        pause = self.crew.ended(number, self._clock.seconds())
        for key in [key for key in self._asked if key[0] == number]:
            answer = self._asked.pop(key)
            if not answer.called:
                answer.errback(_EndedError())
        if self._stopping:
            if not self._processes and self._all_gone is not None and not self._all_gone.called:
                self._all_gone.callback(None)
            return
        _log.error(
            "worker {worker} (process {pid}) ended: {how}; another one begins in {pause:g} seconds",
            worker=number + 1,
            pid=process.pid,
            how=how,
            pause=pause,
        )
        self._appoint()
        self._waits[number] = self._clock.callLater(pause, self._begin, number)
        self._changed()

    def _look(self) -> None:
        for number in self.crew.look():
            _log.error(
                "worker {worker} has said nothing for {seconds:g} s, and is killed",
                worker=number + 1,
                seconds=SILENCE * _ROUND,
            )
            self._processes[number].kill()
        self._round = self._clock.callLater(_ROUND, self._look)


class _EndedError(Exception):
    """Whoever was asked is gone."""
