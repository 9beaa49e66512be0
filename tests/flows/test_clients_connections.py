"""How applications treat a connection: what they send before an answer is there, and how they leave. Also those that
have no recipe.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conversation import Client, bind_request, code_of, search_request
from core_rig import RIGHT, WRONG
from office import EVERYBODY, GROUPS, PEOPLE, SERVICE, SERVICE_PASSWORD, STAGES, TOP, Office, dn, find, group_dn, names
from paging import Page, page
from twisted.logger import LogEvent, LogLevel, globalLogPublisher

from gateway.wire.controls import PASSWORD_POLICY
from gateway.wire.filter import parse_filter
from gateway.wire.messages import AbandonRequest, Control, SearchResultDone, UnbindRequest

staged = pytest.mark.parametrize("stage", STAGES)
CLIENT_HELLO = bytes.fromhex("16030100c8010000c403035b") + bytes(range(192))


@pytest.fixture
def lines() -> Iterator[list[LogEvent]]:
    """What is logged above debug."""
    seen: list[LogEvent] = []

    def observer(event: LogEvent) -> None:
        if event["log_level"] > LogLevel.debug:
            seen.append(event)

    globalLogPublisher.addObserver(observer)
    yield seen
    globalLogPublisher.removeObserver(observer)


@staged
def test_dovecots_bind_waits_for_eight_searches_and_whatever_comes_behind_waits_for_the_bind(stage: str) -> None:
    """All of it in one segment: answers by the service account's rights first, and then by the user's."""
    office = Office("dovecot", stage)
    client = office.service()
    ids = [client.send(search_request(PEOPLE, parse_filter(f"(uid={name})"), "uid")) for name in EVERYBODY * 2]
    ids += [client.send(bind_request(dn("anna"), RIGHT)), client.send(search_request(PEOPLE, parse_filter("(uid=*)")))]
    ids += [client.send(bind_request(SERVICE, SERVICE_PASSWORD))]
    answers = client.answers()
    ends = [answer for answer in answers if not hasattr(answer.operation, "attributes")]
    assert [end.id for end in ends] == ids
    assert {code_of(end) for end in ends} == {0}
    seen_by_anna = [answer.operation.name for answer in answers if answer.id == ids[-2] and answer is not ends[-2]]
    assert seen_by_anna == [dn("anna")]


def test_dovecots_bind_waits_for_a_search_whose_store_hangs() -> None:
    """RFC 4511 4.2.1: a bind is not begun before the searches that came first have ended."""
    office = Office("dovecot")
    client = office.service()
    office.store.hang()
    searching = [client.send(search_request(PEOPLE, parse_filter("(uid=anna)"), "uid")) for _ in range(8)]
    binding = client.send(bind_request(dn("berta"), RIGHT))
    assert client.answers() == []
    assert not any("berta" in call for call in office.store.asked)
    office.store.heal()
    ends = [answer.id for answer in client.answers() if not hasattr(answer.operation, "attributes")]
    assert ends == [*searching, binding]


def test_nslcd_abandons_its_search_unbinds_and_is_gone() -> None:
    """Nothing is left of it: no answer, and no search in the old store."""
    office = Office("dovecot")
    client = office.service()
    office.store.hang()
    number = client.send(search_request(PEOPLE, parse_filter("(objectClass=posixAccount)"), "uid"), page(1000))
    client.send(AbandonRequest(number))
    client.send(UnbindRequest())
    assert client.transport.closing
    client.leave()
    office.store.heal()
    assert client.answers() == []
    assert client.gone == [client.session]
    assert office.rig.clock.getDelayedCalls() == []


@staged
def test_nslcd_binds_anew_with_the_policy_control_to_prove_a_password(stage: str) -> None:
    office = Office("dovecot", stage)
    for password, code in ((RIGHT, 0), (WRONG, 49)):
        client = office.connect()
        (answer,) = client.ask(bind_request(dn("anna"), password), Control(PASSWORD_POLICY))
        assert code_of(answer) == code
        assert PASSWORD_POLICY in [control.type for control in answer.controls]


@staged
def test_truenas_connects_for_each_request_and_leaves_without_a_word(stage: str) -> None:
    """What an entry lacks is left out and is no error."""
    office = Office("freeradius", stage)
    for name in EVERYBODY:
        client = office.service()
        wanted = ("uid", "sambaSID", "uidNumber", "gidNumber", "shadowLastChange", "krbPrincipalName")
        (entry,) = find(client, PEOPLE, f"(&(objectClass=posixAccount)(uid={name}))", *wanted)
        assert entry.attributes == (("uid", (name.encode(),)),)
        client.leave()
        assert client.gone == [client.session]
    assert office.rig.clock.getDelayedCalls() == []


def test_a_client_that_leaves_half_way_through_an_answer_leaves_nothing_behind(lines: list[LogEvent]) -> None:
    """It has stopped reading, too; by TCP alone."""
    office = Office("dovecot", "everybody")
    client = office.service(room=300)
    client.send(search_request(TOP, parse_filter("(objectClass=*)")))
    assert not any(isinstance(answer.operation, SearchResultDone) for answer in client.answers())
    client.leave()
    assert client.gone == [client.session]
    assert office.rig.clock.getDelayedCalls() == []
    assert lines == []


@pytest.mark.parametrize("recipe", ["dovecot", "fortigate"])
def test_a_tls_hello_at_a_plain_port_closes_the_connection_with_one_line(recipe: str, lines: list[LogEvent]) -> None:
    client = Office(recipe).connect()
    client.session.dataReceived(CLIENT_HELLO)
    client.session.dataReceived(CLIENT_HELLO)
    assert client.transport.closing
    assert len(lines) == 1


def test_a_looping_paged_search_ends_no_other_clients_and_costs_none_a_hash() -> None:
    """A client that begins its search again and again, never asking for the second page."""
    office = Office("dovecot", "everybody")
    looping, other = office.service(), office.service()
    request = search_request(PEOPLE, parse_filter("(uid=*)"), "uid")
    first = Page(other.ask(request, page(2)))
    work = office.rig.hasher.work
    for _ in range(300):
        assert Page(looping.ask(request, page(1))).cookie
        office.service().leave()
    assert office.rig.hasher.work == work
    last = Page(other.ask(request, page(2, first.next)))
    assert (last.result.code, last.cookie) == (0, b"")
    assert sorted(first.names + last.names) == sorted(EVERYBODY)


def test_filters_that_nobody_knows_are_no_errors_and_no_lines_in_the_log(lines: list[LogEvent]) -> None:
    """SSSD and others send the same one every few minutes."""
    client = Office("freeradius").service()
    for text in (
        "(noSuchAttribute=x)",
        "(objectClass=noSuchClass)",
        "(uid:1.2.3.4:=x)",
        "(uid>=a)",
        "(cn:dn:2.5.13.5:=x)",
    ):
        assert find(client, PEOPLE, text, "1.1") == []
    assert lines == []


def _filled(client: Client) -> list[str]:
    return names(find(client, GROUPS, f"(|(member={dn('anna')})(member={group_dn('admins')}))", "cn"))


def test_searches_of_one_application_do_not_open_anothers_login() -> None:
    """What one application has proved or found says nothing about whom another connection speaks for."""
    office = Office("atlassian")
    first = office.service()
    assert _filled(first) == ["admins", "nested"]
    assert office.connect().bind(dn("anna"), RIGHT).code == 0
    second = office.connect()
    assert second.result(search_request(GROUPS)).code == 50
    assert second.bind(dn("anna"), WRONG).code == 49
    assert second.result(search_request(GROUPS)).code == 50
    assert second.bind(dn("anna"), RIGHT).code == 0
    assert second.result(search_request(GROUPS)).code == 32, "it is anna now, and not the application"
