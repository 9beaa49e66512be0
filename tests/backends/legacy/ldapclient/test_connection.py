"""`ldapclient.link` and `.connection`: answers find their questions, and what a server does wrong ends it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from ldap_script import Network, Wire
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.protocol import Factory
from waiting import settled, start, waiting

from backends.legacy.ldapclient.connection import LdapConnection
from backends.legacy.ldapclient.link import MAX_ABANDONED, NOTICE_OF_DISCONNECTION
from backends.legacy.ldapclient.servers import Server
from gateway.errors import SourceMisbehaved, SourceUnavailable
from gateway.wire.filter import Present
from gateway.wire.ldap import encode_message
from gateway.wire.messages import (
    AbandonRequest,
    BindResponse,
    CompareResponse,
    ExtendedResponse,
    LdapMessage,
    LdapResult,
    Operation,
    ResultCode,
    SearchRequest,
    SearchResultDone,
    SearchResultEntry,
    SearchResultReference,
)

PLACE = "ldap://old.example:389"
OK = LdapResult(ResultCode.SUCCESS)
SEARCH = SearchRequest("o=corp", 2, Present("objectClass"))


class Open:
    """A connection to a server that says nothing by itself."""

    def __init__(self, **more: Any) -> None:
        def silent(_: LdapMessage) -> Iterable[Operation]:
            return ()

        self.network = Network({PLACE: silent})
        self.connection = LdapConnection("old", PLACE, self.network.clock, 5.0)
        connection = self.connection

        class One(Factory):
            def buildProtocol(self, addr: object) -> LdapConnection:
                return connection

        self.network.dial(Server.parse(PLACE), One())
        self.wire: Wire = self.network.wires[0]

    def search(self) -> Deferred[Any]:
        deferred = start(self.connection.search(SEARCH))
        self.network.settle()
        return deferred


@pytest.fixture
def opened() -> Open:
    return Open()


def entry(number: int) -> SearchResultEntry:
    return SearchResultEntry(f"uid=u{number},o=corp", [("uid", [b"x"])])


def test_answers_in_any_order_find_their_questions(opened: Open) -> None:
    first, second = opened.search(), opened.search()
    opened.wire.send(entry(2), SearchResultDone(OK), message_id=2)
    assert waiting(first)
    opened.wire.send(entry(1), SearchResultDone(OK), message_id=1)
    assert [one.name for one in settled(first).entries] == ["uid=u1,o=corp"]
    assert [one.name for one in settled(second).entries] == ["uid=u2,o=corp"]


def test_references_are_counted_and_not_followed(opened: Open) -> None:
    search = opened.search()
    opened.wire.send(SearchResultReference(("ldap://x",)), SearchResultDone(OK), message_id=1)
    assert settled(search).references == 1


@pytest.mark.parametrize(
    "answer",
    [
        LdapMessage(7, SearchResultDone(OK)),
        LdapMessage(1, BindResponse(OK)),
        LdapMessage(1, CompareResponse(OK)),
        LdapMessage(0, SearchResultDone(OK)),
        b"HTTP/1.1 200 OK\r\n",
        b"\x30\x80\x02\x01\x01",
        b"\x30\x84\x7f\xff\xff\xff",
    ],
)
def test_an_answer_that_fits_nothing_ends_the_connection(opened: Open, answer: LdapMessage | bytes) -> None:
    search = opened.search()
    opened.wire.send(answer)
    with pytest.raises(SourceMisbehaved):
        settled(search)
    assert opened.wire.aborted
    assert not opened.connection.usable


def test_a_second_answer_to_one_request_ends_the_connection(opened: Open) -> None:
    search = opened.search()
    opened.wire.send(SearchResultDone(OK), message_id=1)
    settled(search)
    opened.wire.send(SearchResultDone(OK), message_id=1)
    assert isinstance(opened.connection.problem, SourceMisbehaved)


def test_more_entries_than_were_asked_for_are_a_fault(opened: Open) -> None:
    search = start(opened.connection.search(SearchRequest("o=corp", 2, Present("objectClass"), size_limit=1)))
    opened.network.settle()
    opened.wire.send(entry(1), entry(2), message_id=1)
    with pytest.raises(SourceMisbehaved):
        settled(search)


def test_the_notice_of_disconnection_is_an_outage_for_all_who_wait(opened: Open) -> None:
    """RFC 4511 4.4.1; and the server's words are in it."""
    first, second = opened.search(), opened.search()
    notice = ExtendedResponse(LdapResult(ResultCode.UNAVAILABLE, diagnostic="shutting\ndown"), NOTICE_OF_DISCONNECTION)
    opened.wire.send(notice, message_id=0)
    for search in (first, second):
        with pytest.raises(SourceUnavailable, match=r"result code 52 \(shutting down\)"):
            settled(search)


