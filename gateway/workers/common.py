"""What the supervisor keeps for all workers: the budgets of sources, and every count of failures (R20). Pure.

A budget is drawn on here and nowhere else, so that any number of workers cannot overshoot a source's own lockout.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateway.identity.budget import Allowance, ForwardBudget
from gateway.identity.proofs import Proofs
from gateway.identity.throttle import Throttle
from gateway.identity.told import hear
from gateway.workers.words import Message, tally_row, told_by

_ROWS = 1000


class Common:
    """`proofs` knows no password: it tells which failures two workers have told of one and the same guess."""

    def __init__(self, budgets: Mapping[str, ForwardBudget], throttle: Throttle, proofs: Proofs) -> None:
        self._budgets = budgets
        self._throttle = throttle
        self._proofs = proofs

    def told(self, item: Message) -> None:
        """A worker has told this."""
        hear(told_by(item), self._throttle, self._proofs)

    def take(self, source: str, account: str, now: float) -> Allowance:
        """As `Budget.take`."""
        budget = self._budgets[source]
        if budget.reserve(account, now):
            return Allowance.YES
        return Allowance.DOUBTFUL if budget.doubtful(account) else Allowance.SPENT

    def settle(self, kind: str, source: str, account: str, at: float = 0.0) -> None:
        """What an attempt has cost: `refund`, `doubt` or `clear`."""
        budget = self._budgets[source]
        match kind:
            case "refund":
                budget.refund(account, at)
            case "doubt":
                budget.doubt(account, at)
            case "clear":
                budget.clear(account)

    def tallies(self) -> Iterator[list[Message]]:
        """All counts, in lists of some, for a worker that begins."""
        rows: list[Message] = []
        for tally in self._throttle.tallies():
            rows.append(tally_row(*tally))
            if len(rows) == _ROWS:
                yield rows
                rows = []
        if rows:
            yield rows
