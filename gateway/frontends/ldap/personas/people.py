"""DNs of people as one application knows them: made of one attribute, `cn={cn},ou=users,o=old`. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from gateway.config.applications import PEOPLE_TEMPLATE
from gateway.errors import ProtocolError
from gateway.identity.model import Entry, Identity
from gateway.wire.attributetypes import canonical
from gateway.wire.dn import escape_value, normalise_dn, parse_dn

_PLAIN = re.compile(r"([A-Za-z][A-Za-z0-9-]*)=([A-Za-z0-9._@-]+),")


@lru_cache(maxsize=1024)
def _is_dn(text: str) -> bool:
    try:
        normalise_dn(text)
    except ProtocolError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class People:
    """How people's DNs are made: `type={attribute},parent`. Build it with `People.of`.

    `is_login`: the attribute holds login names, so that whoever's stored DN begins with it is known by that DN alone.
    """

    type: str
    attribute: str
    parent: str
    is_login: bool = False

    @classmethod
    def of(cls, template: str, logins: Collection[str] = ()) -> People:
        """`ValueError` says what is wrong with the template. `logins` are the attributes that hold login names."""
        match = PEOPLE_TEMPLATE.fullmatch(template)
        if match is None:
            raise ValueError("not a template of a DN: write for example cn={cn},ou=users,dc=old,dc=example")
        is_login = canonical(match[2]) in {canonical(login) for login in logins}
        return cls(match[1], match[2], match[3].strip(), is_login)

    def dn(self, person: Entry) -> str | None:
        """The person's DN, None where the entry lacks what it is made of. What the stored DN begins with goes first: of
        two login names that is the one which a group tells, too."""
        told = self.of_stored(person.dn)
        if told is not None:
            return told
        values = person.attributes.get(self.attribute) or person.operational.get(self.attribute)
        if not values and isinstance(person, Identity) and self.attribute.lower() == "name":
            values = (person.name.encode(),)
        if not values or not values[0]:
            return None
        return self._with(values[0])

    def of_stored(self, dn: str) -> str | None:
        """The DN for a stored one, where that alone tells it."""
        if not self.is_login:
            return None
        plain = _PLAIN.match(dn)  # nearly all are, and a group may have ten thousand of them
        if plain is not None and _is_dn(dn[plain.end() :]):
            is_told = canonical(plain[1]) == canonical(self.attribute)
            return f"{self.type}={plain[2]},{self.parent}" if is_told else None
        try:
            (name, value), *more = parse_dn(dn).rdns[0]
        except (ProtocolError, IndexError):
            return None
        return None if more or canonical(name) != canonical(self.attribute) else self._with(bytes(value))

    def _with(self, value: bytes) -> str:
        return f"{self.type}={escape_value(value)},{self.parent}"
