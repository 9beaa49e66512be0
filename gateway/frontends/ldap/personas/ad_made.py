"""What Active Directory would say of people and groups that never were in one: attributes made from what they have.

Pure. Whatever an entry has itself is kept; only what is missing is made, always the same for the same entry.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

from gateway.frontends.ldap.personas.ad_domain import Domain
from gateway.frontends.ldap.personas.ad_values import NEVER, filetime, seconds_of, sid_of, when
from gateway.identity.model import Attributes, Entry, Identity
from gateway.identity.search import all_attributes
from gateway.wire.dn import spelled_leaf

USER_CLASSES = (b"top", b"person", b"organizationalPerson", b"user")
GROUP_CLASSES = (b"top", b"group")
GROUPS_OF_OTHERS = ("group", "groupOfNames", "groupOfUniqueNames", "groupOfMembers", "posixGroup", "groupOfURLs")
"""Object classes of which a group of any directory has one."""
MEMBERS = ("member", "uniqueMember")
DISABLED, NORMAL, DOES_NOT_EXPIRE = 0x2, 0x200, 0x10000  # userAccountControl, MS-ADTS 2.2.16
LOCKED, EXPIRED = 0x10, 0x800000  # msDS-User-Account-Control-Computed, MS-ADTS 3.1.1.4.5.17
_USER, _GROUP = b"805306368", b"268435456"
_GLOBAL_SECURITY = b"-2147483646"
_DOMAIN_USERS = b"513"
_MOST = 1 << 30

Made = Iterator[tuple[str, Iterable[bytes]]]


def is_group(entry: Entry) -> bool:
    """Whether this is a group of one of the old kinds."""
    classes = {value.lower() for value in entry.attributes.get("objectClass")}
    return any(name.lower().encode() in classes for name in GROUPS_OF_OTHERS)


def is_from_active_directory(entry: Entry) -> bool:
    """Whether it is one of theirs, to be shown byte for byte (R3)."""
    return "objectGUID" in entry.attributes or "objectGUID" in entry.operational


def user(person: Identity, domain: Domain) -> Made:
    """A person from elsewhere."""
    held = all_attributes(person)
    yield "objectClass", USER_CLASSES
    yield "sAMAccountName", (person.name.encode(),)
    yield "userPrincipalName", (_principal(person.name, domain).encode(),)
    yield from _common(person, held, domain, b"Person", person.id)
    yield "objectSid", (_sid(held, "uidNumber", 0, person.id, domain),)
    yield "sAMAccountType", (_USER,)
    yield "primaryGroupID", (_DOMAIN_USERS,)
    if not held.get("displayName"):
        yield "displayName", held.get("cn")[:1]
    control = NORMAL | (DISABLED if person.state.disabled else 0)
    yield "userAccountControl", (str(control).encode(),)
    expires = person.state.expires_at
    yield "accountExpires", (str(NEVER if expires is None else filetime(expires)).encode(),)
    changed = next((seconds_of(value) for value in held.get("pwdChangedTime")[:1]), None)
    if person.state.must_change or changed is not None:
        yield "pwdLastSet", (b"0" if person.state.must_change else str(filetime(changed or 0)).encode(),)


def group(entry: Entry, domain: Domain) -> Made:
    """A group from elsewhere."""
    held = all_attributes(entry)
    yield "objectClass", GROUP_CLASSES
    yield "sAMAccountName", held.get("cn")[:1] or (spelled_leaf(entry.dn)[1].encode(),)
    number = stable_id(entry)
    yield from _common(entry, held, domain, b"Group", number)
    yield "objectSid", (_sid(held, "gidNumber", 1, number, domain),)
    yield "sAMAccountType", (_GROUP,)
    yield "groupType", (_GLOBAL_SECURITY,)
    members = [value for name in MEMBERS for value in held.get(name)]
    if members:
        yield "member", dict.fromkeys(members)


def computed(entry: Entry, held: Attributes, domain: Domain, canonical_name: str | None) -> Made:
    """What Active Directory works out when it is asked for by name (MS-ADTS 3.1.1.4.5)."""
    if canonical_name is not None:
        yield "canonicalName", (canonical_name.encode(),)
    yield "structuralObjectClass", held.get("objectClass")
    for name, origin in (("createTimeStamp", "whenCreated"), ("modifyTimeStamp", "whenChanged")):
        yield name, held.get(origin)
    if isinstance(entry, Identity):
        flags = (LOCKED if entry.state.locked else 0) | (EXPIRED if entry.state.must_change else 0)
        yield "msDS-User-Account-Control-Computed", (str(flags).encode(),)
    sid = held.get("objectSid")[:1]
    if sid and "groupType" in held:
        yield "primaryGroupToken", (str(int.from_bytes(sid[0][-4:], "little")).encode(),)
    if sid and "sAMAccountName" in held and domain.netbios:
        yield "msDS-PrincipalName", (f"{domain.netbios}\\".encode() + held.get("sAMAccountName")[0],)


def stable_id(entry: Entry) -> uuid.UUID:
    """The id of what is no person: its own, or one that its DN makes."""
    for name in ("entryUUID", "nsUniqueId", "GUID"):
        for value in all_attributes(entry).get(name)[:1]:
            try:
                return uuid.UUID(bytes=value) if len(value) == 16 else uuid.UUID(value.decode("ascii"))
            except ValueError:
                continue
    return uuid.uuid5(_NAMESPACE, entry.dn_key)


_NAMESPACE = uuid.UUID("b9d9f2f0-6d0f-5a53-9d53-7c1f2f5c8d10")


def _common(entry: Entry, held: Attributes, domain: Domain, category: bytes, number: uuid.UUID) -> Made:
    dn = entry.dn.encode()
    yield "objectGUID", (number.bytes_le,)
    yield "objectCategory", (b"CN=" + category + b"," + domain.schema.encode(),)
    yield "distinguishedName", (dn,)
    name = held.get("cn")[:1] or (spelled_leaf(entry.dn)[1].encode(),)
    yield "cn", name
    yield "name", name
    for attribute, origin in (("whenCreated", "createTimestamp"), ("whenChanged", "modifyTimestamp")):
        moment = next((when(value) for value in held.get(origin)[:1]), None)
        if moment is not None:
            yield attribute, (moment,)


def _sid(held: Attributes, attribute: str, odd: int, number: uuid.UUID, domain: Domain) -> bytes:
    """Where there is a POSIX number, the domain's SID with the relative id that Samba has always made of it: even ones
    for users, odd ones for groups. Else the one that holds the whole id. Neither can be that of somebody else."""
    value = held.first(attribute)
    if value is not None and value.isascii() and value.isdigit() and int(value[:11]) < _MOST:
        return domain.sid_with(1000 + 2 * int(value) + odd)
    return sid_of(number)


def _principal(name: str, domain: Domain) -> str:
    return name if "@" in name else f"{name}@{domain.dns}"
