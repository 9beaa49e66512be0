"""`gateway.cli.running`: a reactor runs once a process, so each fact has a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAM = """
import os, signal, sys
from twisted.internet.defer import Deferred
from gateway.cli.running import run_async
from gateway.errors import BindferryError

async def answers(reactor):
    return 7

async def waits(reactor):
    waited = Deferred()
    reactor.callLater(0, waited.callback, None)
    await waited
    return 7

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may ignore it: nohup

async def fails(reactor):
    raise BindferryError("no")

async def interrupted(reactor):
    reactor.callWhenRunning(os.kill, os.getpid(), signal.SIGINT)
    try:
        await Deferred()
    finally:
        tidied = Deferred()
        reactor.callLater(0.01, tidied.callback, None)
        await tidied
        print("tidied", end=" ")

try:
    print(run_async(globals()[sys.argv[1]]))
except BaseException as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize(("name", "shown"), [
    ("answers", "7\n"),
    ("waits", "7\n"),
    ("fails", "BindferryError\n"),
    ("interrupted", "tidied KeyboardInterrupt\n"),
])  # fmt: skip
def test_a_coroutine_runs_to_its_end_and_tidies_up_when_interrupted(name: str, shown: str) -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM, name], capture_output=True, text=True, timeout=30)
    assert (done.stdout, done.stderr) == (shown, "")
