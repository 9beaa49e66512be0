from __future__ import annotations

from typing import Any

from conversation import MemoryTransport, People, person, search_request, services
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from waiting import settled, start, waiting

from gateway.frontends.ldap.listener import Listener
from gateway.frontends.ldap.session import Session
from gateway.wire.ldap import decode_message, encode_message
from gateway.wire.messages import LdapMessage


class Door:
    """A listener, and the transports of those who came."""

    def __init__(self, people: People | None = None, **settings: Any) -> None:
        self.clock = Clock()
        self.listener = Listener(services(people or People(person()), anonymous_search=True, **settings), self.clock)

    def connect(self) -> tuple[Any, MemoryTransport]:
        protocol: Any = self.listener.buildProtocol(None)
        transport = MemoryTransport()
        protocol.makeConnection(transport)
        return protocol, transport


def leave(session: Session) -> None:
    session.connectionLost(Failure(ConnectionError("gone")))


def last_code(transport: MemoryTransport) -> int:
    return decode_message(transport.written).operation.result.code  # type: ignore[union-attr]  # a notice has one


def test_it_counts_its_connections() -> None:
    door = Door()
    sessions = [door.connect()[0] for _ in range(3)]
    assert len(door.listener) == 3
    leave(sessions[0])
    assert len(door.listener) == 2


def test_a_factory_without_connections_is_true() -> None:
    assert Door().listener


def test_one_connection_too_many_is_told_busy_and_closed() -> None:
    door = Door(limits={"connections": 1})
    first, _ = door.connect()
    _, refused = door.connect()
    assert last_code(refused) == 51
    assert refused.closing
    assert len(door.listener) == 1
    leave(first)
    _, accepted = door.connect()
    assert not accepted.closing


def test_drain_returns_at_once_where_nobody_is_connected() -> None:
    settled(start(Door().listener.drain(10)))


def test_drain_ends_idle_connections_and_returns_when_they_are_gone() -> None:
    door = Door()
    session, transport = door.connect()
    done = start(door.listener.drain(10))
    assert last_code(transport) == 52
    assert waiting(done)
    leave(session)
    settled(done)
    assert not door.clock.getDelayedCalls()


def test_drain_waits_for_operations_at_most_its_grace() -> None:
    people = People(person())
    people.wait = Deferred()
    door = Door(people)
    session, transport = door.connect()
    session.dataReceived(encode_message(LdapMessage(1, search_request("ou=people,dc=example,dc=com"))))
    done = start(door.listener.drain(10))
    door.clock.advance(9.9)
    assert not transport.closing
    door.clock.advance(0.1)
    assert last_code(transport) == 52
    assert not transport.aborted
    assert people.closed == 1
    door.clock.advance(1)
    assert transport.aborted
    settled(done)


def test_drain_does_not_wait_for_idle_peers_that_do_not_hear_the_end_of_tls() -> None:
    """Connections in the pool of Apache: nobody reads them until the next request."""
    door = Door()
    _, transport = door.connect()
    start(door.listener.drain(10))
    assert last_code(transport) == 52
    door.clock.advance(0.9)
    assert not transport.aborted
    door.clock.advance(0.1)
    assert transport.aborted


def test_whoever_comes_while_it_drains_is_told_unavailable() -> None:
    door = Door()
    door.connect()
    start(door.listener.drain(10))
    _, transport = door.connect()
    assert last_code(transport) == 52
    assert transport.closing


class Others:
    """The connections of another process."""

    def __init__(self, others: int) -> None:
        self.others = others
        self.told: list[int] = []

    def count(self, own: int) -> int:
        self.told.append(own)
        return own + self.others

    def is_ahead(self) -> bool:
        return False


def test_connections_of_all_processes_are_held_against_the_limit() -> None:
    others = Others(2)
    listener = Listener(services(People(person()), limits={"connections": 3}), Clock(), others)
    first = listener.buildProtocol(None)
    assert isinstance(first, Session)
    assert not isinstance(listener.buildProtocol(None), Session)
    others.others = 0
    assert isinstance(listener.buildProtocol(None), Session)
    assert others.told[-1] == 2, "the others are told of each"
