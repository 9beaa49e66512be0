"""What is written, in one transaction each (R11). Functions for the writer's thread.

They raise `DirectoryUnavailable`: then nothing was written, or, where the disk failed at the very end, all of it: a
second adoption of the same person finds out.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from backends.native.engine import Store
from backends.native.entries import at_dn
from backends.native.entryrows import delete_entry
from backends.native.keys import group_key, lookup_keys
from backends.native.noting import ADOPTED, CHANGED, note
from backends.native.personrows import state_columns
from backends.native.personvalue import pack
from backends.native.reading import record_of, removed_keys
from backends.native.record import PEOPLE, Record, read, tree_key_of
from backends.native.renames import take_name
from backends.native.tables import identity, lookup, membership, origin
from gateway.errors import DirectoryError, IdentityConflict, RemovedHere, Superseded
from gateway.identity.model import AccountState, Identity
from gateway.identity.ports import Adoption

_IDENTITY, _ORIGIN, _LOOKUP = insert(identity), insert(origin), insert(lookup)
_MEMBERSHIP = insert(membership)
_HELD = PEOPLE.where(
    or_(
        identity.c.id.in_(
            select(origin.c.identity).where(origin.c.source == bindparam("source"), origin.c.key == bindparam("key"))
        ),
        identity.c.name_key == bindparam("name"),
        identity.c.tree_key == bindparam("dn"),
        identity.c.uuid == bindparam("id"),
    )
)


def adopt(store: Store, adoption: Adoption) -> Record:
    """Write a person, unless somebody of this origin is here: then that one, unchanged.

    `IdentityConflict` names who holds the login name, the DN or the id (R4). An empty hash, or one of no byte of the
    password, is refused: an account like that must never come to be by accident.
    """
    person = adoption.identity
    if not adoption.password_hash:
        raise DirectoryError(f"{person.name!r} cannot be adopted without a password hash")
    if adoption.significant is not None and adoption.significant < 1:
        raise DirectoryError(f"{person.name!r} cannot be adopted with a hash of nothing")
    with store.writing() as connection:
        held = _holders(connection, person)
        for record in held:
            if record.identity.origin == person.origin:
                return record
        if removed_keys(connection, person.origin.source, [person.origin.key]):
            raise RemovedHere(f"{person.dn!r} of source {person.origin.source} was removed from the directory")
        for record in held:
            _refuse(person, record.identity)
        _make_room(connection, person, adoption.at)
        number = insert_person(connection, adoption)
    adopted = replace(person, revision=adoption.first_revision)
    return Record(number, adopted, adoption.password_hash, adoption.charset, adoption.significant)


def _holders(connection: Connection, person: Identity) -> list[Record]:
    """Whoever has the origin, the name, the DN or the id of this person."""
    asked = {
        "source": person.origin.source,
        "key": person.origin.key,
        "name": person.name_key,
        "dn": tree_key_of(person.dn_key),
        "id": person.id,
    }
    return [read(row) for row in connection.execute(_HELD, asked)]


def _make_room(connection: Connection, person: Identity, at: float) -> None:
    """Whoever was carried over as an entry, before the source showed a person under that DN, becomes one."""
    held = at_dn(connection, person.dn_key)
    if held is None:
        return
    if held.bare.owned:
        source = person.origin.source
        raise IdentityConflict(f"the DN {person.dn!r} of source {source} is held by an entry that is no person")
    delete_entry(connection, held, at)


def _refuse(person: Identity, holder: Identity) -> NoReturn:
    if holder.name_key == person.name_key:
        what = f"the name {person.name!r} of {person.dn!r}"
    elif holder.dn_key == person.dn_key:
        what = f"the DN {person.dn!r}"
    else:
        what = f"the id {person.id} of {person.dn!r}"
    raise IdentityConflict(
        f"{what} of source {person.origin.source} is held by {holder.dn!r}, who came from source {holder.origin.source}"
    )


def insert_person(connection: Connection, adoption: Adoption) -> int:
    """A new person; the number of the row."""
    person, at = adoption.identity, adoption.at
    take_name(connection, person.dn_key)
    (number,) = connection.execute(_IDENTITY, person_columns(adoption)).inserted_primary_key or (0,)
    connection.execute(_ORIGIN, {**origin_columns(adoption), "identity": number})
    found_by = [{"attribute": name, "key": key, "identity": number} for name, key in sorted(lookup_keys(person))]
    if found_by:
        connection.execute(_LOOKUP, found_by)
    groups = [{"group": group, "identity": number} for group in sorted(set(map(group_key, person.groups)))]
    if groups:
        connection.execute(_MEMBERSHIP, groups)
    note(connection, number, adoption.first_revision, ADOPTED, at)
    return number


def origin_columns(adoption: Adoption) -> dict[str, Any]:
    """The row in `origin`, but for the number."""
    came = adoption.identity.origin
    return {"source": came.source, "key": came.key, "application": adoption.application, "at": adoption.at}


def person_columns(adoption: Adoption) -> dict[str, Any]:
    """The row of a new person in `identity`, but for its number."""
    person = adoption.identity
    tree_key = tree_key_of(person.dn_key)
    return {
        "uuid": person.id,
        "name": person.name,
        "name_key": person.name_key,
        "dn": person.dn,
        "tree_key": tree_key,
        "depth": tree_key.count(","),
        "record": pack(person),
        "password_hash": adoption.password_hash,
        "charset": adoption.charset,
        "significant": adoption.significant,
        **state_columns(person.state),
        "revision": adoption.first_revision,
        "created": adoption.at,
        "modified": adoption.at,
    }


@dataclass(frozen=True, slots=True)
class NewHash:
    """A hash that takes the place of another; `significant` is as in `Adoption`."""

    stored: str = field(repr=False)
    significant: int | None = None


@dataclass(frozen=True, slots=True)
class PersonChange:
    """Another state or hash; `revision` is as in `NativeDirectory.update`."""

    state: AccountState | None = None
    password: NewHash | None = None
    revision: int | None = None


def change_person(store: Store, person: uuid.UUID, change: PersonChange, at: float) -> Record | None:
    """Made at `at` seconds since the epoch; None if there is no such person. `Superseded` if the person is of another
    revision."""
    password = change.password
    if password is not None and not password.stored:
        raise DirectoryError("an empty password hash cannot be stored")
    values: dict[str, object] = {} if change.state is None else state_columns(change.state)
    if password is not None:
        values |= {"password_hash": password.stored, "significant": password.significant}
    with store.writing() as connection:
        held = None if change.revision is None else record_of(connection, person)
        if held is not None and held.identity.revision != change.revision:
            raise Superseded(f"{held.identity.dn!r} was changed meanwhile")
        return _change(connection, person, values, at)


def replace_hash(store: Store, person: uuid.UUID, old: str, new: str, at: float) -> Record | None:
    """A stronger hash of the same bytes of the password (R14); None if the stored one is not `old` any more: then
    somebody changed the password meanwhile, and the old one must not come back."""
    with store.writing() as connection:
        held = record_of(connection, person)
        if held is None or held.password_hash != old:
            return None
        return _change(connection, person, {"password_hash": new}, at)


def _change(connection: Connection, person: uuid.UUID, values: Mapping[str, object], at: float) -> Record | None:
    if values:
        connection.execute(
            update(identity)
            .where(identity.c.uuid == person)
            .values(**values, revision=identity.c.revision + 1, modified=at)
        )
    changed = record_of(connection, person)
    if changed is not None and values:
        note(connection, changed.row, changed.identity.revision, CHANGED, at)
    return changed
