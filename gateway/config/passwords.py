"""Section `passwords`: what a hash costs, and how long a verified password is remembered instead of hashed again."""

from __future__ import annotations

import os
from typing import Annotated

from pydantic import Field, model_validator

from gateway.options import Bytes, Options, Seconds


class Passwords(Options):
    """Argon2id costs (R14), the pool that hashes, and the memory of recent verdicts (R20)."""

    totals = ("threads", "queue")

    memory: Annotated[Bytes, Field(le=4 << 30)] = 19 << 20
    """Bytes of one hash; the default with `time` 2 is OWASP's first choice."""
    time: Annotated[int, Field(ge=1, le=100)] = 2
    """Passes over that memory."""
    parallelism: Annotated[int, Field(ge=1, le=64)] = 1
    """Lanes of one hash."""
    threads: Annotated[int, Field(ge=1, le=256)] = Field(default_factory=lambda: len(os.sched_getaffinity(0)))
    """Hashes at once: as many as there are cores."""
    queue: Annotated[int, Field(ge=1)] = 200
    """Hashes that may wait for a thread; one more is answered busy."""
    remember: Annotated[Seconds, Field(ge=0, le=86_400)] = 300.0
    """Seconds that a right password is kept as a keyed proof, in memory only; 0 hashes at every bind."""
    remember_wrong: Annotated[Seconds, Field(ge=0, le=86_400)] = 60.0
    """Seconds that the last wrong passwords of an account are kept in the same way."""

    @model_validator(mode="after")
    def _lanes_have_memory(self) -> Passwords:
        if self.memory < self.parallelism * (8 << 10):  # RFC 9106 3.1: at least 8 KiB for each lane
            raise ValueError("memory is too small: Argon2 needs at least 8KiB for each lane (parallelism)")
        return self
