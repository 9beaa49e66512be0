"""The same people in five old stores, and OpenLDAP as the first of them; the four tables are in `legacytables.py`.

Servers are those of `slapd.py` and `databases.py`; here is what stands in them, and how a configuration names them.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from live.clients import Login
from live.slapd import PEOPLE as SLAPD_PEOPLE
from live.slapd import SERVICE, SERVICE_PASSWORD, Slapd

PHOTO = bytes(range(256)) + b"\xff\xd8\n\r\x00 "
TABLE_PEOPLE = "ou=people,o=old"
NAMES = ("app", "anna", "Jürgen", "Smith, John", "late", "hang", "storm", "slow", "dora", "emil", "mia", "lola", "twin")
STATES = {"dora": "disabled", "emil": "expired", "mia": "must-change", "lola": "locked"}


def password_of(name: str) -> str:
    """What the old stores take from this person."""
    return f"canary-{name.encode().hex()}-pw"


@dataclass(frozen=True)
class Person:
    """A row or an entry."""

    number: int
    name: str

    @property
    def hash(self) -> str:
        salt = self.name.encode()[:8]
        digest = hashlib.sha1(password_of(self.name).encode() + salt).digest()
        return "{SSHA}" + base64.b64encode(digest + salt).decode()

    @property
    def mails(self) -> list[str]:
        return [f"m{self.number}@corp.example", f"M.{self.number}@Corp.Example"]

    @property
    def note(self) -> str:
        """A description: of every second person a blank, the least that a Directory String can be."""
        return " " if self.number % 2 else ""

    def row(self) -> tuple[object, ...]:
        state = STATES.get(self.name)
        flags = [int(state == kind) for kind in ("disabled", "locked", "must-change")]
        expires = "2001-02-03 04:05:06" if state == "expired" else None
        return (
            self.number,
            self.name,
            self.hash,
            "Zoë ",
            "漢字 😀",
            ",".join(self.mails),
            PHOTO,
            self.note,
            *flags,
            expires,
        )

    def ldif(self, dn: str = "") -> str:
        """A record; without a DN, the one that `dn_below` makes."""
        values: list[tuple[str, str | bytes]] = [
            ("dn", dn or dn_below(SLAPD_PEOPLE, self.name)), ("objectClass", "inetOrgPerson"), ("uid", self.name),
            ("cn", "Zoë  漢字 😀"), ("cn;lang-en", "Zoe"), ("sn", "漢字 😀"), ("jpegPhoto", PHOTO),
            ("userPassword", self.hash), *(("mail", mail) for mail in self.mails),
        ]  # fmt: skip
        if self.note:
            values.append(("description", self.note))
        if self.name == "lola":
            values.append(("pwdAccountLockedTime", "000001010000Z"))
        if self.name == "mia":
            values.append(("pwdReset", "TRUE"))
        return "".join(_line(name, value) for name, value in values)


PERSONS = tuple(Person(number, name) for number, name in enumerate(NAMES, 1))


def _line(name: str, value: str | bytes) -> str:
    octets = value.encode() if isinstance(value, str) else value
    return f"{name}:: {base64.b64encode(octets).decode()}\n"


def dn_below(base: str, name: str) -> str:
    """Somebody's DN (RFC 4514)."""
    return f"uid={name.replace(',', chr(92) + ',')},{base}"


class OldStore(Protocol):
    """What a test does to an old store."""

    name: str
    people: str
    """The DN that people are below."""

    def source(self, **changes: Any) -> dict[str, Any]:
        """The section of a configuration."""

    def stop(self) -> None:
        """Switch it off, by signal where it is a server."""

    def freeze(self) -> None:
        """It is there and answers nothing."""

    def restore(self) -> None:
        """It works, whatever was done to it."""

    def remove(self) -> None:
        """Leave nothing behind."""


def login(store: OldStore, name: str, password: str | None = None) -> Login:
    """The bind of an application for this person, as the old store names people."""
    return Login(dn_below(store.people, name), password_of(name) if password is None else password)


class OldDirectory:
    """OpenLDAP."""

    name, people = "slapd", SLAPD_PEOPLE

    def __init__(self, place: Path) -> None:
        twin = Person(len(NAMES), "twin").ldif(f"employeeNumber=2,{SLAPD_PEOPLE}") + _line("employeeNumber", "2")
        self.server = Slapd(place, [*(person.ldif() for person in PERSONS), twin])
        self._running = self._frozen = False
        self.restore()
        members = "".join(_line("member", dn_below(self.people, name)) for name in NAMES[:4])
        group = f"dn: cn=crew,{self.people}\nchangetype: add\nobjectClass: groupOfNames\ncn: crew\n{members}"
        self.server.modify(group)  # not from the start: only then does the overlay write memberOf

    def source(self, **changes: Any) -> dict[str, Any]:
        return {
            "name": "staff", "type": "ldap", "url": self.server.url, "base": self.people,
            "bind_dn": SERVICE, "bind_password": SERVICE_PASSWORD, **changes,
        }  # fmt: skip

    def stop(self) -> None:
        self.server.stop()
        self._running = self._frozen = False

    def freeze(self) -> None:
        self.server.freeze()
        self._frozen = True

    def restore(self) -> None:
        if not self._running:
            self.server.start()
            self._running = True
        if self._frozen:
            self.server.thaw()
            self._frozen = False

    def remove(self) -> None:
        self.stop()
