"""Searches in pages, over the whole core and over a searcher of our own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

import pytest
from conversation import Client, People, person, search_request, services
from core_rig import RIGHT, Rig
from paging import BASE, OLD, Page, core_client, corp, page
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from waiting import now

from gateway.frontends.ldap.paging import Course
from gateway.identity.model import Entry
from gateway.identity.resting import Lot, Pause
from gateway.identity.search import SearchIncomplete
from gateway.testing.memory_source import MemorySource
from gateway.wire import ber
from gateway.wire.controls import PAGED_RESULTS
from gateway.wire.filter import parse_filter
from gateway.wire.messages import AbandonRequest, Control


def crowd(count: int = 10) -> People:
    return People(*(person(f"u{number:02}") for number in range(count)))


def bound(people: People, **settings: Any) -> Client:
    client = Client(services(people, **settings))
    assert client.bind("u00").code == 0
    return client


def ask(client: Client, size: int, cookie: bytes = b"", *, base: str = BASE, **more: Any) -> Page:
    return Page(client.ask(search_request(base, parse_filter("(uid=*)"), **more), page(size, cookie)))


def all_pages(client: Client, size: int, **more: Any) -> list[list[str]]:
    pages = [ask(client, size, **more)]
    while pages[-1].cookie:
        pages.append(ask(client, size, pages[-1].cookie, **more))
    assert pages[-1].result.code == 0
    return [one.names for one in pages]


@pytest.mark.parametrize(("size", "lengths"), [(3, [3, 3, 3, 1]), (5, [5, 5]), (10, [10]), (11, [10]), (1, [1] * 10)])
def test_a_search_comes_in_pages_and_no_cookie_comes_when_nothing_is_left(size: int, lengths: list[int]) -> None:
    """RFC 2696 3; COMPATIBILITY 53."""
    pages = all_pages(bound(crowd()), size)
    assert [len(one) for one in pages] == lengths
    assert [name for names in pages for name in names] == [f"u{number:02}" for number in range(10)]


def test_one_search_of_the_core_makes_all_the_pages() -> None:
    people = crowd()
    all_pages(bound(people), 3)
    assert (len(people.queries), people.closed) == (1, 1)
    assert people.queries[0].limit == 0


def test_every_answer_to_a_paged_request_has_the_control() -> None:
    """COMPATIBILITY 52: PHP's clients expect it, also with an error and from the root DSE."""
    client = bound(crowd())
    assert ask(client, 3, base="", scope=0).cookie == b""
    assert ask(client, 3, base="cn=Subschema", scope=0).cookie == b""
    assert ask(client, 3, size_limit=2).cookie == b""
    assert ask(client, 3, b"forged").cookie == b""
    people = crowd()
    people.ends_with = SearchIncomplete(("old",))
    cut = ask(bound(people), 50)
    assert (cut.result.code, len(cut.names), cut.cookie) == (52, 10, b"")


def test_an_empty_cookie_begins_anew_also_behind_the_last_page() -> None:
    """COMPATIBILITY 52: some ask once more."""
    client = bound(crowd(4))
    first = all_pages(client, 3)
    assert all_pages(client, 3) == first
    ask(client, 3)
    assert ask(client, 3).names == first[0]


def test_a_cookie_works_once() -> None:
    """As slapd: 53."""
    client = bound(crowd())
    first = ask(client, 3)
    second = ask(client, 3, first.next)
    again = ask(client, 3, first.next)
    assert (again.result.code, again.names, again.cookie) == (53, [], b"")
    assert ask(client, 3, second.next).names == ["u06", "u07", "u08"]


def test_a_forged_cookie_and_one_of_another_connection_are_53() -> None:
    people = crowd()
    shared = services(people)
    one, other = Client(shared), Client(shared)
    one.bind("u01")
    other.bind("u01")
    first = ask(one, 3)
    for cookie in (first.next, b"x" * 16, b"12345678", b"x" * 4000):
        assert ask(other, 3, cookie).result.code == 53
    assert ask(one, 3, first.next).names == ["u03", "u04", "u05"]


def test_cookies_tell_nothing_and_do_not_repeat() -> None:
    client = bound(crowd())
    cookies = {ask(client, 3).next for _ in range(8)}
    assert len(cookies) == 8
    assert {len(cookie) for cookie in cookies} == {16}


