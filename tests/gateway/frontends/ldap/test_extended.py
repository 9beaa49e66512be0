from __future__ import annotations

import pytest
from conversation import Client, People, bound, person, result_of, search_request, services
from twisted.internet.defer import Deferred

from gateway.wire.controls import NOTICE_OF_DISCONNECTION, START_TLS, WHO_AM_I
from gateway.wire.ldap import encode_message
from gateway.wire.messages import ExtendedRequest, ExtendedResponse, LdapMessage

TLS = object()


def test_who_am_i_gives_the_dn_as_the_source_spells_it() -> None:
    """RFC 4532."""
    answer = bound().ask(ExtendedRequest(WHO_AM_I))[0].operation
    assert isinstance(answer, ExtendedResponse)
    assert answer.value == b"dn:uid=jdoe,ou=people,dc=example,dc=com"


def test_anonymous_is_an_empty_authzid() -> None:
    answer = Client(services(People())).ask(ExtendedRequest(WHO_AM_I))[0].operation
    assert isinstance(answer, ExtendedResponse)
    assert (answer.result.code, answer.value) == (0, b"")


def test_who_am_i_takes_no_value() -> None:
    assert bound().result(ExtendedRequest(WHO_AM_I, b"x")).code == 2


def test_an_unknown_operation_is_2_and_names_the_oid() -> None:
    result = bound().result(ExtendedRequest("1.2.3.4"))
    assert result.code == 2
    assert "1.2.3.4" in result.diagnostic


@pytest.mark.parametrize("name", ["canary", "1.2.canary", "1" * 1000, "\udcff"])
def test_what_is_no_oid_is_not_repeated(name: str) -> None:
    assert "not an OID" in bound().result(ExtendedRequest(name)).diagnostic


def test_starttls_answers_and_then_changes_the_transport() -> None:
    client = Client(services(People(), starttls="offered", tls=TLS))
    answer = client.ask(ExtendedRequest(START_TLS))[0].operation
    assert answer == ExtendedResponse(result_of(LdapMessage(1, answer)), START_TLS)
    assert client.transport.tls_context is TLS
    assert client.session.is_tls


@pytest.mark.parametrize("settings", [{}, {"starttls": "offered"}, {"tls": TLS}])
def test_starttls_that_is_not_configured_is_a_protocol_error(settings: dict[str, object]) -> None:
    client = Client(services(People(), **settings))
    assert client.result(ExtendedRequest(START_TLS)).code == 2
    assert client.transport.tls_context is None


def test_starttls_a_second_time_is_an_operations_error() -> None:
    client = Client(services(People(), starttls="offered", tls=TLS))
    assert client.result(ExtendedRequest(START_TLS)).code == 0
    assert client.result(ExtendedRequest(START_TLS)).code == 1


def test_starttls_while_a_search_runs_is_an_operations_error() -> None:
    people = People(person())
    client = bound(people, starttls="offered", tls=TLS)
    people.wait = Deferred()
    client.send(search_request("dc=example,dc=com"))
    assert client.result(ExtendedRequest(START_TLS)).code == 1
    assert client.transport.tls_context is None
    client.leave()


@pytest.mark.parametrize(
    "behind",
    [
        encode_message(LdapMessage(2, ExtendedRequest(WHO_AM_I))),  # a whole request
        b"\x30\x20\x02",  # the beginning of one
        b"\x16\x03\x01\x02\x00\x01",  # TLS that did not wait for the answer
    ],
)
def test_plaintext_behind_starttls_ends_the_connection(behind: bytes) -> None:
    """Command injection: it would be read as if it had come through TLS."""
    client = Client(services(People(), starttls="offered", tls=TLS))
    answers = client.raw(encode_message(LdapMessage(1, ExtendedRequest(START_TLS))) + behind)
    assert [answer.operation.name for answer in answers if isinstance(answer.operation, ExtendedResponse)] == [
        NOTICE_OF_DISCONNECTION
    ]
    assert client.transport.closing
    assert client.transport.tls_context is None
