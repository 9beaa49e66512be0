"""Provisioning scripts that were written for another directory go on: what they write arrives under the stored names,
what they read back has theirs, and what has no counterpart is refused by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from conversation import Client, result_of, values
from core_rig import RIGHT, Rig, login
from frontend_rig import ADMIN, over
from waiting import now

from gateway.config.applications import Application
from gateway.frontends.ldap.configured import configured
from gateway.identity.administrators import Administrators
from gateway.identity.model import Identity
from gateway.identity.search import EVERYTHING, Query, Scope
from gateway.wire.controls import PASSWORD_MODIFY, PasswordModifyRequest, encode_password_modify
from gateway.wire.dn import normalise_dn
from gateway.wire.filter import Equal
from gateway.wire.messages import (
    AddRequest,
    Change,
    Control,
    DelRequest,
    ExtendedRequest,
    LdapResult,
    ModifyDnRequest,
    ModifyOperation,
    ModifyRequest,
)
from gateway.wire.readcontrols import POST_READ, PRE_READ, decode_read_entry, encode_attributes
from gateway.wire.searchcontrols import ASSERTION, encode_assertion

NEW_TREE, OLD_TREE = "dc=example,dc=com", "o=before"
BASES: dict[str, Any] = {"bases": {OLD_TREE: NEW_TREE}, "rename": {"mail": "emailAddress"}}
PEOPLE: dict[str, Any] = {"people": f"cn={{cn}},ou=users,{OLD_TREE}", "bases": {OLD_TREE: NEW_TREE}}
PASSWORD = b"first-canary-1a2b"
ADD, DELETE, REPLACE = ModifyOperation.ADD, ModifyOperation.DELETE, ModifyOperation.REPLACE


class Script:
    """A provisioning script that is bound as an administrator (or jdoe) through this persona."""

    def __init__(self, persona: dict[str, Any], who: str = ADMIN) -> None:
        self.rig = Rig(administrators=["admin"])
        self.rig.source.add("admin", RIGHT)
        listed = [Application.model_validate({"name": "script", "bases": "all", "persona": persona})]
        administrators = Administrators(["admin"], normalise_dn, self.rig.native)
        services = over(self.rig)
        self.client = Client(
            replace(services, applications=configured(listed), administers=administrators.include),
            clock=self.rig.clock,
        )
        assert self.client.bind(who, RIGHT).code == 0

    def add(self, dn: str, *attributes: tuple[str, str], classes: str = "inetOrgPerson") -> LdapResult:
        held: dict[str, list[bytes]] = {"objectClass": [classes.encode()]}
        for name, value in attributes:
            held.setdefault(name, []).append(value.encode())
        return self.client.result(AddRequest(dn, tuple((name, tuple(items)) for name, items in held.items())))

    def change(self, dn: str, kind: ModifyOperation, name: str, *given: str, controls: tuple[Control, ...] = ()) -> Any:
        request = ModifyRequest(dn, (Change(kind, name, tuple(value.encode() for value in given)),))
        return self.client.ask(request, *controls)[-1]

    def person(self, name: str) -> Identity:
        found = self.rig.moved(name)
        assert found is not None
        return found

    def stored(self, dn: str) -> dict[str, list[bytes]]:
        """What the directory has at this DN."""

        async def look() -> dict[str, list[bytes]]:
            query = Query(normalise_dn(dn), Scope.BASE, EVERYTHING)
            return {k: list(v) async for entry in self.rig.native.search(query) for k, v in entry.attributes.items()}

        return now(look())

    def shown(self, dn: str) -> dict[str, list[bytes]]:
        (entry,) = self.client.search(dn, None, "*", scope=0)
        assert entry.name == dn
        return values(entry)


def test_a_whole_life_under_the_old_names() -> None:
    script = Script(BASES)
    dn = f"uid=ann,{OLD_TREE}"
    assert script.add(dn, ("cn", "Ann"), ("sn", "Lee"), ("emailAddress", "a@x.example")).code == 0
    ann = script.person("ann")
    assert ann.dn == f"uid=ann,{NEW_TREE}"
    assert ann.attributes.get("mail") == (b"a@x.example",)
    assert not ann.attributes.get("emailAddress")
    assert result_of(script.change(dn, REPLACE, "emailAddress", "b@x.example")).code == 0
    assert script.shown(dn)["emailAddress"] == [b"b@x.example"]
    renamed = ModifyDnRequest(dn, "uid=anna", delete_old_rdn=True, new_superior=None)
    assert script.client.result(renamed).code == 0
    assert script.person("anna").dn == f"uid=anna,{NEW_TREE}"
    assert script.client.result(DelRequest(f"uid=anna,{OLD_TREE}")).code == 0
    assert script.rig.moved("anna") is None


def test_a_place_that_is_renamed_to_has_its_old_name_too() -> None:
    script = Script(BASES)
    assert script.add(f"ou=sub,{OLD_TREE}", ("ou", "sub"), classes="organizationalUnit").code == 0
    assert script.add(f"uid=ann,{OLD_TREE}", ("cn", "Ann"), ("sn", "Lee")).code == 0
    moved = ModifyDnRequest(f"uid=ann,{OLD_TREE}", "uid=ann", delete_old_rdn=True, new_superior=f"ou=sub,{OLD_TREE}")
    assert script.client.result(moved).code == 0
    assert script.person("ann").dn == f"uid=ann,ou=sub,{NEW_TREE}"


@pytest.mark.parametrize("persona", [BASES, PEOPLE], ids=["bases", "people"])
def test_members_are_written_by_the_dns_that_the_application_knows(persona: dict[str, Any]) -> None:
    """R18: the group of the directory names the person of the directory."""
    script = Script(BASES)
    for name in ("ann", "bob"):
        assert script.add(f"uid={name},{OLD_TREE}", ("cn", name.title()), ("sn", "x")).code == 0
    known = {name: f"uid={name},{OLD_TREE}" for name in ("ann", "bob")}
    if persona is PEOPLE:
        known = {name: f"cn={name.title()},ou=users,{OLD_TREE}" for name in ("ann", "bob")}
        script = script_over(script, PEOPLE)
    team = f"cn=team,{OLD_TREE}"
    assert script.add(team, ("cn", "team"), ("member", known["ann"]), classes="groupOfNames").code == 0
    assert script.stored(f"cn=team,{NEW_TREE}")["member"] == [f"uid=ann,{NEW_TREE}".encode()]
    assert result_of(script.change(team, ADD, "member", known["bob"])).code == 0
    assert result_of(script.change(team, DELETE, "member", known["ann"])).code == 0
    assert script.stored(f"cn=team,{NEW_TREE}")["member"] == [f"uid=bob,{NEW_TREE}".encode()]
    assert script.shown(team)["member"] == [known["bob"].encode()]


def script_over(script: Script, persona: dict[str, Any]) -> Script:
    """Another application before the same stores."""
    made = Script(persona)
    made.rig = script.rig
    services = replace(script.client.session.services, applications=made.client.session.services.applications)
    made.client = Client(services, clock=script.rig.clock)
    assert made.client.bind(ADMIN, RIGHT).code == 0
    return made


def test_a_person_whose_dn_is_made_of_an_attribute_is_changed_and_not_renamed() -> None:
    first = Script(BASES)
    assert first.add(f"uid=ann,{OLD_TREE}", ("cn", "Ann"), ("sn", "Lee")).code == 0
    script = script_over(first, PEOPLE)
    dn = f"cn=Ann,ou=users,{OLD_TREE}"
    assert result_of(script.change(dn, REPLACE, "sn", "Poe")).code == 0
    assert script.person("ann").attributes.first("sn") == "Poe"
    refused = script.client.result(ModifyDnRequest(dn, "cn=Anna", delete_old_rdn=True, new_superior=None))
    assert (refused.code, "made of an attribute" in refused.diagnostic) == (53, True)
    assert result_of(script.change(f"cn=No,ou=users,{OLD_TREE}", REPLACE, "sn", "x")).code == 32
    assert script.client.result(DelRequest(dn)).code == 0
    assert script.rig.moved("ann") is None


def test_where_a_new_person_is_stored_must_be_told_by_the_dn() -> None:
    script = Script({"people": f"cn={{cn}},ou=users,{OLD_TREE}"})
    refused = script.add(f"cn=Ann,ou=users,{OLD_TREE}", ("cn", "Ann"), ("sn", "x"))
    assert (refused.code, "does not tell where" in refused.diagnostic) == (53, True)


def test_a_member_whom_nobody_is_is_refused_by_the_name_of_the_attribute() -> None:
    first = Script(BASES)
    team = f"cn=team,{OLD_TREE}"
    assert first.add(team, ("cn", "team"), ("member", f"uid=x,{OLD_TREE}"), classes="groupOfNames").code == 0
    refused = result_of(script_over(first, PEOPLE).change(team, ADD, "member", f"cn=No,ou=users,{OLD_TREE}"))
    assert (refused.code, "member" in refused.diagnostic) == (19, True)


COMPUTED = [
    ("edirectory", "groupMembership"),
    ("edirectory", "GUID"),
    ("389ds", "nsUniqueId"),
]


@pytest.mark.parametrize(("flavour", "attribute"), COMPUTED)
def test_what_is_computed_is_refused_by_name(flavour: str, attribute: str) -> None:
    script = Script({"flavour": flavour})
    assert script.add(f"uid=ann,{NEW_TREE}", ("cn", "Ann"), ("sn", "Lee")).code == 0
    refused = result_of(script.change(f"uid=ann,{NEW_TREE}", REPLACE, attribute, "x"))
    assert (refused.code, attribute in refused.diagnostic) == (19, True)


def test_the_switches_of_each_product_still_disable() -> None:
    for flavour, switch in (("edirectory", "loginDisabled"), ("389ds", "nsAccountLock")):
        script = Script({"flavour": flavour})
        assert script.add(f"uid=ann,{NEW_TREE}", ("cn", "Ann"), ("sn", "Lee")).code == 0
        assert result_of(script.change(f"uid=ann,{NEW_TREE}", REPLACE, switch, "TRUE")).code == 0
        assert script.person("ann").state.disabled


def test_members_that_are_shown_under_another_name_are_changed_under_the_stored_one() -> None:
    """vCenter writes uniqueMember; the group has member."""
    script = Script({"flavour": "vcenter"})
    team, ann = f"cn=team,{NEW_TREE}", f"uid=ann,{NEW_TREE}"
    plain = script_over(script, {"flavour": "stored"})
    assert plain.add(team, ("cn", "team"), ("member", f"uid=x,{NEW_TREE}"), classes="groupOfNames").code == 0
    assert result_of(script.change(team, ADD, "uniqueMember", ann)).code == 0
    assert script.stored(team)["member"] == [f"uid=x,{NEW_TREE}".encode(), ann.encode()]
    assert "uniqueMember" not in script.stored(team)


def test_login_names_of_members_are_refused_where_the_group_has_dns() -> None:
    """Else the group would show the names alone, and lose everybody else."""
    script = Script({"flavour": "rfc2307"})
    team = f"cn=team,{NEW_TREE}"
    plain = script_over(script, {"flavour": "stored"})
    assert plain.add(team, ("cn", "team"), ("member", f"uid=x,{NEW_TREE}"), classes="groupOfNames").code == 0
    assert result_of(script.change(team, ADD, "memberUid", "ann")).code == 19


def test_active_directorys_script_makes_disables_and_reads_an_account() -> None:
    script = Script({"flavour": "active-directory", "domain": {"dns": "example.com", "base": NEW_TREE}})
    dn = f"cn=Ann Lee,{NEW_TREE}"
    names = (("cn", "Ann Lee"), ("sn", "Lee"), ("sAMAccountName", "ann"), ("displayName", "Ann"))
    assert script.add(dn, *names, classes="user").code == 0
    assert result_of(script.change(dn, REPLACE, "userAccountControl", "514")).code == 0
    assert script.person("ann").state.disabled
    refused = result_of(script.change(dn, REPLACE, "objectGUID", "0123456789abcdef"))
    assert (refused.code, "objectGUID" in refused.diagnostic) == (19, True)


def test_pre_and_post_read_and_assertions_are_in_the_application_s_names() -> None:
    script = Script(BASES)
    dn = f"uid=ann,{OLD_TREE}"
    script.add(dn, ("cn", "Ann"), ("sn", "Lee"), ("emailAddress", "a@x.example"))
    wanted = encode_attributes(["emailAddress"])
    around = (
        Control(PRE_READ, value=wanted),
        Control(POST_READ, value=wanted),
        Control(ASSERTION, critical=True, value=encode_assertion(Equal("emailAddress", b"a@x.example"))),
    )
    done = script.change(dn, REPLACE, "emailAddress", "b@x.example", controls=around)
    assert result_of(done).code == 0
    read = [decode_read_entry(control.value) for control in done.controls]
    assert [(entry.name, values(entry)) for entry in read] == [
        (dn, {"emailAddress": [b"a@x.example"]}),
        (dn, {"emailAddress": [b"b@x.example"]}),
    ]
    assert result_of(script.change(dn, REPLACE, "emailAddress", "c@x.example", controls=around)).code == 122


@pytest.mark.parametrize("persona", [BASES, PEOPLE], ids=["bases", "people"])
def test_whoever_is_no_administrator_learns_nothing_from_a_translation(persona: dict[str, Any]) -> None:
    script = Script(persona, "uid=jdoe,ou=people,o=corp")
    for dn in (f"cn=No,ou=users,{OLD_TREE}", f"uid=no,{OLD_TREE}", f"cn=jdoe,ou=users,{OLD_TREE}"):
        assert result_of(script.change(dn, REPLACE, "emailAddress", "x")).code == 50
        assert script.client.result(DelRequest(dn)).code == 50
        assert script.add(dn, ("cn", "x"), ("sn", "x")).code == 50


def test_a_password_is_set_by_the_dn_that_the_application_knows() -> None:
    """R19, by Password Modify and by Modify."""
    first = Script(BASES)
    assert first.add(f"uid=ann,{OLD_TREE}", ("cn", "Ann"), ("sn", "Lee"), ("userPassword", "zero-canary-0")).code == 0
    script = script_over(first, PEOPLE)
    dn = f"cn=Ann,ou=users,{OLD_TREE}"
    wish = encode_password_modify(PasswordModifyRequest(dn, None, PASSWORD))
    assert script.client.result(ExtendedRequest(PASSWORD_MODIFY, wish)).code == 0
    assert Client(script.client.session.services, clock=script.rig.clock).bind(dn, PASSWORD).code == 0
    assert result_of(script.change(dn, REPLACE, "userPassword", "second-canary-3c")).code == 0
    assert Client(script.client.session.services, clock=script.rig.clock).bind(dn, b"second-canary-3c").code == 0
    assert now(script.rig.native.find(login("ann"))) is not None
