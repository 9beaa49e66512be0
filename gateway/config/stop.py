"""Section `stop`: how the daemon ends."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.options import Options, Seconds


class Stop(Options):
    """`grace` is how many seconds operations in progress may still take once the daemon is told to stop."""

    grace: Annotated[Seconds, Field(ge=0, le=3600)] = 10.0
