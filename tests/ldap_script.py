"""LDAP servers in memory, on the project's codec: for unit tests of whatever is a client. No sockets, no TLS.

A `Network` has servers by URL; each is a function from a request to answers. `Tree` is such a function that serves
people and understands binds, searches and paging.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectionDone, ConnectionRefusedError
from twisted.internet.interfaces import IProtocol, IProtocolFactory
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from waiting import settled, waiting

from backends.legacy.ldapclient.servers import Server
from gateway.identity.model import Attributes
from gateway.identity.search import Scope, parent_of, within
from gateway.wire.controls import PAGED_RESULTS, PagedResults, decode_paged_results, encode_paged_results
from gateway.wire.dn import normalise_dn
from gateway.wire.ldap import MessageBuffer, decode_message, encode_message
from gateway.wire.messages import (
    BindRequest,
    BindResponse,
    Control,
    ExtendedRequest,
    ExtendedResponse,
    LdapMessage,
    LdapResult,
    Operation,
    ResultCode,
    SearchRequest,
    SearchResultDone,
    SearchResultEntry,
    SimpleAuthentication,
    UnbindRequest,
)

T = TypeVar("T")
Answer = Operation | LdapMessage | bytes
"""An operation under the request's id, a whole message, or raw bytes."""
Serve = Callable[[LdapMessage], Iterable[Answer]]


class Wire:
    """One connection: the client's transport, with the server at its other end. Bytes arrive at the next `advance`."""

    disconnecting = False

    def __init__(self, network: Network, place: str) -> None:
        self.network = network
        self.place = place
        self.requests: list[LdapMessage] = []
        self.open = True
        self.aborted = False
        self._buffer = MessageBuffer(1 << 24)
        self.client: Protocol | None = None

    def write(self, data: bytes) -> None:
        self.network.clock.callLater(0, self._arrived, data)

    def loseConnection(self) -> None:
        self.network.clock.callLater(0, self.drop)

    def abortConnection(self) -> None:
        self.aborted = True
        self.network.clock.callLater(0, self.drop)

    def getPeer(self) -> IPv4Address:
        return IPv4Address("TCP", "192.0.2.1", 389)

    def drop(self) -> None:
        """The connection ends."""
        if self.open and self.client is not None:
            self.open = False
            self.network.wires.remove(self)
            self.client.connectionLost(Failure(ConnectionDone()))  # type: ignore[no-untyped-call]  # Twisted's

    def send(self, *answers: Answer, message_id: int = 0) -> None:
        """Bytes from the server, now."""
        for answer in answers:
            if self.open and self.client is not None:
                self.client.dataReceived(_bytes(answer, message_id))

    def _arrived(self, data: bytes) -> None:
        for one in self._buffer.feed(data):
            message = decode_message(one)
            self.requests.append(message)
            self.network.requests.append((self.place, message))
            if isinstance(message.operation, UnbindRequest):
                self.drop()
            elif self.open and self.place not in self.network.hanging:
                self.send(*self.network.serve[self.place](message), message_id=message.id)


def _bytes(answer: Answer, message_id: int) -> bytes:
    if isinstance(answer, bytes):
        return answer
    return encode_message(answer if isinstance(answer, LdapMessage) else LdapMessage(message_id, answer))


@dataclass
class Network:
    """Servers by URL. A URL that is not in `serve` refuses connections; one in `hanging` takes all and answers none."""

    serve: dict[str, Serve]
    clock: Clock = field(default_factory=Clock)
    hanging: set[str] = field(default_factory=set)
    wires: list[Wire] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)
    requests: list[tuple[str, LdapMessage]] = field(default_factory=list)

    def dial(self, server: Server, factory: IProtocolFactory) -> Deferred[IProtocol]:
        """As `backends.legacy.ldapclient.connector.Dial`."""
        place = str(server)
        self.dialled.append(place)
        if place not in self.serve:
            refused: Deferred[IProtocol] = Deferred()
            refused.errback(ConnectionRefusedError())  # type: ignore[no-untyped-call]  # Twisted's
            return refused
        wire = Wire(self, place)
        protocol = factory.buildProtocol(wire.getPeer())
        assert isinstance(protocol, Protocol)
        wire.client = protocol
        self.wires.append(wire)
        protocol.makeConnection(wire)
        return succeed(protocol)

    def run(self, function: Callable[[], Coroutine[Any, Any, T]], seconds: float = 0) -> T:
        """The coroutine's result; time moves by up to `seconds`. AssertionError if it still waits then."""
        deferred: Deferred[T] = Deferred.fromCoroutine(function())
        self.settle()
        passed = 0.0
        while waiting(deferred) and passed < seconds:
            self.clock.advance(0.25)
            passed += 0.25
            self.settle()
        return settled(deferred)

    def settle(self) -> None:
        """Let all that is under way arrive, without time passing."""
        while any(call.getTime() <= self.clock.seconds() for call in self.clock.getDelayedCalls()):
            self.clock.advance(0)

    def stop(self) -> None:
        """No server listens any longer, and open connections break."""
        self.serve.clear()
        for wire in list(self.wires):
            wire.drop()

    def asked(self, kind: type[T]) -> list[T]:
        """All requests of this kind so far, of every server."""
        return [message.operation for _, message in self.requests if isinstance(message.operation, kind)]


