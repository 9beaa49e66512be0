"""The supervisor over workers that are none: what it starts, passes on and ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twisted.internet.task import Clock
from waiting import settled, start

from gateway.identity.budget import ForwardBudget
from gateway.identity.proofs import Proofs
from gateway.identity.throttle import Throttle, ThrottleRules
from gateway.workers.common import Common
from gateway.workers.crew import SILENCE, YOUNG
from gateway.workers.supervisor import Supervisor
from gateway.workers.words import Message


class Puppet:
    """A worker that does what the test says."""

    def __init__(self, pid: int, hear: Callable[[Message], None], ended: Callable[[str], None]) -> None:
        self.pid = pid
        self.say = lambda *message: hear(list(message))
        self.end = ended
        self.heard: list[tuple[Any, ...]] = []
        self.killed = False

    def send(self, *message: object) -> None:
        self.heard.append(message)

    def kill(self) -> None:
        self.killed = True
        self.end("SIGKILL")


class Rig:
    def __init__(self, count: int = 2, failures: int = 3) -> None:
        self.clock = Clock()
        self.workers: list[Puppet] = []
        self.here: dict[int, Puppet] = {}
        self.changes = 0
        budgets = {"staff": ForwardBudget(threshold=4, window=100)}
        common = Common(budgets, Throttle(ThrottleRules(failures=failures)), Proofs(300, 60))
        self.supervisor = Supervisor(count, self.spawn, common, self.clock, self.changed)
        self.supervisor.start()

    def spawn(self, number: int, hear: Callable[[Message], None], ended: Callable[[str], None]) -> Puppet:
        worker = Puppet(100 + len(self.workers), hear, ended)
        self.workers.append(worker)
        self.here[number] = worker
        return worker

    def changed(self) -> None:
        self.changes += 1

    def ready(self) -> Rig:
        for worker in list(self.here.values()):
            worker.say("ready")
            worker.heard.clear()
        return self


def test_all_begin_and_it_is_said_when_each_is_ready() -> None:
    rig = Rig(3)
    assert len(rig.workers) == 3
    for number in range(3):
        assert not rig.supervisor.crew.complete
        rig.here[number].say("ready")
    assert rig.supervisor.crew.complete
    assert rig.changes == 3


def test_one_leads_and_another_when_it_dies() -> None:
    """Groups are copied anew by one, not by all."""
    rig = Rig(2)
    rig.here[1].say("ready")
    rig.here[0].say("ready")
    assert (rig.here[0].heard, rig.here[1].heard) == ([], [("lead",)])
    rig.here[1].end("SIGKILL")
    assert rig.here[0].heard == [("lead",)]


def test_whoever_dies_is_replaced_and_the_others_go_on() -> None:
    rig = Rig().ready()
    rig.clock.advance(1)
    rig.here[0].end("SIGKILL")
    assert rig.supervisor.crew.at_work == [1]
    rig.clock.advance(0)
    assert len(rig.workers) == 3
    rig.here[0].say("ready")
    assert rig.supervisor.crew.at_work == [0, 1]
    assert not rig.workers[1].killed


def test_who_dies_young_twice_is_waited_for() -> None:
    rig = Rig().ready()
    rig.here[0].end("SIGKILL")
    rig.clock.advance(0)
    rig.here[0].end("exit status 1")
    rig.clock.advance(0.4)
    assert len(rig.workers) == 3
    rig.clock.advance(0.1)
    assert len(rig.workers) == 4


def test_what_one_has_counted_all_others_hear_and_it_does_not() -> None:
    """R20."""
    rig = Rig(3).ready()
    rig.here[1].say("told", ["failed", "jdoe", "a", 1.0, ""])
    assert rig.here[1].heard == []
    assert rig.here[0].heard == rig.here[2].heard == [("told", ["failed", "jdoe", "a", 1.0, ""])]


def test_a_worker_that_begins_hears_what_was_counted_before() -> None:
    """R20: the death of a worker unlocks nobody."""
    rig = Rig(failures=2).ready()
    for at in (1.0, 2.0):
        rig.here[0].say("told", ["failed", "jdoe", "a", at, ""])
    rig.clock.advance(YOUNG)
    rig.here[0].end("SIGKILL")
    rig.clock.advance(0)
    ((kind, rows),) = rig.here[0].heard
    assert kind == "tallies"
    assert sorted(row[:2] for row in rows) == [["jdoe", ""], ["jdoe", "a"]]
    assert next(row for row in rows if row[1] == "a")[4] == 302.0, "locked until then"


def test_a_guess_that_two_have_counted_at_once_is_one_of_a_new_workers_counts() -> None:
    """R20."""
    rig = Rig(failures=9).ready()
    for number in (0, 1):
        rig.here[number].say("told", ["failed", "jdoe", "a", 1.0, "aa"])
        rig.here[number].say("told", ["refused", "aa", "wrong-password", 1.0])
    rig.clock.advance(YOUNG)
    rig.here[1].end("SIGKILL")
    rig.clock.advance(0)
    assert next(row[2] for row in rig.here[1].heard[0][1] if row[1] == "a") == 1


def test_all_workers_together_stay_one_short_of_the_sources_lockout() -> None:
    """R20: threshold 4, and three workers that ask in turns."""
    rig = Rig(3).ready()
    for turn in range(6):
        rig.here[turn % 3].say("take", turn, "staff", "uid=j", float(turn))
    words = {question: word for worker in rig.here.values() for _, question, word in worker.heard}
    assert [words[turn] for turn in range(6)] == ["yes", "yes", "yes", "spent", "spent", "spent"]


def test_what_a_dead_worker_had_taken_stays_taken() -> None:
    """R20: nobody knows whether it was forwarded."""
    rig = Rig(2).ready()
    for turn in range(3):
        rig.here[0].say("take", turn, "staff", "uid=j", 1.0)
    rig.here[0].end("SIGKILL")
    rig.here[1].say("take", 9, "staff", "uid=j", 2.0)
    assert rig.here[1].heard[-1] == ("granted", 9, "spent")


@pytest.mark.parametrize(("said", "word"), [
    (("refund", "staff", "uid=j", 1.0), "yes"),
    (("clear", "staff", "uid=j"), "yes"),
    (("doubt", "staff", "uid=j", 1.0), "doubtful"),
])  # fmt: skip
def test_what_an_attempt_has_cost_counts_for_all(said: tuple[Any, ...], word: str) -> None:
    rig = Rig(2).ready()
    for turn in range(3):
        rig.here[0].say("take", turn, "staff", "uid=j", 1.0)
    rig.here[0].say(*said)
    rig.here[1].say("take", 9, "staff", "uid=j", 2.0)
    assert rig.here[1].heard[-1] == ("granted", 9, word)


def test_everybody_is_asked_and_who_does_not_answer_is_left_out() -> None:
    rig = Rig(3).ready()
    asked = start(rig.supervisor.ask("metrics"))
    (_, question, what) = rig.here[0].heard[-1]
    assert what == "metrics"
    rig.here[0].say("answer", question, ["a"])
    rig.here[1].end("SIGKILL")
    rig.clock.advance(10)
    assert settled(asked) == {0: ["a"]}
    rig.here[2].say("answer", question, ["late"])


def test_who_says_nothing_is_killed_and_replaced() -> None:
    rig = Rig(2).ready()
    for _ in range(SILENCE + 1):
        rig.clock.advance(5)
        rig.here[1].say("alive")
    assert [worker.killed for worker in rig.workers[:2]] == [True, False]
    rig.clock.advance(0)
    assert len(rig.workers) == 3


def test_a_machine_that_was_suspended_for_an_hour_kills_nobody() -> None:
    """Nobody could say anything meanwhile."""
    rig = Rig(2).ready()
    rig.clock.advance(3600)
    assert not any(worker.killed for worker in rig.workers)


def test_at_the_end_all_are_told_and_nobody_is_replaced() -> None:
    rig = Rig(2).ready()
    ending = start(rig.supervisor.stop(30))
    assert [worker.heard for worker in rig.workers] == [[("stop",)], [("stop",)]]
    rig.here[0].end("exit status 0")
    rig.clock.advance(1)
    assert not ending.called
    rig.here[1].end("exit status 0")
    settled(ending)
    rig.clock.advance(100)
    assert len(rig.workers) == 2


def test_who_does_not_end_in_time_is_killed() -> None:
    rig = Rig(2).ready()
    ending = start(rig.supervisor.stop(30))
    rig.here[0].end("exit status 0")
    rig.clock.advance(30)
    settled(ending)
    assert rig.workers[1].killed


def test_one_that_waits_for_its_turn_does_not_begin_behind_the_end() -> None:
    rig = Rig(1).ready()
    for _ in range(2):
        rig.here[0].end("SIGKILL")
        rig.clock.advance(0)
    settled(start(rig.supervisor.stop(30)))
    rig.clock.advance(100)
    assert len(rig.workers) == 2


def test_what_no_worker_says_is_a_fault() -> None:
    rig = Rig().ready()
    with pytest.raises(ValueError, match="guessed"):
        rig.here[0].say("guessed")
