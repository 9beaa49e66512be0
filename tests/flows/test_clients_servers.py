"""What Keycloak, Proxmox and FreeRADIUS send, each seen through its recipe, and what SSSD reads first: however far the
move is.
"""

from __future__ import annotations

import pytest
from conversation import bind_request, code_of, search_request, values
from core_rig import RIGHT, WRONG
from office import EVERYBODY, GROUPS, PEOPLE, SERVICE, STAGES, TOP, Office, dn, find, group_dn, names, pages, shown
from paging import Page, page

from gateway.wire.controls import PAGED_RESULTS, PASSWORD_POLICY, decode_policy_answer
from gateway.wire.filter import parse_filter
from gateway.wire.messages import Control

staged = pytest.mark.parametrize("stage", STAGES)
CLASSES = "(objectclass=inetOrgPerson)(objectclass=organizationalPerson)"


@staged
def test_keycloak_finds_by_name_by_id_and_by_what_has_changed_since(stage: str) -> None:
    office = Office("keycloak", stage)
    client = office.service()
    wanted = (
        "uid",
        "cn",
        "sn",
        "mail",
        "entryUUID",
        "createTimestamp",
        "modifyTimestamp",
        "objectclass",
        "pwdChangedTime",
    )
    (found,) = pages(client, 1, PEOPLE, f"(&(uid=Anna){CLASSES})", *wanted)
    known_by = values(found)["entryUUID"][0].decode()
    assert find(client, PEOPLE, f"(&(entryUUID={known_by}){CLASSES})", *wanted) == [found]
    since = "20210701000000.0Z"
    changed = f"(&(|(createTimestamp>={since})(modifyTimestamp>={since})){CLASSES})"
    assert names(pages(client, 1000, PEOPLE, changed, *wanted)) == ["carl", "dora"]
    groups = pages(
        client, 1000, GROUPS, f"(&(objectclass=groupOfNames)(member={found.name}))", "cn", "objectclass", "member"
    )
    assert names(groups) == ["admins"]
    assert office.connect().bind(found.name, RIGHT).code == 0
    assert office.connect().bind(found.name, WRONG).code == 49


def test_a_list_of_people_asks_the_old_store_once_and_not_once_for_each_of_them() -> None:
    """Keycloak's own federation does, and takes seconds for a hundred people."""
    office = Office("keycloak", "everybody")
    client = office.service()
    office.store.asked.clear()
    assert len(pages(client, 1000, PEOPLE, f"(&(uid=*){CLASSES})", "uid", "mail")) == len(EVERYBODY)
    assert office.store.asked == [f"search {PEOPLE.lower()}"]


@staged
def test_proxmox_reads_people_and_groups_in_pages_and_signs_in_by_the_attribute_dn(stage: str) -> None:
    office = Office("proxmox", stage)
    client = office.service()
    some = "(&(|(email=*)(mail=*)(givenName=*)(sn=*)(uid=*))(|(objectclass=inetOrgPerson)))"
    people = pages(client, 900, PEOPLE, f"(&(objectClass=inetOrgPerson){some})", "uid", "mail", "givenName", "memberOf")
    assert names(people) == sorted(EVERYBODY)
    assert sorted(shown(people)[dn("anna")]["memberOf"])[0] == group_dn("admins").encode()
    either = "(|(objectclass=groupOfNames)(objectclass=groupOfUniqueNames))"
    groups = pages(client, 100, GROUPS, either, "member", "uniqueMember", "cn")
    assert names(groups) == ["admins", "editors", "nested"]
    (found,) = find(client, PEOPLE, "uid=anna", "dn")
    assert (found.name, found.attributes) == (dn("anna"), ())
    assert office.connect().bind(found.name, RIGHT).code == 0


def test_proxmox_gives_a_search_up_between_two_pages() -> None:
    """Size 0 with the cookie: the search ends, its cookie with it, and the connection goes on."""
    client = Office("proxmox").service()
    request = search_request(PEOPLE, parse_filter("(uid=*)"), "uid")
    cookie = Page(client.ask(request, page(2))).next
    ended = Page(client.ask(request, page(0, cookie)))
    assert (ended.result.code, ended.names, ended.cookie) == (0, [], b"")
    assert Page(client.ask(request, page(2, cookie))).result.code == 53
    assert len(pages(client, 2, PEOPLE, "(uid=*)", "uid")) == len(EVERYBODY)


@staged
def test_freeradius_binds_and_gets_no_hash_whatever_it_asks_for(stage: str) -> None:
    """An NT hash is what MSCHAPv2 needs; there is none to be had, and asking for it is no error."""
    office = Office("freeradius", stage)
    client = office.service()
    kind = client.search(
        "", parse_filter("(objectclass=*)"), "vendorname", "vendorversion", "isGlobalCatalogReady", scope=0
    )
    assert [value for entry in kind for name, value in entry.attributes if name.lower() == "vendorname"] == [
        (b"Bindferry",)
    ]
    secrets = ("userPassword", "sambaNTPassword", "ntPassword", "unicodePwd")
    (found,) = find(client, PEOPLE, "(uid=anna)", *secrets, "radiusControlAttribute", "memberOf")
    assert values(found).keys() == {"memberOf"}
    for secret in secrets:
        assert find(client, PEOPLE, f"(&(uid=anna)({secret}=*))", "1.1") == []
    assert client.bind(found.name, RIGHT).code == 0
    assert client.bind(found.name, WRONG).code == 49
    assert client.bind(SERVICE, b"application-password").code == 0
    member = f"(|(member={found.name})(memberUid=anna))"
    groups = find(client, GROUPS, f"(&(|(objectClass=groupOfNames)(objectClass=posixGroup)){member})", "cn")
    assert names(groups) == ["admins", "operators"]
    (one,) = find(client, group_dn("operators"), f"(&(cn=operators){member})", "cn", scope=0)
    assert one.name == group_dn("operators")


ROOT = (
    "*", "altServer", "namingContexts", "supportedControl", "supportedExtension", "supportedFeatures",
    "supportedLDAPVersion", "supportedSASLMechanisms", "domainControllerFunctionality", "domainFunctionality",
    "defaultNamingContext", "lastUSN", "highestCommittedUSN",
)  # fmt: skip


@staged
def test_sssd_reads_the_root_dse_by_names_and_what_there_is_not_is_not_there(stage: str) -> None:
    """And binds with the password policy control, and pages because it is told that it may."""
    office = Office("freeradius", stage)
    client = office.connect()
    (root,) = client.search("", parse_filter("(objectclass=*)"), *ROOT, scope=0)
    told = values(root)
    assert told.keys() == {
        "objectClass", "namingContexts", "supportedControl", "supportedExtension", "supportedFeatures",
        "supportedLDAPVersion", "supportedSASLMechanisms",
    }  # fmt: skip
    assert TOP.encode() in told["namingContexts"]
    assert {PAGED_RESULTS.encode(), PASSWORD_POLICY.encode()} <= set(told["supportedControl"])
    answer = client.ask(bind_request(dn("anna"), RIGHT), Control(PASSWORD_POLICY))[0]
    assert code_of(answer) == 0
    assert [decode_policy_answer(control.value).error for control in answer.controls] == [None]
