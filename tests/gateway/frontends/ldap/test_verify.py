"""Verify Credentials is a bind that leaves the connection as it is."""

from __future__ import annotations

from conversation import Client, People, bound, person, services
from core_rig import RIGHT, WRONG, Rig
from twisted.internet.defer import Deferred

from gateway.config.networks import EVERYWHERE
from gateway.frontends.ldap.services import Services
from gateway.identity.outcome import Reason, Rejected, Unavailable
from gateway.identity.throttle import ThrottleRules
from gateway.wire.controls import PASSWORD_POLICY, PolicyError, decode_policy_answer
from gateway.wire.credentials import VERIFY_CREDENTIALS, VerifyRequest, decode_verified, encode_verify
from gateway.wire.messages import (
    Control,
    ExtendedRequest,
    ExtendedResponse,
    SaslAuthentication,
    SimpleAuthentication,
)

JDOE = "uid=jdoe,ou=people,dc=example,dc=com"
OLD_JDOE = "uid=jdoe,ou=people,o=corp"


def request(name: str, password: bytes, *controls: Control) -> ExtendedRequest:
    return ExtendedRequest(
        VERIFY_CREDENTIALS, encode_verify(VerifyRequest(name, SimpleAuthentication(password), controls))
    )


def verify(client: Client, name: str, password: bytes, *controls: Control) -> tuple[int, tuple[Control, ...]]:
    """The verdict inside, and its controls; the operation itself is a success."""
    answer = client.ask(request(name, password, *controls))[0].operation
    assert isinstance(answer, ExtendedResponse)
    assert answer.result.code == 0
    result, answered = decode_verified(answer.value)
    return result.code, answered


def test_the_verdict_is_that_of_a_bind_and_the_connection_stays_as_it_is() -> None:
    client = bound(People(person(), person("ann")))
    before = client.session.identity
    assert verify(client, "uid=ann,ou=people,dc=example,dc=com", b"secret")[0] == 0
    assert verify(client, JDOE, b"guess")[0] == 49
    assert verify(client, "", b"")[0] == 0
    assert verify(client, "", b"x")[0] == 49
    assert client.session.identity is before
    stranger = Client(services(People(person())))
    assert verify(stranger, "jdoe", b"secret")[0] == 0
    assert stranger.session.identity is None


def test_an_outage_is_no_refusal() -> None:
    """R6."""
    people = People(person())
    people.answer = Unavailable("old")
    assert verify(Client(services(people)), JDOE, b"secret")[0] == 52


def test_an_empty_password_proves_nothing() -> None:
    """R5."""
    rig = Rig()
    client = Client(Services(rig.authenticator, rig.union, clear_text=EVERYWHERE))
    assert verify(client, OLD_JDOE, b"")[0] == 53


def test_the_policy_control_is_inside() -> None:
    people = People(person())
    people.answer = Rejected(Reason.LOCKED)
    code, controls = verify(Client(services(people)), JDOE, b"x", Control(PASSWORD_POLICY, True))
    assert code == 49
    assert decode_policy_answer(controls[0].value).error == PolicyError.ACCOUNT_LOCKED
    assert verify(Client(services(people)), JDOE, b"x", Control("1.2.3", True))[0] == 12


def test_whoever_is_verified_moves_and_the_audit_knows_it() -> None:
    rig = Rig()
    client = Client(Services(rig.authenticator, rig.union, clear_text=EVERYWHERE))
    assert verify(client, OLD_JDOE, RIGHT)[0] == 0
    assert rig.moved() is not None
    assert ("bind", "accepted") in rig.trail.events()
    assert ("adopt", "written") in rig.trail.events()


def test_guesses_count_like_those_of_binds_and_repeated_ones_once() -> None:
    """R20."""
    rig = Rig(throttle=ThrottleRules(failures=3))
    client = Client(Services(rig.authenticator, rig.union, clear_text=EVERYWHERE))
    for _ in range(5):
        assert verify(client, "jdoe", WRONG)[0] == 49
    assert rig.verified() == 1
    for number in range(3):
        verify(client, "jdoe", b"guess-%d" % number)
    assert client.bind("jdoe", RIGHT).code == 49
    assert rig.verified() < 5


def test_a_guess_counts_even_if_the_guesser_hangs_up() -> None:
    """R20."""
    people, ended = People(person()), []
    people.wait = Deferred()
    people.wait.addBoth(ended.append)
    client = Client(services(people))
    client.send(request(JDOE, b"guess"))
    client.leave()
    assert not ended
    people.wait.callback(None)
    assert ended == [None]


def test_no_password_is_looked_at_in_clear_where_that_is_not_allowed() -> None:
    people = People(person())
    client = Client(services(people, starttls="required", tls=object()))
    assert client.result(request(JDOE, b"secret")).code == 13
    assert not people.asked


def test_plain_works_and_other_mechanisms_do_not() -> None:
    client = Client(services(People(person())))
    for method, code in (
        (SaslAuthentication("PLAIN", b"\0jdoe\0secret"), 0),
        (SaslAuthentication("PLAIN", b"\0jdoe\0guess"), 49),
        (SaslAuthentication("GSSAPI", b"x"), 7),
    ):
        value = encode_verify(VerifyRequest("", method))
        answer = client.ask(ExtendedRequest(VERIFY_CREDENTIALS, value))[0].operation
        assert isinstance(answer, ExtendedResponse)
        assert decode_verified(answer.value)[0].code == code


def test_a_malformed_one_is_2_and_the_connection_lives() -> None:
    client = bound()
    for value in (None, b"", b"junk"):
        assert client.result(ExtendedRequest(VERIFY_CREDENTIALS, value)).code == 2
    assert len(client.search("dc=example,dc=com")) == 2
