"""The local HTTP port: `/health` for whoever asks whether logins work, `/metrics` for Prometheus. GET only."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.web.http import Request
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site


@dataclass(frozen=True, slots=True)
class Condition:
    """How we are. `ok`: people who have moved can log in. `sources` says for each source `ok` or what is wrong."""

    ok: bool
    text: str
    sources: Mapping[str, str] = field(default_factory=dict)


class _Health(Resource):
    def __init__(self, condition: Callable[[], Awaitable[Condition]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Twisted has no types there
        self._condition = condition

    def render_GET(self, request: Request) -> int:  # noqa: N802 (Twisted's name)
        gone: list[object] = []
        request.notifyFinish().addErrback(gone.append)
        asked = Deferred.fromCoroutine(self._look())
        asked.addCallback(lambda condition: None if gone else self._answer(request, condition))
        return NOT_DONE_YET

    async def _look(self) -> Condition:
        return await self._condition()

    def _answer(self, request: Request, condition: Condition) -> None:
        request.setResponseCode(200 if condition.ok else 503)
        request.setHeader(b"content-type", b"application/json")  # type: ignore[no-untyped-call]  # Twisted has no types there
        request.setHeader(b"cache-control", b"no-store")  # type: ignore[no-untyped-call]  # Twisted has no types there
        answer = {"ok": condition.ok, "text": condition.text, "sources": dict(condition.sources)}
        body = json.dumps(answer).encode() + b"\n"
        request.setHeader(b"content-length", b"%d" % len(body))  # type: ignore[no-untyped-call]  # as above
        request.write(body)  # type: ignore[no-untyped-call]  # Twisted has no types there
        request.finish()  # type: ignore[no-untyped-call]  # as above


class _Metrics(Resource):
    def __init__(self, figures: Callable[[], Awaitable[bytes]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Twisted has no types there
        self._figures = figures

    def render_GET(self, request: Request) -> int:  # noqa: N802 (Twisted's name)
        gone: list[object] = []
        request.notifyFinish().addErrback(gone.append)
        asked = Deferred.fromCoroutine(self._look())
        asked.addCallback(lambda text: None if gone else self._answer(request, text))
        return NOT_DONE_YET

    async def _look(self) -> bytes:
        return await self._figures()

    def _answer(self, request: Request, text: bytes) -> None:
        request.setHeader(b"content-type", b"text/plain; version=0.0.4; charset=utf-8")  # type: ignore[no-untyped-call]  # Twisted has no types there
        request.setHeader(b"content-length", b"%d" % len(text))  # type: ignore[no-untyped-call]  # as above
        request.write(text)  # type: ignore[no-untyped-call]  # as above
        request.finish()  # type: ignore[no-untyped-call]  # as above


class _QuietSite(Site):
    """No access log: it is asked every few seconds."""

    noisy = False

    def log(self, request: Request) -> None:
        """Nothing."""


def site(
    condition: Callable[[], Awaitable[Condition]], figures: Callable[[], Awaitable[bytes]], reactor: IReactorTime
) -> Site:
    """The HTTP site of the local port; `figures` are in Prometheus' text format."""
    root = Resource()  # type: ignore[no-untyped-call]  # Twisted has no types there
    root.putChild(b"health", _Health(condition))
    root.putChild(b"metrics", _Metrics(figures))
    return _QuietSite(root, timeout=30, reactor=reactor)  # type: ignore[no-untyped-call]  # Twisted has no types there
