"""`raw_argon2.py SECONDS`: hashes with the gateway's default costs in as many threads as there are cores.

Prints how many a second, and the CPU seconds of one.
"""

from __future__ import annotations

import os
import sys
import threading
import time

from argon2.low_level import Type, hash_secret

MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1


def main() -> None:
    seconds, done = float(sys.argv[1]), []

    def work() -> None:
        while time.monotonic() < end:
            hash_secret(b"password", os.urandom(16), PASSES, MEMORY_KIB, LANES, 32, Type.ID)
            done.append(None)

    threads = [threading.Thread(target=work) for _ in os.sched_getaffinity(0)]
    began = time.monotonic()
    end = began + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(len(done) / (time.monotonic() - began), time.process_time() / len(done))


if __name__ == "__main__":
    main()