def test_other_notifications_are_ignored(opened: Open) -> None:
    search = opened.search()
    opened.wire.send(ExtendedResponse(OK, "1.2.3.4"), message_id=0)
    opened.wire.send(SearchResultDone(OK), message_id=1)
    assert settled(search).result == OK


def test_silence_for_the_whole_timeout_ends_the_connection(opened: Open) -> None:
    search = opened.search()
    opened.network.clock.advance(5)
    with pytest.raises(SourceUnavailable, match="did not answer a search within 5 seconds"):
        settled(search)
    assert opened.connection.hung
    assert opened.wire.aborted


def test_one_slow_answer_among_others_is_abandoned_and_ignored_when_it_comes(opened: Open) -> None:
    slow = opened.search()
    opened.network.clock.advance(4)
    quick = opened.search()
    opened.wire.send(SearchResultDone(OK), message_id=2)
    settled(quick)
    opened.network.clock.advance(1)
    opened.network.settle()
    with pytest.raises(SourceUnavailable):
        settled(slow)
    assert opened.wire.requests[-1].operation == AbandonRequest(1)
    assert opened.connection.usable
    assert not opened.connection.hung
    opened.wire.send(entry(1), SearchResultDone(OK), message_id=1)
    assert opened.connection.problem is None
    assert not opened.connection.busy


def test_entries_postpone_the_deadline(opened: Open) -> None:
    search = opened.search()
    for number in range(5):
        opened.network.clock.advance(4)
        opened.wire.send(entry(number), message_id=1)
    opened.wire.send(SearchResultDone(OK), message_id=1)
    assert len(settled(search).entries) == 5


def test_a_cancelled_search_is_abandoned(opened: Open) -> None:
    search = opened.search()
    search.cancel()
    opened.network.settle()
    with pytest.raises(CancelledError):
        settled(search)
    assert opened.wire.requests[-1].operation == AbandonRequest(1)
    assert opened.connection.usable


def test_a_search_cancelled_after_a_long_silence_is_taken_for_a_hanging_server(opened: Open) -> None:
    """The guard's deadline may be a little earlier than ours."""
    search = opened.search()
    opened.network.clock.advance(4.9)
    search.cancel()
    with pytest.raises(SourceUnavailable):
        settled(search)
    assert opened.connection.hung


def test_a_cancelled_bind_takes_the_connection_with_it(opened: Open) -> None:
    """RFC 4511 4.11: a bind cannot be abandoned."""
    bind = start(opened.connection.bind("uid=x", b"y"))
    opened.network.settle()
    bind.cancel()
    with pytest.raises(CancelledError):
        settled(bind)
    assert not opened.connection.usable
    assert not opened.connection.hung


def test_too_many_abandoned_searches_make_a_connection_useless(opened: Open) -> None:
    for _ in range(MAX_ABANDONED):
        search = opened.search()
        search.cancel()
        with pytest.raises(CancelledError):
            settled(search)
    assert not opened.connection.usable


def test_no_empty_password_and_no_empty_name_is_ever_sent(opened: Open) -> None:
    """R5."""
    for name, password in (("uid=x", b""), ("", b"x"), ("", b"")):
        with pytest.raises(SourceMisbehaved):
            settled(start(opened.connection.bind(name, password)))
    opened.network.settle()
    assert opened.wire.requests == []


def test_a_bind_waits_for_nothing_and_refuses_company(opened: Open) -> None:
    """RFC 4511 4.2.1."""
    opened.search()
    with pytest.raises(SourceMisbehaved, match="in flight"):
        settled(start(opened.connection.bind("uid=x", b"y")))


def test_no_error_text_holds_the_password(opened: Open) -> None:
    """R15."""
    bind = start(opened.connection.bind("uid=x", b"canary"))
    opened.network.settle()
    opened.wire.drop()
    with pytest.raises(SourceUnavailable) as caught:
        settled(bind)
    assert "canary" not in str(caught.value)


def test_bytes_in_clear_behind_the_answer_to_starttls_are_a_fault(opened: Open) -> None:
    """They would be read as if they had come under TLS."""
    secured = start(opened.connection.start_tls(None))  # type: ignore[arg-type]  # never reached
    opened.network.settle()

    answer = encode_message(LdapMessage(1, ExtendedResponse(OK)))
    opened.wire.send(answer + b"\x30\x0c\x02")
    with pytest.raises(SourceMisbehaved, match="more than its answer"):
        settled(secured)


def test_a_retired_connection_lets_who_waits_finish(opened: Open) -> None:
    search = opened.search()
    opened.connection.retire()
    assert not opened.connection.usable
    opened.wire.send(SearchResultDone(OK), message_id=1)
    assert settled(search).result == OK
    opened.network.settle()
    assert not opened.wire.open


def test_closing_says_goodbye_and_tells_who_waits(opened: Open) -> None:
    search = opened.search()
    opened.connection.close()
    with pytest.raises(SourceUnavailable):
        settled(search)
    opened.network.settle()
    assert not opened.wire.open
