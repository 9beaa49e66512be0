"""Two thousand searches, the same for the same seed: every kind of filter, scope, base and selection.

What they are asked of is in `corpus_entries.py`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from live.corpus_entries import BASE, UNITS, Person, unit_dn

SEARCHES = 2_100

_TEXTS = ("cn", "sn", "givenName", "mail", "uid", "title", "l", "description", "displayName", "o", "ou", "employeeType",
          "loginShell", "homeDirectory", "gecos", "street", "carLicense", "roomNumber", "initials", "labeledURI",
          "preferredLanguage", "employeeNumber", "departmentNumber", "telephoneNumber", "mobile", "postalAddress",
          "facsimileTelephoneNumber", "x500UniqueIdentifier", "jpegPhoto")  # fmt: skip
_NUMBERS = ("uidNumber", "gidNumber", "shadowLastChange", "shadowFlag")
_NAMES = ("manager", "seeAlso", "secretary", "member", "uniqueMember")
_OTHER_SPELLINGS = {"cn": ("commonName", "2.5.4.3", "CN"), "sn": ("surname", "2.5.4.4"), "mail": ("rfc822Mailbox",),
                    "uid": ("userid", "UID"), "l": ("localityName",), "ou": ("organizationalUnitName",)}  # fmt: skip
_WHOLE = (
    "(objectClass=*)", "(objectClass=person)", "(objectClass=PERSON)", "(objectClass=inetOrgPerson)",
    "(objectClass=top)",
    "(objectClass=2.5.6.6)", "(objectClass=groupOfNames)", "(objectClass=posixGroup)", "(objectClass=nosuchclass)",
    "(!(objectClass=person))", "(&)", "(|)", "(!(&))", "(!(|))", "(hasSubordinates=TRUE)", "(hasSubordinates=FALSE)",
    "(structuralObjectClass=inetOrgPerson)", "(structuralObjectClass=person)", "(subschemaSubentry=cn=Subschema)",
    "(createTimestamp>=19990101000000Z)", "(createTimestamp<=19990101000000Z)", "(creatorsName=*)", "(entryUUID=*)",
    f"(entryDN={BASE})", f"(entryDN=ou=people, {BASE.upper()})", "(nosuchattribute=x)", "(!(nosuchattribute=x))",
    "(|(nosuchattribute=*)(cn=group 001))", "(name=unit 01)", "(name=U*0*)", "(ou:dn:=unit 03)", "(ou:dn:=people)",
    "(:dn:caseIgnoreMatch:=People)", "(:caseExactMatch:=Groups)", "(:2.5.13.2:=groups)", "(cn:dn:2.5.13.5:=group 004)",
    "(objectClass:dn:=person)", "(o:dn:=corp)", "(dc:dn:=example)", "(uidNumber:1.2.840.113556.1.4.803:=3)",
    "(uidNumber:1.2.840.113556.1.4.804:=12)", "(shadowFlag:1.2.840.113556.1.4.803:=5)", "(cn:nosuchrule:=x)",
    "(uidNumber:caseIgnoreMatch:=1)", "(userPassword=*)", "(userPassword=canary)", "(!(userPassword=*))",
    "(objectClass>=person)", "(objectClass~=person)", "(objectClass=per*)", "(jpegPhoto>=a)", "(manager>=cn=x)",
    "(uidNumber=abc)", "(!(uidNumber=abc))", "(manager=no dn)", "(!(manager=no dn))", "(member=*)", "(memberUid=*)",
    "(memberUid=p0*)", "(entryUUID=not-a-uuid)", "(createTimestamp>=never)", "(cn=)", "(description= )",
)  # fmt: skip
_SELECTIONS = (
    (), ("*",), ("+",), ("*", "+"), ("1.1",), ("1.1", "cn"), ("cn",), ("CN", "sn"), ("name",), ("2.5.4.3",),
    ("uid", "mail"),
    ("cn;lang-de",), ("cn;lang-en",), ("cn;lang-fr",), ("nosuchattribute",), ("objectClass",), ("entryUUID", "entryDN"),
    ("userPassword",), ("*", "userPassword"), ("hasSubordinates", "structuralObjectClass"), ("commonName", "surname"),
    ("telephoneNumber", "description", "manager"), ("@person",), ("@posixAccount", "mail"), ("@nosuchclass",),
    ("uidNumber", "gidNumber", "homeDirectory", "loginShell", "gecos", "cn", "uid"), ("createTimestamp",),
    ("jpegPhoto",),
    ("member", "memberUid", "uniqueMember"), ("distinguishedName",), ("*", "cn"), ("", ), ("cn", "cn"),
)  # fmt: skip
_SMALL = (("1.1",), ("cn",), ("uid", "mail"), ("entryUUID", "entryDN"), ("@person",))
"""What is asked of large results, as a rule."""


@dataclass(frozen=True)
class Search:
    """One request."""

    base: str
    scope: int
    wanted: str
    attributes: tuple[str, ...] = ()
    types_only: bool = False


def searches(people: list[Person]) -> Iterator[Search]:
    """All of them."""
    maker = _Maker(people)
    for number in range(SEARCHES):
        yield maker.search(number)


class _Maker:
    def __init__(self, people: list[Person]) -> None:
        self._people = people
        self._chance = random.Random(4515)

    def search(self, number: int) -> Search:
        chance, person = self._chance, self._chance.choice(self._people)
        wanted = _WHOLE[number] if number < len(_WHOLE) else self._filter(person, 0)
        if number < len(_WHOLE):
            base, scope = (BASE, 2) if number % 8 == 0 else (chance.choice((unit_dn(3), f"ou=Groups,{BASE}", BASE)), 1)
        else:
            base, scope = self._place(person)
        large = scope == 2 and not base.lower().startswith(("uid=", "cn=", "employeenumber=", "ou=unit"))
        selections = _SELECTIONS if not large or chance.random() < 0.1 else _SMALL
        return Search(base, scope, wanted, chance.choice(selections), chance.random() < 0.05)

    def _place(self, person: Person) -> tuple[str, int]:
        chance = self._chance
        places = (
            (30, person.unit, 1), (30, person.unit, 2), (0.5, BASE, 2), (0.5, f"ou=People,{BASE}", 2),
            (8, person.dn, 0),
            (4, person.dn, 2), (3, person.dn, 1), (4, f"ou=groups , {BASE.upper()}", 1), (4, f"ou=Groups,{BASE}", 2),
            (2, f"ou=Empty,{BASE}", 2), (2, f"ou=Empty,{BASE}", 0), (2, f"uid=nobody,{person.unit}", 0), (2, BASE, 1),
            (1, f"ou=nowhere,{BASE}", 2), (1, "dc=elsewhere", 2), (2, unit_dn(chance.randrange(UNITS)).upper(), 1),
            (1, "no dn", 2), (1, f"cn=x,{person.dn}", 0), (2, BASE, 0), (1, f"ou=People\\2c{BASE}", 1),
        )  # fmt: skip
        _, base, scope = chance.choices(places, [place[0] for place in places])[0]
        return base, scope

    def _filter(self, person: Person, depth: int) -> str:
        chance = self._chance
        kind = chance.random()
        if depth < 3 and kind < 0.3:
            items = "".join(self._filter(chance.choice((person, chance.choice(self._people))), depth + 1)
                            for _ in range(chance.randrange(1, 4)))  # fmt: skip
            return f"({chance.choice('&&|')}{items})"
        if depth < 3 and kind < 0.4:
            return f"(!{self._filter(person, depth + 1)})"
        return self._item(person)

    def _item(self, person: Person) -> str:
        chance = self._chance
        own = [name for name, _ in person.attributes if ";" not in name and name not in ("objectClass", "userPassword")]
        kinds = (chance.choice(own), chance.choice(_TEXTS), chance.choice(_NUMBERS), chance.choice(_NAMES))
        attribute = chance.choices(kinds, (14, 3, 2, 1))[0]
        held = [value for name, value in person.attributes if name == attribute]
        value = chance.choice(held) if held else chance.choice(("10", "alpha", "", "uid=x," + BASE, "Berlin"))
        octets = self._varied(value.encode() if isinstance(value, str) else value)
        name = chance.choice((attribute, *_OTHER_SPELLINGS.get(attribute, (attribute.upper(),))))
        if chance.random() < 0.1:
            name += chance.choice((";lang-de", ";LANG-DE;lang-en", ";lang-fr"))
        match chance.randrange(10):
            case 0:
                return f"({name}=*)"
            case 1:
                return f"({name}>={_assertion(octets)})"
            case 2:
                return f"({name}<={_assertion(octets)})"
            case 3:
                return f"({name}~={_assertion(octets)})"
            case 4 | 5:
                return f"({name}={self._parts(octets)})"
            case 6:
                rule = chance.choice(("caseExactMatch", "caseIgnoreMatch", "2.5.13.14", "dn", "distinguishedNameMatch"))
                return f"({name}:{rule}:={_assertion(octets)})"
        return f"({name}={_assertion(octets)})"

    def _varied(self, octets: bytes) -> bytes:
        """The value, or one that is equal, nearly equal or different."""
        chance = self._chance
        try:
            text = octets.decode()
        except UnicodeDecodeError:
            return octets
        forms = (text, text, text, text.upper(), text.lower(), text.swapcase(), f" {text}  ", text.replace(" ", "   "),
                 text[:-1], text + "x", text.replace(",", " , "), "", text.title())  # fmt: skip
        return chance.choice(forms).encode()

    def _parts(self, octets: bytes) -> str:
        chance = self._chance
        cuts = sorted(chance.randrange(len(octets) + 1) for _ in range(chance.randrange(1, 4)))
        pieces = [octets[start:end] for start, end in zip([0, *cuts], [*cuts, len(octets)], strict=True)]
        kept = [piece if chance.random() < 0.6 else b"" for piece in pieces]
        text = "*".join(_assertion(piece) for piece in kept)
        while "**" in text:
            text = text.replace("**", "*")
        return text if "*" in text else f"{text}*"


def _assertion(octets: bytes) -> str:
    """RFC 4515 3: what is not plain text is escaped."""
    return "".join(chr(one) if 32 <= one < 127 and one not in b"*()\\" else f"\\{one:02x}" for one in octets)
