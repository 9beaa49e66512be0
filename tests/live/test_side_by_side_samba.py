"""Active Directory's persona beside a real domain controller: the same question to both, the same answer.

The gateway stands before Samba; the people in it have not moved, half of them have, all have. What is meant to differ
is in `addifferences.py`, each with its reason, and nowhere else.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import pytest
from live.addifferences import DIFFERENCES
from live.adsearches import Keys, Search, searches
from live.connections import TIMEOUT
from live.gateway_process import Gateway
from live.samba import DomainController
from live.sambapeople import BASE, BY_NAME, GATEWAY, GATEWAY_PASSWORD, GROUPS, PERSONS, REALM, Person, password_of

from gateway.frontends.ldap.personas.ad_values import sid_text

pytestmark = pytest.mark.live

_SCOPES = {"base": ldap.SCOPE_BASE, "one": ldap.SCOPE_ONELEVEL, "sub": ldap.SCOPE_SUBTREE}
_UNCOMPARED = {name.lower() for name in DIFFERENCES} - {"msds-user-account-control-computed"}
_SUB_CODE = re.compile(r"data ([0-9a-f]+),")
Found = tuple[int, dict[str, dict[str, list[bytes]]]]


@dataclass(frozen=True)
class Side:
    """One of the two servers."""

    uri: str
    ca: str | None = None

    def connection(self) -> Any:
        made = ldap.initialize(self.uri)
        made.set_option(ldap.OPT_REFERRALS, 0)
        made.set_option(ldap.OPT_NETWORK_TIMEOUT, TIMEOUT)
        made.timeout = TIMEOUT
        if self.ca is not None:
            made.set_option(ldap.OPT_X_TLS_CACERTFILE, self.ca)
            made.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        return made

    def bind(self, name: str, password: str) -> tuple[int, str]:
        """Result code and sub-code ("" where there is none)."""
        connection = self.connection()
        try:
            connection.simple_bind_s(name, password)
        except ldap.LDAPError as error:
            told = _SUB_CODE.search(error.args[0].get("info", ""))
            return error.args[0]["result"], told[1] if told else ""
        finally:
            connection.unbind_s()
        return 0, ""


@dataclass(frozen=True)
class Sides:
    """Both, each with a connection that is bound as the application."""

    gateway: Gateway
    here: Side
    there: Side
    ours: Any
    theirs: Any
    keys: dict[str, Keys]


@pytest.fixture(scope="module")
def sides(samba: DomainController, gateways: Callable[..., Gateway]) -> Iterator[Sides]:
    domain = {"dns": REALM.lower(), "netbios": "CORP", "host": "DC1"}
    gateway = gateways(
        samba.source(),
        names={"login_attributes": ["sAMAccountName", "userPrincipalName"], "domains": ["CORP"],
               "suffixes": [REALM.lower(), "CORP"]},
        throttle={"failures": 0},
        applications=[{"name": "intranet", "bases": "all",
                       "persona": {"flavour": "active-directory", "domain": domain}}],
    ).start()  # fmt: skip
    here, there = Side(gateway.uri), Side(samba.url, str(samba.ca))
    ours, theirs = here.connection(), there.connection()
    for connection in (ours, theirs):
        connection.simple_bind_s(GATEWAY, GATEWAY_PASSWORD)
    yield Sides(gateway, here, there, ours, theirs, _keys(theirs))
    ours.unbind_s()
    theirs.unbind_s()


def _keys(connection: Any) -> dict[str, Keys]:
    asked = ["sAMAccountName", "objectGUID", "objectSid"]
    found = connection.search_s(BASE, ldap.SCOPE_SUBTREE, "(objectClass=user)", asked)
    return {
        entry["sAMAccountName"][0].decode(): Keys(entry["objectGUID"][0], sid_text(entry["objectSid"][0]) or "")
        for dn, entry in found
        if dn
    }


def asked(connection: Any, search: Search) -> Found:
    """Result code; by DN and attribute as spelled, the values without their order."""
    try:
        found = connection.search_s(search.base, _SCOPES[search.scope], search.filter, list(search.attributes) or None)
    except ldap.LDAPError as error:
        return error.args[0]["result"], {}
    entries = ((dn, entry) for dn, entry in found if dn)
    return 0, {
        dn: {name: sorted(values) for name, values in entry.items() if not _differs(dn, name)} for dn, entry in entries
    }


def _differs(dn: str, attribute: str) -> bool:
    """Whether it stands in `DIFFERENCES`."""
    if attribute == "msDS-User-Account-Control-Computed":
        return dn == BY_NAME["emil"].dn or dn.endswith(GROUPS)
    return attribute.lower() in _UNCOMPARED


def compared(sides: Sides) -> list[str]:
    """One line for each search whose answers are not the same."""
    lines = []
    for search in searches(sides.keys):
        theirs, ours = asked(sides.theirs, search), asked(sides.ours, search)
        if theirs != ours:
            lines.append(f"{search}\n   Samba: {str(theirs)[:1000]}\n   gateway: {str(ours)[:1000]}")
    return lines


def movable() -> list[Person]:
    """Those who may log in, or must change the password first: they move."""
    return [one for one in PERSONS if one.state in ("", "must-change", "password-expired")]


def move(sides: Sides, people: list[Person]) -> None:
    for person in people:
        sides.here.bind(person.dn, password_of(person.name))
    sides.gateway.settle([person.name for person in people])


def test_there_are_three_hundred_searches_and_most_find_somebody(sides: Sides) -> None:
    made = searches(sides.keys)
    found = [asked(sides.theirs, one) for one in made]
    assert len(made) >= 300
    assert sum(bool(entries) for _, entries in found) > 200
    assert {code for code, _ in found} == {0, 32, 34}


def test_searches_give_the_same_before_amid_and_after_the_move(sides: Sides) -> None:
    """R17, R18: DNs, attributes, their spelling, values and result codes."""
    assert compared(sides) == []
    people = movable()
    move(sides, people[: len(people) // 2])
    assert compared(sides) == []
    move(sides, people)
    assert compared(sides) == []


def forms(person: Person, keys: Keys) -> list[str]:
    """Every name by which the domain lets somebody bind, and some by which it does not."""
    place = person.place.removesuffix(f",{BASE}").split(",")
    path = "/".join(one.partition("=")[2] for one in reversed(place))
    cn = person.dn.removesuffix(f",{person.place}").removeprefix("CN=")
    little = keys.guid.hex()
    dashed = (
        f"{keys.guid[3::-1].hex()}-{keys.guid[5:3:-1].hex()}-{keys.guid[7:5:-1].hex()}-{little[16:20]}-{little[20:]}"
    )
    return [
        person.dn, person.dn.upper(), person.dn.replace(",OU=", ", OU="), person.upn, person.upn.upper(),
        f"{person.name}@CORP", f"CORP\\{person.name}", f"corp\\{person.name.upper()}", f" {person.upn}",
        f"<GUID={dashed}>", f"<GUID={little}>", f"<SID={keys.sid}>", keys.sid,
        f"ad.example/{path}/{cn}", f"ad.example/{path}\n{cn}",
        f"OTHER\\{person.name}", f"{person.name}@elsewhere.example", dashed,
        f"host/{person.name}", f"<GUID={'0' * 32}>", f"<SID={keys.sid}9>", f"ad.example/Elsewhere/{cn}",
        f"CN=Nobody,{person.place}",
    ]  # fmt: skip


@pytest.mark.parametrize("name", list(BY_NAME))
def test_every_form_of_a_name_gives_the_same_code_and_sub_code(sides: Sides, name: str) -> None:
    """R1, R7, R25: for every state of an account, with the right password and with a wrong one."""
    person = BY_NAME[name]
    differing = []
    for form in forms(person, sides.keys[name]):
        for password in (password_of(name), "wrong"):
            theirs, ours = sides.there.bind(form, password), sides.here.bind(form, password)
            if person.state == "password-expired" and theirs == (49, "532"):
                theirs = (49, "773")  # DIFFERENCES: "data 532"
            if theirs != ours:
                differing.append((form, password == "wrong", theirs, ours))
    assert differing == []


def test_names_that_only_the_gateway_takes(sides: Sides) -> None:
    """DIFFERENCES: GUID in braces, bare name, mail, domain and UPN, empty password, not a DN."""
    anna = BY_NAME["anna"]
    braced = f"{{{uuid.UUID(bytes_le=sides.keys['anna'].guid)}}}"
    for form in (braced, anna.name, anna.mail, f"CORP\\{anna.upn}"):
        assert sides.there.bind(form, password_of("anna")) == (49, "52e")
        assert sides.here.bind(form, password_of("anna")) == (0, "")
    assert (sides.there.bind(anna.dn, "")[0], sides.here.bind(anna.dn, "")[0]) == (49, 53)
    assert (sides.there.bind("<GUID=zz>", "x")[0], sides.here.bind("<GUID=zz>", "x")[0]) == (49, 34)


def test_the_root_dse_tells_the_same_domain(sides: Sides) -> None:
    """What clients look at to detect an Active Directory, without a bind."""
    names = ("defaultNamingContext", "rootDomainNamingContext", "configurationNamingContext", "schemaNamingContext",
             "supportedCapabilities", "dnsHostName", "ldapServiceName", "serverName", "dsServiceName",
             "isSynchronized", "isGlobalCatalogReady")  # fmt: skip
    (_, theirs), (_, ours) = (
        side.connection().search_s("", ldap.SCOPE_BASE, "(objectClass=*)", ["*"])[0]
        for side in (sides.there, sides.here)
    )
    assert {name: ours.get(name) for name in names} == {name: theirs.get(name) for name in names}
    assert b"3" in ours["supportedLDAPVersion"]
    assert set(ours) >= {"currentTime", "highestCommittedUSN", "domainFunctionality", "forestFunctionality",
                         "domainControllerFunctionality", "supportedControl", "namingContexts"}  # fmt: skip
