"""Several workers speak as one."""

from __future__ import annotations

from gateway.frontends.web.health import Condition
from gateway.workers.service import together

WELL = Condition(ok=True, text="serving", sources={"staff": "ok", "old": "ok"})


def test_people_can_log_in_as_long_as_one_worker_says_so() -> None:
    ill = Condition(ok=False, text="the native directory cannot be read", sources={"staff": "ok"})
    assert together([ill, WELL]).ok
    assert together([ill]) == ill


def test_a_source_that_one_worker_holds_back_is_unavailable() -> None:
    """R6: an outage is told."""
    down = Condition(ok=True, text="serving", sources={"staff": "ok", "old": "unavailable"})
    for conditions in ([WELL, down], [down, WELL]):
        assert together(conditions).sources == {"staff": "ok", "old": "unavailable"}


def test_without_a_worker_nobody_can() -> None:
    assert together([]) == Condition(ok=False, text="no worker answers")
