"""One record for every decision, never a secret (R15). Where records go is for whoever gives a sink."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from gateway.identity.outcome import Accepted, Outcome, Rejected, Unavailable, Unknown

MAX_NAME = 256
MAX_DETAIL = 1024
"""Characters of any other member: names of an old store stand in them, and may be of any length."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """What was decided. `at` is seconds since the epoch, `seconds` how long it took.

    `event` is `bind`, `adopt`, `adopt-missed` or `collision`. `login` is what the application sent, cut to 256
    characters; `name` the canonical name where one is known; `via` who decided: `directory`, `source:NAME`,
    `memory`, `gateway`; `outcome` a word of `word_for`; `detail` one sentence for an administrator.
    """

    event: str
    at: float
    login: str
    outcome: str
    via: str = ""
    name: str = ""
    identity: str = ""
    address: str = ""
    application: str = ""
    seconds: float = 0.0
    detail: str = ""


class AuditSink(Protocol):
    """Takes records; must not raise and must not wait."""

    def record(self, record: AuditRecord) -> None: ...


def word_for(outcome: Outcome) -> str:
    """`accepted`, `unknown`, `unavailable`, `busy`, or the reason of a refusal."""
    match outcome:
        case Accepted():
            return "accepted"
        case Rejected(reason):
            return reason.value
        case Unknown():
            return "unknown"
        case Unavailable(_, busy):
            return "busy" if busy else "unavailable"


class JsonLines:
    """One JSON object a line, in the order of decisions; empty members are left out."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write

    def record(self, record: AuditRecord) -> None:
        """Write one line."""
        self._write(as_json(record) + "\n")


def as_json(record: AuditRecord) -> str:
    """One line of JSON, without control characters or lone surrogates whatever the name was."""
    fields: dict[str, object] = {
        "time": datetime.fromtimestamp(record.at, UTC).isoformat(timespec="milliseconds"),
        "event": record.event,
        "outcome": record.outcome,
        "login": record.login[:MAX_NAME],
    }
    for key in ("name", "identity", "via", "address", "application", "detail"):
        value: str = getattr(record, key)
        if value:
            fields[key] = value[:MAX_DETAIL]
    if record.seconds:
        fields["ms"] = round(record.seconds * 1000, 2)
    return json.dumps(fields)


class Everyone:
    """Several sinks as one."""

    def __init__(self, sinks: Sequence[AuditSink]) -> None:
        self._sinks = tuple(sinks)

    def record(self, record: AuditRecord) -> None:
        """Hand the record to each."""
        for sink in self._sinks:
            sink.record(record)
