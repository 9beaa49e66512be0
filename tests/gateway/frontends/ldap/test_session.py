from __future__ import annotations

import pytest
from conversation import Client, People, bind_request, bound, code_of, person, result_of, search_request, services
from twisted.internet.defer import Deferred
from twisted.logger import LogEvent, LogLevel, globalLogPublisher

from gateway.frontends.ldap.results import SUCCESS
from gateway.wire.controls import NOTICE_OF_DISCONNECTION, WHO_AM_I
from gateway.wire.ldap import encode_message
from gateway.wire.messages import (
    AbandonRequest,
    BindResponse,
    CompareRequest,
    Control,
    ExtendedRequest,
    ExtendedResponse,
    LdapMessage,
    Operation,
    SearchResultDone,
    UnbindRequest,
)

JDOE = "uid=jdoe,ou=people,dc=example,dc=com"
BASE = "ou=people,dc=example,dc=com"
WHO = ExtendedRequest(WHO_AM_I)


def waits() -> tuple[People, Client]:
    """A bound client, and people for whom everything waits from now on."""
    people = People(person())
    client = bound(people)
    people.wait = Deferred()
    return people, client


def go_on(people: People) -> None:
    wait, people.wait = people.wait, None
    assert wait is not None
    wait.callback(None)


def bytes_of(number: int, operation: Operation, *controls: Control) -> bytes:
    return encode_message(LdapMessage(number, operation, controls))


def assert_disconnected(client: Client, code: int) -> None:
    last = client.answers()[-1]
    assert last.id == 0
    assert isinstance(last.operation, ExtendedResponse)
    assert last.operation.name == NOTICE_OF_DISCONNECTION
    assert code_of(last) == code
    assert client.transport.closing


# --- order


def test_operations_run_side_by_side_and_are_answered_as_they_finish() -> None:
    people, client = waits()
    search = client.send(search_request(BASE))
    who = client.send(WHO)
    assert [answer.id for answer in client.answers()] == [who]
    go_on(people)
    assert [answer.id for answer in client.answers()] == [search, search]


def test_while_a_bind_is_in_progress_nothing_else_is_processed() -> None:
    """RFC 4511 4.2.1."""
    people, client = waits()
    bind = client.send(bind_request(JDOE, b"secret"))
    who = client.send(WHO)
    again = client.send(bind_request(JDOE, b"guess"))
    last = client.send(WHO)
    assert client.answers() == []
    go_on(people)
    answers = client.answers()
    assert [answer.id for answer in answers] == [bind, who, again, last]
    assert answers[1].operation == ExtendedResponse(SUCCESS, value=f"dn:{JDOE}".encode())
    assert answers[3].operation == ExtendedResponse(SUCCESS, value=b"")


def test_a_bind_waits_for_what_is_in_progress() -> None:
    """RFC 4511 4.2.1."""
    people, client = waits()
    search = client.send(search_request(BASE))
    bind = client.send(bind_request(JDOE, b"secret"))
    who = client.send(WHO)
    assert client.answers() == []
    assert not people.asked
    go_on(people)
    assert [answer.id for answer in client.answers()] == [search, search, bind, who]


def test_while_a_bind_is_in_progress_the_connection_is_anonymous() -> None:
    people, client = waits()
    client.send(bind_request(JDOE, b"secret"))
    assert client.session.identity is None
    go_on(people)
    assert client.session.identity is not None


def test_many_messages_in_one_segment_are_answered_in_order() -> None:
    client = Client(services(People(person())))
    data = b"".join(bytes_of(number, bind_request(JDOE, b"secret")) for number in range(1, 3001))
    assert [answer.id for answer in client.raw(data)] == list(range(1, 3001))


def test_a_message_may_come_byte_by_byte() -> None:
    client = Client(services(People(person())))
    for byte in bytes_of(1, bind_request(JDOE, b"secret")):
        client.session.dataReceived(bytes([byte]))
    assert [code_of(answer) for answer in client.answers()] == [0]


