"""`personas.ad_domain`: what the domain says of itself."""

from __future__ import annotations

from gateway.frontends.ldap.personas.ad_domain import Domain
from gateway.frontends.ldap.personas.ad_values import sid_text
from gateway.identity.model import Attributes, Entry

DOMAIN = Domain("corp.example", "CORP", "gw")
OURS = Entry("", "", Attributes({"objectClass": [b"top"]}), Attributes({
    "namingContexts": [b"dc=corp,dc=example", b"o=old"], "vendorName": [b"Bindferry"], "supportedLDAPVersion": [b"3"],
}))  # fmt: skip


def test_the_context_is_made_of_the_name_or_configured() -> None:
    assert DOMAIN.context == "DC=corp,DC=example"
    assert Domain("corp.example", base="dc=other").schema == "CN=Schema,CN=Configuration,dc=other"


def test_the_domains_sid_is_the_same_for_ever_or_configured() -> None:
    assert DOMAIN.sid_text == Domain("CORP.example").sid_text == "S-1-5-21-2530683119-507600823-3062907093"
    assert Domain("other.example").sid_text != DOMAIN.sid_text
    assert sid_text(Domain("x", sid="S-1-5-21-1-2-3").sid_with(513)) == "S-1-5-21-1-2-3-513"


def test_the_root_dse_tells_an_active_directory_unasked() -> None:
    shown = DOMAIN.root_dse(OURS, 1795835827.0).attributes
    assert b"1.2.840.113556.1.4.800" in shown.get("supportedCapabilities")
    assert shown.get("defaultNamingContext") == shown.get("rootDomainNamingContext") == (b"DC=corp,DC=example",)
    assert shown.first("configurationNamingContext") == "CN=Configuration,DC=corp,DC=example"
    assert shown.first("schemaNamingContext") == "CN=Schema,CN=Configuration,DC=corp,DC=example"
    assert shown.first("ldapServiceName") == "corp.example:gw$@CORP.EXAMPLE"
    assert shown.first("dnsHostName") == "gw.corp.example"
    assert shown.first("currentTime") == "20261128031707.0Z"
    assert shown.get("supportedLDAPVersion") == (b"3",)


def test_every_naming_context_is_listed_once_and_no_other_vendor() -> None:
    shown = DOMAIN.root_dse(OURS, 0).attributes
    assert [value.lower() for value in shown.get("namingContexts")] == [b"dc=corp,dc=example", b"o=old"]
    assert "vendorName" not in shown
