"""SASL binds: RFC 4513 5.2, RFC 4616 (PLAIN)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conversation import Client, People, bind_request, person, search_request, services, values
from core_rig import RIGHT, WRONG, Rig
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.config.networks import EVERYWHERE
from gateway.frontends.ldap.access import LONGEST_PASSWORD
from gateway.frontends.ldap.certificates import Naming
from gateway.frontends.ldap.services import Services
from gateway.identity.outcome import Unavailable
from gateway.wire.controls import PASSWORD_POLICY
from gateway.wire.messages import BindRequest, BindResponse, Control, SaslAuthentication

JDOE = "uid=jdoe,ou=people,o=corp"


def sasl(mechanism: str, credentials: bytes | None = None) -> BindRequest:
    return BindRequest(3, "", SaslAuthentication(mechanism, credentials))


def plain(name: str, password: bytes = RIGHT, acting_as: str = "") -> BindRequest:
    return sasl("PLAIN", b"\0".join((acting_as.encode(), name.encode(), password)))


class Site:
    """The whole core before one old store, and a client of it."""

    def __init__(self, **settings: Any) -> None:
        self.rig = Rig()
        settings = {"clear_text": EVERYWHERE, **settings}
        self.services = Services(self.rig.authenticator, self.rig.union, **settings)
        self.client = Client(self.services, clock=self.rig.clock)

    def code(self, request: BindRequest) -> int:
        return self.client.result(request).code

    @property
    def bound_as(self) -> str | None:
        identity = self.client.session.identity
        return identity.name if identity is not None else None


@pytest.mark.parametrize(
    "name", ["jdoe", "JDoe", "CORP\\jdoe", "jdoe@corp.example", JDOE, "uid=jdoe,dc=example,dc=com"]
)
def test_plain_is_a_bind_with_any_form_of_the_name(name: str) -> None:
    """R1."""
    site = Site()
    assert site.code(plain(name)) == 0
    assert site.bound_as == "jdoe"


def test_plain_goes_the_way_of_every_bind_migration_throttle_and_audit() -> None:
    site = Site()
    assert site.code(plain("jdoe", WRONG)) == 49
    assert site.bound_as is None
    assert site.code(plain("jdoe")) == 0
    assert site.rig.moved() is not None
    assert site.rig.trail.events() == [("bind", "wrong-password"), ("adopt", "written"), ("bind", "accepted")]
    assert site.rig.trail[0].address == "192.0.2.7"
    for guess in range(10):
        site.code(plain("jdoe", b"guess-%d" % guess))
    assert site.code(plain("jdoe")) == 49
    assert site.rig.trail[-1].outcome == "locked"


def test_an_empty_password_is_refused_like_that_of_a_simple_bind() -> None:
    """R5."""
    site = Site()
    assert site.code(plain("jdoe", b"")) == 53
    assert site.rig.source.asked == []


@pytest.mark.parametrize("acting_as", [
    "", "dn:" + JDOE, "DN:UID=JDoe, ou=people, o=corp", "u:jdoe", "u:JDOE", "u:CORP\\jdoe", "u:john.doe@corp.example",
    "jdoe", "dn:uid=jdoe,dc=example,dc=com",
])  # fmt: skip
def test_whoever_acts_as_the_person_who_has_signed_in_may(acting_as: str) -> None:
    site = Site()
    assert site.code(plain("jdoe", acting_as=acting_as)) == 0
    assert site.bound_as == "jdoe"


@pytest.mark.parametrize("acting_as", ["u:other", "dn:uid=other,ou=people,o=corp", "dn:", "u:jdoe2", "other"])
def test_nobody_acts_as_somebody_else(acting_as: str) -> None:
    site = Site()
    site.rig.source.add("other", b"others-password")
    assert site.code(plain("jdoe", acting_as=acting_as)) in {2, 49}
    assert site.bound_as is None


def test_the_audit_tells_that_somebody_wanted_to_act_as_another_and_a_guesser_learns_nothing() -> None:
    site = Site()
    refused, wrong = (site.client.result(plain("jdoe", word, "u:other")) for word in (RIGHT, WRONG))
    assert refused == wrong
    assert [record.outcome for record in site.rig.trail if record.event == "bind"] == [
        "another-identity", "wrong-password",
    ]  # fmt: skip
    assert next(record.detail for record in site.rig.trail if record.event == "bind") == (
        "asked to act as 'other', who is somebody else"
    )


@pytest.mark.parametrize("message", [
    b"", b"jdoe", b"\0jdoe", b"\0jdoe\0a\0b", b"\0\0secret", b"\0\xff\xfe\0secret", b"\xff\0jdoe\0secret",
    b"\0uid=jdoe,ou\0secret", b"dn:uid=jdoe,ou\0jdoe\0secret", b"\0" + b"x" * 2000 + b"\0secret",
])  # fmt: skip
def test_a_malformed_message_is_a_protocol_error_and_nobody_is_asked(message: bytes) -> None:
    people = People(person())
    assert Client(services(people)).result(sasl("PLAIN", message)).code == 2
    assert not people.asked


def test_a_password_that_is_not_utf8_is_taken_as_in_a_simple_bind() -> None:
    """R13."""
    people = People(person())
    assert Client(services(people)).result(sasl("PLAIN", b"\0jdoe\0J\xfcrgen")).code == 49
    assert people.asked[0].password.reveal() == b"J\xfcrgen"


def test_a_password_beyond_the_bound_is_wrong_and_is_not_hashed() -> None:
    people = People(person())
    assert Client(services(people)).result(plain("jdoe", b"x" * (LONGEST_PASSWORD + 1))).code == 49
    assert not people.asked


def test_without_an_initial_response_plain_asks_for_it_with_an_empty_challenge() -> None:
    """RFC 4422 5.1, RFC 4511 4.2.2: saslBindInProgress, then the same mechanism again."""
    site = Site()
    answer = site.client.ask(sasl("PLAIN"))[0].operation
    assert isinstance(answer, BindResponse)
    assert (answer.result.code, answer.server_sasl_credentials) == (14, b"")
    assert site.bound_as is None
    assert site.code(plain("jdoe")) == 0


@pytest.mark.parametrize(("then", "code"), [
    (bind_request("jdoe", RIGHT), 0),
    (sasl("GSSAPI", b"x"), 7),
    (sasl(""), 7),
    (bind_request("", b""), 0),
])  # fmt: skip
def test_another_method_in_the_middle_begins_anew(then: BindRequest, code: int) -> None:
    """RFC 4513 5.2.1.2; an empty mechanism only ends what was begun."""
    site = Site()
    site.code(sasl("PLAIN"))
    assert site.code(then) == code


@pytest.mark.parametrize(
    "mechanism", ["CRAM-MD5", "DIGEST-MD5", "GSSAPI", "GSS-SPNEGO", "SCRAM-SHA-256", "LOGIN", "", "x"]
)
def test_any_other_mechanism_is_not_supported(mechanism: str) -> None:
    people = People(person())
    client = Client(services(people))
    client.bind()
    assert client.result(sasl(mechanism, b"\0jdoe\0secret")).code == 7
    assert client.session.identity is None  # a bind that failed, RFC 4513 4
    assert len(people.asked) == 1


def test_plain_in_clear_text_is_refused_where_a_simple_bind_is() -> None:
    people = People(person())
    assert Client(services(people, clear_text=())).result(plain("jdoe", b"secret")).code == 13
    assert not people.asked
    assert Client(services(people, clear_text=()), peer="127.0.0.1").result(plain("jdoe", b"secret")).code == 0
    assert Client(services(people, clear_text=()), tls=True).result(plain("jdoe", b"secret")).code == 0


def test_an_outage_is_unavailable() -> None:
    """R6."""
    people = People(person())
    people.answer = Unavailable("old")
    assert Client(services(people)).result(plain("jdoe")).code == 52


def test_the_policy_control_comes_with_plain_too() -> None:
    client = Client(services(People(person())))
    answer = client.ask(plain("jdoe", b"secret"), Control(PASSWORD_POLICY))[0]
    assert [control.type for control in answer.controls] == [PASSWORD_POLICY]


def test_the_root_dse_lists_plain_only_where_a_password_may_be_sent() -> None:
    def listed(**settings: Any) -> list[bytes] | None:
        tls = settings.pop("tls", False)
        client = Client(services(People(), clear_text=settings.pop("clear_text", ()), **settings), tls=tls)
        (entry,) = client.search("", None, "supportedSASLMechanisms", scope=0)
        return values(entry).get("supportedSASLMechanisms")

    assert listed() is None
    assert listed(tls=True) == [b"PLAIN"]
    assert listed(clear_text=EVERYWHERE) == [b"PLAIN"]
    assert listed(clear_text=EVERYWHERE, starttls="required") is None


def test_after_plain_the_connection_reads_and_a_failed_one_makes_it_anonymous() -> None:
    client = Client(services(People(person())))
    client.result(plain("jdoe", b"secret"))
    assert client.result(search_request("dc=example,dc=com")).code == 0
    client.result(plain("jdoe", b"guess"))
    assert client.result(search_request("dc=example,dc=com")).code == 50


class Shown:
    """The part of pyOpenSSL's certificate that is used here."""

    def __init__(self, name: str) -> None:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        key, at = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        builder = x509.CertificateBuilder(subject, subject, key.public_key(), 7, at, at + timedelta(days=1))
        self._made = builder.sign(key, hashes.SHA256())

    def to_cryptography(self) -> x509.Certificate:
        return self._made


