"""`gateway.logs`: what a line holds, and what it never holds."""

from __future__ import annotations

import io
import json
import logging

import pytest
from twisted.logger import LogEvent, Logger, LogLevel, LogPublisher, globalLogPublisher
from twisted.python.failure import Failure

from gateway.logs import _Bridge, _numbered, json_line, observer, text_line


def written(form: str, level: str = "info", namespace: str = "gateway.x") -> tuple[Logger, io.StringIO]:
    out = io.StringIO()
    return Logger(namespace, observer=LogPublisher(observer(out, level, form))), out  # type: ignore[arg-type]  # the test passes both forms


def failing(text: str) -> None:
    password_in_a_local_variable = text + "hunter2"  # what a verbose traceback would show
    if password_in_a_local_variable:
        raise ValueError(text)


def failure(text: str) -> Failure:
    try:
        failing(text)
    except ValueError:
        return Failure()  # type: ignore[no-untyped-call]  # Twisted's is not annotated
    raise AssertionError


def test_a_line_is_one_json_object_with_time_level_logger_and_text() -> None:
    event: LogEvent = {
        "log_time": 1.5,
        "log_level": LogLevel.warn,
        "log_namespace": "gateway.app",
        "log_format": "source {source} is away\nsince {since}",
        "source": "staff",
        "since": 3,
    }
    line = json_line(event)
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "1970-01-01T00:00:01.500Z",
        "level": "warn",
        "logger": "gateway.app",
        "text": "source staff is away\nsince 3",
        "source": "staff",
    }


def test_a_field_that_is_not_listed_is_not_written() -> None:
    logger, out = written("json")
    logger.info("bound", password="hunter2", credential=b"hunter2", peer="10.0.0.1")
    assert "hunter2" not in out.getvalue()
    assert json.loads(out.getvalue())["peer"] == "10.0.0.1"


def test_a_format_that_does_not_fit_does_not_spill_the_fields() -> None:
    logger, out = written("json")
    logger.info("bound {nobody}", password="hunter2")
    assert json.loads(out.getvalue())["text"] == "bound {nobody}"
    assert "hunter2" not in out.getvalue()


def test_a_failure_is_one_field_with_type_message_and_traceback_and_no_variables() -> None:
    logger, out = written("json")
    logger.failure("cannot", failure("broken pipe"))
    record = json.loads(out.getvalue())
    assert record["text"] == "cannot"
    assert record["level"] == "critical"
    assert "Traceback" in record["failure"]
    assert "builtins.ValueError: broken pipe" in record["failure"]
    assert "hunter2" not in out.getvalue()


def test_text_cannot_forge_a_line() -> None:
    for form in ("text", "json"):
        logger, out = written(form)
        logger.info("name {name}", name="a\n2026 critical \x1b[31mall is lost\u2028x\x85")
        assert len(out.getvalue().splitlines()) == 1
        assert "\x1b" not in out.getvalue()


def test_text_is_for_people() -> None:
    event: LogEvent = {
        "log_time": 0.0,
        "log_level": LogLevel.critical,
        "log_format": "cannot",
        "log_failure": failure("no"),
    }
    first, *rest = text_line(event).splitlines()
    assert first == "1970-01-01T00:00:00.000Z critical cannot"
    assert all(row.startswith("    ") for row in rest)
    assert rest[-1].endswith("ValueError: no")


@pytest.mark.parametrize(("level", "namespace", "count"), [
    ("info", "gateway.x", 3),
    ("warn", "gateway.x", 2),
    ("info", "twisted.internet", 2),
    ("info", "log_legacy", 2),
    ("error", "twisted.internet", 1),
    ("debug", "twisted.internet", 4),
])  # fmt: skip
def test_levels_below_the_configured_one_are_left_out(level: str, namespace: str, count: int) -> None:
    logger, out = written("json", level, namespace)
    for write in (logger.debug, logger.info, logger.warn, logger.error):
        write("x")
    assert len(out.getvalue().splitlines()) == count


def test_what_libraries_log_by_the_standard_module_arrives_too() -> None:
    events: list[LogEvent] = []
    globalLogPublisher.addObserver(events.append)  # type: ignore[arg-type]  # an observer is any callable
    try:
        record = logging.LogRecord("sqlalchemy.pool", logging.WARNING, __file__, 1, "lost {%s}", ("x",), None)
        _Bridge().emit(record)
    finally:
        globalLogPublisher.removeObserver(events.append)  # type: ignore[arg-type]  # the same
    line = json.loads(json_line(events[-1]))
    assert (line["logger"], line["level"], line["text"]) == ("sqlalchemy.pool", "warn", "lost {x}")


def test_a_line_of_one_process_of_several_says_which() -> None:
    out = io.StringIO()
    publisher = LogPublisher(_numbered(observer(out), 2))
    Logger("gateway.x", observer=publisher).info("hello")  # type: ignore[arg-type]  # as in `written`
    assert json.loads(out.getvalue())["worker"] == 2
