"""`frontends.ldap.certificates`: the name in a client certificate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyasn1.codec.der.encoder import encode
from pyasn1.type.char import UTF8String
from pyasn1.type.univ import OctetString

from gateway.frontends.ldap.certificates import Naming

KEY = ec.generate_private_key(ec.SECP256R1())
UPN = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
DOMAIN = [(NameOID.DOMAIN_COMPONENT, "com"), (NameOID.DOMAIN_COMPONENT, "example")]


def certificate(subject: list[tuple[x509.ObjectIdentifier, str]], *names: x509.GeneralName) -> x509.Certificate:
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA")])
    owner = x509.Name([x509.NameAttribute(kind, value) for kind, value in subject])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(issuer, owner, KEY.public_key(), 7, now, now + timedelta(days=1))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(KEY, hashes.SHA256())


def upn(name: str) -> x509.OtherName:
    return x509.OtherName(UPN, encode(UTF8String(name)))


def named(kind: str, made: x509.Certificate) -> str | None:
    login = Naming(kind, {}).credential(made).login
    return None if login is None else login.key


PERSON = certificate(
    [*DOMAIN, (NameOID.USER_ID, "JDoe"), (NameOID.COMMON_NAME, "John Doe")],
    x509.RFC822Name("john.doe@example.com"),
    x509.DNSName("host.example.com"),
    upn("jdoe@Corp.Example"),
)


@pytest.mark.parametrize(("kind", "key"), [
    ("subject", "cn=john doe,uid=jdoe,dc=example,dc=com"),
    ("subject-cn", "john doe"),
    ("subject-uid", "jdoe"),
    ("email", "john.doe@example.com"),
    ("upn", "jdoe@corp.example"),
])  # fmt: skip
def test_each_kind_reads_its_own_name(kind: str, key: str) -> None:
    """R1."""
    assert named(kind, PERSON) == key


def test_a_subject_is_a_dn_in_the_order_of_the_tree_whatever_stands_in_its_values() -> None:
    made = certificate([*DOMAIN, (NameOID.COMMON_NAME, "Doe, John + \\Co")])
    login = Naming("subject", {}).credential(made).login
    assert login is not None
    assert login.rdn == ("cn", "doe, john + \\co")
    assert login.dn is not None
    assert login.dn.endswith(",dc=example,dc=com")
    assert named("subject", certificate([(NameOID.EMAIL_ADDRESS, "a@b.example")])) == "email=a@b.example"


@pytest.mark.parametrize("kind", ["subject-cn", "subject-uid", "email", "upn", "subject", "fingerprint"])
def test_a_certificate_without_such_a_name_names_nobody_and_says_why(kind: str) -> None:
    credential = Naming(kind, {}).credential(certificate([]))
    assert credential.login is None
    assert credential.detail == f"certificate of '': it holds no {kind}"


@pytest.mark.parametrize(("kind", "made"), [
    ("subject-cn", certificate([(NameOID.COMMON_NAME, "jdoe"), (NameOID.COMMON_NAME, "admin")])),
    ("email", certificate([], x509.RFC822Name("a@b.example"), x509.RFC822Name("c@b.example"))),
    ("upn", certificate([], upn("a@b.example"), upn("c@b.example"))),
])  # fmt: skip
def test_a_certificate_with_two_names_names_nobody(kind: str, made: x509.Certificate) -> None:
    """R4: which of them it is, is nobody's guess."""
    credential = Naming(kind, {}).credential(made)
    assert credential.login is None
    assert f"2 names of kind {kind}" in credential.detail


@pytest.mark.parametrize("value", ["uid=admin,dc=example,dc=com", "uid=admin"])
def test_what_looks_like_a_dn_is_no_login_name(value: str) -> None:
    """Who may choose a common name must not choose a DN."""
    assert named("subject-cn", certificate([(NameOID.COMMON_NAME, value)])) is None
    assert named("upn", certificate([], upn(f"{value}@x"))) is None


@pytest.mark.parametrize("value", [encode(OctetString(b"a@b")), encode(UTF8String("ab")), b"\x0c\x02\xff@"])
def test_a_broken_upn_names_nobody(value: bytes) -> None:
    assert named("upn", certificate([], x509.OtherName(UPN, value))) is None


def test_a_name_with_nul_in_it_is_none() -> None:
    credential = Naming("subject-cn", {}).credential(certificate([(NameOID.COMMON_NAME, "jdoe\0.evil.example")]))
    assert credential.login is None
    assert credential.detail.endswith("its subject-cn is no name")


def test_a_fingerprint_means_whom_the_table_names() -> None:
    digits = PERSON.fingerprint(hashes.SHA256()).hex()
    login = Naming("fingerprint", {digits: "uid=app,dc=example,dc=com"}).credential(PERSON).login
    assert login is not None
    assert login.dn == "uid=app,dc=example,dc=com"
    assert Naming("fingerprint", {"0" * 64: "app"}).credential(PERSON).login is None


def test_whose_certificate_it_is_is_told_in_bounds() -> None:
    made = certificate([(NameOID.ORGANIZATIONAL_UNIT_NAME, "x" * 60)] * 20)
    assert len(Naming("subject-cn", {}).credential(made).detail) < 400
