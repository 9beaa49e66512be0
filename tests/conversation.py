"""An LDAP client and its server in memory: the real session on a transport that is two lists of bytes."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import replace
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import ISSLTransport
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from zope.interface import directlyProvides

from gateway.config.limits import Limits
from gateway.config.networks import EVERYWHERE
from gateway.frontends.ldap.application import Application
from gateway.frontends.ldap.applications import Applications
from gateway.frontends.ldap.services import Services
from gateway.frontends.ldap.session import Session
from gateway.identity.model import Attributes, Entry, Identity, Origin, PasswordCredential, Peer, derive_id
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unknown
from gateway.identity.search import Query
from gateway.wire.dn import normalise_dn
from gateway.wire.filter import Filter, Present
from gateway.wire.ldap import MessageBuffer, decode_message, encode_message
from gateway.wire.messages import (
    BindRequest,
    Control,
    LdapMessage,
    LdapResult,
    Operation,
    SearchRequest,
    SearchResultEntry,
    SimpleAuthentication,
)

PEER = "192.0.2.7"


class MemoryTransport:
    """Keeps what is written; asks its producer to pause beyond `room` unread bytes, as a socket does. A `peer` of None
    has come by a socket of the file system."""

    def __init__(self, *, tls: bool = False, room: int = 65536, peer: str | None = PEER) -> None:
        self.peer = peer
        self.room = room
        self.written = b""
        self.unread = 0
        self.producer: Any = None
        self.reads = True
        self.closing = False
        self.aborted = False
        self.tls_context: object = None
        self.protocol: Any = None
        if tls:
            directlyProvides(self, ISSLTransport)

    def getPeer(self) -> IPv4Address | IPv6Address | UNIXAddress:
        if self.peer is None:
            return UNIXAddress(None)
        return (IPv6Address if ":" in self.peer else IPv4Address)("TCP", self.peer, 40000)

    def write(self, data: bytes) -> None:
        assert not self.closing, "written after the end"
        self.written += data
        self.unread += len(data)
        if self.unread > self.room and self.producer is not None:
            self.producer.pauseProducing()

    def drained(self) -> None:
        """The peer has read everything."""
        self.unread = 0
        if self.producer is not None:
            self.producer.resumeProducing()

    def registerProducer(self, producer: object, streaming: bool) -> None:
        assert streaming
        self.producer = producer

    def unregisterProducer(self) -> None:
        self.producer = None

    def pauseProducing(self) -> None:
        self.reads = False

    def resumeProducing(self) -> None:
        self.reads = True

    def loseConnection(self) -> None:
        self.closing = True

    def abortConnection(self) -> None:
        self.closing = self.aborted = True

    def startTLS(self, context: object) -> None:
        self.tls_context = context


class Client:
    """One connection. `send` begins, `ask` gives what came back at once."""

    def __init__(
        self,
        services: Services,
        *,
        tls: bool = False,
        room: int = 65536,
        clock: Clock | None = None,
        peer: str | None = PEER,
    ) -> None:
        self.clock = clock or Clock()
        self.gone: list[Session] = []
        self.session = Session(services, self.clock, self.gone.append)
        self.transport = MemoryTransport(tls=tls, room=room, peer=peer)
        self.session.makeConnection(self.transport)  # type: ignore[arg-type]  # only what a session uses
        self._answers = MessageBuffer(1 << 24)
        self._next = 1

    def raw(self, data: bytes) -> list[LdapMessage]:
        self.session.dataReceived(data)
        return self.answers()

    def send(self, operation: Operation, *controls: Control, id: int = 0) -> int:
        """Send one request; its message id."""
        number = id or self._next
        self._next = max(self._next, number) + 1
        self.session.dataReceived(encode_message(LdapMessage(number, operation, controls)))
        return number

    def answers(self) -> list[LdapMessage]:
        """Every message that came since the last time."""
        data, self.transport.written = self.transport.written, b""
        return [decode_message(message) for message in self._answers.feed(data)]

    def ask(self, operation: Operation, *controls: Control) -> list[LdapMessage]:
        number = self.send(operation, *controls)
        answers = self.answers()
        assert all(answer.id == number for answer in answers)
        return answers

    def result(self, operation: Operation, *controls: Control) -> LdapResult:
        """The LDAPResult of a request that is answered at once."""
        return result_of(self.ask(operation, *controls)[-1])

    def bind(self, name: str = "uid=jdoe,ou=people,dc=example,dc=com", password: bytes = b"secret") -> LdapResult:
        return self.result(bind_request(name, password))

    def search(self, base: str, wanted: Filter | None = None, *attributes: str, **more: Any) -> list[SearchResultEntry]:
        """The entries of a successful search."""
        answers = self.ask(search_request(base, wanted, *attributes, **more))
        assert result_of(answers[-1]).code == 0, result_of(answers[-1])
        return [answer.operation for answer in answers[:-1] if isinstance(answer.operation, SearchResultEntry)]

    def leave(self) -> None:
        """The client's side closes."""
        self.session.connectionLost(Failure(ConnectionError("gone")))


