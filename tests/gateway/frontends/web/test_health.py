"""The local HTTP port, over in-memory transports."""

from __future__ import annotations

import json

from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from gateway.frontends.web.health import Condition, site
from gateway.frontends.web.metrics import Metrics

WELL = Condition(ok=True, text="serving", sources={"staff": "ok"})


def answer(request: bytes, condition: Condition = WELL) -> tuple[bytes, bytes]:
    """Head and body of what one request gets."""

    async def look() -> Condition:
        return condition

    factory = site(look, Metrics().scraped, Clock())
    protocol = factory.buildProtocol(IPv4Address("TCP", "127.0.0.1", 1))
    transport = StringTransport()
    protocol.makeConnection(transport)
    protocol.dataReceived(request)
    head, _, body = transport.value().partition(b"\r\n\r\n")
    return head, body


def get(path: bytes) -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def test_health_says_how_we_are() -> None:
    head, body = answer(get(b"/health"))
    assert head.startswith(b"HTTP/1.1 200")
    assert json.loads(body) == {"ok": True, "text": "serving", "sources": {"staff": "ok"}}


def test_health_of_a_daemon_that_stops_is_an_error_for_a_balancer() -> None:
    head, body = answer(get(b"/health"), Condition(ok=False, text="stopping"))
    assert head.startswith(b"HTTP/1.1 503")
    assert json.loads(body)["ok"] is False


def test_metrics_are_in_the_text_format() -> None:
    head, body = answer(get(b"/metrics"))
    assert b"text/plain; version=0.0.4" in head.lower()
    assert b"# TYPE bindferry_binds_total counter" in body


def test_there_is_nothing_else() -> None:
    for path in (b"/", b"/admin", b"/health/x/y", b"/../etc/passwd"):
        assert answer(get(path))[0].startswith((b"HTTP/1.1 404", b"HTTP/1.1 400")), path


def test_only_reading_is_allowed() -> None:
    assert answer(get(b"/health").replace(b"GET", b"POST", 1))[0].startswith(b"HTTP/1.1 405")
