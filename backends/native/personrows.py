"""The rows of one person: written anew, or taken away, on a connection that may write.

How a person comes is in `writing.py` and `adding.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from backends.native.keys import ALIAS, alias_keys, lookup_keys
from backends.native.noting import CHANGED, REMOVED, RENAMED, note
from backends.native.personvalue import pack
from backends.native.record import PEOPLE, Record, read, tree_key_of
from backends.native.tables import identity, lookup
from gateway.identity.changes import ChangeRefused, Fault, Password
from gateway.identity.model import AccountState, Identity, normalise

_BY_DN = PEOPLE.where(identity.c.tree_key == bindparam("key"))
_UPDATE = update(identity).where(identity.c.id == bindparam("row"))
_DELETE = delete(identity).where(identity.c.id == bindparam("row"))
_FOUND_BY = insert(lookup)
_UNFOUND = delete(lookup).where(
    lookup.c.attribute == bindparam("name"), lookup.c.key == bindparam("found"), lookup.c.identity == bindparam("row")
)
_NAMED = select(identity.c.id).where(identity.c.name_key.in_(bindparam("keys", expanding=True)))
_NAME_KEYS = select(identity.c.name_key).where(
    identity.c.name_key.in_(bindparam("keys", expanding=True)), identity.c.id != bindparam("row")
)
_ALIASES = select(lookup.c.key).where(
    lookup.c.attribute == ALIAS,
    lookup.c.key.in_(bindparam("keys", expanding=True)),
    lookup.c.identity != bindparam("row"),
)


def person_of(connection: Connection, dn_key: str) -> Record | None:
    """The person with this normalised DN."""
    row = connection.execute(_BY_DN, {"key": tree_key_of(dn_key)}).first()
    return None if row is None else read(row)


def rewrite_person(
    connection: Connection, held: Record, after: Identity, at: float, password: Password | None
) -> Record:
    """Another content of a person, under the same number and id. A login name that somebody else has is refused (R4);
    a further name that leads to somebody else does not become one."""
    old = held.identity
    if after.name_key != old.name_key:
        refuse_name(connection, after)
    after = replace(after, aliases=free_aliases(connection, held.row, old.aliases, after), revision=old.revision + 1)
    connection.execute(_UPDATE.values(**_columns(after, at), **_password(password)), {"row": held.row})
    before, now = lookup_keys(old), lookup_keys(after)
    if gone := [{"name": name, "found": key, "row": held.row} for name, key in sorted(before - now)]:
        connection.execute(_UNFOUND, gone)
    if come := [{"attribute": name, "key": key, "identity": held.row} for name, key in sorted(now - before)]:
        connection.execute(_FOUND_BY, come)
    named_alike = (old.name_key, alias_keys(old)) == (after.name_key, alias_keys(after))
    note(connection, held.row, after.revision, CHANGED if named_alike else RENAMED, at)
    if password is None:
        return replace(held, identity=after)
    return Record(held.row, after, password.stored, password.charset, password.significant)


def delete_person(connection: Connection, held: Record, at: float) -> None:
    """A person and all that hangs on it."""
    connection.execute(_DELETE, {"row": held.row})
    note(connection, held.row, held.identity.revision + 1, REMOVED, at)


def refuse_name(connection: Connection, person: Identity) -> None:
    """See that nobody has this login name."""
    if connection.execute(_NAMED, {"keys": [person.name_key]}).first() is not None:
        raise ChangeRefused(Fault.CONSTRAINT_VIOLATION, "another person has this login name")


def free_aliases(connection: Connection, row: int, old: Iterable[str], person: Identity) -> tuple[str, ...]:
    """Those further names that lead to nobody else, and those that were there before."""
    kept = set(map(normalise, old))
    new = [key for key in map(normalise, person.aliases) if key not in kept]
    taken: set[str] = set()
    for question in (_NAME_KEYS, _ALIASES) if new else ():
        taken.update(connection.execute(question, {"keys": new, "row": row}).scalars())
    return tuple(alias for alias in person.aliases if normalise(alias) not in taken)


def _columns(person: Identity, at: float) -> dict[str, object]:
    tree_key = tree_key_of(person.dn_key)
    return {
        "name": person.name,
        "name_key": person.name_key,
        "dn": person.dn,
        "tree_key": tree_key,
        "depth": tree_key.count(","),
        "record": pack(person),
        "revision": person.revision,
        "modified": at,
        **state_columns(person.state),
    }


def state_columns(state: AccountState) -> dict[str, object]:
    """What an account is besides its password."""
    return {
        "disabled": state.disabled,
        "locked": state.locked,
        "must_change": state.must_change,
        "expires_at": state.expires_at,
        "reset": state.reset,
    }


def _password(password: Password | None) -> dict[str, object]:
    if password is None:
        return {}
    return {"password_hash": password.stored, "charset": password.charset, "significant": password.significant}