@pytest.mark.parametrize(
    "changed",
    [
        {"base": "dc=example,dc=com"},
        {"scope": 1},
        {"types_only": True},
    ],
)
def test_a_cookie_is_for_the_search_that_it_came_from(changed: dict[str, Any]) -> None:
    """RFC 2696 3: the request must be the same. slapd goes on in the new one; a part of one and a part of another
    would be neither."""
    client = bound(crowd())
    first = ask(client, 3)
    assert ask(client, 3, first.next, **changed).result.code == 53


def test_another_filter_or_other_attributes_are_another_search() -> None:
    client = bound(crowd())
    for request in (
        search_request(BASE, parse_filter("(uid=u0*)")),
        search_request(BASE, parse_filter("(uid=*)"), "cn"),
    ):
        first = ask(client, 3)
        assert Page(client.ask(request, page(3, first.next))).result.code == 53


def test_limits_and_the_spelling_of_the_base_may_differ() -> None:
    client = bound(crowd())
    first = ask(client, 3)
    assert len(ask(client, 4, first.next, base="OU=People, DC=example,dc=com", time_limit=3).names) == 4


def test_size_0_with_a_cookie_abandons_the_search() -> None:
    """RFC 2696 3."""
    people = crowd()
    client = bound(people)
    first = ask(client, 3)
    end = ask(client, 0, first.next)
    assert (end.result.code, end.names, end.cookie) == (0, [], b"")
    assert people.closed == 1
    assert ask(client, 3, first.next).result.code == 53
    assert ask(client, 0, first.next).result.code == 0


def test_size_0_without_a_cookie_is_a_page_of_nothing_with_more_to_come() -> None:
    """As slapd."""
    client = bound(crowd())
    first = ask(client, 0)
    assert (first.result.code, first.names) == (0, [])
    assert ask(client, 20, first.next).names == [f"u{number:02}" for number in range(10)]


def test_the_size_limit_of_the_client_is_for_all_pages() -> None:
    client = bound(crowd())
    first = ask(client, 3, size_limit=5)
    second = ask(client, 3, first.next, size_limit=5)
    assert (len(first.names), len(second.names), second.result.code, second.cookie) == (3, 2, 4, b"")
    assert [len(names) for names in all_pages(client, 5, size_limit=10)] == [5, 5]


def test_limits_size_is_for_one_page_and_paged_size_for_all() -> None:
    assert [len(names) for names in all_pages(bound(crowd(), limits={"size": 4}), 3)] == [3, 3, 3, 1]
    client = bound(crowd(), limits={"paged_size": 4})
    assert ask(client, 3, ask(client, 3).next).result.code == 4


def test_a_page_has_a_ceiling() -> None:
    assert [len(names) for names in all_pages(bound(crowd(), limits={"page": 4}), 1000)] == [4, 4, 2]


@pytest.mark.parametrize("critical", [True, False])
@pytest.mark.parametrize(
    "value",
    [None, b"", b"junk", ber.sequence(ber.integer(-1) + ber.octets(b"")), ber.sequence(ber.integer(3))],
)
def test_a_malformed_control_is_2_and_the_connection_lives(value: bytes | None, critical: bool) -> None:
    client = bound(crowd())
    request = search_request(BASE, parse_filter("(uid=*)"))
    assert client.result(request, Control(PAGED_RESULTS, critical, value)).code == 2
    assert client.result(request, page(3), page(3)).code == 2
    assert len(client.search(BASE)) == 10


def test_it_need_not_be_critical() -> None:
    answer = Page(bound(crowd()).ask(search_request(BASE, parse_filter("(uid=*)")), page(3, critical=False)))
    assert len(answer.names) == 3
    assert answer.cookie


def test_a_bind_in_between_does_not_hand_the_pages_to_somebody_else() -> None:
    client = bound(crowd())
    first, other = ask(client, 3), ask(client, 3)
    client.bind("u01")
    assert ask(client, 3, first.next).result.code == 53
    client.bind("u00")
    assert ask(client, 3, other.next).names == ["u03", "u04", "u05"]