def test_at_most_so_many_operations_are_in_progress_and_reading_stops() -> None:
    people = People(person())
    client = bound(people, limits={"operations": 3})
    people.wait = Deferred()
    sent = [client.send(search_request(BASE)) for _ in range(2)]
    assert client.transport.reads
    sent += [client.send(search_request(BASE)) for _ in range(3)]
    assert len(people.queries) == 3
    assert not client.transport.reads
    go_on(people)
    done = [answer.id for answer in client.answers() if isinstance(answer.operation, SearchResultDone)]
    assert sorted(done) == sent
    assert client.transport.reads


def test_a_peer_that_does_not_read_is_not_listened_to_and_then_cut_off() -> None:
    client = Client(services(People(), limits={"write": 30}), room=100)
    numbers = [client.send(WHO) for _ in range(20)]
    assert not client.transport.reads
    begun = len(client.answers())
    assert begun < 20
    client.transport.drained()
    assert client.answers()
    client.clock.advance(30)
    assert client.transport.aborted
    assert len(numbers) == 20


# --- ids, abandon, unbind


def test_message_id_0_is_a_protocol_error() -> None:
    client = bound()
    client.session.dataReceived(bytes_of(0, WHO))
    assert_disconnected(client, 2)


@pytest.mark.parametrize("request_", [search_request(BASE), bind_request(JDOE, b"secret")])
def test_an_id_that_is_still_in_use_is_a_protocol_error(request_: Operation) -> None:
    _, client = waits()
    client.send(request_, id=9)
    client.send(WHO, id=9)
    assert_disconnected(client, 2)
    client.leave()


def test_an_id_may_be_used_again() -> None:
    client = bound()
    for _ in range(3):
        client.send(WHO, id=9)
    assert [answer.id for answer in client.answers()] == [9, 9, 9]


def test_an_abandoned_search_stops_without_an_answer() -> None:
    people, client = waits()
    search = client.send(search_request(BASE))
    client.send(AbandonRequest(search))
    assert client.answers() == []
    assert people.closed == len(people.queries)
    assert client.result(WHO).code == 0
    assert len(client.clock.getDelayedCalls()) == 1


def test_an_abandoned_request_that_waits_is_never_begun() -> None:
    people, client = waits()
    bind = client.send(bind_request(JDOE, b"secret"))
    queries = len(people.queries)
    search = client.send(search_request(BASE))
    client.send(AbandonRequest(search))
    go_on(people)
    assert [answer.id for answer in client.answers()] == [bind]
    assert len(people.queries) == queries


def test_a_bind_cannot_be_abandoned_nor_what_is_not_there() -> None:
    people, client = waits()
    bind = client.send(bind_request(JDOE, b"secret"))
    second = client.send(bind_request(JDOE, b"secret"))
    for number in (bind, second, 4711, 0):
        client.send(AbandonRequest(number))
    go_on(people)
    assert [answer.id for answer in client.answers()] == [bind, second]


def test_unbind_closes_without_an_answer() -> None:
    people, client = waits()
    client.send(search_request(BASE))
    client.send(UnbindRequest())
    assert client.answers() == []
    assert client.transport.closing
    assert people.closed == len(people.queries)


def test_unknown_critical_controls_do_not_matter_to_unbind_and_abandon() -> None:
    client = bound()
    client.send(AbandonRequest(1), Control("1.2.3", critical=True))
    client.send(UnbindRequest(), Control("1.2.3", critical=True))
    assert client.answers() == []
    assert client.transport.closing


@pytest.mark.parametrize(
    "request_", [bind_request("uid=x", b"y"), search_request(BASE), CompareRequest(BASE, "cn", b"x"), WHO]
)
def test_an_unknown_critical_control_is_12(request_: Operation) -> None:
    client = bound()
    assert client.result(request_, Control("1.2.3", critical=True)).code == 12
    assert client.result(request_, Control("1.2.3")).code != 12


def test_what_comes_after_the_end_is_ignored() -> None:
    client = bound()
    client.send(UnbindRequest())
    client.send(WHO)
    assert client.answers() == []


