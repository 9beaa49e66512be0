"""What web applications send to look people up, sign them in and read their groups: each seen through its recipe,
however far the move is. Those in PHP are in `test_clients_php.py`; Keycloak, Proxmox and FreeRADIUS in
`test_clients_servers.py`.
"""

from __future__ import annotations

import pytest
from conversation import Client, code_of, result_of, search_request, values
from core_rig import RIGHT, WRONG
from office import EVERYBODY, GROUPS, IN, PEOPLE, SERVICE, STAGES, TOP, Office, dn, find, group_dn, names, pages, shown
from paging import Page, page

from gateway.wire.controls import PAGED_RESULTS, PASSWORD_MODIFY, PasswordModifyRequest, encode_password_modify
from gateway.wire.filter import parse_filter
from gateway.wire.messages import ExtendedRequest, SearchResultEntry

staged = pytest.mark.parametrize("stage", STAGES)


def root_dse(client: Client, *attributes: str) -> dict[str, list[bytes]]:
    (entry,) = find(client, "", "(objectClass=*)", *attributes, scope=0, size_limit=1)
    return values(entry)


@staged
def test_gitlab_and_zammad_bind_as_whom_they_found_by_a_page_of_one(stage: str) -> None:
    """Ruby's net-ldap: it asks the root DSE for paging first, and then for one entry with a size limit of one."""
    office = Office("gitlab", stage)
    client = office.service()
    assert PAGED_RESULTS.encode() in root_dse(client, "supportedControl")["supportedControl"]
    request = search_request(PEOPLE, parse_filter("(&(uid=Anna)(objectClass=inetOrgPerson))"), size_limit=1)
    answers = client.ask(request, page(1, critical=False))
    one = Page(answers)
    assert (one.names, one.result.code) == (["anna"], 0)
    assert client.bind(dn("anna"), RIGHT).code == 0
    assert client.bind(SERVICE, b"application-password").code == 0
    assert client.bind(dn("anna"), WRONG).code == 49


@staged
def test_zammad_tries_filters_one_after_the_other_until_one_selects_somebody(stage: str) -> None:
    """The first ones are about Active Directory; they must not be errors."""
    client = Office("gitlab", stage).service()
    found = [
        len(pages(client, 126, PEOPLE, text))
        for text in (
            "(&(objectClass=user)(samaccountname=*)(!(samaccountname=*$)))",
            "(objectClass=user)",
            "(objectClass=posixaccount)",
        )
    ]
    assert found == [0, 0, len(EVERYBODY)]


@staged
def test_grafana_finds_the_groups_of_groups_of_a_dn(stage: str) -> None:
    office = Office("grafana", stage)
    client = office.service()
    (found,) = find(client, PEOPLE, "(|(uid=anna))", "uid", "sn", "mail", "givenName", "dn")
    chain = f"(member:1.2.840.113556.1.4.1941:={found.name})"
    assert names(find(client, GROUPS, chain, "dn")) == ["admins", "nested"]
    assert client.bind(found.name, RIGHT).code == 0
    assert names(find(office.service(), GROUPS, chain.replace("uid=anna", "uid=carl"), "dn")) == []


def test_a_bind_with_a_name_and_no_password_gives_grafana_no_way_in() -> None:
    """R5: that is what it sends where no password is configured."""
    assert Office("grafana").connect().bind(SERVICE, b"").code == 53


@staged
def test_authelia_reads_the_root_dse_before_it_binds(stage: str) -> None:
    office = Office("authelia", stage)
    client = office.connect()
    wanted = ("supportedLDAPVersion", "supportedExtension", "supportedControl", "vendorName", "vendorVersion")
    seen = root_dse(client, *wanted, "supportedFeatures", "supportedSASLMechanisms", "objectClass")
    assert seen["supportedLDAPVersion"] == [b"3"]
    assert seen["vendorName"] == [b"Bindferry"]
    assert PASSWORD_MODIFY.encode() in seen["supportedExtension"]
    assert client.bind(SERVICE, b"application-password").code == 0
    either = "(&(|(uid={0})(mail={0}))(objectClass=person))"
    for typed in ("anna", "anna@corp.example"):
        (found,) = find(client, PEOPLE, either.format(typed), "uid", "mail", "displayName", "memberOf", size_limit=2)
    held = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))"
    groups = find(client, GROUPS, f"(&(|(member={found.name})(uniqueMember={found.name})){held})", "cn", "memberOf")
    assert names(groups) == ["admins", "editors"]
    assert office.connect().bind(found.name, RIGHT).code == 0