@dataclass
class Tree:
    """Entries by DN, passwords by DN; `verdicts` are results of a bind that come before the password is looked at."""

    entries: dict[str, Mapping[str, list[bytes]]]
    passwords: dict[str, bytes]
    verdicts: dict[str, LdapResult] = field(default_factory=dict)
    controls: dict[str, tuple[Control, ...]] = field(default_factory=dict)
    limit: int = 0
    values: int = 0
    """How many values of an attribute are shown at once, as Active Directory does it (0: all)."""

    def __call__(self, message: LdapMessage) -> Iterable[Answer]:
        """The answers to one request."""
        operation = message.operation
        if isinstance(operation, BindRequest):
            yield LdapMessage(message.id, *self._bind(operation))
        elif isinstance(operation, SearchRequest):
            yield from self._search(message, operation)
        elif isinstance(operation, ExtendedRequest):
            yield ExtendedResponse(LdapResult(ResultCode.PROTOCOL_ERROR))

    def _bind(self, request: BindRequest) -> tuple[BindResponse, tuple[Control, ...]]:
        key = normalise_dn(request.name)
        assert isinstance(request.authentication, SimpleAuthentication)
        held = {normalise_dn(dn): password for dn, password in self.passwords.items()}.get(key)
        right = held is not None and held == request.authentication.password
        result = LdapResult(ResultCode.SUCCESS if right else ResultCode.INVALID_CREDENTIALS)
        return BindResponse(self.verdicts.get(key, result)), self.controls.get(key, ())

    def _search(self, message: LdapMessage, request: SearchRequest) -> Iterable[Answer]:
        if request.base == "":
            yield SearchResultEntry("", [("objectClass", [b"top"]), ("supportedControl", [PAGED_RESULTS.encode()])])
            yield SearchResultDone(LdapResult(ResultCode.SUCCESS))
            return
        base = normalise_dn(request.base)
        keys = {normalise_dn(dn): dn for dn in self.entries}
        if not any(within(key, base) for key in keys):
            yield SearchResultDone(LdapResult(ResultCode.NO_SUCH_OBJECT))
            return
        found = [dn for key, dn in keys.items() if _covers(request.scope, base, key) and self._matches(request, dn)]
        yield from self._answers(message, request, found)

    def _matches(self, request: SearchRequest, dn: str) -> bool:
        return request.filter.matches(Attributes(self.entries[dn])) is True

    def _answers(self, message: LdapMessage, request: SearchRequest, found: list[str]) -> Iterable[Answer]:
        paged = next((one for one in message.controls if one.type == PAGED_RESULTS), None)
        controls: tuple[Control, ...] = ()
        limit = request.size_limit or self.limit
        code = ResultCode.SIZE_LIMIT_EXCEEDED if limit and len(found) > limit else ResultCode.SUCCESS
        found = found[:limit] if limit else found
        if paged is not None:
            wanted = decode_paged_results(paged.value)
            start = int(wanted.cookie or 0)
            stop = start + wanted.size
            cookie = str(stop).encode() if stop < len(found) else b""
            found = found[start:stop]
            controls = (Control(PAGED_RESULTS, value=encode_paged_results(PagedResults(0, cookie))),)
        for dn in found:
            shown = [] if request.attributes == ("1.1",) else list(self.entries[dn].items())
            if self.values:
                shown = list(_in_parts(shown, request.attributes, self.values))
            yield SearchResultEntry(dn, shown)
        yield LdapMessage(message.id, SearchResultDone(LdapResult(code)), controls)


def _in_parts(
    shown: list[tuple[str, list[bytes]]], asked: tuple[str, ...], most: int
) -> Iterable[tuple[str, list[bytes]]]:
    """What is too long in parts: the first one, unless `asked` names another (`member;range=1500-*`)."""
    starts = {
        name: int(rest.partition("-")[0]) for name, _, rest in (one.partition(";range=") for one in asked) if rest
    }
    for name, values in shown:
        if len(values) <= most:
            yield name, values
            continue
        first = starts.get(name, 0)
        last = first + most
        yield name, []
        yield f"{name};range={first}-{'*' if last >= len(values) else last - 1}", values[first:last]


def _covers(scope: int, base: str, key: str) -> bool:
    match Scope(scope):
        case Scope.BASE:
            return key == base
        case Scope.ONE:
            return parent_of(key) == base
        case _:
            return within(key, base)
