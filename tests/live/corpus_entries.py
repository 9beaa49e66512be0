"""Five thousand entries for a comparison with OpenLDAP: people with awkward values, groups, containers.

The same for the same seed; made here and nowhere else known. What is asked of them is in `corpus.py`.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from dataclasses import dataclass

BASE = "dc=corp,dc=example"
UNITS = 48
PEOPLE_IN_UNIT = 100
GROUPS = 160
PASSWORD = "canary-side-by-side"

_FIRST = ("Anna", "Jürgen", "Zoë", "Björn", "Łukasz", "Ἀλέξης", "Иван", "李", "José María", "O'Neil", "Mary-Jane", "Al")
_LAST = ("Müller", "Straße", "STRASSE", "van der Berg", "Smith, Jr.", "Ng", "Ólafsdóttir", "de la Cruz", "Ivanov", "王")
_TITLES = ("Engineer", "engineer  (senior)", "Head of #1", "Director+VP", "Tester \\ Fixer", 'The "Boss"', "a*b", "(x)")
_TOWNS = ("Berlin", "São Paulo", "MÜNCHEN", "  Leading", "Trailing  ", "Two  Blanks", "Ｆｕｌｌｗｉｄｔｈ")
_WORDS = ("alpha", "Beta", "gamma ray", "δέλτα", "épsilon", "zeta-1", "eta_2", "theta.3", "iota", "KAPPA", "lambda")

Value = str | bytes
Entry = tuple[str, list[tuple[str, Value]]]


@dataclass(frozen=True)
class Person:
    """Somebody with a DN of any of the forms that directories have."""

    number: int
    dn: str
    unit: str
    attributes: tuple[tuple[str, Value], ...]

    @property
    def uid(self) -> str:
        return f"p{self.number:04}"


def escaped(value: str) -> str:
    """An attribute value in a DN (RFC 4514)."""
    text = "".join("\\" + one if one in ',+"\\<>;=' else one for one in value)
    return f"\\{text}" if text[:1] in (" ", "#") else text


def unit_dn(number: int) -> str:
    """One of the containers below which people are."""
    return f"ou=Unit {number % UNITS:02},ou=People,{BASE}"


def people() -> Iterator[Person]:
    """All of them, each time the same."""
    chance = random.Random(4511)
    for number in range(UNITS * PEOPLE_IN_UNIT):
        yield _person(number, chance)


def _person(number: int, chance: random.Random) -> Person:
    first, last = chance.choice(_FIRST), chance.choice(_LAST)
    unit, uid, name = unit_dn(number), f"p{number:04}", f"{first} {last} {number % 997}"
    forms = (
        f"uid={uid},{unit}",
        f"UID={uid} , {unit}",
        f"cn={escaped(name)},{unit}",
        f"employeeNumber={number}+uid={uid},{unit}",
    )
    form = chance.choices(forms, (8, 1, 2, 1))[0]
    common: list[tuple[str, Value]] = [
        ("objectClass", "inetOrgPerson"), ("objectClass", "posixAccount"), ("objectClass", "shadowAccount"),
        ("uid", uid), ("cn", name), ("sn", last), ("givenName", first), ("employeeNumber", str(number)),
        ("uidNumber", str(10_000 + number)), ("gidNumber", str(chance.choice((100, 200, 300, 0, 65534)))),
        ("homeDirectory", f"/home/{uid}"), ("userPassword", PASSWORD),
    ]  # fmt: skip
    more: list[tuple[float, str, Value]] = [
        (0.9, "mail", f"{uid}@Corp.Example"), (0.3, "mail", f"{uid}.{number % 7}@other.example"),
        (0.5, "telephoneNumber", f"+49 30 {number % 100:02}-{number % 13}"), (0.3, "title", chance.choice(_TITLES)),
        (0.5, "l", chance.choice(_TOWNS)), (0.4, "description", " ".join(chance.choices(_WORDS, k=3))),
        (0.2, "description", chance.choice(_WORDS).upper()),
        (0.2, "postalAddress", f"Street {number}$0{number % 9}$DE"),
        (0.4, "manager", f"uid=p{number // 10:04},{unit_dn(number // 10)}"), (0.1, "seeAlso", f"CN=X , {BASE}"),
        (0.3, "loginShell", chance.choice(("/bin/sh", "/bin/Bash", "/usr/bin/false"))),
        (0.1, "jpegPhoto", bytes(chance.randrange(256) for _ in range(24))),
        (0.2, "cn;lang-de", f"{first} auf Deutsch"),
        (0.1, "cn;lang-de;lang-en", "Beides"),
        (0.2, "preferredLanguage", chance.choice(("de", "en-GB", "fr, en;q=0.5"))),
        (0.2, "employeeType", chance.choice(("internal", "EXTERNAL", "intern"))),
        (0.3, "departmentNumber", str(number % 11)),
        (0.2, "shadowLastChange", str(number * 3 - 4000)), (0.1, "shadowFlag", str(number % 16)),
        (0.1, "x500UniqueIdentifier", f"'{number % 8:04b}'B"), (0.2, "labeledURI", f"http://Example/{uid}?a=b c"),
        (0.1, "roomNumber", f"R {number % 50}"), (0.1, "displayName", f"{last}  {first}"), (0.1, "o", "Corp & Söhne"),
        (0.1, "facsimileTelephoneNumber", "+49 30 55 $ fineResolution"), (0.1, "initials", first[:1] + last[:1]),
        (0.1, "mobile", "+1 (555) 010-" + str(number % 100)), (0.05, "carLicense", "B-XY 12"), (0.1, "gecos", uid),
        (0.1, "ou", f"Unit {number % UNITS:02}"), (0.05, "secretary", f"uid={uid},{unit}"), (0.1, "street", "Am Weg 1"),
    ]  # fmt: skip
    taken: set[tuple[str, Value]] = set()
    for share, attribute, value in more:
        if chance.random() < share and (attribute, value) not in taken and not _clashes(attribute, value, taken):
            taken.add((attribute, value))
            common.append((attribute, value))
    return Person(number, form, unit, tuple(common))


def _clashes(attribute: str, value: Value, taken: set[tuple[str, Value]]) -> bool:
    """Whether a server would call it a second value that is equal."""
    return any(attribute == one and str(value).lower() == str(held).lower() for one, held in taken)


def groups(all_of_them: list[Person]) -> Iterator[Entry]:
    """Static groups of each old class; some hold groups, some of those in a circle, one is large."""
    chance = random.Random(2256)
    for number in range(GROUPS):
        dn = f"cn=group {number:03},ou=Groups,{BASE}"
        some = chance.sample(all_of_them, 1200 if number == 0 else chance.randrange(1, 12))
        kind = number % 3
        values: list[tuple[str, Value]] = [("cn", f"group {number:03}"), ("description", chance.choice(_WORDS))]
        if kind == 0:
            values += [("objectClass", "groupOfNames"), *(("member", person.dn) for person in some)]
            if number % 9 == 0:
                values.append(("member", f"cn=group {(number + 9) % GROUPS:03},ou=Groups,{BASE}"))
        elif kind == 1:
            values += [("objectClass", "groupOfUniqueNames"), *(("uniqueMember", person.dn) for person in some)]
        else:
            values += [("objectClass", "posixGroup"), ("gidNumber", str(number))]
            values += [("memberUid", person.uid) for person in some]
        yield dn, values


def ldif(all_of_them: list[Person]) -> Iterator[str]:
    """Records for slapadd, behind those that every server of the tests has."""
    for number in range(UNITS):
        if number == 0:
            yield _record(f"ou=Groups,{BASE}", [("objectClass", "organizationalUnit"), ("ou", "Groups")])
            yield _record(f"ou=Empty,{BASE}", [("objectClass", "organizationalUnit"), ("ou", "Empty")])
        yield _record(unit_dn(number), [("objectClass", "organizationalUnit"), ("ou", f"Unit {number:02}")])
    for person in all_of_them:
        yield _record(person.dn, list(person.attributes))
    for dn, values in groups(all_of_them):
        yield _record(dn, values)


def _record(dn: str, values: list[tuple[str, Value]]) -> str:
    return "".join([_line("dn", dn), *(_line(name, value) for name, value in values)])


def _line(name: str, value: Value) -> str:
    octets = value.encode() if isinstance(value, str) else value
    return f"{name}:: {base64.b64encode(octets).decode()}\n"
