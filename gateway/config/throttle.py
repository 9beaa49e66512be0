"""Section `throttle`: how many wrong passwords may be tried for a name, from one address and from all together."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from gateway.options import Options, Seconds


class Throttle(Options):
    """After `failures` different wrong passwords from one address within `window` seconds a name is locked for that
    address for `lock` seconds; after ten times as many from all addresses together, for everybody. Each further lock is
    twice as long, up to `lock_max`. Repeating one wrong password counts once (R20). 0 failures: nothing is ever locked.
    """

    failures: Annotated[int, Field(ge=0)] = 10
    window: Annotated[Seconds, Field(gt=0)] = 900.0
    lock: Annotated[Seconds, Field(gt=0)] = 300.0
    lock_max: Annotated[Seconds, Field(gt=0)] = 3600.0

    @model_validator(mode="after")
    def _locks_grow(self) -> Throttle:
        if self.lock_max < self.lock:
            raise ValueError("lock_max is shorter than lock")
        return self