class CertificateSite(Site):
    """The same behind TLS that has verified a certificate of this common name, or none."""

    def __init__(self, name: str | None, **settings: Any) -> None:
        super().__init__(naming=Naming("subject-cn", {}), **settings)
        self.services = replace(self.services, usher=self.rig.certificates)
        self.client = Client(self.services, clock=self.rig.clock, tls=True)
        shown = None if name is None else Shown(name)
        self.client.transport.getPeerCertificate = lambda: shown  # type: ignore[attr-defined]  # as ISSLTransport has it

    def listed(self) -> list[bytes]:
        (entry,) = self.client.search("", None, "supportedSASLMechanisms", scope=0)
        return values(entry)["supportedSASLMechanisms"]


@pytest.mark.parametrize("credentials", [
    None, b"", b"u:jdoe", b"dn:" + JDOE.encode(), b"u:CORP\\jdoe", b"u:john.doe@corp.example", b"jdoe",
])  # fmt: skip
def test_external_lets_the_owner_of_the_certificate_in(credentials: bytes | None) -> None:
    """RFC 4422 appendix A, RFC 4513 5.2.3."""
    site = CertificateSite("jdoe")
    assert site.code(sasl("EXTERNAL", credentials)) == 0
    assert site.bound_as == "jdoe"
    assert site.rig.trail.events() == [("bind", "accepted")]


