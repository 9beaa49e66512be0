"""What printers, management controllers and firewalls send, each seen through its recipe, however far the move is."""

from __future__ import annotations

import pytest
from conversation import bind_request, code_of, result_of, search_request, values
from core_rig import RIGHT, WRONG
from office import EVERYBODY, GROUPS, PEOPLE, SERVICE, STAGES, TOP, Office, dn, find, group_dn, names

from gateway.identity.model import AccountState
from gateway.wire.controls import PASSWORD_POLICY, PolicyError, decode_policy_answer
from gateway.wire.filter import parse_filter
from gateway.wire.messages import Change, Control, ModifyOperation, ModifyRequest, SearchResultEntry, UnbindRequest

staged = pytest.mark.parametrize("stage", STAGES)
ADDRESS = ("cn", "mail", "o", "ou", "facsimileTelephoneNumber")


@staged
@pytest.mark.parametrize(
    ("typed", "whom"),
    [
        ("(cn=an*)", ["anna"]),
        ("(|(cn=*nn*)(mail=*nn*))", ["anna"]),
        ("(&(mail=*)(cn=*Müller*))", list(EVERYBODY)),
        ("(&(objectClass=*)(mail=dora@*))", ["dora"]),
        ("(ou=sal*)", ["anna", "berta"]),
        ("(o=CORP)", list(EVERYBODY)),
        ("(cn=*)", list(EVERYBODY)),
        ("(telephoneNumber=*)", []),
    ],
)
def test_a_printer_looks_addresses_up_without_an_account(stage: str, typed: str, whom: list[str]) -> None:
    """Whatever its wildcard stands at; nothing but addresses is found, and nothing else is shown."""
    client = Office("printers", stage).connect()
    found = find(client, PEOPLE, typed, *ADDRESS, "uid", "telephoneNumber", size_limit=100, time_limit=20)
    assert names(found) == whom
    assert all(values(entry).keys() == {"cn", "mail", "o", "ou"} for entry in found)


def test_a_printer_elsewhere_is_told_to_sign_in() -> None:
    assert Office("printers").connect(peer="198.51.100.1").result(search_request(PEOPLE)).code == 50


def test_a_printer_shows_the_first_of_many_and_is_told_that_there_are_more() -> None:
    answers = Office("printers").connect().ask(search_request(PEOPLE, parse_filter("(cn=*)"), *ADDRESS, size_limit=2))
    assert [type(answer.operation) for answer in answers[:-1]] == [SearchResultEntry] * 2
    assert code_of(answers[-1]) == 4


@staged
def test_who_signs_in_at_a_panel_is_found_by_whatever_it_makes_of_the_name(stage: str) -> None:
    """R1: DNs of cn, with the search root and without, and bare names; none longer than its field of 128 characters."""
    office = Office("printers", stage)
    for name in (dn("anna"), f"cn=anna,{PEOPLE}", "cn=anna", "anna", "ANNA ", "anna@corp.example", "CORP\\anna"):
        assert len(name) <= 128
        assert office.connect().bind(name, RIGHT).code == 0
        assert office.connect().bind(name, WRONG).code == 49
    assert office.connect().bind(f"cn=nobody,{PEOPLE}", RIGHT).code == 49
    assert office.connect().bind("x" * 128, RIGHT).code == 49


@staged
def test_a_management_controller_binds_by_cn_unbinds_and_goes_on(stage: str) -> None:
    """With the connection that it has ended: it stays whose it was."""
    office = Office("bmc", stage)
    client = office.connect(f"cn=anna,{PEOPLE}", RIGHT)
    client.send(UnbindRequest())
    assert not client.transport.closing
    found = find(client, GROUPS, "(&(objectClass=groupOfNames)(cn=admins))", "member")
    assert dn("anna").encode() in values(found[0])["member"]
    again = office.connect(f"cn=anna,{PEOPLE}", RIGHT, peer="198.51.100.1")
    again.send(UnbindRequest())
    assert again.transport.closing, "nobody else may"


@staged
def test_a_firewall_looks_the_user_up_binds_and_reads_the_groups_as_the_user(stage: str) -> None:
    office = Office("fortigate", stage)
    for typed in ("anna", "ANNA"):
        client = office.service()
        (found,) = find(client, TOP, f"(sAMAccountName={typed})", "dn")
        assert client.bind(found.name, RIGHT).code == 0
        (own,) = find(client, found.name, "(cn=*)", "memberOf", "primaryGroupID", scope=2)
        assert group_dn("admins").encode() in values(own)["memberOf"]
        assert values(own)["primaryGroupID"] == [b"513"]
    by_group = find(office.service(), TOP, f"(&(objectcategory=group)(member={dn('anna')}))", "cn")
    assert names(by_group) == ["admins", "editors"]
    refused = office.service().bind(dn("anna"), WRONG)
    assert (refused.code, "data 52e" in refused.diagnostic) == (49, True)


@pytest.mark.parametrize("has_moved", [False, True])
def test_a_firewall_learns_that_a_password_must_be_changed_and_sets_a_new_one(has_moved: bool) -> None:
    """By the text of the refusal or by the control; then as its own account, in Active Directory's way."""
    office = Office("fortigate")
    if has_moved:
        office.move("anna")
    office.change("anna", AccountState(must_change=True))
    answer = office.connect().ask(bind_request(dn("anna"), RIGHT), Control(PASSWORD_POLICY))[0]
    assert (code_of(answer), "data 773" in result_of(answer).diagnostic) == (49, True)
    told = [decode_policy_answer(one.value).error for one in answer.controls if one.type == PASSWORD_POLICY]
    assert told == [PolicyError.CHANGE_AFTER_RESET]
    new = '"another-canary-91"'.encode("utf-16-le")
    renewal = ModifyRequest(dn("anna"), (Change(ModifyOperation.REPLACE, "unicodePwd", (new,)),))
    assert office.connect(SERVICE, b"application-password").result(renewal).code == 0
    assert office.connect().bind(dn("anna"), b"another-canary-91").code == 0
    assert office.connect().bind(dn("anna"), RIGHT).code == 49
