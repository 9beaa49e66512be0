"""What applications send that believe to talk to Active Directory, before people who come from elsewhere: the persona,
however far the move is.
"""

from __future__ import annotations

import pytest
from conversation import search_request, values
from core_rig import RIGHT, WRONG
from office import EVERYBODY, GROUPS, PEOPLE, SERVICE, SERVICE_PASSWORD, STAGES, TOP, Office, dn, find, group_dn, names

from gateway.identity.model import AccountState
from gateway.wire.controls import EXTENDED_DN, IN_CHAIN
from gateway.wire.filter import parse_filter
from gateway.wire.messages import Control, SearchResultEntry

staged = pytest.mark.parametrize("stage", STAGES)
INTRANET = {
    "name": "intranet",
    "networks": "192.0.2.0/24",
    "bases": TOP,
    "persona": {"flavour": "active-directory", "domain": {"dns": "corp.example", "netbios": "CORP", "base": TOP}},
}
EVERYBODY_ELSE = {"name": "everybody", "bases": TOP}


def intranet(stage: str = "nobody") -> Office:
    return Office(stage=stage, applications=[INTRANET, EVERYBODY_ELSE])


@staged
def test_an_active_directory_is_detected_in_every_way(stage: str) -> None:
    """By a capability; or by attributes of the root DSE that only a global catalog has, and by a missing vendor."""
    client = intranet(stage).connect()
    asked = ("vendorname", "vendorversion", "isGlobalCatalogReady", "forestFunctionality", "supportedCapabilities")
    (root,) = client.search("", parse_filter("(objectClass=*)"), *asked, scope=0)
    told = values(root)
    assert b"1.2.840.113556.1.4.800" in told["supportedCapabilities"]
    assert told["isGlobalCatalogReady"] == [b"TRUE"]
    assert told.keys() == {"isGlobalCatalogReady", "forestFunctionality", "supportedCapabilities"}
    others = intranet(stage).connect(peer="198.51.100.1").search("", None, *asked, scope=0)
    assert values(others[0]).keys() == {"vendorName"}


AUTHELIA = (
    "(&(|(sAMAccountName={0})(mail={0}))(sAMAccountType=805306368)(!(userAccountControl:1.2.840.113556.1.4.803:=2))"
    "(!(pwdLastSet=0))(|(!(accountExpires=*))(accountExpires=0)(accountExpires>=134000000000000000)))"
)


@staged
def test_authelias_filter_for_active_directory_selects_whoever_may_sign_in(stage: str) -> None:
    office = intranet(stage)
    client = office.connect(SERVICE, SERVICE_PASSWORD)
    for typed in ("anna", "ANNA", "anna@corp.example"):
        assert names(find(client, TOP, AUTHELIA.format(typed), "sAMAccountName", "displayName", "mail")) == ["anna"]
    assert find(client, TOP, AUTHELIA.format("nobody"), "sAMAccountName") == []


@pytest.mark.parametrize("has_moved", [False, True])
@pytest.mark.parametrize(
    "state", [AccountState(disabled=True), AccountState(must_change=True)], ids=["disabled", "must change"]
)
def test_authelias_filter_leaves_out_whoever_may_not(state: AccountState, has_moved: bool) -> None:
    office = intranet("everybody" if has_moved else "nobody")
    office.change("berta", state)
    client = office.connect(SERVICE, SERVICE_PASSWORD)
    assert find(client, TOP, AUTHELIA.format("berta"), "sAMAccountName") == []
    assert names(find(client, TOP, AUTHELIA.format("anna"), "sAMAccountName")) == ["anna"]


@staged
def test_librenms_asks_for_members_in_a_chain_who_are_not_disabled(stage: str) -> None:
    """The same rule is what Open Liberty, Traefik, nginx and OpenNebula need switches for where it is missing."""
    client = intranet(stage).connect(SERVICE, SERVICE_PASSWORD)
    enabled = "(!(userAccountControl:1.2.840.113556.1.4.803:=2))"
    asked = f"(&(memberOf:{IN_CHAIN}:={group_dn('nested')}){enabled})"
    assert [name for name in names(find(client, TOP, asked, "samaccountname")) if name != "admins"] == ["anna", "berta"]
    both = f"(&(objectCategory=person)(objectClass=user)(sAMAccountName=anna){asked})"
    assert names(find(client, PEOPLE, both, "dn")) == ["anna"]
    assert names(find(client, GROUPS, f"(member:{IN_CHAIN}:={dn('anna')})", "cn")) == ["admins", "editors", "nested"]


@staged
def test_powershell_sends_extended_dn_as_a_critical_control(stage: str) -> None:
    """And gets names with GUID and SID, at which a search may begin."""
    client = intranet(stage).connect(SERVICE, SERVICE_PASSWORD)
    request = search_request(TOP, parse_filter("(sAMAccountName=anna)"), "cn")
    answers = client.ask(request, Control(EXTENDED_DN, critical=True, value=bytes.fromhex("3003020101")))
    entry = answers[0].operation
    assert isinstance(entry, SearchResultEntry)
    guid, sid, name = entry.name.split(";")
    assert (guid[:6], sid[:7], name) == ("<GUID=", "<SID=S-", dn("anna"))
    (same,) = client.search(guid, None, "cn", scope=0)
    assert same.name == dn("anna")


@staged
def test_vcenter_binds_by_upn_and_by_domain_and_learns_nothing_else_of_a_refusal(stage: str) -> None:
    office = intranet(stage)
    for name in ("anna@corp.example", "CORP\\anna", dn("anna")):
        assert office.connect().bind(name, RIGHT).code == 0
        assert "data 52e" in office.connect().bind(name, WRONG).diagnostic
    assert "data 52e" in office.connect().bind("nobody@corp.example", RIGHT).diagnostic
    found = find(
        office.connect(SERVICE, SERVICE_PASSWORD), TOP, "(&(objectClass=user)(userPrincipalName=anna@corp.example))"
    )
    assert names(found) == ["anna"]
    assert len(find(office.connect(SERVICE, SERVICE_PASSWORD), PEOPLE, "(sAMAccountType=805306368)", "1.1")) == len(
        EVERYBODY
    )