@pytest.mark.parametrize(("credentials", "code"), [
    (b"u:other", 49), (b"dn:uid=other,ou=people,o=corp", 49), (b"dn:nonsense=", 49), (b"dn:=x", 2), (b"\xff", 2),
    (b"u:jdoe\0", 2),
])  # fmt: skip
def test_external_lets_nobody_act_as_somebody_else(credentials: bytes, code: int) -> None:
    site = CertificateSite("jdoe")
    site.rig.source.add("other", RIGHT)
    assert site.code(sasl("EXTERNAL", credentials)) == code
    assert site.bound_as is None


def test_a_certificate_of_nobody_is_refused_like_a_wrong_password() -> None:
    site = CertificateSite("nobody")
    refused = site.client.result(sasl("EXTERNAL", b""))
    assert refused == site.client.result(plain("jdoe", WRONG))
    assert site.rig.trail[0].detail == "nobody has this name; certificate of 'CN=nobody'"


def test_an_outage_is_unavailable_for_certificates_too() -> None:
    """R6."""
    site = CertificateSite("jdoe")
    site.rig.source.fail_with()
    assert site.code(sasl("EXTERNAL", b"")) == 52


def test_external_is_there_only_where_a_certificate_was_verified() -> None:
    """RFC 4513 5.2.3; without one it is a mechanism that does not exist, as slapd has it."""
    with_one, without = CertificateSite("jdoe"), CertificateSite(None)
    assert (with_one.listed(), without.listed()) == ([b"EXTERNAL", b"PLAIN"], [b"PLAIN"])
    assert without.code(sasl("EXTERNAL", b"")) == 7
    in_clear = Client(without.services)
    assert in_clear.result(sasl("EXTERNAL", b"")).code == 7
    unasked = Client(replace(without.services, naming=None), tls=True)
    assert unasked.result(sasl("EXTERNAL", b"")).code == 7
    assert without.rig.trail.events() == []


def test_a_failed_external_makes_the_connection_anonymous() -> None:
    """RFC 4513 4."""
    site = CertificateSite("nobody")
    assert site.code(plain("jdoe")) == 0
    assert site.code(sasl("EXTERNAL", b"")) == 49
    assert site.bound_as is None
