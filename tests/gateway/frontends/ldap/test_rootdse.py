from __future__ import annotations

from conversation import Client, People, services, values

from gateway.frontends.ldap import controls
from gateway.wire.controls import CANCEL, PASSWORD_MODIFY, START_TLS, WHO_AM_I
from gateway.wire.credentials import VERIFY_CREDENTIALS
from gateway.wire.filter import Equal, parse_filter


def root(client: Client, *attributes: str, wanted: str = "(objectClass=*)") -> dict[str, list[bytes]]:
    return values(client.search("", parse_filter(wanted), *attributes, scope=0)[0])


def test_everybody_may_read_it_and_the_filter_counts() -> None:
    client = Client(services(People()))
    assert root(client, wanted="(OBJECTCLASS=Top)") == {"objectClass": [b"top"]}
    assert client.search("", Equal("objectClass", b"person"), scope=0) == []


def test_what_it_says() -> None:
    shown = root(Client(services(People(), vendor_version="1.2")), "+")
    assert shown["supportedLDAPVersion"] == [b"3"]
    assert shown["namingContexts"] == [b"dc=example,dc=com"]
    shown_extensions = [WHO_AM_I, PASSWORD_MODIFY, CANCEL, VERIFY_CREDENTIALS]
    assert shown["supportedExtension"] == [name.encode() for name in shown_extensions]
    assert shown["supportedControl"] == [name.encode() for name in controls.SUPPORTED]
    assert shown["supportedFeatures"] == [
        *(b"1.3.6.1.4.1.4203.1.5.%d" % number for number in (1, 2, 3)),
        b"1.3.6.1.1.14",
    ]
    assert shown["subschemaSubentry"] == [b"cn=Subschema"]
    assert (shown["vendorName"], shown["vendorVersion"]) == ([b"Bindferry"], [b"1.2"])
    assert shown["supportedSASLMechanisms"] == [b"PLAIN"]


def test_named_attributes_are_shown_as_sssd_and_authelia_ask_for_them() -> None:
    shown = root(Client(services(People())), "*", "altServer", "namingContexts", "supportedLDAPVersion")
    assert set(shown) == {"objectClass", "namingContexts", "supportedLDAPVersion"}


def test_version_2_is_listed_only_where_it_is_spoken() -> None:
    assert root(Client(services(People(), ldapv2=True)), "+")["supportedLDAPVersion"] == [b"2", b"3"]


def test_starttls_is_listed_only_where_it_would_work() -> None:
    offered = services(People(), starttls="offered", tls=object())
    assert START_TLS.encode() in root(Client(offered), "supportedExtension")["supportedExtension"]
    assert START_TLS.encode() not in root(Client(offered, tls=True), "supportedExtension")["supportedExtension"]


def test_true_and_false_filters_work() -> None:
    """RFC 4526, as supportedFeatures claims."""
    client = Client(services(People()))
    assert root(client, wanted="(&)")
    assert client.search("", parse_filter("(|)"), scope=0) == []


def test_it_may_be_read_where_tls_is_required() -> None:
    assert root(Client(services(People(), starttls="required", tls=object())))