# --- what is not LDAP


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x30\x80",
        b"\x30\x03\x02\x01\x01",
        b"\x30\x84\xff\xff\xff\xff",
        bytes_of(1, BindResponse(SUCCESS)),
    ],
    ids=["TLS", "HTTP", "indefinite", "empty", "huge", "a response"],
)
def test_bytes_that_are_no_request_end_the_connection_with_a_notice(data: bytes) -> None:
    """RFC 4511 4.4.1."""
    client = Client(services(People()))
    client.session.dataReceived(data)
    assert_disconnected(client, 2)


def test_good_messages_before_bad_bytes_are_answered() -> None:
    client = Client(services(People()))
    client.session.dataReceived(bytes_of(1, WHO) + b"GET")
    first, last = client.answers()
    assert (first.id, code_of(first)) == (1, 0)
    assert last.id == 0


def test_authentication_of_an_unknown_kind_is_refused_and_leaves_the_connection_anonymous() -> None:
    """Microsoft's Sicily; RFC 4513 section 4."""
    client = bound()
    sicily = b"\x30\x0c\x02\x01\x63\x60\x07\x02\x01\x03\x04\x00\x89\x00"
    assert [(answer.id, code_of(answer)) for answer in client.raw(sicily)] == [(0x63, 7)]
    assert client.session.identity is None


def test_a_message_may_be_large_only_after_a_bind() -> None:
    limits = {"message_anonymous": 2048, "message_authenticated": 65536}
    large = ExtendedRequest(WHO_AM_I, b"x" * 4096)
    client = Client(services(People(), limits=limits))
    client.send(large)
    assert_disconnected(client, 2)
    client = bound(limits=limits)
    assert client.result(large).code == 2
    client.bind(JDOE, b"guess")
    client.send(large)
    assert_disconnected(client, 2)


def test_a_bind_raises_the_limit_for_what_came_with_it() -> None:
    limits = {"message_anonymous": 2048, "message_authenticated": 65536}
    client = Client(services(People(person()), limits=limits))
    answers = client.raw(
        bytes_of(1, bind_request(JDOE, b"secret")) + bytes_of(2, ExtendedRequest(WHO_AM_I, b"x" * 4096))
    )
    assert [answer.id for answer in answers] == [1, 2]


# --- time, and the end


def test_an_idle_connection_is_closed() -> None:
    client = bound(limits={"idle": 10})
    client.clock.advance(9)
    client.send(WHO)
    client.clock.advance(9)
    assert not client.transport.closing
    client.clock.advance(1)
    assert client.transport.closing


def test_half_a_message_does_not_keep_a_connection() -> None:
    client = bound(limits={"idle": 10})
    client.clock.advance(9)
    client.session.dataReceived(b"\x30")
    client.clock.advance(1)
    assert client.transport.closing


def test_a_connection_with_something_in_progress_is_not_idle() -> None:
    people = People(person())
    client = bound(people, limits={"idle": 10, "time": 60})
    people.wait = Deferred()
    client.send(search_request(BASE))
    client.clock.advance(11)
    assert not client.transport.closing
    go_on(people)
    client.clock.advance(20)
    assert client.transport.closing


def test_a_lost_connection_leaves_nothing_behind() -> None:
    people, client = waits()
    client.send(search_request(BASE))
    client.leave()
    assert client.gone == [client.session]
    assert not client.clock.getDelayedCalls()
    assert people.closed == len(people.queries)


def test_a_connection_without_a_byte_costs_one_debug_line() -> None:
    events: list[LogEvent] = []
    globalLogPublisher.addObserver(events.append)
    try:
        Client(services(People())).leave()
    finally:
        globalLogPublisher.removeObserver(events.append)
    assert [event["log_level"] for event in events] == [LogLevel.debug]


def test_draining_ends_an_idle_connection_at_once_with_a_notice() -> None:
    client = bound()
    client.session.drain()
    assert_disconnected(client, 52)


def test_draining_lets_what_is_in_progress_finish() -> None:
    people, client = waits()
    search = client.send(search_request(BASE))
    client.session.drain()
    client.send(WHO)
    assert client.answers() == []
    go_on(people)
    answers = client.answers()
    assert [answer.id for answer in answers] == [search, search, 0]
    assert result_of(answers[-1]).code == 52


def test_tls_is_seen_from_the_transport() -> None:
    assert Client(services(People()), tls=True).session.is_tls
    assert not Client(services(People())).session.is_tls
