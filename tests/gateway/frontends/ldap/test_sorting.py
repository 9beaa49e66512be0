from __future__ import annotations

from typing import Any

import pytest
from conversation import Client, People, code_of, person, result_of, search_request, services, values
from paging import BASE, OLD, Page, core_client, corp, page

from gateway.frontends.ldap.application import Application
from gateway.frontends.ldap.applications import Applications
from gateway.frontends.ldap.view import View
from gateway.identity.search import SearchIncomplete
from gateway.wire.filter import parse_filter
from gateway.wire.messages import Control, LdapMessage, SearchResultEntry
from gateway.wire.searchcontrols import SORT_REQUEST, SORT_RESPONSE, SortKey, decode_sort_result, encode_sort_keys


def sort(*keys: SortKey, critical: bool = False) -> Control:
    return Control(SORT_REQUEST, critical, encode_sort_keys(keys))


def staff(**settings: Any) -> Client:
    people = People(
        person("u00", sn="Zeta", title="b"),
        person("u01", sn="alpha", title="a"),
        person("u02", sn="Beta", title="b"),
        person("u03", title="a"),
        person("u04", sn="beta", title="a"),
    )
    client = Client(services(people, **settings))
    assert client.bind("u00").code == 0
    return client


def ask(client: Client, *controls: Control, **more: Any) -> list[LdapMessage]:
    return client.ask(search_request(BASE, parse_filter("(uid=*)"), **more), *controls)


def names(answers: list[LdapMessage]) -> list[str]:
    return Page(answers).names


def verdict(answers: list[LdapMessage]) -> tuple[int, str | None]:
    return next(decode_sort_result(one.value) for one in answers[-1].controls if one.type == SORT_RESPONSE)


def test_entries_come_in_the_order_of_the_key_and_without_it_last() -> None:
    """RFC 2891 2.2; equal ones stay in the order in which they were found."""
    answers = ask(staff(), sort(SortKey("sn")))
    assert names(answers) == ["u01", "u02", "u04", "u00", "u03"]
    assert verdict(answers) == (0, None)


def test_the_other_way_round() -> None:
    """As slapd: who has no such attribute comes first then, and equal ones stay as they were."""
    assert names(ask(staff(), sort(SortKey("sn", reverse=True)))) == ["u03", "u00", "u02", "u04", "u01"]


def test_a_second_key_counts_where_the_first_is_equal() -> None:
    answers = ask(staff(), sort(SortKey("title"), SortKey("sn", "caseExactOrderingMatch", reverse=True)))
    assert names(answers) == ["u03", "u04", "u01", "u00", "u02"]


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (SortKey("objectClass"), 18),
        (SortKey("sn", "no-such-rule"), 18),
        (SortKey("sn", "integerOrderingMatch"), 18),
        (SortKey("userPassword"), 16),
        (SortKey("2.5.4.35", "octetStringOrderingMatch"), 16),
    ],
)
def test_an_order_that_there_is_not(key: SortKey, code: int) -> None:
    """RFC 2891 2: unsorted, and why; where it is critical, 12 and no entries. A password sorts nobody (R15)."""
    answers = ask(staff(), sort(key))
    assert (names(answers), code_of(answers[-1])) == (["u00", "u01", "u02", "u03", "u04"], 0)
    assert verdict(answers) == (code, key.attribute)
    refused = ask(staff(), sort(key, critical=True))
    assert (names(refused), code_of(refused[-1]), verdict(refused)) == ([], 12, (code, key.attribute))


def test_nobody_is_sorted_by_what_the_application_may_not_see() -> None:
    blind = Applications(default=Application("blind", View(hidden=["sn"])))
    answers = ask(staff(applications=blind), sort(SortKey("sn")))
    assert verdict(answers) == (16, "sn")
    assert names(answers) == ["u00", "u01", "u02", "u03", "u04"]


def test_more_than_may_be_sorted_come_unsorted() -> None:
    """The bound is limits.size, as for what may be sent."""
    few = ask(staff(limits={"size": 5}), sort(SortKey("sn")))
    assert (names(few), verdict(few)) == (["u01", "u02", "u04", "u00", "u03"], (0, None))
    many = ask(staff(limits={"size": 3}), sort(SortKey("sn")))
    assert (names(many), code_of(many[-1]), verdict(many)) == (["u00", "u01", "u02"], 4, (11, None))
    refused = ask(staff(limits={"size": 3}), sort(SortKey("sn"), critical=True))
    assert (names(refused), code_of(refused[-1]), verdict(refused)) == ([], 12, (11, None))


def test_the_size_limit_of_the_client_is_for_the_sorted_entries() -> None:
    answers = ask(staff(), sort(SortKey("sn")), size_limit=2)
    assert (names(answers), code_of(answers[-1])) == (["u01", "u02"], 4)


def test_pages_of_a_sorted_search() -> None:
    """Order and pages together, each answer with both controls, and more than a page can be sorted."""
    client, found, cookie = staff(limits={"page": 2}), [], b""
    while True:
        answers = ask(client, page(2, cookie), sort(SortKey("sn")))
        assert verdict(answers) == (0, None)
        answer = Page(answers)
        found += answer.names
        if not answer.cookie:
            break
        cookie = answer.cookie
    assert found == ["u01", "u02", "u04", "u00", "u03"]
    unsorted = Page(ask(staff(limits={"size": 3}), page(2), sort(SortKey("sn"))))
    assert unsorted.names == ["u00", "u01"]
    assert unsorted.cookie


def test_what_is_sorted_by_is_read_although_it_is_not_shown() -> None:
    people = People(person("u00", sn="b"), person("u01", sn="a"))
    client = Client(services(people))
    client.bind("u00")
    answers = client.ask(search_request(BASE, parse_filter("(uid=*)"), "cn"), sort(SortKey("surname")))
    assert people.queries[-1].wants("sn")
    shown = [answer.operation for answer in answers if isinstance(answer.operation, SearchResultEntry)]
    assert [set(values(entry)) for entry in shown] == [{"cn"}, {"cn"}]


def test_another_order_is_another_search() -> None:
    client = staff()
    first = Page(ask(client, page(2), sort(SortKey("sn"))))
    assert Page(ask(client, page(2, first.next), sort(SortKey("title")))).result.code == 53


def test_an_order_of_all_that_could_be_had_and_the_outage_behind_it() -> None:
    """R6."""
    people = People(person("u00", sn="b"), person("u01", sn="a"))
    people.ends_with = SearchIncomplete(("old",))
    client = Client(services(people))
    client.bind("u00")
    answers = ask(client, sort(SortKey("sn")))
    assert (names(answers), code_of(answers[-1])) == (["u01", "u00"], 52)


@pytest.mark.parametrize("critical", [True, False])
@pytest.mark.parametrize("value", [None, b"", b"junk", b"\x30\x00"])
def test_a_malformed_control_is_2_and_the_connection_lives(value: bytes | None, critical: bool) -> None:
    client = staff()
    assert code_of(ask(client, Control(SORT_REQUEST, critical, value))[-1]) == 2
    assert code_of(ask(client)[-1]) == 0


def test_moved_and_unmoved_people_are_sorted_together() -> None:
    rig = corp(9)
    for name in ("u07", "u02", "jdoe"):
        rig.bind(name)
    client = core_client(rig)
    answers = client.ask(
        search_request(OLD, parse_filter("(uid=*)")), sort(SortKey("uid", reverse=True), critical=True)
    )
    assert names(answers) == [*(f"u{number:02}" for number in range(8, -1, -1)), "jdoe"]
    assert result_of(answers[-1]).code == 0
