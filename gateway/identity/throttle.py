"""Too many wrong passwords: failures and now -> locked until. Pure functions, and one bounded table of them.

    open --failure--> counting --the n-th failure within the window--> locked --time--> counting
      ^                                                                   |  (each further lock lasts twice as long)
      +-------- a right password, or a whole window without failure ------+

Only *distinct* wrong passwords arrive here: a repeated one is answered from memory (R20), and an outage is not a
failure at all (R6). What may be forwarded to a source is in `budget.py`. Other processes of this gateway are told of
each count (`told.py`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from gateway.identity.told import Failed, Forgotten, Succeeded, Tell, nobody


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

    def __init__(self, rules: ThrottleRules, capacity: int = 100_000, tell: Tell = nobody) -> None:
        self._rules = rules
        self._tell = tell
        self._rules_everywhere = replace(rules, failures=rules.failures * EVERYWHERE)
        self._capacity = capacity
        self._tallies: OrderedDict[tuple[str, str], Tally] = OrderedDict()

    def locked(self, name: str, address: str, now: float) -> bool:
        """Whether this normalised name must wait, asked from there; not longer, if the clock was set back."""
        if not self._tallies:
            return False
        here, anywhere = self._tallies.get((name, address)), self._tallies.get((name, ""))
        return self._holds(here, now) or self._holds(anywhere, now)

    def _holds(self, tally: Tally | None, now: float) -> bool:
        return tally is not None and 0 < tally.locked_until - now <= self._rules.lock_max

    def failed(self, name: str, address: str, now: float, proof: bytes = b"") -> None:
        """Count one distinct wrong password, and tell the others; `proof` is what it is remembered by."""
        if self._rules.failures:
            self.count(name, address, now)
            self._tell(Failed(name, address, now, proof))

    def succeeded(self, name: str, address: str) -> None:
        """A right password ends the count of this place; what others guess goes on being counted."""
        if self.release(name, address):
            self._tell(Succeeded(name, address))

    def forget(self, name: str) -> None:
        """An administrator has set the password: nobody's old guesses keep its owner out. Looks at every tally."""
        self.drop(name)
        self._tell(Forgotten(name))

    def count(self, name: str, address: str, now: float) -> None:
        """As `failed`, told by another process."""
        if self._rules.failures:
            self._count((name, address), now, self._rules)
            self._count((name, ""), now, self._rules_everywhere)

    def release(self, name: str, address: str) -> bool:
        """As `succeeded`, told by another process; whether anything had been counted."""
        return self._tallies.pop((name, address), None) is not None

    def drop(self, name: str) -> None:
        """As `forget`, told by another process."""
        for key in [key for key in self._tallies if key[0] == name]:
            del self._tallies[key]

    def tallies(self) -> Iterator[tuple[str, str, Tally]]:
        """Every name, address and tally, for a process that begins."""
        for (name, address), tally in self._tallies.items():
            yield name, address, tally

    def take_over(self, name: str, address: str, tally: Tally) -> None:
        """What a process that begins is told of the time before it."""
        self._keep((name, address), tally)

    def _count(self, key: tuple[str, str], now: float, rules: ThrottleRules) -> None:
        self._keep(key, after_failure(self._tallies.pop(key, Tally(since=now)), now, rules))

    def _keep(self, key: tuple[str, str], tally: Tally) -> None:
        self._tallies[key] = tally
        if len(self._tallies) > self._capacity:
            self._tallies.popitem(last=False)
