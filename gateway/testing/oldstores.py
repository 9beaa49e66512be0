"""Two old user stores as one inherits them: a directory (LDIF) and a user table (SQLite), with people, groups, hashes.

For `bindferry demo` and for tests. Everything is made up; the same every time but for the salts.
"""

from __future__ import annotations

import base64
import hashlib
import os
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import bcrypt
from passlib.hash import md5_crypt, phpass, sha512_crypt

BASE = "o=corp"
STAFF = f"ou=people,{BASE}"
SERVICE_DN = f"cn=gateway,ou=services,{BASE}"
SERVICE_PASSWORD = "service-2004"
CUSTOMERS = "ou=customers,dc=example,dc=com"

# fmt: off
_GIVEN = ("Anna", "Bela", "Chloé", "David", "Élodie", "Farid", "Grete", "Hugo", "Ines", "Jörg", "Karin", "Lars",
          "Mehmet", "Nadia", "Olga", "Pavel", "Quirin", "Rosa", "Søren", "Tomasz")
_SUR = ("Abel", "Bauer", "Conti", "Díaz", "Eriksen", "Fischer", "García", "Horvat", "Ivanova", "Jansen", "Kowalski",
        "Lehmann", "Müller", "Novák", "O'Brien", "Pires", "Quinn", "Rossi", "Schäfer", "Tóth")
# fmt: on


@dataclass(frozen=True, slots=True)
class OldPerson:
    """Somebody in an old store; `note` says what is special about the account."""

    uid: str
    given: str
    surname: str
    password: str
    note: str = ""

    @property
    def mail(self) -> str:
        """The mail address."""
        return f"{self.uid}@corp.example"


def staff() -> list[OldPerson]:
    """Those of the old directory."""
    return [_person(number, number * 7 + 3, "tide") for number in range(24)]


def customers() -> list[OldPerson]:
    """Those of the old table: the last three are disabled, locked, and must change their password."""
    notes = {17: "disabled", 18: "locked", 19: "must change"}
    people = [_person(number, number * 3 + 8, "cargo", notes.get(number, "")) for number in range(20)]
    return [replace(person, uid=f"{person.uid}{number + 60}") for number, person in enumerate(people)]


def _person(number: int, surname: int, word: str, note: str = "") -> OldPerson:
    first, last = _GIVEN[number % len(_GIVEN)], _SUR[surname % len(_SUR)]
    plain = unicodedata.normalize("NFD", f"{first[0]}{last}".lower().replace("ø", "o"))
    uid = "".join(letter for letter in plain if "a" <= letter <= "z") + ("" if number < len(_GIVEN) else str(number))
    return OldPerson(uid, first, last, f"{word}-{number * 37 % 100:02}-{uid[:4]}", note)


def ldif() -> str:
    """The old directory: the service account, people, two groups."""
    people = staff()
    records = [
        _record(BASE, [("objectClass", "organization"), ("o", "corp")]),
        _record(STAFF, [("objectClass", "organizationalUnit"), ("ou", "people")]),
        _record(f"ou=services,{BASE}", [("objectClass", "organizationalUnit"), ("ou", "services")]),
        _record(f"ou=groups,{BASE}", [("objectClass", "organizationalUnit"), ("ou", "groups")]),
        _record(
            SERVICE_DN,
            [("objectClass", "applicationProcess"), ("cn", "gateway"), ("userPassword", ssha(SERVICE_PASSWORD))],
        ),
    ]
    records += [_record(f"uid={person.uid},{STAFF}", _staff_attributes(person, n)) for n, person in enumerate(people)]
    for name, members in (("crew", people[:8]), ("harbour", people[5:])):
        dns = [("member", f"uid={person.uid},{STAFF}") for person in members]
        records.append(_record(f"cn={name},ou=groups,{BASE}", [("objectClass", "groupOfNames"), ("cn", name), *dns]))
    return "\n".join(records) + "\n"  # ldaptor wants the last record ended like the others


def _staff_attributes(person: OldPerson, number: int) -> list[tuple[str, str]]:
    classes = ("top", "person", "organizationalPerson", "inetOrgPerson")
    return [
        *(("objectClass", name) for name in classes),
        ("uid", person.uid),
        ("cn", f"{person.given} {person.surname}"),
        ("sn", person.surname),
        ("givenName", person.given),
        ("mail", person.mail),
        ("employeeNumber", str(1000 + number)),
        ("telephoneNumber", f"+49 40 555 {number:04}"),
        ("entryUUID", f"00000000-0000-4000-8000-{number:012}"),
        ("userPassword", ssha(person.password)),
    ]


def _record(dn: str, attributes: list[tuple[str, str]]) -> str:
    lines = [_line("dn", dn), *(_line(name, value) for name, value in attributes)]
    return "\n".join(lines) + "\n"


def _line(name: str, value: str) -> str:
    if value.isascii():
        return f"{name}: {value}"
    return f"{name}:: {base64.b64encode(value.encode()).decode()}"


def ssha(password: str) -> str:
    """OpenLDAP's {SSHA}."""
    salt = os.urandom(8)
    digest = hashlib.sha1(password.encode() + salt, usedforsecurity=False).digest()
    return "{SSHA}" + base64.b64encode(digest + salt).decode()


def _pbkdf2_django(password: str) -> str:
    salt = os.urandom(6).hex()
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), 20_000)
    return f"pbkdf2_sha256$20000${salt}${base64.b64encode(digest).decode()}"


def _bcrypt(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(6)).decode()


_phpass: Callable[[str], str] = phpass.using(rounds=8).hash  # type: ignore[no-untyped-call]  # the stubs stop here
_sha512: Callable[[str], str] = sha512_crypt.using(rounds=5000).hash  # type: ignore[no-untyped-call]  # as above

_SCHEMES: tuple[Callable[[str], str], ...] = (ssha, md5_crypt.hash, _bcrypt, _phpass, _pbkdf2_django, _sha512)


def write_table(path: Path) -> None:
    """The old user table, with a hash scheme of each time that touched it."""
    with sqlite3.connect(path) as table:
        table.execute(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, login TEXT UNIQUE, pw TEXT, first TEXT, last TEXT, email TEXT,"
            " status TEXT, failed_logins INTEGER, force_change INTEGER)"
        )
        table.executemany("INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _rows())
    table.close()


def _rows() -> Iterator[tuple[object, ...]]:
    for number, person in enumerate(customers()):
        yield (
            4700 + number,
            person.uid,
            _SCHEMES[number % len(_SCHEMES)](person.password),
            person.given,
            person.surname,
            person.mail,
            "blocked" if person.note == "disabled" else "active",
            99 if person.note == "locked" else 0,
            int(person.note == "must change"),
        )
