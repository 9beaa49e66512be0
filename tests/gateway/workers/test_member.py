"""A worker asks before it forwards, and tells what it counted."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from waiting import settled, start

from gateway.errors import BusyError
from gateway.identity.budget import Allowance
from gateway.identity.proofs import Proofs
from gateway.identity.throttle import Throttle, ThrottleRules
from gateway.identity.told import Forgotten
from gateway.workers.member import MOST_LATE, PATIENCE, Member, heard


class Rig:
    def __init__(self) -> None:
        self.clock = Clock()
        self.said: list[tuple[Any, ...]] = []
        self.member = Member(b"k" * 32, self.clock, lambda *message: self.said.append(message))
        self.budget = self.member.budget("staff")

    def take(self) -> Deferred[Allowance]:
        return start(self.budget.take("uid=j", 7.0))


@pytest.mark.parametrize("allowance", list(Allowance))
def test_the_supervisors_word_is_the_answer(allowance: Allowance) -> None:
    rig = Rig()
    taken = rig.take()
    assert rig.said == [("take", 1, "staff", "uid=j", 7.0)]
    rig.member.granted(1, allowance.value)
    assert settled(taken) is allowance


def test_without_its_word_in_time_nothing_is_forwarded() -> None:
    """R20: a guess might lock somebody out; R6: and the answer is busy, not a no."""
    rig = Rig()
    taken = rig.take()
    rig.clock.advance(PATIENCE)
    with pytest.raises(BusyError):
        settled(taken)


def test_what_is_granted_too_late_is_given_back() -> None:
    rig = Rig()
    taken = rig.take()
    rig.clock.advance(PATIENCE)
    with pytest.raises(BusyError):
        settled(taken)
    rig.member.granted(1, "yes")
    assert rig.said[1:] == [("refund", "staff", "uid=j", 7.0)]
    rig.member.granted(1, "yes")
    assert len(rig.said) == 2, "once"


def test_what_is_refused_too_late_is_not_given_back() -> None:
    rig = Rig()
    taken = rig.take()
    rig.clock.advance(PATIENCE)
    with pytest.raises(BusyError):
        settled(taken)
    rig.member.granted(1, "spent")
    assert len(rig.said) == 1


def test_a_supervisor_that_never_answers_is_not_asked_without_end() -> None:
    rig = Rig()
    for _ in range(MOST_LATE):
        taken = rig.take()
        taken.addErrback(lambda _: None)
    rig.clock.advance(PATIENCE)
    with pytest.raises(BusyError):
        settled(rig.take())
    assert len(rig.said) == MOST_LATE


def test_without_a_supervisor_nothing_is_forwarded_at_once() -> None:
    rig = Rig()
    waiting = rig.take()
    rig.member.alone()
    with pytest.raises(BusyError):
        settled(waiting)
    with pytest.raises(BusyError):
        settled(rig.take())


def test_what_an_attempt_has_cost_is_said() -> None:
    rig = Rig()
    rig.budget.refund("uid=j", 1.0)
    rig.budget.doubt("uid=j", 2.0)
    rig.budget.clear("uid=j")
    assert rig.said == [
        ("refund", "staff", "uid=j", 1.0),
        ("doubt", "staff", "uid=j", 2.0),
        ("clear", "staff", "uid=j"),
    ]


def test_what_was_counted_is_told() -> None:
    rig = Rig()
    rig.member.tell(Forgotten("jdoe"))
    assert rig.said == [("told", ["forgotten", "jdoe"])]


def test_what_others_counted_is_taken_over() -> None:
    throttle, proofs = Throttle(ThrottleRules(failures=2)), Proofs(300, 60)
    heard(["tallies", [["jdoe", "a", 1, 0.0, 0.0, 0]]], throttle, proofs)
    assert not throttle.locked("jdoe", "a", 1.0)
    heard(["told", ["failed", "jdoe", "a", 1.0, ""]], throttle, proofs)
    assert throttle.locked("jdoe", "a", 1.5)
    with pytest.raises(ValueError, match=r"."):
        heard(["lead"], throttle, proofs)
