"""Section `audit`: where the record of each decision goes, one JSON object a line."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.options import Options


class Audit(Options):
    """`file` is a path that lines are appended to, or "-" for standard error."""

    file: Annotated[str, Field(min_length=1)] = "-"
