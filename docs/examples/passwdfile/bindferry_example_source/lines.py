"""The file: one person a line, and what its fields mean. Nothing here waits, and nothing here knows a password.

login:hash:key:state:mail:full name
jdoe:{SSHA}8tU…:1001::j.doe@corp.example:Jane Doe
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from gateway.identity.model import ACTIVE, AccountState, Attributes, Identity, Origin, derive_id
from gateway.wire.dn import escape_value, normalise_dn

LARGEST = 16 << 20
"""Bytes of a file that is read; whatever comes from outside has a bound."""

STATES = {
    "": ACTIVE,
    "disabled": AccountState(disabled=True),
    "locked": AccountState(locked=True),
    "must-change": AccountState(must_change=True),
}


class BadFile(Exception):
    """The file cannot be used. The text names the line and never what is in it: there are hashes in it (R15)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One person and the stored hash, "" for none. The hash is in no repr, and never in the identity."""

    person: Identity
    stored: str = field(repr=False)


def read_lines(path: Path, source: str, base: str) -> list[Line]:
    """Everybody. `OSError` if the file cannot be read, `BadFile` if it cannot be used."""
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise BadFile(f"the file has more than {LARGEST} bytes")
    try:
        rows = data.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise BadFile("the file is not UTF-8") from None
    return [_line(row, number, source, base) for number, row in enumerate(rows, 1) if row.strip()]


def _line(row: str, number: int, source: str, base: str) -> Line:
    fields = row.split(":")
    if len(fields) != 6:
        raise BadFile(f"line {number} has {len(fields)} fields and not 6")
    login, stored, key, state, mail, full_name = (each.strip() for each in fields)
    if not login or not key:
        raise BadFile(f"line {number} has no login or no key")
    if state not in STATES:
        raise BadFile(f"line {number} has a state that is not known")
    origin = Origin(source, key)  # the key, and not the login: people marry
    dn = f"uid={escape_value(login)},{base}"
    shown = {
        "objectClass": ("top", "person", "organizationalPerson", "inetOrgPerson"),
        "uid": (login,),
        "cn": (full_name or login,),
        "sn": (full_name.rpartition(" ")[2] or login,),
        "mail": (mail,) if mail else (),
    }
    person = derive_id(origin)
    identity = Identity(
        dn=dn,
        dn_key=normalise_dn(dn),
        attributes=Attributes((name, [value.encode() for value in values]) for name, values in shown.items() if values),
        operational=Attributes({"entryUUID": [str(person).encode()]}),
        id=person,
        name=login,
        origin=origin,
        aliases=(mail,) if mail else (),
        state=STATES[state],
    )
    return Line(identity, stored)
