"""`ldapclient.client`: pages to their end, and what a server may not do with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import aclosing

import pytest
from ldap_script import Answer, Network
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from backends.legacy.ldapclient.client import MAX_EMPTY_PAGES, ClientLimits, LdapClient
from backends.legacy.ldapclient.connector import Connector, Security
from backends.legacy.ldapclient.pending import SearchAnswer
from backends.legacy.ldapclient.servers import Server, Servers
from backends.legacy.ldapclient.tls import Creator
from gateway.errors import SourceMisbehaved, SourceUnavailable
from gateway.wire.controls import PAGED_RESULTS, PagedResults, encode_paged_results
from gateway.wire.filter import Present
from gateway.wire.messages import Control, LdapMessage, LdapResult, SearchRequest, SearchResultDone, SearchResultEntry

PLACE = "ldap://old.example:389"
REQUEST = SearchRequest("o=corp", 2, Present("uid"))
OK = LdapResult(0)


class Lab:
    """A client without a service account, before one server that does as `reply` says to searches below o=corp."""

    def __init__(self) -> None:
        self.reply: Callable[[LdapMessage], Iterable[Answer]] = lambda _: [SearchResultDone(OK)]
        self.searches = 0
        self.network = Network({PLACE: self.serve})
        connector = Connector(
            "old",
            Servers([Server.parse(PLACE)]),
            Security(_no_tls),
            dial=self.network.dial,
            clock=self.network.clock,
            timeout=5,
        )
        self.client = LdapClient(connector, None, ClientLimits(binds=2, searches=2, idle=60))

    def serve(self, message: LdapMessage) -> Iterable[Answer]:
        if isinstance(message.operation, SearchRequest) and message.operation.base == "o=corp":
            self.searches += 1
            return self.reply(message)
        root = SearchResultEntry("", [("supportedControl", [PAGED_RESULTS.encode()])])
        return [root, SearchResultDone(OK)]

    def pages(self, most: int = 1000) -> list[SearchAnswer]:
        async def read() -> list[SearchAnswer]:
            found: list[SearchAnswer] = []
            async with aclosing(self.client.pages(REQUEST, 100)) as answers:
                async for answer, _ in answers:
                    found.append(answer)
                    if len(found) == most:
                        break
            return found

        return self.network.run(read, seconds=10)


def _no_tls(host: str) -> Creator:
    raise AssertionError(host)


def page(cookie: bytes, *names: str) -> Callable[[LdapMessage], list[Answer]]:
    control = Control(PAGED_RESULTS, value=encode_paged_results(PagedResults(0, cookie)))
    entries = [SearchResultEntry(name, []) for name in names]
    return lambda message: [*entries, LdapMessage(message.id, SearchResultDone(OK), (control,))]


@pytest.fixture
def lab() -> Lab:
    return Lab()


def test_an_answer_without_a_cookie_is_the_last(lab: Lab) -> None:
    assert len(lab.pages()) == 1
    lab.reply = page(b"", "uid=x")
    assert len(lab.pages()) == 1


def test_empty_pages_without_an_end_are_a_fault(lab: Lab) -> None:
    """Some servers hand out cookies for ever."""
    lab.reply = page(b"more")
    with pytest.raises(SourceMisbehaved, match="empty pages"):
        lab.network.run(lambda: _drain(lab))
    assert lab.searches == MAX_EMPTY_PAGES


def test_a_malformed_page_is_a_fault(lab: Lab) -> None:
    control = Control(PAGED_RESULTS, value=b"garbage")
    lab.reply = lambda message: [LdapMessage(message.id, SearchResultDone(OK), (control,))]
    with pytest.raises(SourceMisbehaved, match="malformed page"):
        lab.pages()


def test_who_stops_early_closes_the_connection_that_holds_the_pages(lab: Lab) -> None:
    lab.reply = page(b"more", "uid=x")
    assert len(lab.pages(most=2)) == 2
    lab.network.settle()
    assert lab.network.wires == []
    lab.reply = page(b"", "uid=x")
    assert len(lab.pages()) == 1


def test_a_connection_lost_between_pages_is_an_outage_and_not_an_end(lab: Lab) -> None:
    """R6."""

    def once(message: LdapMessage) -> Iterable[Answer]:
        if lab.searches == 1:
            return page(b"more", "uid=x")(message)
        lab.network.wires[0].drop()
        return []

    lab.reply = once
    with pytest.raises(SourceUnavailable):
        lab.pages()


def test_a_rested_connection_that_was_lost_is_replaced_before_the_first_page(lab: Lab) -> None:
    lab.pages()
    wire = lab.network.wires[0]

    def lose_the_old(message: LdapMessage) -> Iterable[Answer]:
        if wire.open:
            wire.drop()
            return []
        return page(b"", "uid=x")(message)

    lab.reply = lose_the_old
    assert len(lab.pages()) == 1


async def _drain(lab: Lab) -> None:
    async with aclosing(lab.client.pages(REQUEST, 100)) as answers:
        async for _ in answers:
            continue


def test_a_search_that_takes_too_long_is_blamed_on_no_server(lab: Lab) -> None:
    """Its filter may be to blame: the look-ups of others go on, on connections that stay."""
    shared = lab.network.run(lambda: lab.client.find(SearchRequest("o=other", 0, Present("uid"))))
    lab.reply = lambda _: []
    with pytest.raises(SourceUnavailable):
        lab.pages()
    again = lab.network.run(lambda: lab.client.find(SearchRequest("o=other", 0, Present("uid"))))
    assert shared[0].result == again[0].result == OK
    assert len(lab.network.wires) == 1
    assert not lab.client.connector.servers.shunned(PLACE, lab.network.clock.seconds())


def test_one_server_that_is_given_up_takes_no_look_up_under_way_with_it(lab: Lab) -> None:
    held: list[int] = []

    def hold(message: LdapMessage) -> Iterable[Answer]:
        held.append(message.id)
        return []

    lab.reply = hold

    async def both() -> SearchAnswer:
        waiting = Deferred.fromCoroutine(lab.client.find(REQUEST))
        await deferLater(lab.network.clock, 1, int)
        lab.client.distrust(PLACE, "it says that it cannot serve")
        lab.network.wires[0].send(LdapMessage(held[0], SearchResultDone(OK)))
        return (await waiting)[0]

    assert lab.network.run(both, seconds=4).result == OK
