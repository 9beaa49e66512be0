"""What stands in the domain controller: people in every state that Active Directory tells apart, and their groups."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

REALM = "AD.EXAMPLE"
BASE = "DC=ad,DC=example"
PEOPLE, GROUPS, SERVICES, CROWD = (f"OU={name},{BASE}" for name in ("People", "Groups", "Services", "Crowd"))
GATEWAY, GATEWAY_PASSWORD = f"CN=Gateway,{SERVICES}", "G4teway-password"
CROWD_SIZE = 1600
"""Members of `everybody`: more than Active Directory shows of one attribute at once (1,500)."""


def password_of(name: str) -> str:
    """What the domain takes from this person."""
    return f"Pw-1-{name.encode().hex()}"


@dataclass(frozen=True)
class Person:
    """A user: `name` is the sAMAccountName, `state` what is wrong with the account, `more` further lines."""

    name: str
    cn: str
    place: str = PEOPLE
    state: str = ""
    more: tuple[str, ...] = ()

    @property
    def dn(self) -> str:
        return "CN=" + re.sub(r'([,+"\\<>;=#])', r"\\\1", self.cn) + f",{self.place}"

    @property
    def upn(self) -> str:
        return f"{self.name}@ad.example"

    @property
    def mail(self) -> str:
        return f"{self.name}@corp.example"

    def record(self) -> str:
        control = 514 if self.state == "disabled" else 512
        given, _, surname = self.cn.rpartition(" ")
        return record(
            self.dn, "objectClass: user", f"sAMAccountName: {self.name}", f"userPrincipalName: {self.upn}",
            f"givenName: {given or self.cn}", f"sn: {surname}", f"displayName: {self.cn}", f"mail: {self.mail}",
            f"userAccountControl: {control}", f"unicodePwd:: {_password(password_of(self.name))}",
            *_STATES.get(self.state, ()), *self.more,
        )  # fmt: skip


_STATES = {
    "account-expired": ("accountExpires: 126000000000000000",),  # in the year 2000
    "must-change": ("pwdLastSet: 0",),
    "hours": (f"logonHours:: {base64.b64encode(bytes(21)).decode()}",),
    "workstation": ("userWorkstations: ELSEWHERE",),
}

BERLIN, MUNICH = f"OU=Berlin,{PEOPLE}", f"OU=München,{PEOPLE}"
PERSONS = (
    Person("anna", "Anna Arndt", BERLIN, more=("telephoneNumber: +49 30 1234", "department: Sales",
                                               "uidNumber: 10001", "gidNumber: 10000")),
    Person("jürgen", "Jürgen Müller", MUNICH, more=("title: Löwe", "department: Sales")),
    Person("smith", "Smith, John", more=("department: R&D",)),
    Person("mary", "Mary Jane (MJ) Watson", more=("description: a * and a \\",)),
    Person("bert", "Bert Brecht", BERLIN, more=(f"manager: CN=Anna Arndt,{BERLIN}",)),
    Person("carl", "Carl #1 + Co", MUNICH),
    Person("app", "Application", SERVICES),
    Person("dora", "Dora Disabled", state="disabled"),
    Person("lola", "Lola Locked", state="locked"),
    Person("emil", "Emil Expired", state="password-expired"),
    Person("axel", "Axel Ended", state="account-expired"),
    Person("mia", "Mia Must", state="must-change"),
    Person("hugo", "Hugo Hours", state="hours"),
    Person("wilma", "Wilma Workstation", state="workstation"),
)  # fmt: skip
BY_NAME = {person.name: person for person in PERSONS}
CREW, STAFF, COMPANY = f"CN=Crew,{GROUPS}", f"CN=Staff,{GROUPS}", f"CN=Company (all),{GROUPS}"
LOOP_A, LOOP_B = f"CN=Loop A,{GROUPS}", f"CN=Loop B,{GROUPS}"
EVERYBODY, NOBODY = f"CN=Everybody,{GROUPS}", f"CN=Nobody,{GROUPS}"


def record(dn: str, *lines: str) -> str:
    """An LDIF record; what is no ASCII goes in Base64."""
    return "".join(map(_line, (f"dn: {dn}", *lines)))


def records() -> Iterator[str]:
    """All of it, what others refer to first."""
    for dn in (PEOPLE, BERLIN, MUNICH, GROUPS, SERVICES, CROWD):
        yield record(dn, "objectClass: organizationalUnit")
    yield record(
        GATEWAY, "objectClass: user", "sAMAccountName: gateway", "userAccountControl: 66048",
        f"unicodePwd:: {_password(GATEWAY_PASSWORD)}",
    )  # fmt: skip
    for person in PERSONS:
        yield person.record()
    members = [f"CN=crowd {number:04},{CROWD}" for number in range(CROWD_SIZE)]
    for dn in members:
        yield record(dn, "objectClass: contact")
    yield _group(CREW, [person.dn for person in PERSONS[:4]])
    yield _group(STAFF, [CREW, BY_NAME["bert"].dn], kind=-2147483640)  # universal
    yield _group(COMPANY, [STAFF, BY_NAME["dora"].dn], kind=-2147483644)  # of this domain only
    yield _group(EVERYBODY, [*members, BY_NAME["anna"].dn], kind=8)  # a distribution list
    yield _group(NOBODY, [])
    yield _group(LOOP_A, [BY_NAME["carl"].dn])
    yield _group(LOOP_B, [LOOP_A])


def changes() -> Iterator[str]:
    """What can only be said when all is there: groups that are members of one another, and what happened to people.
    The domain's own rules stand: a password is good for 42 days, a lockout for 30 minutes."""
    yield record(LOOP_A, "changetype: modify", "add: member", f"member: {LOOP_B}")
    yield _set(BY_NAME["emil"].dn, "pwdLastSet", 126_000_000_000_000_000)
    yield _set(BY_NAME["lola"].dn, "lockoutTime", int((time.time() + 11_644_473_600) * 10_000_000))


def _set(dn: str, attribute: str, value: int) -> str:
    return record(dn, "changetype: modify", f"replace: {attribute}", f"{attribute}: {value}")


def _group(dn: str, members: list[str], kind: int = -2147483646) -> str:
    name = dn.partition(",")[0].removeprefix("CN=").lower()
    return record(
        dn,
        "objectClass: group",
        f"sAMAccountName: {name}",
        f"groupType: {kind}",
        *(f"member: {one}" for one in members),
    )


def _password(text: str) -> str:
    return base64.b64encode(f'"{text}"'.encode("utf-16-le")).decode()


def _line(line: str) -> str:
    name, _, value = line.partition(": ")
    if line.isascii():
        return f"{line}\n"
    return f"{name}:: {base64.b64encode(value.encode()).decode()}\n"
