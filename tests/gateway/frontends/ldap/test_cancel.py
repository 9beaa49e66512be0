"""RFC 3909."""

from __future__ import annotations

import pytest
from conversation import Client, People, bind_request, bound, code_of, person, search_request, services
from twisted.internet.defer import Deferred

from gateway.wire.controls import CANCEL, encode_cancel
from gateway.wire.messages import CompareRequest, ExtendedRequest

JDOE = "uid=jdoe,ou=people,dc=example,dc=com"


def cancel(number: int) -> ExtendedRequest:
    return ExtendedRequest(CANCEL, encode_cancel(number))


@pytest.mark.parametrize("request_", [search_request("dc=example,dc=com"), CompareRequest(JDOE, "cn", b"x")])
def test_what_reads_is_cancelled_and_both_get_an_answer(request_: CompareRequest) -> None:
    people = People(person())
    client = bound(people)
    people.wait = Deferred()
    number = client.send(request_)
    other = client.send(cancel(number))
    assert [(answer.id, code_of(answer)) for answer in client.answers()] == [(number, 118), (other, 0)]
    assert people.closed == 1
    assert client.result(cancel(number)).code == 119
    people.wait.callback(None)
    assert client.answers() == []


def test_an_operation_that_is_not_there_is_119() -> None:
    client = bound()
    assert client.result(cancel(99)).code == 119
    assert client.result(cancel(1)).code == 119  # the bind: it has its answer


def test_a_cancel_cannot_be_cancelled() -> None:
    client = bound()
    answers = client.ask(cancel(client._next))
    assert [code_of(answer) for answer in answers] == [121]


def test_a_bind_cannot_be_cancelled() -> None:
    """RFC 3909 2.1: it ends first, and what comes behind it waits."""
    people = People(person())
    client = Client(services(people))
    people.wait = Deferred()
    number = client.send(bind_request(JDOE, b"secret"))
    client.send(cancel(number))
    assert client.answers() == []
    people.wait.callback(None)
    assert [code_of(answer) for answer in client.answers()] == [0, 119]
    assert client.session.identity is not None


@pytest.mark.parametrize("value", [None, b"", b"junk", encode_cancel(1) + b"\0"])
def test_a_malformed_one_is_2_and_the_connection_lives(value: bytes | None) -> None:
    client = bound()
    assert client.result(ExtendedRequest(CANCEL, value)).code == 2
    assert len(client.search("dc=example,dc=com")) == 2
