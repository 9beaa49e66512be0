"""The people of the benchmark, the same in every server: person N, with fifteen attributes. load.c knows their names.

There are only 64 different passwords, so that 64 Argon2 hashes do for everybody: a verification costs the same.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret

BASE = "dc=corp,dc=example"
PEOPLE = f"ou=People,{BASE}"
SERVICE, SERVICE_PASSWORD = f"cn=service,{BASE}", "service-password"
PASSWORDS = 64

Values = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, by number."""

    number: int

    @property
    def uid(self) -> str:
        """The login name."""
        return f"user{self.number:07}"

    @property
    def dn(self) -> str:
        """The same in every server."""
        return f"uid={self.uid},{PEOPLE}"

    @property
    def password(self) -> str:
        """As load.c makes it."""
        return f"password-{self.number % PASSWORDS}"

    def attributes(self) -> Values:
        """Fifteen, of about 600 octets together."""
        number = self.number
        return {
            "objectClass": ["top", "person", "organizationalPerson", "inetOrgPerson"],
            "uid": [self.uid],
            "cn": [f"Given{number} Surname{number}"],
            "sn": [f"Surname{number}"],
            "givenName": [f"Given{number}"],
            "displayName": [f"Given{number} Surname{number}"],
            "mail": [f"given.surname{number}@corp.example"],
            "telephoneNumber": [f"+49 30 {number:07}"],
            "mobile": [f"+49 170 {number:07}"],
            "title": ["Senior engineer"],
            "employeeNumber": [f"{number:07}"],
            "employeeType": ["staff"],
            "departmentNumber": [str(number % 100)],
            "l": ["Berlin"],
            "o": ["Example Corporation"],
        }


def people(count: int) -> Iterator[Person]:
    """Numbers 0 to `count`."""
    return map(Person, range(count))


def ssha(password: str) -> str:
    """RFC 2307's salted SHA-1, as OpenLDAP makes it by default."""
    salt = hashlib.sha256(password.encode()).digest()[:8]
    return "{SSHA}" + base64.b64encode(hashlib.sha1(password.encode() + salt).digest() + salt).decode()


def argon2id(password: str, memory_kib: int = 19 * 1024, time: int = 2) -> str:
    """A PHC string; the costs are the gateway's default."""
    salt = hashlib.sha256(password.encode()).digest()[:16]
    return hash_secret(password.encode(), salt, time, memory_kib, 1, 32, Type.ID).decode()


def hashes(how: Callable[[str], str]) -> list[str]:
    """That of person N is at N modulo their number."""
    return [how(person.password) for person in people(PASSWORDS)]


def ldif(count: int, stored: Sequence[str], more: Callable[[Person], Values] = lambda _: {}) -> Iterator[str]:
    """Records of the whole tree; `stored` are the values of userPassword in turn; `more` a person has besides."""
    yield f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: corp\no: Corp\n"
    yield f"dn: {PEOPLE}\nobjectClass: organizationalUnit\nou: People\n"
    yield (
        f"dn: {SERVICE}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: service\n"
        f"userPassword: {ssha(SERVICE_PASSWORD)}\n"
    )
    for person in people(count):
        attributes = person.attributes()
        for name, values in more(person).items():
            attributes[name] = [*attributes.get(name, []), *values]
        if stored:
            attributes["userPassword"] = [stored[person.number % len(stored)]]
        lines = [f"{name}: {value}" for name, values in attributes.items() for value in values]
        yield "\n".join([f"dn: {person.dn}", *lines, ""])
