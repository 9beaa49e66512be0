"""What vCenter, Atlassian's products and Jenkins send, each seen through its recipe, however far the move is."""

from __future__ import annotations

import pytest
from conversation import search_request, values
from core_rig import RIGHT, WRONG
from office import EVERYBODY, GROUPS, IN, PEOPLE, STAGES, TOP, Office, dn, find, group_dn, names, pages, shown
from paging import Page, page

from gateway.wire.filter import parse_filter
from gateway.wire.messages import UnbindRequest

staged = pytest.mark.parametrize("stage", STAGES)
NAMES_OF_VCENTER = "(|(uid=*{0}*)(sn=*{0}*)(givenName=*{0}*)(displayName=*{0}*)(description=*{0}*))"
ATTRIBUTES_OF_VCENTER = ("uid", "description", "givenName", "sn", "mail", "userAccountControl", "pwdAccountLockedTime")


@staged
def test_vcenter_finds_people_and_binds_as_them_by_the_dn_that_it_found(stage: str) -> None:
    office = Office("vcenter", stage)
    client = office.service()
    (found,) = find(client, PEOPLE, "(&(objectClass=inetOrgPerson)(uid=Anna))", *ATTRIBUTES_OF_VCENTER, "entryUUID")
    assert found.name == dn("anna")
    assert values(found).keys() == {"uid", "givenName", "sn", "mail", "entryUUID"}
    assert values(found)["uid"] == [b"anna"]
    assert office.connect().bind(found.name, RIGHT).code == 0
    assert office.connect().bind(found.name, WRONG).code == 49
    (by_id,) = find(
        client, PEOPLE, f"(&(objectClass=inetOrgPerson)(entryUUID={values(found)['entryUUID'][0].decode()}))"
    )
    assert by_id.name == found.name
    some = pages(client, 1000, PEOPLE, f"(&(objectClass=inetOrgPerson){NAMES_OF_VCENTER.format('ll')})")
    assert names(some) == sorted(EVERYBODY)


@staged
def test_vcenter_sees_every_group_of_dns_as_a_group_of_unique_names(stage: str) -> None:
    """Also those in which nobody is a direct member; up from group to group by one search each."""
    client = Office("vcenter", stage).service()
    sought = "(&(objectClass=groupOfUniqueNames)(|(cn=*min*)(description=*min*)(entryUUID=*min*)))"
    (admins,) = pages(client, 1000, GROUPS, sought, "cn", "description", "entryUUID")
    assert values(admins).keys() == {"cn", "entryUUID"}
    direct = find(client, GROUPS, f"(&(objectClass=groupOfUniqueNames)(uniqueMember={dn('anna')}))", "cn", "entryUUID")
    assert names(direct) == ["admins", "editors"]
    above = find(client, GROUPS, f"(&(objectClass=groupOfUniqueNames)(uniqueMember={group_dn('admins')}))", "cn")
    assert names(above) == ["nested"]
    (whole,) = find(client, GROUPS, "(&(objectClass=groupOfUniqueNames)(cn=admins))", "uniqueMember")
    assert values(whole) == {"uniqueMember": [dn(name).encode() for name in IN]}


def test_vcenter_must_name_its_account_in_full_and_may_do_so_in_three_ways() -> None:
    """A DN, DOMAIN and name, or a UPN; a bare name works here, too."""
    office = Office("vcenter")
    office.move("anna")
    for name in (dn("anna"), "CORP\\anna", "anna@corp.example", "anna"):
        assert office.connect().bind(name, RIGHT).code == 0
    assert office.connect().bind("OTHER\\anna", RIGHT).code == 49


USERS = "(objectclass=inetorgperson)"
ATTRIBUTES_OF_CROWD = ("mail", "displayName", "givenName", "sn", "uid", "entryUUID", "objectClass", "cn")


def test_a_whole_synchronisation_of_crowd_is_the_same_before_amid_and_after_the_move() -> None:
    """R17: each person once, in pages of 1000, and DNs that are equal byte for byte: people, and members of groups."""

    def synchronised(stage: str) -> dict[str, dict[str, list[bytes]]]:
        client = Office("atlassian", stage).service()
        people = pages(client, 1000, PEOPLE, USERS, *ATTRIBUTES_OF_CROWD)
        groups = pages(client, 1000, GROUPS, "(objectclass=groupOfNames)", "cn", "description", "member", "objectClass")
        assert len({entry.name for entry in people}) == len(people) == len(EVERYBODY)
        return shown([*people, *groups])

    first, *later = map(synchronised, STAGES)
    assert set(first[group_dn("admins")]["member"]) <= {name.encode() for name in first}, "naive DN matching"
    assert first[group_dn("nested")]["member"] == [group_dn("admins").encode()]
    assert later == [first] * 3


def test_people_who_move_between_two_pages_of_crowd_come_once() -> None:
    """R17, with pages so small that there is a next one."""
    office = Office("atlassian")
    client = office.service()
    request = search_request(PEOPLE, parse_filter(USERS), "uid")
    one = Page(client.ask(request, page(2)))
    for name in EVERYBODY:
        office.move(name)
    two = Page(client.ask(request, page(2, one.next)))
    assert sorted(one.names + two.names) == sorted(EVERYBODY)


@staged
def test_a_login_at_jira_is_a_search_and_a_bind_of_another_pooled_connection(stage: str) -> None:
    """JNDI pools by name and password: each person's connection rests there, bound, until it is idle."""
    office = Office("atlassian", stage)
    (found,) = find(office.service(), PEOPLE, f"(&{USERS}(uid=anna))", *ATTRIBUTES_OF_CROWD)
    pooled = [office.connect(found.name, RIGHT) for _ in range(10)]
    office.rig.clock.advance(office.services.limits.idle - 1)
    assert names(find(pooled[0], found.name, "(objectClass=*)", "uid", scope=0)) == ["anna"]
    office.rig.clock.advance(2)
    assert [client.transport.closing for client in pooled] == [False] + [True] * 9


@staged
def test_jenkins_finds_groups_by_a_filter_with_blanks_and_members_by_each_strategy(stage: str) -> None:
    office = Office("jenkins", stage)
    client = office.service()
    (anna,) = find(client, PEOPLE, "uid=anna", "*", "+")
    classes = "(| (objectclass=groupOfNames) (objectclass=groupOfUniqueNames) (objectclass=posixGroup))"
    for cn in ("admins", "editors", "operators"):
        (found,) = find(client, GROUPS, f"(& (cn={cn}) {classes})")
        (held,) = find(client, found.name, "(objectClass=*)", "member", "uniqueMember", "memberUid", scope=0)
        members = [
            value.decode().partition(",")[0].removeprefix("uid=") for _, all_ in held.attributes for value in all_
        ]
        assert members == list(IN)
    by_search = find(client, GROUPS, f"(| (member={anna.name}) (uniqueMember={anna.name}) (memberUid=anna))", "cn")
    assert names(by_search) == ["admins", "editors", "operators"]
    assert sorted(values(anna)["memberOf"]) == [group_dn(cn).encode() for cn in ("admins", "editors", "operators")]
    (by_record,) = find(client, TOP, "(uid=carl)", "memberOf")
    assert values(by_record) == {}
    user = office.connect(anna.name, RIGHT)
    user.send(UnbindRequest())
    assert user.transport.closing
