"""Too many wrong passwords: failures and now -> locked until. Pure functions, and one bounded table of them.

    open --failure--> counting --the n-th failure within the window--> locked --time--> counting
      ^                                                                   |  (each further lock lasts twice as long)
      +-------- a right password, or a whole window without failure ------+

Only *distinct* wrong passwords arrive here: a repeated one is answered from memory (R20), and an outage is not a
failure at all (R6). `ForwardBudget` keeps what is forwarded to a source below that source's own lockout.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ThrottleRules:
    """`failures` within `window` seconds lock a name for `lock` seconds, doubling up to `lock_max`.

    0 failures: nothing is ever locked.
    """

    failures: int = 10
    window: float = 900.0
    lock: float = 300.0
    lock_max: float = 3600.0


@dataclass(frozen=True, slots=True)
class Tally:
    """The failures of one name: how many since `since`, locked until when, and how often it was locked."""

    count: int = 0
    since: float = 0.0
    locked_until: float = 0.0
    locks: int = 0


def after_failure(tally: Tally, now: float, rules: ThrottleRules) -> Tally:
    """One more distinct wrong password at `now` (seconds)."""
    if now - tally.since > rules.window:
        tally = Tally(0, now, 0.0, tally.locks if now - tally.since < 4 * rules.lock_max else 0)
    count = tally.count + 1
    if count < rules.failures:
        return Tally(count, tally.since, tally.locked_until, tally.locks)
    pause = min(rules.lock * 2**tally.locks, rules.lock_max)
    return Tally(0, now, now + pause, min(tally.locks + 1, 16))


EVERYWHERE = 10
"""A name is locked for every address when this many times `failures` came from all of them together."""


class Throttle:
    """One tally for each name and address, and one for the name alone, so that guesses from one place lock out that
    place first and not the person. At most `capacity` tallies: whoever failed longest ago is forgotten."""

    def __init__(self, rules: ThrottleRules, capacity: int = 100_000) -> None:
        self._rules = rules
        self._rules_everywhere = replace(rules, failures=rules.failures * EVERYWHERE)
        self._capacity = capacity
        self._tallies: OrderedDict[tuple[str, str], Tally] = OrderedDict()

    def locked(self, name: str, address: str, now: float) -> bool:
        """Whether this normalised name must wait, asked from there; not longer, if the clock was set back."""
        return any(
            tally is not None and 0 < tally.locked_until - now <= self._rules.lock_max
            for tally in (self._tallies.get((name, address)), self._tallies.get((name, "")))
        )

    def failed(self, name: str, address: str, now: float) -> None:
        """Count one distinct wrong password."""
        if self._rules.failures:
            self._count((name, address), now, self._rules)
            self._count((name, ""), now, self._rules_everywhere)

    def succeeded(self, name: str, address: str) -> None:
        """A right password ends the count of this place; what others guess goes on being counted."""
        self._tallies.pop((name, address), None)

    def forget(self, name: str) -> None:
        """An administrator has set the password: nobody's old guesses keep its owner out. Looks at every tally."""
        for key in [key for key in self._tallies if key[0] == name]:
            del self._tallies[key]

    def _count(self, key: tuple[str, str], now: float, rules: ThrottleRules) -> None:
        self._tallies[key] = after_failure(self._tallies.pop(key, Tally(since=now)), now, rules)
        if len(self._tallies) > self._capacity:
            self._tallies.popitem(last=False)


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
