"""One worker among the others: tells them what it counted, hears what they did, and asks before it forwards (R20)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from twisted.internet.defer import Deferred, TimeoutError

from gateway.errors import BusyError
from gateway.identity.budget import Allowance, Budget
from gateway.identity.flights import Clock, within
from gateway.identity.proofs import Proofs
from gateway.identity.throttle import Throttle
from gateway.identity.told import Told, hear
from gateway.workers.words import Message, event, tally_of, told_by

PATIENCE = 2.0
"""Seconds to wait for the supervisor's word. Without it nothing is forwarded: a guess might lock somebody out."""

MOST_LATE = 1000
"""Answers that nobody waits for any more; beyond that nothing is asked until some have come."""

Send = Callable[..., None]


class Member:
    """A `Company`. `send` says one message to the supervisor."""

    def __init__(self, key: bytes, clock: Clock, send: Send) -> None:
        self.key = key
        self._clock = clock
        self._send = send
        self._numbers = count(1)
        self._asked: dict[int, Deferred[Allowance]] = {}
        self._late: dict[int, tuple[str, str, float]] = {}
        self._alone = False

    def tell(self, told: Told) -> None:
        """As `Company.tell`."""
        self._send("told", event(told))

    def budget(self, source: str) -> Budget:
        """As `Company.budget`."""
        return _Drawn(self, source)

    async def take(self, source: str, account: str, now: float) -> Allowance:
        """The supervisor's answer; `BusyError` if there is none in time."""
        if self._alone or len(self._late) >= MOST_LATE:
            raise BusyError("the supervisor cannot be asked")
        number = next(self._numbers)
        answer: Deferred[Allowance] = Deferred()
        self._asked[number] = answer
        self._send("take", number, source, account, now)
        try:
            return await within(self._clock, PATIENCE, answer)
        except TimeoutError:
            raise BusyError(f"source {source}: the supervisor did not say whether it may be asked") from None
        finally:
            if self._asked.pop(number, None) is not None:
                self._late[number] = (source, account, now)

    def settle(self, kind: str, source: str, account: str, *at: float) -> None:
        """What an attempt has cost."""
        self._send(kind, source, account, *at)

    def granted(self, number: int, word: str) -> None:
        """The supervisor's answer is here."""
        answer = self._asked.pop(number, None)
        late = self._late.pop(number, None)
        if answer is not None:
            answer.callback(Allowance(word))
        elif late is not None and word == Allowance.YES.value:  # nobody forwards what is granted late
            self.settle("refund", *late)

    def alone(self) -> None:
        """The supervisor has gone: nothing that has to be asked for can be done any more."""
        self._alone = True
        asked, self._asked = self._asked, {}
        for answer in asked.values():
            answer.errback(BusyError("the supervisor has gone"))


class _Drawn:
    """A `Budget` that the supervisor keeps."""

    def __init__(self, member: Member, source: str) -> None:
        self._member = member
        self._source = source

    async def take(self, account: str, now: float) -> Allowance:
        """As `Budget.take`."""
        return await self._member.take(self._source, account, now)

    def refund(self, account: str, at: float) -> None:
        """As `Budget.refund`."""
        self._member.settle("refund", self._source, account, at)

    def doubt(self, account: str, at: float) -> None:
        """As `Budget.doubt`."""
        self._member.settle("doubt", self._source, account, at)

    def clear(self, account: str) -> None:
        """As `Budget.clear`."""
        self._member.settle("clear", self._source, account)


def heard(message: Message, throttle: Throttle, proofs: Proofs) -> None:
    """Take over what others have counted: `told` or `tallies`."""
    match message:
        case ["told", list(item)]:
            hear(told_by(item), throttle, proofs)
        case ["tallies", list(rows)]:
            for row in rows:
                throttle.take_over(*tally_of(row))
        case _:
            raise ValueError("not what a worker is told")
