"""Filters that applications write for Active Directory: what they mean, and which stored entries they could select.

Pure. The bit rules, `objectCategory=person` and SIDs as text are every application's (`gateway.wire`); here is what
only this persona has: `anr`, and the way from made attributes back to those that they are made of.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from gateway.frontends.ldap.personas.ad_made import GROUPS_OF_OTHERS
from gateway.frontends.ldap.personas.ad_values import id_in
from gateway.frontends.ldap.personas.flavour import ANYTHING, Item
from gateway.identity.model import Attributes
from gateway.wire.assertion import Values
from gateway.wire.attributetypes import canonical
from gateway.wire.filter import And, Approx, Equal, Extensible, Filter, Not, Or, Present, Substrings
from gateway.wire.syntaxes import sid

_ANR = ("displayName", "givenName", "sn", "physicalDeliveryOfficeName", "proxyAddresses", "name", "sAMAccountName",
        "mail", "mailNickname", "legacyExchangeDN")  # fmt: skip
"""What ambiguous name resolution looks at (MS-ADTS 3.1.1.3.1.3.3)."""
_GROUPS: Filter = Or(tuple(Equal("objectClass", name.encode()) for name in GROUPS_OF_OTHERS))
_COMPUTED = frozenset(
    {"useraccountcontrol", "pwdlastset", "canonicalname", "structuralobjectclass", "createtimestamp"}
    | {"modifytimestamp", "msds-user-account-control-computed", "primarygrouptoken", "msds-principalname", "anr"}
)
"""No store has what is shown: only the entry tells."""
_MADE = frozenset(
    {"objectcategory", "samaccounttype", "accountexpires", "primarygroupid", "distinguishedname", "whencreated"}
    | {"whenchanged", "objectclass", "userprincipalname", "objectguid", "objectsid"}
)
"""What an Active Directory has, and what is made for everybody else."""
_OF_OTHERS = Not(Present("objectGUID"))
_NAMES = frozenset({"cn", "name", "displayname"})
"""Where there is none, one of the others or the login name is shown."""
_WITH_SUBTYPES = frozenset({"name", "distinguishedname", "postaladdress"})
_NOBODYS = frozenset({b"computer", b"contact", b"organizationalunit", b"container", b"domaindns"})
"""Classes that are not made."""


@dataclass(frozen=True, slots=True)
class Flat:
    """An item about just this attribute: Active Directory has no subtypes, so that `(distinguishedName=…)` does not
    look at `member`, nor `(name=…)` at `sn`."""

    item: Item

    def matches(self, attributes: Values) -> bool | None:
        wanted = canonical(self.item.attribute or "")
        return self.item.matches(Attributes(pair for pair in attributes.items() if canonical(pair[0]) == wanted))

    def names(self) -> frozenset[str]:
        return self.item.names()

    def renamed(self, names: Callable[[str], str]) -> Filter:
        return Flat(self.item.renamed(names))


def meant(item: Item) -> Filter:
    """`(anr=John Smith)` in words that entries have; every other item is what it says."""
    if canonical(item.attribute or "") in _WITH_SUBTYPES and not isinstance(item, Extensible):
        return Flat(item)
    if not isinstance(item, Equal | Approx | Substrings) or item.attribute.lower() != "anr":
        return item
    if isinstance(item, Substrings):
        value = item.initial if item.initial is not None and not item.any and item.final is None else None
    else:
        value = item.value
    if not value or not value.strip():
        return item
    return _ambiguous(value.strip(), exact=isinstance(item, Equal) and value.startswith(b"="))


def _ambiguous(value: bytes, *, exact: bool) -> Filter:
    """Any of the names begins with it; of two words also: given name and surname, in either order. `==` is exact."""
    value = value.removeprefix(b"=") if exact else value

    def one(attribute: str, part: bytes) -> Filter:
        return Equal(attribute, part) if exact else Substrings(attribute, part, (), None)

    choices = [one(attribute, value) for attribute in _ANR]
    first, blank, second = value.partition(b" ")
    second = second.strip()
    if blank and second:
        choices += [And((one("givenName", a), one("sn", b))) for a, b in ((first, second), (second, first))]
    return Or(tuple(choices))


def narrow(item: Item | Flat, logins: tuple[str, ...]) -> Filter:
    """As `Flavour.narrow`: at least what the item selects of what this persona shows. `logins` are the attributes that
    hold login names."""
    if isinstance(item, Flat):
        item = item.item
    name = canonical(item.attribute or "")
    if name in _NAMES:
        return _any(item, ("cn", "name", "displayName", *logins))
    if name == "samaccountname":
        return _any(item, (*logins, "sAMAccountName", "cn"))
    if name == "member" and not isinstance(item, Extensible):
        return _any(item, ("member", "uniqueMember"))
    if name == "grouptype":
        return Or((item, _GROUPS))
    if isinstance(item, Equal):
        return _equal(name, item, logins)
    return _made(name, item)


def _made(name: str, item: Item) -> Filter:
    if name in _COMPUTED or not name:
        return ANYTHING
    return Or((item, _OF_OTHERS)) if name in _MADE else item


def _any(item: Item, attributes: tuple[str, ...]) -> Filter:
    return Or(tuple(replace(item, attribute=attribute) for attribute in dict.fromkeys(attributes)))


def _equal(name: str, item: Equal, logins: tuple[str, ...]) -> Filter:
    value = item.value.lower()
    match name:
        case "userprincipalname":
            bare = item.value.rpartition(b"@")[0]
            names = (Equal(attribute, one) for attribute in logins for one in (bare, item.value))
            return Or((item, *names))
        case "objectguid":
            return _with_id(item, uuid.UUID(bytes_le=item.value)) if len(item.value) == 16 else item
        case "objectsid":
            return _of_sid(item)
        case "objectclass" if value == b"group":
            return _GROUPS
        case "objectclass" if value in _NOBODYS:
            return item
        case "samaccounttype" | "objectcategory" if value in (b"268435456", b"group"):
            return Or((item, _GROUPS))
    return _made(name, item)


def _with_id(item: Filter, number: uuid.UUID) -> Filter:
    """Who has this id; a group may have none but that which its DN makes."""
    return Or((item, Equal("entryUUID", str(number).encode()), _GROUPS))


def _of_sid(item: Equal) -> Filter:
    binary = sid(item.value) or item.value
    number = id_in(binary)
    if number is not None:
        return _with_id(item, number)
    rid = int.from_bytes(binary[-4:], "little") - 1000
    if rid < 0:
        return item
    return Or((item, Equal("gidNumber" if rid % 2 else "uidNumber", str(rid // 2).encode())))
