"""The flavours of other directories, but for Active Directory's, which has files of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from gateway.errors import ProtocolError
from gateway.frontends.ldap.personas.computed import (
    GROUPS,
    PRESENT_IN_GROUPS,
    Computed,
    Computing,
    among,
    instead,
    is_group,
    members,
)
from gateway.frontends.ldap.personas.flavour import ANYTHING, AsStored, Flavour, Item
from gateway.identity.model import Entry, Identity
from gateway.wire.dn import spelled_leaf
from gateway.wire.filter import Equal, Filter, Present

_TRUE, _FALSE = b"TRUE", b"FALSE"


def _member_names(entry: Entry) -> Iterable[bytes]:
    """Login names of members: the first part of their DNs (RFC 2307 5.3: memberUid is a login name)."""
    held = entry.attributes.get("memberUid")
    if held or not is_group(entry):
        return held
    return tuple(dict.fromkeys(filter(None, map(_leaf, members(entry)))))


def _leaf(dn: bytes) -> bytes | None:
    try:
        return spelled_leaf(dn.decode())[1].encode()
    except (ProtocolError, UnicodeError):
        return None


def _entry_uuid(entry: Entry) -> uuid.UUID | None:
    text = entry.operational.first("entryUUID") or entry.attributes.first("entryUUID")
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def _rfc2307() -> Flavour:
    """posixGroup with memberUid, and no DNs of members."""
    return Computing(
        [
            Computed(
                "memberUid",
                _member_names,
                among(PRESENT_IN_GROUPS),
                ("member", "uniqueMember", "memberUid"),
                written=("memberUid",),
            )
        ],
        classes=lambda entry: (b"posixGroup",) if is_group(entry) else (),
        narrow_classes={"posixGroup": GROUPS},
        hidden=lambda entry: ("member", "uniqueMember") if is_group(entry) else (),
    )


def _members_under(name: str, other: str, classes: tuple[str, ...]) -> Flavour:
    """Members as DNs under one name, whichever of the two they are stored under."""

    def both(item: Item) -> Filter:
        return instead(other)(item) if not isinstance(item, Present) else PRESENT_IN_GROUPS

    return Computing(
        [
            Computed(
                name,
                lambda entry: members(entry) if is_group(entry) else (),
                both,
                (name, other),
                written=(name, other),
            )
        ],
        classes=lambda entry: tuple(map(str.encode, classes)) if is_group(entry) else (),
        narrow_classes=dict.fromkeys(classes, GROUPS),
    )


def _guid(entry: Entry) -> Iterable[bytes]:
    held = entry.attributes.get("GUID")
    known = _entry_uuid(entry)
    return held or (() if known is None else (known.bytes,))


def _asks_guid(item: Item) -> Filter:
    if isinstance(item, Equal) and len(item.value) == 16:
        return Equal("entryUUID", str(uuid.UUID(bytes=item.value)).encode())
    return ANYTHING


def _login_disabled(entry: Entry) -> Iterable[bytes]:
    return () if not isinstance(entry, Identity) else (_TRUE if entry.state.disabled else _FALSE,)


def _groups_of(entry: Entry) -> Iterable[bytes]:
    return entry.attributes.get("memberOf") or entry.operational.get("memberOf")


def _edirectory() -> Flavour:
    needs = ("memberof",)
    return Computing(
        [
            Computed("GUID", _guid, _asks_guid, ("entryUUID", "GUID")),
            Computed("groupMembership", _groups_of, instead("memberOf"), needs),
            Computed("securityEquals", _groups_of, instead("memberOf"), needs),
            Computed("loginDisabled", _login_disabled, written=("loginDisabled",)),
        ]
    )


def _unique_id(entry: Entry) -> Iterable[bytes]:
    held = entry.operational.get("nsUniqueId") or entry.attributes.get("nsUniqueId")
    known = _entry_uuid(entry)
    return held or (() if known is None else (_four_parts(known).encode(),))


def _four_parts(known: uuid.UUID) -> str:
    return "-".join(known.hex[at : at + 8] for at in range(0, 32, 8))


def _asks_unique_id(item: Item) -> Filter:
    if isinstance(item, Equal):
        try:
            return Equal("entryUUID", str(uuid.UUID(item.value.decode().replace("-", ""))).encode())
        except (ValueError, UnicodeDecodeError):
            return ANYTHING
    return ANYTHING


def _account_lock(entry: Entry) -> Iterable[bytes]:
    return (b"true",) if isinstance(entry, Identity) and entry.state.disabled else ()


def _389ds() -> Flavour:
    return Computing(
        [
            Computed("nsUniqueId", _unique_id, _asks_unique_id, ("entryUUID", "nsUniqueId"), operational=True),
            Computed("nsAccountLock", _account_lock, operational=True, written=("nsAccountLock",)),
        ]
    )


FLAVOURS: dict[str, Flavour] = {
    "openldap": AsStored(),
    "rfc2307": _rfc2307(),
    "rfc2307bis": _members_under("member", "uniqueMember", ("groupOfNames", "posixGroup")),
    "edirectory": _edirectory(),
    "389ds": _389ds(),
    # vCenter (Broadcom's article 316480): groups are groupOfUniqueNames with uniqueMember, whatever they are here.
    "vcenter": _members_under("uniqueMember", "member", ("groupOfUniqueNames",)),
}
"""By the name that the configuration has for them; `stored` is none of them."""
