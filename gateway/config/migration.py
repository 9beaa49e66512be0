"""Section `migration`: whether a first yes is written, and how long its answer waits for that."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.options import Options, Seconds


class Migration(Options):
    """What follows a password that a source accepted (R11, R12)."""

    totals = ("queue",)

    enabled: bool = True
    """False: sources are asked and nothing is written, for a look at the traffic before the campaign begins."""
    wait: Annotated[Seconds, Field(ge=0, le=30)] = 0.25
    """Seconds that an answer waits for hash and write before it goes out first."""
    queue: Annotated[int, Field(ge=1)] = 10_000
    """Adoptions that may end behind their answers; one more is left to that person's next bind."""