def bind_request(name: str, password: bytes, version: int = 3) -> BindRequest:
    return BindRequest(version, name, SimpleAuthentication(password))


def search_request(base: str, wanted: Filter | None = None, *attributes: str, **more: Any) -> SearchRequest:
    more.setdefault("scope", 2)
    return SearchRequest(base=base, filter=wanted or Present("objectClass"), attributes=attributes, **more)


def result_of(message: LdapMessage) -> LdapResult:
    result: LdapResult = message.operation.result  # type: ignore[union-attr]  # an entry has none: the test is wrong
    return result


def code_of(message: LdapMessage) -> int:
    return result_of(message).code


def values(entry: SearchResultEntry) -> dict[str, list[bytes]]:
    return {name: list(items) for name, items in entry.attributes}


def person(name: str = "jdoe", *, base: str = "ou=people,dc=example,dc=com", **attributes: str | list[str]) -> Identity:
    """Somebody with an entry."""
    dn = f"uid={name},{base}"
    shown: Mapping[str, Iterable[bytes]] = {
        "objectClass": [b"top", b"person", b"inetOrgPerson"],
        "uid": [name.encode()],
        "cn": [b"John Doe"],
        **{
            key: [v.encode() for v in ([value] if isinstance(value, str) else value)]
            for key, value in attributes.items()
        },
    }
    operational = Attributes({"entryUUID": [str(uuid.UUID(int=len(name))).encode()]})
    origin = Origin("old", name)
    return Identity(
        dn=dn,
        dn_key=normalise_dn(dn),
        attributes=Attributes(shown),
        operational=operational,
        id=derive_id(origin),
        name=name,
        origin=origin,
    )


class People:
    """A binder and searcher over a few entries: the password of everybody is `secret`.

    `answer`, where set, is what every bind gets; `wait`, where set, is waited for before each answer and entry.
    """

    def __init__(self, *entries: Entry) -> None:
        self.entries = list(entries)
        self.answer: Outcome | None = None
        self.wait: Deferred[None] | None = None
        self.raises: Exception | None = None
        self.ends_with: Exception | None = None
        self.asked: list[PasswordCredential] = []
        self.peers: list[Peer] = []
        self.queries: list[Query] = []
        self.closed = 0

    async def bind(self, credential: PasswordCredential, peer: Peer) -> Outcome:
        self.asked.append(credential)
        self.peers.append(peer)
        await self._pause()
        if self.answer is not None:
            return self.answer
        for entry in self.entries:
            if isinstance(entry, Identity) and credential.login.key in (entry.dn_key, entry.name_key):
                right = credential.password.reveal() == b"secret"
                return Accepted(entry) if right else Rejected(Reason.WRONG_PASSWORD)
        return Unknown()

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        self.queries.append(query)
        try:
            await self._pause()
            for entry in self.entries:
                if query.selects(entry):
                    yield entry
                    await self._pause()
            if self.ends_with is not None:
                raise self.ends_with
        finally:
            self.closed += 1

    async def _pause(self) -> None:
        if self.wait is not None:
            await self.wait
        if self.raises is not None:
            raise self.raises


def services(people: People, **settings: Any) -> Services:
    """Services over these people; `limits` as a dict."""
    limits = Limits(**settings.pop("limits", {}))
    if settings.pop("anonymous_search", False):
        settings["applications"] = Applications((), Application(anonymous=True))
    made = Services(people, people, naming_contexts=("dc=example,dc=com",), limits=limits, clear_text=EVERYWHERE)
    return replace(made, **settings)


def bound(people: People | None = None, **settings: Any) -> Client:
    """A client that is bound as jdoe."""
    people = people or People(person())
    client = Client(services(people, **settings))
    if not any(isinstance(entry, Identity) for entry in people.entries):
        people.answer = Accepted(person())
    assert client.bind().code == 0
    people.asked.clear()
    return client