def test_the_end_of_the_connection_closes_its_searches() -> None:
    people = crowd()
    client = bound(people)
    ask(client, 3)
    ask(client, 3)
    assert people.closed == 0
    client.leave()
    assert people.closed == 2
    assert len(client.session.services.resting) == 0
    assert not [call for call in client.clock.getDelayedCalls() if call.active()]


def test_a_search_that_rests_too_long_ends() -> None:
    people = crowd()
    client = bound(people, limits={"paged_idle": 60})
    first = ask(client, 3)
    client.clock.advance(59)
    second = ask(client, 3, first.next)
    client.clock.advance(59)
    assert people.closed == 0
    client.clock.advance(1)
    assert people.closed == 1
    assert ask(client, 3, second.next).result.code == 53


def test_a_connection_has_room_for_some_and_the_oldest_gives_way() -> None:
    people = crowd()
    client = bound(people, limits={"paged_connection": 2})
    first, second, third = ask(client, 3), ask(client, 3), ask(client, 3)
    assert ask(client, 3, first.next).result.code == 53
    assert ask(client, 3, second.next).result.code == 0
    assert ask(client, 3, third.next).result.code == 0


def test_who_floods_ends_searches_of_their_own() -> None:
    """The bound of the process never costs somebody else a search."""
    people = crowd()
    shared = services(people, limits={"paged_searches": 4, "paged_connection": 100})
    quiet, loud = Client(shared, clock=Clock()), Client(shared)
    for client in (quiet, loud):
        client.bind("u01")
    quiet.session.pages.address = "192.0.2.8"
    first = ask(quiet, 3)
    for _ in range(50):
        last = ask(loud, 3)
    assert len(shared.resting) == 4
    assert ask(quiet, 3, first.next).result.code == 0
    assert ask(loud, 3, last.next).result.code == 0


async def nobody() -> AsyncGenerator[Entry, None]:
    for entry in ():
        yield entry


def test_what_resting_searches_keep_in_memory_has_a_bound_together() -> None:
    """20 times limits.size entries; one that was sent and is remembered counts a tenth."""
    client = bound(crowd(), limits={"size": 10, "paged_connection": 100})
    resting, pages = client.session.services.resting, client.session.pages
    for _ in range(30):
        now(pages.rest(Course(nobody(), sent=99)))
    assert len(resting) == 22  # of 9 each
    now(pages.rest(Course(nobody(), held=150)))
    assert len(resting) == 6
    ask(client, 3)
    assert len(resting) == 7


class Slow(People):
    """A searcher whose searches take their time to lie down."""

    lot = Lot(None)

    def __init__(self, *entries: Any) -> None:
        super().__init__(*entries)
        self.ending: Deferred[None] = Deferred()

    async def search(self, query):  # type: ignore[no-untyped-def]
        query.pause.reader = self
        async for entry in super().search(query):
            yield entry

    async def rest(self, pause: Pause) -> None:
        with suppress(CancelledError):  # as a guarded source, which waits for what is under way in it
            await self.ending


def test_a_client_that_leaves_while_its_search_lies_down_leaves_nothing_behind() -> None:
    people = Slow(*crowd().entries)
    client = bound(people)
    client.send(search_request(BASE, parse_filter("(uid=*)")), page(3))
    client.leave()
    assert people.closed == 1
    assert len(client.session.services.resting) == 0


def test_an_abandoned_page_ends_its_search() -> None:
    people = crowd()
    client = bound(people)
    first = ask(client, 3)
    people.wait = Deferred()
    number = client.send(search_request(BASE, parse_filter("(uid=*)")), page(3, first.next))
    client.send(AbandonRequest(number))
    assert len(client.answers()) == 1  # the entry that had been read ahead, and no end
    assert people.closed == 1
    assert len(client.session.services.resting) == 0


def test_a_page_that_takes_too_long_ends_with_time_limit_and_the_search_with_it() -> None:
    people = crowd()
    client = bound(people, limits={"time": 5})
    people.wait = Deferred()
    client.send(search_request(BASE, parse_filter("(uid=*)")), page(3))
    client.clock.advance(5)
    late = Page(client.answers())
    assert (late.result.code, late.cookie, people.closed) == (3, b"", 1)


