from __future__ import annotations

import ipaddress

import pytest
from conversation import Client, People, person, search_request, services
from twisted.logger import LogEvent, formatEvent, globalLogPublisher

from gateway.config.networks import EVERYWHERE
from gateway.wire.controls import START_TLS
from gateway.wire.messages import ExtendedRequest

CANARY = b"clear-canary-9e1"


def test_entries_are_read_only_through_tls_where_that_is_required() -> None:
    settings = services(People(person()), starttls="required", tls=object(), anonymous_search=True)
    assert Client(settings).result(search_request("dc=example,dc=com")).code == 13
    assert Client(settings, tls=True).result(search_request("dc=example,dc=com")).code == 0


@pytest.mark.parametrize(("peer", "code"), [
    ("192.0.2.7", 13),
    ("10.9.8.7", 13),
    ("2001:db8::7", 13),
    ("::ffff:192.0.2.7", 13),
    ("127.0.0.1", 0),
    ("::1", 0),
    ("::ffff:127.0.0.1", 0),
    (None, 0),
])  # fmt: skip
def test_a_password_in_clear_is_looked_at_only_from_this_machine(peer: str | None, code: int) -> None:
    people = People(person())
    client = Client(services(people, clear_text=()), peer=peer)
    assert client.bind().code == code
    assert len(people.asked) == (0 if code else 1)
    assert client.bind("", b"").code == 0  # anonymous: there is no password in it


def test_through_tls_a_password_is_taken_from_anywhere() -> None:
    assert Client(services(People(person()), clear_text=()), tls=True).bind().code == 0
    client = Client(services(People(person()), clear_text=(), starttls="offered", tls=object()))
    assert client.bind().code == 13
    client.ask(ExtendedRequest(START_TLS))
    assert client.bind().code == 0


def test_networks_that_may_are_named() -> None:
    networks = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("2001:db8::/32"))
    settings = services(People(person()), clear_text=networks)
    codes = {peer: Client(settings, peer=peer).bind().code for peer in ("10.9.8.7", "2001:db8::7", "192.0.2.7")}
    assert codes == {"10.9.8.7": 0, "2001:db8::7": 0, "192.0.2.7": 13}


@pytest.mark.parametrize("peer", ["127.0.0.1", None, "192.0.2.7"])
def test_where_starttls_is_required_that_holds_for_this_machine_too(peer: str | None) -> None:
    settings = services(People(person()), starttls="required", tls=object(), clear_text=EVERYWHERE)
    assert Client(settings, peer=peer).bind().code == 13


def test_the_log_tells_who_has_shown_a_password_to_the_network_and_not_the_password() -> None:
    """RFC 4513 6.3.1: it must be taken for known to others, so somebody has to change it. R15."""
    events: list[LogEvent] = []
    globalLogPublisher.addObserver(events.append)
    try:
        client = Client(services(People(person()), clear_text=()))
        client.bind(password=CANARY)
        client.bind(password=b"")
    finally:
        globalLogPublisher.removeObserver(events.append)
    (event,) = [event for event in events if event["log_level"].name == "warn"]
    assert formatEvent(event) == "192.0.2.7 sent a password in clear text; it was refused unread"
    assert CANARY.decode() not in str(events)
