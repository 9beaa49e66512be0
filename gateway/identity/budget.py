"""How many wrong passwords may still be forwarded to a source, so that it locks nobody's account because of us (R20).

`ForwardBudget` is pure. Several processes of one gateway draw on one of them, which the supervisor keeps
(`gateway.workers`): whoever forwards asks by `Budget.take`.
"""

from __future__ import annotations

import enum
from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol


class Allowance(enum.Enum):
    """Whether one more password may be forwarded for an account."""

    YES = "yes"
    SPENT = "spent"
    DOUBTFUL = "doubtful"  # spent, and on outages as well: its end is no verdict on a password (R6)


class Budget(Protocol):
    """What one source may be asked; an account is the source's own word for it."""

    async def take(self, account: str, now: float) -> Allowance:
        """Take one attempt at `now`. `BusyError` where nobody can tell now: then nothing may be forwarded."""
        ...

    def refund(self, account: str, at: float) -> None:
        """As `ForwardBudget.refund`."""
        ...

    def doubt(self, account: str, at: float) -> None:
        """As `ForwardBudget.doubt`."""
        ...

    def clear(self, account: str) -> None:
        """As `ForwardBudget.clear`."""
        ...


@dataclass(slots=True)
class _Attempt:
    """One password that was forwarded; `doubtful` where nobody knows whether the source counted it."""

    at: float
    doubtful: bool = False


class ForwardBudget:
    """How many failures may still be forwarded to one source for one account (R20).

    A source that locks after `threshold` failures within `window` seconds sees at most `threshold - 1` from us;
    attempts under way count as failures until they end, so concurrent guesses cannot overshoot.
    """

    def __init__(self, threshold: int, window: float, capacity: int = 100_000) -> None:
        self._most = threshold - 1
        self._window = window
        self._capacity = capacity
        self._spent: OrderedDict[str, list[_Attempt]] = OrderedDict()

    def reserve(self, account: str, now: float) -> bool:
        """Take one attempt at `now`; False when it might be the one that locks the account."""
        spent = [attempt for attempt in self._spent.pop(account, ()) if 0 <= now - attempt.at < self._window]
        allowed = len(spent) < self._most
        if allowed:
            spent.append(_Attempt(now))
        if spent:
            self._spent[account] = spent
        if len(self._spent) > self._capacity:
            self._spent.popitem(last=False)
        return allowed

    async def take(self, account: str, now: float) -> Allowance:
        """As `Budget.take`; never suspends."""
        if self.reserve(account, now):
            return Allowance.YES
        return Allowance.DOUBTFUL if self.doubtful(account) else Allowance.SPENT

    def refund(self, account: str, at: float) -> None:
        """The attempt reserved at `at` never reached the source, or is one that it does not count."""
        spent = self._spent.get(account, [])
        refunded = _of(spent, at)
        if refunded is not None:
            spent.remove(refunded)
        if not spent:  # names that nobody has must not drive out what was spent on people
            self._spent.pop(account, None)

    def doubt(self, account: str, at: float) -> None:
        """Nobody knows whether the source counted the attempt reserved at `at`: it was cut short by an outage."""
        attempt = _of(self._spent.get(account, []), at)
        if attempt is not None:
            attempt.doubtful = True

    def doubtful(self, account: str) -> bool:
        """Whether the budget is spent on outages as well: then its end is no verdict on a password (R6)."""
        return any(attempt.doubtful for attempt in self._spent.get(account, ()))

    def clear(self, account: str) -> None:
        """A right password: the source has reset its own count, so do we."""
        self._spent.pop(account, None)


def _of(spent: list[_Attempt], at: float) -> _Attempt | None:
    return next((attempt for attempt in spent if attempt.at == at), None)
