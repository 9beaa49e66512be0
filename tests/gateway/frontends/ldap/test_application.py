from __future__ import annotations

import pytest
from conversation import Client, People, person, search_request, services, values
from twisted.internet.defer import Deferred

from gateway.frontends.ldap.application import DEFAULT, Application
from gateway.frontends.ldap.applications import Applications
from gateway.frontends.ldap.view import View
from gateway.wire.filter import Equal, Not, Present
from gateway.wire.messages import CompareRequest, UnbindRequest

JDOE = "uid=jdoe,ou=people,dc=example,dc=com"
PEOPLE = "ou=people,dc=example,dc=com"


def bound_as(application: Application, people: People | None = None, **settings: object) -> Client:
    """jdoe, on a connection that is this application."""
    people = people or People(person(mail="j@x", sn="Doe"), person("ann", mail="a@x"))
    client = Client(services(people, applications=Applications((), application), **settings))
    assert client.bind().code == 0
    return client


def test_the_default_sees_every_attribute() -> None:
    assert DEFAULT.view.is_whole
    assert DEFAULT.persona.is_plain


def test_a_hidden_attribute_is_neither_returned_nor_found_nor_compared() -> None:
    client = bound_as(Application(view=View(hidden=["mail"])))
    for asked in ([], ["*"], ["*", "+"], ["mail"], ["RFC822Mailbox", "uid"]):
        assert "mail" not in values(client.search(JDOE, None, *asked, scope=0)[0])
    assert client.search(PEOPLE, Equal("mail", b"j@x")) == []
    assert client.search(PEOPLE, Not(Present("mail"))) == []
    assert client.result(CompareRequest(JDOE, "mail", b"j@x")).code == 16
    assert client.result(CompareRequest(JDOE, "uid", b"jdoe")).code == 6


def test_two_applications_see_different_attributes_of_one_entry_that_is_kept_encoded() -> None:
    people = People(person(mail="j@x", sn="Doe"))
    clients = [bound_as(Application(view=view), people) for view in (View(["mail"]), View(["sn"]), View())]
    shown = [sorted(set(values(client.search(JDOE, None, scope=0)[0])) & {"mail", "sn"}) for client in clients * 2]
    assert shown == [["mail"], ["sn"], ["mail", "sn"]] * 2


@pytest.mark.parametrize(("own", "asked", "code", "sent"), [(1, 0, 4, 1), (1, 5, 4, 1), (None, 0, 0, 2), (2, 0, 0, 2)])
def test_an_application_has_its_own_bound_on_entries(own: int | None, asked: int, code: int, sent: int) -> None:
    answers = bound_as(Application(size=own)).ask(search_request(PEOPLE, size_limit=asked))
    assert len(answers) == sent + 1
    assert answers[-1].operation.result.code == code  # type: ignore[union-attr]  # the end of a search has one


def test_an_application_has_its_own_bound_on_seconds() -> None:
    people = People(person())
    client = bound_as(Application(time=2.0), people)
    people.wait = Deferred()
    client.send(search_request(PEOPLE, time_limit=30))
    client.clock.advance(1.9)
    assert client.answers() == []
    client.clock.advance(0.2)
    assert client.answers()[-1].operation.result.code == 3  # type: ignore[union-attr]  # the end of a search has one


@pytest.mark.parametrize(
    ("tolerates", "goes_on"), [(frozenset[str](), False), (frozenset({"search-after-unbind"}), True)]
)
def test_who_may_goes_on_after_an_unbind_and_nobody_else(tolerates: frozenset[str], goes_on: bool) -> None:
    """COMPATIBILITY 42: management controllers bind, unbind and then search on the same connection."""
    client = bound_as(Application(tolerates=tolerates))
    client.send(UnbindRequest())
    assert client.transport.closing is not goes_on
    if goes_on:
        assert len(client.search(JDOE, None, scope=0)) == 1
