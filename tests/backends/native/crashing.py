"""A process that adopts people one after the other until it is killed; run by `test_crash.py`.

Each round forks a child, before anything is opened, and kills it at a random moment. What the child reported as written
goes to standard output.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from typing import IO

from backends.native.engine import open_store
from backends.native.writing import adopt
from gateway.testing.directory_hooks import adoption, person


def adopt_for_ever(url: str, number: int, report: IO[str]) -> None:
    """Until the end."""
    store = open_store(url, busy_timeout=2, readers=1)
    while True:
        name = f"user{number}"
        adopt(store, adoption(person(name, aliases=(f"{name}@example.com",), groups=("cn=staff",))))
        print(name, file=report, flush=True)
        number += 1


def one_round(url: str, number: int, chance: random.Random) -> None:
    """One child's life and death."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        adopt_for_ever(url, number, os.fdopen(writing, "w"))
    os.close(writing)
    with os.fdopen(reading) as reports:
        sys.stdout.write(reports.readline())
        time.sleep(chance.uniform(0, 0.02))
        os.kill(child, signal.SIGKILL)
        sys.stdout.write(reports.read())
    os.waitpid(child, 0)


if __name__ == "__main__":
    chance = random.Random(int(sys.argv[2]))
    for round_number in range(12):
        one_round(sys.argv[1], round_number * 10_000, chance)
