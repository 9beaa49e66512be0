"""Whole conversations of applications with the whole core, over the doubles that ship."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conversation import Client, bind_request, code_of, search_request, values
from core_rig import RIGHT, WRONG, Rig
from twisted.logger import LogEvent, eventAsText, globalLogPublisher

from gateway.config.networks import EVERYWHERE
from gateway.errors import DirectoryUnavailable
from gateway.frontends.ldap.services import Services
from gateway.wire.controls import WHO_AM_I
from gateway.wire.filter import Equal, parse_filter
from gateway.wire.messages import CompareRequest, ExtendedRequest, ExtendedResponse, SearchResultEntry

JDOE = "uid=jdoe,ou=people,o=corp"
CORP = "ou=people,o=corp"


class Site:
    """The gateway before one old store, and an application with a service account in it."""

    def __init__(self) -> None:
        self.rig = Rig()
        self.rig.source.add("service", b"of-the-application")
        self.services = Services(
            self.rig.authenticator,
            self.rig.union,
            naming_contexts=("dc=example,dc=com", CORP),
            clear_text=EVERYWHERE,
            vendor_version="1",
        )

    def connect(self, *, as_service: bool = False) -> Client:
        client = Client(self.services, clock=self.rig.clock)
        if as_service:
            assert client.bind(f"uid=service,{CORP}", b"of-the-application").code == 0
        return client

    def look_up(self, client: Client) -> list[SearchResultEntry]:
        return client.search(CORP, parse_filter("(&(objectClass=person)(uid=JDoe))"), "*", "+")


@pytest.fixture
def site() -> Site:
    return Site()


def test_service_bind_search_user_bind_service_bind_on_one_connection(site: Site) -> None:
    client = site.connect(as_service=True)
    found = site.look_up(client)
    assert [entry.name for entry in found] == [JDOE]
    assert client.bind(found[0].name, RIGHT).code == 0
    who = client.ask(ExtendedRequest(WHO_AM_I))[0].operation
    assert isinstance(who, ExtendedResponse)
    assert who.value == f"dn:{JDOE}".encode()
    assert client.bind(found[0].name, WRONG).code == 49
    assert client.result(search_request(CORP)).code == 50
    assert client.bind(f"uid=service,{CORP}", b"of-the-application").code == 0
    assert site.look_up(client) == found


def test_the_first_right_password_moves_a_person_and_nobody_notices(site: Site) -> None:
    """R9, R17: the same entry before, after, and when the old store is gone."""
    client = site.connect(as_service=True)
    before = site.look_up(client)
    assert site.rig.moved() is None
    assert site.connect().bind(JDOE, RIGHT).code == 0
    assert site.rig.moved() is not None
    assert site.look_up(client) == before
    site.rig.source.fail_with()
    assert site.connect().bind(JDOE, RIGHT).code == 0
    assert site.connect().bind("CORP\\JDoe", RIGHT).code == 0
    assert site.connect().bind(JDOE, WRONG).code == 49
    assert site.look_up(client) == before
    assert client.search(JDOE, None, "*", "+", scope=0) == before


def test_a_search_in_the_middle_of_a_migration_finds_one_entry(site: Site) -> None:
    """R17."""
    client = site.connect(as_service=True)
    before = site.look_up(client)
    site.rig.hasher.slow = True
    other = site.connect()
    other.send(bind_request(JDOE, RIGHT))
    assert site.look_up(client) == before
    site.rig.hasher.finish()
    assert site.look_up(client) == before
    assert [code_of(answer) for answer in other.answers()] == [0]


def test_people_who_have_not_moved_get_unavailable_while_their_store_is_down(site: Site) -> None:
    """R6: never 49, and a search says that it is incomplete."""
    client = site.connect(as_service=True)
    site.rig.source.fail_with()
    assert site.connect().bind(JDOE, RIGHT).code == 52
    assert client.result(search_request(CORP, Equal("uid", b"jdoe"))).code == 52


def test_a_directory_that_cannot_be_written_does_not_fail_the_login(site: Site) -> None:
    """R12."""
    site.rig.native.fail_with(DirectoryUnavailable("read-only"), only_writes=True)
    assert site.connect().bind(JDOE, RIGHT).code == 0


def test_who_has_moved_is_answered_without_leaving_the_reactor(site: Site) -> None:
    """A bind whose password was verified a moment ago and a search by uid: no Deferred, no timer, no source."""
    client = site.connect(as_service=True)
    assert client.bind(JDOE, RIGHT).code == 0
    site.rig.source.hang()
    timers = len(site.rig.clock.getDelayedCalls())
    work = site.rig.hasher.work
    assert client.bind(JDOE, RIGHT).code == 0
    assert values(site.look_up(client)[0])["uid"] == [b"jdoe"]
    assert client.result(CompareRequest(JDOE, "uid", b"jdoe")).code == 6
    assert len(site.rig.clock.getDelayedCalls()) == timers
    assert site.rig.hasher.work == work


def test_fifty_first_binds_at_once_give_one_identity(site: Site) -> None:
    """R11."""
    site.rig.hasher.slow = True
    clients = [site.connect() for _ in range(50)]
    for client in clients:
        client.send(bind_request(JDOE, RIGHT))
    site.rig.hasher.finish()
    assert [code_of(client.answers()[-1]) for client in clients] == [0] * 50
    assert site.rig.verified() == 1
    assert sum(event == "adopt" for event, _ in site.rig.trail.events()) == 1


def test_an_empty_password_reaches_no_store(site: Site) -> None:
    """R5."""
    assert site.connect().bind(JDOE, b"").code == 53
    assert not site.rig.source.asked
    assert not site.rig.native.asked


@pytest.fixture
def events() -> Iterator[list[LogEvent]]:
    seen: list[LogEvent] = []
    globalLogPublisher.addObserver(seen.append)
    yield seen
    globalLogPublisher.removeObserver(seen.append)


def test_no_log_line_and_no_answer_holds_a_password(site: Site, events: list[LogEvent]) -> None:
    """R15."""
    said = b""
    for name in (JDOE, "jdoe", "uid=nobody,o=corp", f"uid={WRONG.decode()},ou", "", WRONG.decode()):
        for password in (RIGHT, WRONG, b""):
            client = site.connect()
            client.send(bind_request(name, password))
            client.send(ExtendedRequest("1.2.3", password))
            client.send(CompareRequest(JDOE, "userPassword", password))
            client.session.dataReceived(b"0" + password)
            said += client.transport.written
            client.leave()
    text = "\n".join(eventAsText(event) + repr(event) for event in events)
    for secret in (RIGHT, WRONG):
        assert secret not in said
        assert secret.decode() not in text
