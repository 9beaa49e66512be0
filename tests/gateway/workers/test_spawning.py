"""How a worker ended, in words."""

from __future__ import annotations

import pytest
from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.python.failure import Failure

from gateway.workers.spawning import how_ended


@pytest.mark.parametrize(("reason", "words"), [
    (ProcessTerminated(None, 9, 9), "SIGKILL"),
    (ProcessTerminated(2, None, 512), "exit status 2"),
    (ProcessDone(0), "exit status 0"),
])  # fmt: skip
def test_a_signal_has_its_name_and_a_status_its_number(reason: Exception, words: str) -> None:
    assert how_ended(Failure(reason)) == words
