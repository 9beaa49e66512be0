"""Filters that applications write for Active Directory: what they mean, and which stored entries they could select.

Pure. The bit rules, `objectCategory=person` and SIDs as text are every application's (`gateway.wire`); here is what
only this persona has: `anr`, and the way from made attributes back to those that they are made of.
"""

from __future__ import annotations

import uuid
from dataclasses import replace

from gateway.frontends.ldap.personas.ad_made import GROUPS_OF_OTHERS
from gateway.frontends.ldap.personas.ad_values import id_in
from gateway.frontends.ldap.personas.flavour import ANYTHING, Item
from gateway.wire.attributetypes import canonical
from gateway.wire.filter import And, Approx, Equal, Extensible, Filter, Or, Substrings
from gateway.wire.syntaxes import sid

_ANR = ("displayName", "givenName", "sn", "physicalDeliveryOfficeName", "proxyAddresses", "name", "sAMAccountName",
        "mail", "mailNickname", "legacyExchangeDN")  # fmt: skip
"""What ambiguous name resolution looks at (MS-ADTS 3.1.1.3.1.3.3)."""
_GROUPS: Filter = Or(tuple(Equal("objectClass", name.encode()) for name in GROUPS_OF_OTHERS))
_COMPUTED = frozenset(
    {"objectcategory", "samaccounttype", "useraccountcontrol", "accountexpires", "pwdlastset", "primarygroupid"}
    | {"distinguishedname", "whencreated", "whenchanged", "canonicalname", "structuralobjectclass", "objectclass"}
    | {"createtimestamp", "modifytimestamp", "msds-user-account-control-computed", "primarygrouptoken", "anr"}
    | {"msds-principalname", "userprincipalname", "objectguid", "objectsid"}
)
"""Made of more than one attribute, or of none: only the entry tells."""
_NAMES = frozenset({"cn", "name", "displayname"})
"""Where there is none, one of the others or the login name is shown."""
_NOBODYS = frozenset({b"computer", b"contact", b"organizationalunit", b"container", b"domaindns"})
"""Classes that are not made."""


def meant(item: Item) -> Filter:
    """`(anr=John Smith)` in words that entries have; every other item is what it says."""
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


def narrow(item: Item, logins: tuple[str, ...]) -> Filter:
    """As `Flavour.narrow`: at least what the item selects of what this persona shows. `logins` are the attributes that
    hold login names."""
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
    return ANYTHING if name in _COMPUTED or not name else item


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
    return ANYTHING if name in _COMPUTED or not name else item


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
