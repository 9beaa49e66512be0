"""A new entry as an administrator wants it: whether that is a person, and by which names. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from gateway.identity.model import NATIVE, Attributes, Entry, Identity, Origin, normalise

_PEOPLE = frozenset(
    {
        "account",
        "inetorgperson",
        "ndsloginproperties",
        "organizationalperson",
        "person",
        "posixaccount",
        "simplesecurityobject",
        "user",
    }
)
_GROUPS = frozenset({"group", "groupofnames", "groupofuniquenames", "posixgroup"})  # some have a password, too
_LOGINS = ("uid", "samaccountname")
_FURTHER = ("mail", "userprincipalname")


def newcomer(
    dn: str,
    dn_key: str,
    rdn: tuple[str, str],
    attributes: Attributes,
    *,
    has_password: bool,
    canonical: Callable[[str], str] = str.lower,
) -> Entry:
    """An `Identity` where its classes are a person's, or it has a password (an application's account); else an `Entry`.

    The login name is that of the RDN where it is a login attribute, else the first value of one, else the RDN's value.
    """
    classes = {value.decode("ascii", "replace").lower() for value in attributes.get("objectClass")}
    if not classes & _PEOPLE and (not has_password or classes & _GROUPS):
        return Entry(dn, dn_key, attributes)
    by_kind = {canonical(name): values for name, values in attributes.items()}
    logins = [text for kind in _LOGINS for value in by_kind.get(kind, ()) if (text := _text(value))]
    name = rdn[1] if rdn[0] in _LOGINS or not logins else logins[0]
    further = [text for kind in _FURTHER for value in by_kind.get(kind, ()) if (text := _text(value)) and "@" in text]
    aliases = {normalise(one): one for one in [*logins, *further] if normalise(one) != normalise(name)}
    person = uuid.uuid4()
    return Identity(
        dn=dn,
        dn_key=dn_key,
        attributes=attributes,
        id=person,
        name=name,
        origin=Origin(NATIVE, str(person)),
        aliases=tuple(aliases.values()),
    )


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace").strip()