@pytest.mark.parametrize("size", [1, 4, 7])
@pytest.mark.parametrize("step", [1, 3, -1])
def test_people_who_move_between_two_pages_are_found_once(size: int, step: int) -> None:
    """R17: nobody twice, no gap, whoever moves while the pages are read."""
    rig = corp()
    everybody = {"jdoe", *(f"u{number:02}" for number in range(30))}
    movers = sorted(everybody)[::step]
    for name in movers[: len(movers) // 3]:
        rig.bind(name)
    client = core_client(rig)
    found: list[str] = []
    cookie = b""
    while True:
        answer = ask(client, size, cookie, base=OLD)
        assert answer.result.code == 0
        found += answer.names
        for name in movers[len(found) // 2 :][:3]:
            rig.bind(name)
        if not answer.cookie:
            break
        cookie = answer.cookie
    assert sorted(found) == sorted(everybody)


class Counted(MemorySource):
    """A source that counts how many of its searches are open; it lends at most `searches` at once."""

    def __init__(self, searches: int) -> None:
        super().__init__("staff")
        self.searches = searches
        self.open = self.begun = 0

    async def search(self, asked):  # type: ignore[no-untyped-def]
        self.begun += 1
        self.open += 1
        try:
            async for entry in super().search(asked):
                yield entry
        finally:
            self.open -= 1


def crowded(searches: int, count: int = 200) -> tuple[Rig, Counted]:
    source = Counted(searches)
    for number in range(count):
        source.add(f"u{number:03}", RIGHT)
    return Rig(source), source


@pytest.mark.parametrize(("searches", "held"), [(4, 2), (1, 0), (2, 1), (0, 5)])
def test_searches_that_rest_leave_half_of_a_source_to_others(searches: int, held: int) -> None:
    """What lets go begins anew, and shows everybody once all the same."""
    rig, source = crowded(searches)
    clients = [core_client(rig) for _ in range(5)]
    source.begun = 0
    pages = [ask(client, 30, base=OLD) for client in clients]
    assert source.open == held
    found = [list(one.names) for one in pages]
    for turn in range(6):
        rig.bind(f"u{turn * 31:03}")
        for number, client in enumerate(clients):
            pages[number] = ask(client, 30, pages[number].next, base=OLD)
            found[number] += pages[number].names
            assert source.open <= max(held, 1) if searches else 5
    assert all(sorted(names) == [f"u{number:03}" for number in range(200)] for names in found)
    assert [one.cookie for one in pages] == [b""] * 5
    assert source.open == 0


def test_who_rests_for_long_lets_go_first() -> None:
    """A newcomer takes the place of one that has rested a while, and only of such a one."""
    rig, source = crowded(2, 600)
    old, new = core_client(rig), core_client(rig)
    source.begun = 0
    first = ask(old, 70, base=OLD)
    second = ask(new, 70, base=OLD)
    assert source.begun == 2
    second = ask(new, 70, second.next, base=OLD)  # had to begin anew
    assert source.begun == 3
    new.clock.advance(1)
    second = ask(new, 70, second.next, base=OLD)
    assert source.begun == 4
    second = ask(new, 70, second.next, base=OLD)  # has taken the place of the old one
    assert source.begun == 4
    assert ask(old, 70, first.next, base=OLD).result.code == 0
    assert source.begun == 5


def test_one_looping_client_does_not_slow_others() -> None:
    """COMPATIBILITY 51: a client that asks for pages for ever holds nothing that others need: no lock, no place in the
    source, no memory that grows."""
    rig, source = crowded(4)
    loud, quiet = core_client(rig, paged_connection=8), core_client(rig)
    for _ in range(100):
        answer = ask(loud, 1, base=OLD)
        ask(loud, 1, answer.next, base=OLD)
        assert source.open <= 2
        assert len(quiet.search(OLD, parse_filter("(uid=u007)"))) == 1
    assert len(loud.session.services.resting) <= 8


def test_a_cookie_does_not_outlive_its_source() -> None:
    """R6: the source goes away between two pages, and its people are not said to be all."""
    rig, source = crowded(1)
    client = core_client(rig)
    first = ask(client, 100, base=OLD)
    source.fail_with()
    last = ask(client, 100, first.next, base=OLD)
    assert last.result.code == 52
    assert last.cookie == b""