@staged
def test_jellyfin_finds_members_signs_in_anew_and_asks_as_the_user_who_is_an_administrator(stage: str) -> None:
    """A filter about memberOf in capitals, too; and a base search of the own entry, which everybody may read."""
    office = Office("jellyfin", stage)
    client = office.service()
    either = f"(|(memberOf={group_dn('admins')})(memberOf={group_dn('EDITORS').upper()}))"
    members = find(client, PEOPLE, either, "uid", "cn", "mail", "displayName")
    assert names(members) == list(IN)
    for name, is_administrator in (("anna", True), ("carl", False)):
        user = office.connect(dn(name), RIGHT)
        asked = find(user, dn(name), f"(memberOf={group_dn('admins')})", "uid", scope=0)
        assert bool(asked) is is_administrator
    user = office.connect(dn("anna"), RIGHT)
    new = encode_password_modify(PasswordModifyRequest(dn("anna"), RIGHT, b"another-canary-91"))
    assert user.result(ExtendedRequest(PASSWORD_MODIFY, new)).code == 0
    assert office.connect().bind(dn("anna"), b"another-canary-91").code == 0


@staged
def test_a_group_that_there_is_not_selects_nobody_and_ends(stage: str) -> None:
    """Whatever stands for it: a DN of the tree, one of elsewhere, what is no DN."""
    office = Office("jellyfin", stage)
    client = office.service()
    for group in (group_dn("gone"), "cn=admins,dc=elsewhere", "admins", ""):
        assert find(client, PEOPLE, f"(&(uid=*)(memberOf={group}))", "uid") == []
    assert find(client, PEOPLE, f"(!(memberOf={group_dn('gone')}))", "1.1") != []


@staged
def test_wekan_asks_for_a_class_that_nobody_has_and_gets_none_without_an_error(stage: str) -> None:
    client = Office("gitlab", stage).service()
    assert find(client, TOP, f"(&(objectclass=group)(member={dn('anna')}))", "cn") == []
    assert names(find(client, TOP, f"(&(objectclass=groupOfNames)(member={dn('anna')}))", "cn")) == ["admins"]


@staged
def test_a_plain_search_for_everything_answers(stage: str) -> None:
    """What crashed another gateway: (objectclass=*) at the top, and nothing else."""
    client = Office("nextcloud", stage).service()
    found = client.search(TOP, parse_filter("(objectclass=*)"))
    assert {group_dn("admins"), *map(dn, EVERYBODY)} <= shown(found).keys()


def test_the_lounge_and_whoever_believes_in_any_success_is_told_no() -> None:
    """R5: applications that pass an empty password on, with every form of a name, before and after the move."""
    office = Office("gitlab")
    for _ in range(2):
        for name in (dn("anna"), "anna", "anna@corp.example", "CORP\\anna", "uid=nobody,dc=x", "nobody"):
            assert office.connect().bind(name, b"").code == 53
        office.move("anna")


def test_a_directory_larger_than_an_answer_may_be_is_told_so_and_never_cut_short_in_silence() -> None:
    """With success at its end, an application would take the first hundred for all that there are."""
    office = Office(applications=[{"name": "small", "bind_dn": SERVICE, "bases": "all", "size": 3}])
    answers = office.service().ask(search_request(PEOPLE, parse_filter("(uid=*)"), "uid"))
    assert [type(answer.operation) for answer in answers[:-1]] == [SearchResultEntry] * 3
    assert (code_of(answers[-1]), result_of(answers[-1]).diagnostic) == (4, "more entries match than may be sent")
