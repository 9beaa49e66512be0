"""The daemon's log lines: one JSON object a line for machines, or text for people.

The record of decisions is not here (`gateway.identity.audit`). Of an event's own fields only `FIELDS` are written, so
that nothing slips out by being passed along (R15).
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from twisted.logger import (
    FilteringLogObserver,
    ILogObserver,
    LogEvent,
    Logger,
    LogLevel,
    LogLevelFilterPredicate,
    formatEvent,
    globalLogBeginner,
)
from twisted.python.failure import Failure

# fmt: off
FIELDS = frozenset({
    "source", "peer", "application", "connection", "operation", "identity", "outcome", "reason", "incident", "seconds",
    "count", "address", "port", "path", "worker", "version",
})
# fmt: on

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def start_logging(
    out: TextIO, level: str = "info", form: Literal["json", "text"] = "json", worker: int | None = None
) -> None:
    """Write every event of at least `level` to `out` from now on; also what libraries log by the standard module.
    `worker` is the number of this process where there are several: it stands in JSON lines."""
    written = observer(out, level, form)
    if worker is not None:
        written = _numbered(written, worker)
    globalLogBeginner.beginLoggingTo([written], redirectStandardIO=False)
    logging.captureWarnings(True)
    logging.basicConfig(handlers=[_Bridge()], level=logging.WARNING, force=True)


def observer(out: TextIO, level: str = "info", form: Literal["json", "text"] = "json") -> ILogObserver:
    """An observer that writes to `out`, flushed after each line. Twisted's own chatter begins at "warn", unless
    `level` is "debug"."""
    line = json_line if form == "json" else text_line
    least = LogLevel.levelWithName(level)
    predicate = LogLevelFilterPredicate(defaultLogLevel=least)
    if least is not LogLevel.debug:
        for chatter in ("twisted", "log_legacy"):
            predicate.setLogLevelForNamespace(chatter, max(least, LogLevel.warn, key=_severity))
    return FilteringLogObserver(_writer(out, line), [predicate])


def _numbered(observer: ILogObserver, worker: int) -> ILogObserver:
    def write(event: LogEvent) -> None:
        observer({"worker": worker, **event})

    return write  # type: ignore[return-value]  # as in `_writer`


def _severity(level: Any) -> int:
    return list(LogLevel.iterconstants()).index(level)


def _writer(out: TextIO, line: Callable[[LogEvent], str]) -> ILogObserver:
    def write(event: LogEvent) -> None:
        out.write(line(event) + "\n")
        out.flush()

    return write  # type: ignore[return-value]  # an observer is any callable; the interface names only __call__


def json_line(event: LogEvent) -> str:
    """The event as one JSON object: time, level, logger, text, the known fields, and `failure` if there is one."""
    record: dict[str, object] = {
        "time": _time(event),
        "level": _level(event),
        "logger": str(event.get("log_namespace", "")),
        "text": _text(event),
    }
    record.update((name, _plain(event[name])) for name in sorted(FIELDS & event.keys()))
    failure = _failure(event)
    if failure:
        record["failure"] = failure
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).translate(_LINE_BREAKS)


def text_line(event: LogEvent) -> str:
    """The event as one line for people; a traceback follows, indented."""
    line = f"{_time(event)} {_level(event):<8} {_CONTROL.sub(_escaped, _text(event))}"
    return "\n".join([line, *("    " + _CONTROL.sub(_escaped, row) for row in _failure(event).splitlines())])


_LINE_BREAKS = {0x2028: "\\u2028", 0x2029: "\\u2029", 0x85: "\\u0085"}  # JSON allows them raw; line readers do not


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def _time(event: LogEvent) -> str:
    moment = datetime.fromtimestamp(event.get("log_time", time.time()), UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _level(event: LogEvent) -> str:
    level = event.get("log_level")
    return str(level.name) if level is not None else "info"


def _text(event: LogEvent) -> str:
    text = formatEvent(event)
    if text.startswith("Unable to format event"):  # Twisted then shows every field there is
        return str(event.get("log_format"))
    return text.strip()


def _failure(event: LogEvent) -> str:
    """Type, message and traceback, without the values of variables."""
    failure = event.get("log_failure")
    return failure.getTraceback(elideFrameworkCode=True).strip() if isinstance(failure, Failure) else ""


def _plain(value: object) -> object:
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


class _Bridge(logging.Handler):
    """Hands records of the standard logging module to Twisted's."""

    def emit(self, record: logging.LogRecord) -> None:
        level = LogLevel.levelWithName({"warning": "warn"}.get(record.levelname.lower(), record.levelname.lower()))
        fields: dict[str, Any] = {"text": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            fields["log_failure"] = Failure(record.exc_info[1])  # type: ignore[no-untyped-call]  # Twisted's is not annotated
        Logger(namespace=record.name).emit(level, "{text}", **fields)
