"""Members that come, go or get another name, one by one: what a change of a group touches is the rows of those alone.

On a connection that may write. Reading members, and writing all of a group's, is in `members.py`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, func, select, update

from backends.native.entries import ENTRIES, EntryRecord, read
from backends.native.keys import BY_DN, BY_NAME, MEMBERS
from backends.native.members import ITS_ENTRY, clear, insert_all, replace_all
from backends.native.noting import ENTRY, note
from backends.native.tables import entry, member
from gateway.identity.applying import distinct, no_such_value, value_exists
from gateway.identity.changes import ChangeRefused, Fault, Kind, Modification
from gateway.wire.valuerules import RULES

_KEYS = 500

_OF_KEYS = select(member.c.position, member.c.value).where(
    member.c.key.in_(bindparam("keys", expanding=True)),
    member.c.attribute == bindparam("name"),
    bindparam("row") == ITS_ENTRY,
)
_LAST = select(func.max(member.c.position)).where(
    member.c.entry == bindparam("row"), member.c.attribute == bindparam("name")
)
_AT = (
    member.c.entry == bindparam("row"),
    member.c.attribute == bindparam("name"),
    member.c.position == bindparam("at"),
)
_DELETE, _RENAME = delete(member).where(*_AT), update(member).where(*_AT)
_HELD = select(member.c.entry, member.c.attribute, member.c.position).where(
    member.c.key == bindparam("member"), member.c.attribute.in_(bindparam("names", expanding=True))
)
_GROUP = ENTRIES.where(entry.c.id == bindparam("row"))
_TOUCH = (
    update(entry).where(entry.c.id == bindparam("row")).values(revision=entry.c.revision + 1, modified=bindparam("at"))
)


def is_members(step: Modification) -> bool:
    """Whether a step is about values that are rows."""
    return RULES.name(step.attribute) in MEMBERS


def apply(connection: Connection, row: int, step: Modification) -> None:
    """One step of a change; `ChangeRefused` as for any attribute."""
    name, values = RULES.name(step.attribute), distinct(step, RULES)
    match step.kind:
        case Kind.ADD:
            if not values:
                raise ChangeRefused(Fault.INVALID_ATTRIBUTE_SYNTAX, f"{step.attribute}: nothing to add")
            if _held(connection, row, name, values):
                raise value_exists(step.attribute)
            insert_all(connection, row, name, values.values(), _after(connection, row, name))
        case Kind.DELETE if values:
            held = _held(connection, row, name, values)
            if len(held) < len(values):
                raise no_such_value(step.attribute)
            connection.execute(_DELETE, [{"row": row, "name": name, "at": at} for at in held.values()])
        case Kind.DELETE:
            if not _after(connection, row, name):
                raise no_such_value(step.attribute)
            clear(connection, row, name)
        case Kind.REPLACE:
            replace_all(connection, row, name, list(values.values()))
        case Kind.INCREMENT:
            raise ChangeRefused(Fault.CONSTRAINT_VIOLATION, f"{step.attribute} cannot be counted up")


def _held(connection: Connection, row: int, name: str, values: Mapping[Hashable, bytes]) -> dict[Hashable, int]:
    """The positions of those of these values that are there."""
    key = MEMBERS[name]
    keys = sorted({key(value) for value in values.values()})
    found: dict[Hashable, int] = {}
    for at in range(0, len(keys), _KEYS):
        chosen = {"keys": keys[at : at + _KEYS], "name": name, "row": row}
        for position, value in connection.execute(_OF_KEYS, chosen):
            same = RULES.key(name, value)
            if (one := value if same is None else same) in values:
                found[one] = position
    return found


def _after(connection: Connection, row: int, name: str) -> int:
    """The position behind the last value."""
    last: int | None = connection.execute(_LAST, {"row": row, "name": name}).scalar()
    return 0 if last is None else last + 1


def follow_dn(connection: Connection, old: str, new: tuple[str, str] | None, at: float) -> None:
    """Whoever was a member by this normalised DN is one by another (as spelled, and normalised); in owned groups also
    none any more: as the referential integrity of 389 and Active Directory has it. A copy lists whom its source lists,
    by the names that they have here (R18)."""
    value, key = (new[0].encode(), new[1]) if new is not None else (b"", "")
    _follow(connection, BY_DN, old, (value, key) if new is not None else None, at)


def follow_name(connection: Connection, old: str, new: str | None, at: float) -> None:
    """The same for members by login name (`memberUid`): `old` as it is compared, `new` as spelled."""
    _follow(connection, BY_NAME, old, (new.encode(), MEMBERS["memberuid"](new.encode())) if new else None, at)


def _follow(connection: Connection, names: Sequence[str], old: str, new: tuple[bytes, str] | None, at: float) -> None:
    for held, name, position in list(_groups_with(connection, names, old)):
        if new is None and not held.bare.owned:
            continue
        place = {"row": held.row, "name": name, "at": position}
        if new is None or _held(connection, held.row, name, {RULES.key(name, new[0]): new[0]}):
            connection.execute(_DELETE, place)
        else:
            connection.execute(_RENAME.values(value=new[0], key=new[1]), place)
        touch(connection, held, at)


def touch(connection: Connection, held: EntryRecord, at: float) -> None:
    """This entry has changed, although its record has not."""
    connection.execute(_TOUCH, {"row": held.row, "at": at})
    note(connection, held.row, held.bare.revision + 1, ENTRY, at)


def _groups_with(connection: Connection, names: Sequence[str], key: str) -> Iterator[tuple[EntryRecord, str, int]]:
    for row, name, position in connection.execute(_HELD, {"member": key, "names": names}).all():
        found = connection.execute(_GROUP, {"row": row}).first()
        if found is not None:
            yield read(found), name, position
