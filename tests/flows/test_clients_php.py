"""What web applications in PHP send, by libldap: Nextcloud, ownCloud and BookStack, each seen through its recipe,
however far the move is.
"""

from __future__ import annotations

import pytest
from conversation import code_of, search_request, values
from core_rig import RIGHT
from office import EVERYBODY, GROUPS, IN, PEOPLE, SERVICE, STAGES, TOP, Office, dn, find, group_dn, names, pages
from paging import Page, page

from gateway.wire.controls import PAGED_RESULTS, PASSWORD_MODIFY, PasswordModifyRequest, encode_password_modify
from gateway.wire.filter import parse_filter
from gateway.wire.messages import ExtendedRequest, SearchResultEntry

staged = pytest.mark.parametrize("stage", STAGES)


@staged
def test_nextclouds_wizard_asks_for_classes_that_there_are_not_and_for_the_attribute_dn(stage: str) -> None:
    """An object class that nobody has selects nobody, and is no error."""
    client = Office("nextcloud", stage).service()
    tried = client.ask(search_request(TOP, parse_filter("(objectClass=*)"), "dn", size_limit=1))
    entry = tried[0].operation
    assert isinstance(entry, SearchResultEntry)
    assert (entry.attributes, [code_of(answer) for answer in tried[1:]]) == ((), [4])
    kinds = ("posixGroup", "group", "zimbraDistributionList", "groupOfNames", "groupOfUniqueNames")
    classes = "".join(f"(objectclass={kind})" for kind in kinds)
    groups = pages(client, 400, GROUPS, f"(&(|{classes})(cn=*))", "cn", "dn")
    assert {entry.name: set(values(entry)) for entry in groups} == {
        group_dn(cn): {"cn"} for cn in ("admins", "editors", "nested", "operators")
    }
    counted = pages(client, 500, PEOPLE, "(&(|(objectclass=inetOrgPerson))(displayname=*))", "dn")
    assert len(counted) == len(EVERYBODY)
    assert find(client, PEOPLE, "(&(|(objectclass=user))(mailPrimaryAddress=*))", "dn") == []


@staged
def test_nextclouds_filters_for_accounts_and_for_logins_select_members_and_nobody_else(stage: str) -> None:
    client = Office("nextcloud", stage).service()
    accounts = f"(&(objectClass=inetOrgPerson)(memberOf={group_dn('admins')}))"
    assert names(pages(client, 500, PEOPLE, accounts, "entryUUID", "uid", "displayname", "dn")) == list(IN)
    for typed, whom in (("anna", ["anna"]), ("anna@corp.example", ["anna"]), ("carl", [])):
        login = f"{accounts[:-1]}(|(uid={typed})(mail={typed})))"
        assert names(pages(client, 500, PEOPLE, login, "entryUUID", "memberOf", "jpegphoto")) == whom


def test_php_asks_once_more_after_the_last_page_and_looks_for_the_control_in_every_answer() -> None:
    office = Office("nextcloud")
    client = office.service()
    request = search_request(PEOPLE, parse_filter("(objectclass=inetOrgPerson)"), "uid")
    answers = [client.ask(request, page(3))]
    answers.append(client.ask(request, page(3, Page(answers[0]).next)))
    last = Page(answers[1])
    assert (last.result.code, last.cookie) == (0, b"")
    answers.append(client.ask(request, page(3, b"")))
    answers.append(client.ask(request, page(0, Page(answers[2]).next)))
    for answer in answers:
        assert [control.type for control in answer[-1].controls] == [PAGED_RESULTS]
    assert sorted(Page(answers[0]).names + last.names) == sorted(EVERYBODY)


def test_owncloud_repeats_a_bind_every_five_minutes_and_learns_of_a_change_at_once() -> None:
    """R9, R19: what is remembered of a password ends with it, however often it is used."""
    office = Office("nextcloud")
    office.move("anna")
    work = office.rig.hasher.work
    for _ in range(12):
        office.rig.clock.advance(250)
        assert office.connect().bind(dn("anna"), RIGHT).code == 0
    assert office.rig.hasher.work - work <= 12, "one hash for each time that a proof lasts"
    owner = office.connect(dn("anna"), RIGHT)
    new = PasswordModifyRequest(None, RIGHT, b"another-canary-91")
    assert owner.result(ExtendedRequest(PASSWORD_MODIFY, encode_password_modify(new))).code == 0
    assert office.connect().bind(dn("anna"), RIGHT).code == 49


@staged
def test_bookstack_binds_as_the_user_and_as_itself_again_on_one_connection(stage: str) -> None:
    """And reads memberOf of groups, one after the other, to find those above."""
    office = Office("bookstack", stage)
    client = office.service()
    wanted = ("cn", "dn", "entryUUID", "mail", "displayName", "jpegPhoto")
    (found,) = find(client, PEOPLE, "(&(objectClass=inetOrgPerson)(uid=anna))", *wanted)
    assert values(found).keys() == {"cn", "entryUUID", "mail", "displayName"}
    assert client.bind(found.name, RIGHT).code == 0
    assert client.bind(SERVICE, b"application-password").code == 0
    (person,) = find(client, PEOPLE, "(&(objectClass=inetOrgPerson)(uid=anna))", "memberOf")
    seen, waiting = set(), [value.decode() for value in values(person)["memberOf"]]
    while waiting:
        above = waiting.pop()
        seen.add(above)
        (group,) = client.search(above, parse_filter("(objectClass=*)"), "memberof", scope=0)
        waiting += [value.decode() for _, held in group.attributes for value in held if value.decode() not in seen]
    assert seen == {group_dn(cn) for cn in ("admins", "editors", "operators", "nested")}
