from __future__ import annotations

from conversation import PEER, People, person, services

from gateway.frontends.ldap.application import Application
from gateway.frontends.ldap.applications import Applications, Rule
from gateway.frontends.ldap.personas.flavours import FLAVOURS
from gateway.frontends.ldap.personas.persona import Persona
from gateway.frontends.ldap.reach import Reach
from gateway.frontends.ldap.speaker import Speaker
from gateway.frontends.ldap.view import View
from gateway.identity.model import LoginName, Peer

MAIL = Application("mail", reach=Reach(bases=("dc=example,dc=com",)))
PORT = Application("port")


def speaker(*, is_tls: bool = False, via: tuple[str, ...] = (PEER,), clear: bool = False) -> Speaker:
    """At the listener `second`, where strangers are `port`; jdoe is the application `mail`."""
    rules = (Rule(PORT, listener="second"), Rule(MAIL, names=frozenset({"jdoe"})))
    settings = {} if clear else {"clear_text": ()}
    made = Speaker(services(People(), applications=Applications(rules), **settings), "second")
    made.arrived(PEER, frozenset(via), is_tls=is_tls)
    return made


def test_who_has_arrived_is_anonymous_and_what_its_place_says() -> None:
    made = speaker()
    assert made.identity is None
    assert made.application is PORT
    assert made.reach is PORT.reach
    assert made.peer == Peer(PEER, "port")


def test_a_bind_by_name_makes_it_another_application_with_its_reach_and_its_name_in_the_audit() -> None:
    made = speaker()
    made.become(person("jdoe"))
    assert (made.application, made.reach, made.peer) == (MAIL, MAIL.reach, Peer(PEER, "mail"))


def test_anonymous_again_it_is_what_it_was_when_it_came() -> None:
    made = speaker()
    made.become(person("jdoe"))
    made.become(None)
    assert made.identity is None
    assert (made.application, made.reach, made.peer) == (PORT, PORT.reach, Peer(PEER, "port"))


def test_somebody_without_a_rule_stays_what_the_place_says() -> None:
    made, ann = speaker(), person("ann")
    made.become(ann)
    assert made.identity is ann
    assert (made.application, made.peer) == (PORT, Peer(PEER, "port"))


def test_while_a_bind_is_under_way_the_audit_hears_of_the_application_that_it_is_about() -> None:
    made = speaker()
    assert made.peer_named(LoginName("jdoe", "jdoe")) == Peer(PEER, "mail")
    assert made.peer_named(LoginName("ann", "ann")) == Peer(PEER, "port")
    assert made.application is PORT


def test_a_password_may_come_through_tls_or_from_where_clear_text_is_allowed() -> None:
    assert speaker(is_tls=True).takes_passwords
    assert speaker(clear=True).takes_passwords
    assert speaker(via=("127.0.0.1",)).takes_passwords
    assert not speaker().takes_passwords


def test_a_way_that_is_partly_in_the_open_is_in_the_open() -> None:
    assert not speaker(via=("127.0.0.1", PEER)).takes_passwords


def test_after_starttls_a_password_may_come() -> None:
    made = speaker()
    made.is_behind_tls()
    assert made.is_tls
    assert made.takes_passwords


OLD = Persona("old", flavours=(FLAVOURS["edirectory"],))
SHOP = Application("shop", persona=OLD)


def before_a_shop(stranger: Application = PORT) -> Speaker:
    """Where jdoe is an application that knows people by other names."""
    rules = (Rule(stranger, listener="second"), Rule(SHOP, names=frozenset({"jdoe"})))
    made = Speaker(services(People(), applications=Applications(rules)), "second")
    made.arrived(PEER, frozenset({PEER}), is_tls=False)
    return made


def test_whom_an_application_lets_in_on_its_connection_is_spoken_to_by_its_names_alone() -> None:
    made = before_a_shop()
    made.become(person("jdoe"))
    for who in (None, person("ann")):
        made.become(who)
        assert made.application.persona is OLD
        assert (made.application.name, made.reach, made.peer) == ("port", PORT.reach, Peer(PEER, "port"))
    made.become(person("jdoe"))
    assert made.application is SHOP


def test_a_name_that_was_understood_tells_the_names_only_once_it_is_proved() -> None:
    made = before_a_shop()
    made.knows_by = OLD
    made.become(None)
    assert made.application is PORT
    made.become(person("ann"))
    assert made.application.persona is OLD


def test_a_place_that_hides_attributes_by_their_stored_names_keeps_them() -> None:
    careful = Application("port", view=View(hidden=("employeeNumber",)))
    made = before_a_shop(careful)
    made.become(person("jdoe"))
    made.become(person("ann"))
    assert made.application is careful
