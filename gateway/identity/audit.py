"""One record for every decision, never a secret (R15). Where records go is for whoever gives a sink."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii as _quote
from typing import Protocol

from gateway.identity.outcome import Accepted, Outcome, Rejected, Unavailable, Unknown

MAX_NAME = 256
MAX_DETAIL = 1024
"""Characters of any other member: names of an old store stand in them, and may be of any length."""

CHANGES = frozenset({"add", "delete", "modify", "password", "rename"})
"""The events that are changes which somebody asked for."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """What was decided. `at` is seconds since the epoch, `seconds` how long it took.

    `event` is `bind`, `adopt`, `adopt-missed`, `collision` or one of `CHANGES`. `by` is the canonical name of whoever
    wanted a change. `login` is what the application sent, cut to 256 characters; `name` the canonical name where one is
    known; `via` who decided: `directory`, `source:NAME`, `memory`, `gateway`; `outcome` a word of
    `word_for`; `detail` one sentence for an administrator.
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
    by: str = ""


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
    """One line of JSON, without control characters or lone surrogates whatever the name was.

    Written by hand, since it is on the path of every bind: a dictionary and `json.dumps` take three times as long.
    """
    line = (
        f'{{"time": "{_second(int(record.at))}.{int(record.at % 1 * 1000):03}+00:00", "event": {_quote(record.event)}, '
        f'"outcome": {_quote(record.outcome)}, "login": {_quote(record.login[:MAX_NAME])}'
    )
    for key, value in (
        ("name", record.name),
        ("identity", record.identity),
        ("by", record.by),
        ("via", record.via),
        ("address", record.address),
        ("application", record.application),
        ("detail", record.detail),
    ):
        if value:
            line += f', "{key}": {_quote(value[:MAX_DETAIL])}'
    return f'{line}, "ms": {record.seconds * 1000:.2f}}}' if record.seconds else line + "}"


@lru_cache(maxsize=4)
def _second(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")


class Everyone:
    """Several sinks as one."""

    def __init__(self, sinks: Sequence[AuditSink]) -> None:
        self._sinks = tuple(sinks)

    def record(self, record: AuditRecord) -> None:
        """Hand the record to each."""
        for sink in self._sinks:
            sink.record(record)
