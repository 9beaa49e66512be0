"""`personas.active_directory`: one's own byte for byte, others' as Active Directory would have them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from gateway.frontends.ldap.personas.active_directory import ActiveDirectory
from gateway.frontends.ldap.personas.ad_domain import Domain
from gateway.frontends.ldap.personas.ad_values import sid_text
from gateway.frontends.ldap.personas.persona import Persona
from gateway.identity.model import ACTIVE, AccountState, Attributes, Entry, Identity, Origin
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unavailable, Unknown
from gateway.identity.search import all_attributes
from gateway.wire.controls import DOMAIN_SCOPE, EXTENDED_DN
from gateway.wire.dn import normalise_dn
from gateway.wire.filter import asked_names, parse_filter
from gateway.wire.searchcontrols import SEARCH_OPTIONS

NUMBER = uuid.UUID("fd81f81b-ad95-43bf-a513-9fcd4b6875af")
DOMAIN = Domain("corp.example", "CORP", sid="S-1-5-21-1-2-3")
FLAVOUR = ActiveDirectory(DOMAIN, lambda: 0.0)
DN = "uid=jdoe,ou=people,dc=corp,dc=example"


def person(dn: str = DN, state: AccountState = ACTIVE, revision: int = 0, **attributes: Any) -> Identity:
    """Somebody of an OpenLDAP or a table."""
    shown = {"objectClass": [b"inetOrgPerson"], "uid": [b"jdoe"], "cn": [b"John Doe"], "sn": [b"Doe"], **attributes}
    return Identity(
        dn=dn, dn_key=normalise_dn(dn), attributes=Attributes(shown), id=NUMBER, name="jdoe",
        operational=Attributes({"entryUUID": [str(NUMBER).encode()], "createTimestamp": [b"20200102030405Z"]}),
        origin=Origin("old", "1"), state=state, revision=revision,
    )  # fmt: skip


def group(dn: str = "cn=crew,ou=groups,dc=corp,dc=example", **attributes: Any) -> Entry:
    shown = {"objectClass": [b"groupOfUniqueNames"], "cn": [b"crew"], "uniqueMember": [DN.encode()], **attributes}
    return Entry(dn, normalise_dn(dn), Attributes(shown))


def theirs(state: AccountState = ACTIVE, revision: int = 0, **attributes: Any) -> Identity:
    """Somebody of an Active Directory."""
    shown = {
        "objectClass": [b"top", b"person", b"organizationalPerson", b"user"], "objectGUID": [NUMBER.bytes_le],
        "sAMAccountName": [b"Anna"], "userAccountControl": [b"66048"], "lastLogon": [b"0"], **attributes,
    }  # fmt: skip
    return replace(person(state=state, revision=revision), attributes=Attributes(shown))


def made(entry: Entry, name: str) -> tuple[bytes, ...]:
    return all_attributes(FLAVOUR.outward(entry)).get(name)


def test_people_of_an_active_directory_are_shown_byte_for_byte() -> None:
    """R3, R17."""
    anna = theirs()
    assert list(FLAVOUR.outward(anna).attributes.items()) == list(anna.attributes.items())


def test_what_was_decided_here_about_an_account_shows_in_its_flags() -> None:
    """R9: the directory decides about somebody who has moved."""
    assert made(theirs(AccountState(disabled=True)), "userAccountControl") == (b"66050",)
    assert made(theirs(userAccountControl=[b"514"]), "userAccountControl") == (b"512",)
    changed = theirs(revision=1_795_835_827_000, userAccountControl=[b"512"], pwdLastSet=[b"0"])
    assert made(changed, "pwdLastSet") == (b"134403094270000000",)
    must = theirs(AccountState(must_change=True), userAccountControl=[b"512"], pwdLastSet=[b"0"])
    assert made(must, "pwdLastSet") == (b"0",)
    reset = theirs(
        AccountState(must_change=True, reset=True), userAccountControl=[b"512"], pwdLastSet=[b"134403094270000000"]
    )
    assert made(reset, "pwdLastSet") == (b"0",)


def test_a_person_from_elsewhere_has_what_active_directory_would_show() -> None:
    shown = FLAVOUR.outward(person())
    assert {name: values for name, values in shown.attributes.items() if name != "objectSid"} == {
        "objectClass": (b"top", b"person", b"organizationalPerson", b"user"),
        "sAMAccountName": (b"jdoe",),
        "userPrincipalName": (b"jdoe@corp.example",),
        "objectGUID": (NUMBER.bytes_le,),
        "objectCategory": (b"CN=Person,CN=Schema,CN=Configuration,DC=corp,DC=example",),
        "distinguishedName": (DN.encode(),),
        "name": (b"John Doe",),
        "whenCreated": (b"20200102030405.0Z",),
        "sAMAccountType": (b"805306368",),
        "primaryGroupID": (b"513",),
        "displayName": (b"John Doe",),
        "userAccountControl": (b"512",),
        "accountExpires": (b"9223372036854775807",),
        "uid": (b"jdoe",),
        "cn": (b"John Doe",),
        "sn": (b"Doe",),
    }
    assert isinstance(shown, Identity)
    assert (shown.dn, shown.id) == (DN, NUMBER)


def test_a_sid_is_made_of_the_posix_number_and_else_of_the_whole_id() -> None:
    """R3: either way no two can have one."""
    assert sid_text(made(person(), "objectSid")[0]) == "S-1-12-1-4253153307-1136635285-3449754533-2943707211"
    assert sid_text(made(person(uidNumber=[b"10001"]), "objectSid")[0]) == "S-1-5-21-1-2-3-21002"
    assert sid_text(made(group(gidNumber=[b"10001"]), "objectSid")[0]) == "S-1-5-21-1-2-3-21003"
    assert sid_text(made(person(uidNumber=[b"99999999999"]), "objectSid")[0]).startswith("S-1-12-1-")


def test_the_state_of_an_account_is_in_its_flags() -> None:
    """R7."""
    state = AccountState(disabled=True, locked=True, must_change=True, expires_at=0.0)
    assert made(person(state=state), "userAccountControl") == (b"514",)
    assert made(person(state=state), "pwdLastSet") == (b"0",)
    assert made(person(state=state), "accountExpires") == (b"116444736000000000",)
    assert made(person(state=state), "msDS-User-Account-Control-Computed") == (str(0x800010).encode(),)
    assert made(person(), "msDS-User-Account-Control-Computed") == (b"0",)


def test_a_group_from_elsewhere_is_one_of_active_directory() -> None:
    shown = FLAVOUR.outward(group())
    assert shown.attributes.get("objectClass") == (b"top", b"group")
    assert shown.attributes.get("member") == (DN.encode(),)
    assert shown.attributes.get("groupType") == (b"-2147483646",)
    assert shown.attributes.get("sAMAccountType") == (b"268435456",)
    assert "uniqueMember" not in shown.attributes
    assert made(group(), "objectGUID") == made(group(), "objectGUID") != made(group("cn=x"), "objectGUID")


def test_what_is_neither_person_nor_group_stays() -> None:
    place = Entry("ou=x", "ou=x", Attributes({"objectClass": [b"organizationalUnit"], "ou": [b"x"]}))
    assert list(FLAVOUR.outward(place).attributes.items()) == list(place.attributes.items())


def test_computed_attributes_are_shown_only_when_asked_for() -> None:
    shown = FLAVOUR.outward(person())
    assert shown.operational.get("canonicalName") == (b"corp.example/people/jdoe",)
    assert shown.operational.get("createTimestamp") == (b"20200102030405.0Z",)
    assert shown.operational.get("msDS-PrincipalName") == (b"CORP\\jdoe",)
    assert FLAVOUR.outward(group(gidNumber=[b"1"])).operational.get("primaryGroupToken") == (b"1003",)


ENTRIES = (
    person(), person(uidNumber=[b"10001"], displayName=[b"JD"]), person(cn=[], sn=[]), group(), theirs(),
    group(gidNumber=[b"7"], objectClass=[b"posixGroup"]), theirs(displayName=[b"Anna Arndt"], cn=[b"Anna Arndt"]),
)  # fmt: skip
GUID = "".join(f"\\{byte:02x}" for byte in NUMBER.bytes_le)
FILTERS = (
    "(sAMAccountName=jdoe)", "(sAMAccountName=crew)", "(sAMAccountName=*)", "(sAMAccountName=jd*)", "(cn=jdoe)",
    "(userPrincipalName=jdoe@corp.example)", "(userPrincipalName=JDOE@CORP.EXAMPLE)", f"(objectGUID={GUID})",
    "(objectSid=S-1-12-1-4253153307-1136635285-3449754533-2943707211)", "(objectSid=S-1-5-21-1-2-3-21002)",
    "(objectSid=S-1-5-21-1-2-3-1015)", "(objectClass=user)", "(objectClass=group)", "(objectClass=computer)",
    "(objectCategory=person)", "(objectCategory=group)", "(sAMAccountType=805306368)", "(sAMAccountType=268435456)",
    "(userAccountControl:1.2.840.113556.1.4.803:=512)", "(userAccountControl=*)", "(accountExpires>=1)",
    f"(member={DN})", "(member=*)", "(groupType=*)", "(groupType:1.2.840.113556.1.4.803:=2147483648)",
    "(name=John Doe)", "(name=J*)", "(displayName=John Doe)", "(displayName=*)", f"(distinguishedName={DN})",
    "(whenCreated>=20000101000000.0Z)", "(primaryGroupID=513)", "(canonicalName=*)", "(createTimeStamp=*)",
    "(anr=John)", "(&(objectClass=user)(sAMAccountName=jdoe))", "(|(sn=Doe)(cn=crew))", "(sn=Doe)", "(uid=jdoe)",
    "(!(sAMAccountName=jdoe))", "(msDS-User-Account-Control-Computed=0)", "(pwdLastSet=*)",
)  # fmt: skip


@pytest.mark.parametrize("text", FILTERS)
def test_whatever_a_filter_selects_as_shown_is_found_as_stored(text: str) -> None:
    """R17: the stores are asked for too much rather than for too little."""
    persona = Persona("ad", (FLAVOUR,))
    wanted = parse_filter(text)
    for entry in ENTRIES:
        if persona.meant(wanted).matches(all_attributes(FLAVOUR.outward(entry))) is True:
            assert persona.narrow(persona.meant(wanted)).matches(all_attributes(entry)) is True, entry


def test_filters_of_this_list_select_somebody() -> None:
    """Else the test before proves nothing."""
    persona = Persona("ad", (FLAVOUR,))
    shown = [all_attributes(FLAVOUR.outward(entry)) for entry in ENTRIES]
    idle = [text for text in FILTERS if not any(persona.meant(parse_filter(text)).matches(one) for one in shown)]
    assert idle == ["(objectClass=computer)", "(pwdLastSet=*)"]


@pytest.mark.parametrize("typed", ["jdoe", "JDOE"])
def test_a_login_name_is_still_looked_for_as_one(typed: str) -> None:
    narrowed = Persona("ad", (FLAVOUR,)).narrow(parse_filter(f"(&(objectClass=user)(sAMAccountName={typed}))"))
    assert asked_names(narrowed, ("uid", "samaccountname", "cn")) == ("uid", typed.encode())


@pytest.mark.parametrize(
    ("text", "selects"),
    [
        ("(anr=John)", True), ("(anr=doe)", True), ("(anr=John Doe)", True), ("(anr=Doe John)", True),
        ("(anr=jd)", True), ("(anr==jdoe)", True), ("(anr==jd)", False), ("(anr=ohn)", False), ("(anr=J*)", True),
        ("(!(anr=John))", False),
    ],
)  # fmt: skip
def test_ambiguous_names_are_resolved(text: str, selects: bool) -> None:
    """MS-ADTS 3.1.1.3.1.3.3."""
    shown = all_attributes(FLAVOUR.outward(person(givenName=[b"John"])))
    assert (Persona("ad", (FLAVOUR,)).meant(parse_filter(text)).matches(shown) is True) is selects


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Unknown(), "52e"),
        (Rejected(Reason.WRONG_PASSWORD), "52e"),
        (Rejected(Reason.NO_PASSWORD), "52e"),
        (Rejected(Reason.AMBIGUOUS), "52e"),
        (Rejected(Reason.HOURS), "530"),
        (Rejected(Reason.WORKSTATION), "531"),
        (Rejected(Reason.DISABLED), "533"),
        (Rejected(Reason.EXPIRED), "701"),
        (Rejected(Reason.MUST_CHANGE), "773"),
        (Rejected(Reason.LOCKED), "775"),
    ],
)
def test_a_refusal_carries_the_sub_code_that_applications_look_for(outcome: Outcome, code: str) -> None:
    """R7; R25: an unknown name reads like a wrong password."""
    text = FLAVOUR.diagnostic(outcome)
    assert text == (f"80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data {code}, v1db1")
    discreet = ActiveDirectory(DOMAIN, lambda: 0.0, tells=False).diagnostic(outcome)
    assert discreet is not None
    assert "data 52e," in discreet


def test_a_yes_an_outage_and_an_empty_password_are_no_refusals_of_active_directory() -> None:
    """R5, R6."""
    for outcome in (Accepted(person()), Unavailable("old"), Rejected(Reason.EMPTY_PASSWORD)):
        assert FLAVOUR.diagnostic(outcome) is None


def test_the_root_dse_tells_of_the_controls_that_its_clients_take_for_granted() -> None:
    ours = Entry("", "", Attributes({"objectClass": [b"top"]}), Attributes({"supportedControl": [b"1.2.3"]}))
    told = all_attributes(FLAVOUR.root_dse(ours)).get("supportedControl")
    assert {b"1.2.3", EXTENDED_DN.encode(), DOMAIN_SCOPE.encode(), SEARCH_OPTIONS.encode()} == set(told)


def test_an_attribute_is_not_looked_for_under_the_names_of_its_subtypes() -> None:
    """Active Directory knows no subtypes: `member` is no `distinguishedName`, `sn` no `name`."""
    persona = Persona("ad", (FLAVOUR,))
    member, own = parse_filter(f"(distinguishedName={DN})"), parse_filter("(name=John Doe)")
    assert persona.meant(member).matches(all_attributes(FLAVOUR.outward(group()))) is not True
    assert persona.meant(member).matches(all_attributes(FLAVOUR.outward(person()))) is True
    assert persona.meant(parse_filter("(name=Doe)")).matches(all_attributes(FLAVOUR.outward(person()))) is not True
    assert persona.meant(own).matches(all_attributes(FLAVOUR.outward(person()))) is True
