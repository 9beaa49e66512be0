"""Searches as applications of Active Directory send them: 300 and more, the same every time.

Filters are those of COMPATIBILITY's applications (SSSD, Authelia, LibreNMS, Jenkins, Nextcloud, Wekan, FortiGate, .NET,
Atlassian, printers), each put in for people, groups, bases and attribute lists in turn.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from live.sambapeople import (
    BASE,
    BERLIN,
    COMPANY,
    CREW,
    EVERYBODY,
    GROUPS,
    LOOP_A,
    MUNICH,
    PEOPLE,
    PERSONS,
    STAFF,
    Person,
)

_IN_CHAIN = "1.2.840.113556.1.4.1941"
_ALL_BITS, _ANY_BIT = "1.2.840.113556.1.4.803", "1.2.840.113556.1.4.804"
_ONE = (  # about one person: {u} login name, {p} UPN, {m} mail, {d} DN, {c} cn, {g} GUID, {s} SID
    ("sssd", "(&(sAMAccountName={u})(objectclass=user)(sAMAccountName=*)(objectSID=*))"),
    ("sssd", "(&(objectClass=user)(objectSID={s}))"),
    ("sssd", "(&(member={d})(objectClass=group)(sAMAccountName=*))"),
    ("authelia", "(&(|(sAMAccountName={u})(mail={u}))(sAMAccountType=805306368)"
                 f"(!(userAccountControl:{_ALL_BITS}:=2))(!(pwdLastSet=0))"
                 "(|(!(accountExpires=*))(accountExpires=0)(accountExpires>=134403059748655940)))"),
    ("authelia", "(&(member={d})(|(sAMAccountType=268435456)(sAMAccountType=536870912)))"),
    ("librenms", f"(&(sAMAccountName={{u}})(memberOf:{_IN_CHAIN}:={STAFF})(!(userAccountControl:{_ALL_BITS}:=2)))"),
    ("jenkins", "(&(userPrincipalName={p})(objectCategory=user))"),
    ("nextcloud", "(&(&(|(objectclass=person)))(|(samaccountname={u})(|(mailPrimaryAddress={m})(mail={m}))))"),
    ("wekan", "(&(objectclass=group)(member={d}))"),
    ("fortigate", "(&(objectClass=*)(sAMAccountName={u}))"),
    ("fortigate", "(userPrincipalName={p})"),
    ("dotnet", "(&(objectClass=user)(objectCategory=person)(sAMAccountName={u}))"),
    ("dotnet", "(objectGUID={g})"),
    ("dotnet", "(distinguishedName={d})"),
    ("grafana", "(|(mail={m})(sAMAccountName={u})(userPrincipalName={p}))"),
    ("groups", f"(member:{_IN_CHAIN}:={{d}})"),
    ("printer", "(cn={c})"),
    ("printer", "(&(objectClass=user)(displayName={c}))"),
    ("exchange", "(anr={c})"),
    ("exchange", "(anr={u})"),
)  # fmt: skip
_MANY = (
    ("librenms", f"(memberOf:{_IN_CHAIN}:=CN=Company \\28all\\29,{GROUPS})"), ("librenms", f"(memberOf={CREW})"),
    ("librenms", f"(memberOf:{_IN_CHAIN}:={LOOP_A})"),
    ("nextcloud", "(&(|(objectclass=posixGroup)(objectclass=group)(objectclass=zimbraDistributionList)"
                  "(objectclass=groupOfNames)(objectclass=groupOfUniqueNames))(cn=*))"),
    ("jenkins", "(&(cn=crew)(|(objectclass=groupOfNames)(objectclass=groupOfUniqueNames)(objectclass=posixGroup)"
                "(objectclass=group)))"),
    ("atlassian", "(&(objectCategory=Person)(sAMAccountName=*))"), ("atlassian", "(objectCategory=Group)"),
    ("printer", "(|(cn=*an*)(mail=*an*))"), ("printer", "(&(mail=*)(cn=a*))"), ("printer", "(displayName=*Ar*)"),
    ("disabled", f"(&(objectClass=user)(userAccountControl:{_ALL_BITS}:=2))"),
    ("flags", f"(&(objectClass=user)(userAccountControl:{_ANY_BIT}:=514))"),
    ("flags", f"(groupType:{_ALL_BITS}:=2147483648)"), ("groups", "(&(objectClass=group)(groupType=8))"),
    ("expired", "(&(objectClass=user)(accountExpires<=134000000000000000)(accountExpires>=1))"),
    ("reset", "(&(objectClass=user)(pwdLastSet=0))"), ("locked", "(lockoutTime>=1)"),
    ("sales", "(&(department=sales)(!(cn=Anna*)))"), ("umlaut", "(cn=*müll*)"), ("umlaut", "(title=LÖWE)"),
    ("special", "(description=a \\2a and a \\5c)"), ("special", "(cn=Smith, John)"), ("special", "(cn=*\\28MJ\\29*)"),
    ("undefined", "(noSuchAttribute=x)"), ("undefined", "(&(objectClass=noSuchClass)(cn=*))"),
    ("undefined", "(|(noSuchAttribute=x)(sAMAccountName=anna))"), ("posix", "(&(uidNumber=*)(gidNumber=10000))"),
    ("manager", f"(manager=CN=Anna Arndt,{BERLIN})"), ("any", "(&(objectClass=user)(whenCreated>=20200101000000.0Z))"),
    ("ou", "(objectClass=organizationalUnit)"), ("ou", "(ou:dn:=Berlin)"), ("secret", "(unicodePwd=*)"),
)  # fmt: skip
_PLACES = ((BASE, "sub"), (PEOPLE, "sub"), (PEOPLE.lower(), "one"), (BERLIN, "sub"), (MUNICH.replace(",", ", "), "one"),
           (GROUPS, "one"))  # fmt: skip
_LISTS: tuple[tuple[str, ...], ...] = (
    (), ("*",), ("1.1",), ("cn", "mail", "sAMAccountName"), ("memberOf",), ("objectGUID", "objectSid"),
    ("MAIL", "DisplayName", "2.5.4.3"), ("canonicalName", "distinguishedName"), ("*", "canonicalName"),
    ("userAccountControl", "pwdLastSet", "msDS-User-Account-Control-Computed"), ("createTimestamp", "noSuchThing"),
    ("member", "groupType", "primaryGroupToken"), ("structuralObjectClass", "objectClass"),
)  # fmt: skip


@dataclass(frozen=True)
class Search:
    """One of them; `scope` is `base`, `one` or `sub`."""

    base: str
    scope: str
    filter: str
    attributes: tuple[str, ...]
    application: str = ""


@dataclass(frozen=True)
class Keys:
    """What the domain has given a person."""

    guid: bytes
    sid: str


def searches(keys: dict[str, Keys]) -> list[Search]:
    """All of them. `keys` are by login name."""
    chance = random.Random(4)
    made = [*_about_people(keys, chance), *_about_many(chance), *_by_base(keys)]
    return list(dict.fromkeys(made))


def _about_people(keys: dict[str, Keys], chance: random.Random) -> Iterator[Search]:
    for number, person in enumerate(PERSONS):
        values = _values(person, keys[person.name])
        for application, text in _ONE:
            if (number + len(text)) % 2 or number < 4:
                base, scope = (BASE, "sub") if chance.random() < 0.5 else chance.choice(_PLACES)
                yield Search(base, scope, text.format(**values), chance.choice(_LISTS), application)


def _about_many(chance: random.Random) -> Iterator[Search]:
    for application, text in _MANY:
        for base, scope in chance.sample(_PLACES, 3):
            yield Search(base, scope, text, chance.choice(_LISTS), application)


def _by_base(keys: dict[str, Keys]) -> Iterator[Search]:
    """Reads of one entry, and of what is not there."""
    anything = "(objectClass=*)"
    for person in PERSONS:
        yield Search(person.dn, "base", anything, (), "read")
        yield Search(person.dn.lower(), "base", "(objectClass=user)", ("canonicalName", "memberOf", "name"), "read")
    for group in (CREW, STAFF, COMPANY, LOOP_A, EVERYBODY):
        yield Search(group, "base", anything, (), "read")
        yield Search(group, "base", anything, ("member", "memberOf", "primaryGroupToken"), "read")
    yield Search(EVERYBODY, "base", anything, ("member;range=0-99",), "range")
    yield Search(EVERYBODY, "base", anything, ("member;range=1500-*",), "range")
    for base in (f"CN=Nobody Here,{PEOPLE}", f"OU=Nowhere,{BASE}", "DC=elsewhere", "no DN at all"):
        for scope in ("base", "one", "sub"):
            yield Search(base, scope, anything, ("cn",), "absent")
    guid = keys["anna"].guid
    for base in (f"<GUID={guid.hex()}>", f"<SID={keys['anna'].sid}>", f"<GUID={'00' * 16}>"):
        yield Search(base, "base", anything, ("cn",), "by key")
    for place in (PEOPLE, GROUPS, BERLIN):
        yield Search(place, "base", anything, ("objectClass", "ou", "distinguishedName", "canonicalName"), "place")
        yield Search(place, "one", anything, ("1.1",), "place")


def _values(person: Person, keys: Keys) -> dict[str, str]:
    values = {"u": person.name, "p": person.upn, "m": person.mail, "d": person.dn, "c": person.cn, "s": keys.sid}
    escaped = {name: _escaped(value) for name, value in values.items()}
    return {**escaped, "g": "".join(f"\\{byte:02x}" for byte in keys.guid)}


def _escaped(value: str) -> str:
    return "".join(f"\\{ord(one):02x}" if one in "\\*()\0" else one for one in value)
