"""Section `log`: what the daemon says about itself on standard error. Decisions go to `audit`."""

from __future__ import annotations

from typing import Literal

from gateway.options import Options


class Log(Options):
    """`level` is the least that is written; `format` is `json` for machines, `text` for people."""

    level: Literal["debug", "info", "warn", "error", "critical"] = "info"
    format: Literal["json", "text"] = "json"
