"""People by name, DN, alias, origin. Searches are in `search.py`.

Functions for a pool's thread; they raise `DirectoryUnavailable`, and `IdentityConflict` where said. Statements are made
once, with parameters: SQLAlchemy takes longer to make one than SQLite to answer it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, select

from backends.native.engine import Store
from backends.native.keys import ALIAS
from backends.native.record import PEOPLE, Record, read, tree_key_of
from backends.native.tables import identity, lookup, origin, removed
from gateway.errors import IdentityConflict
from gateway.identity.model import LoginName

_CHUNK = 500  # origins asked for in one statement: databases bound the number of parameters

_BY_ID = PEOPLE.where(identity.c.uuid == bindparam("id"))
_BY_DN = PEOPLE.where(identity.c.tree_key == bindparam("key"))
_BY_NAME = PEOPLE.where(identity.c.name_key == bindparam("key"))
_BY_ALIAS = PEOPLE.where(
    identity.c.id.in_(select(lookup.c.identity).where(lookup.c.attribute == ALIAS, lookup.c.key == bindparam("key")))
).limit(2)
_BY_ORIGIN = PEOPLE.where(
    identity.c.id.in_(
        select(origin.c.identity).where(
            origin.c.source == bindparam("source"), origin.c.key.in_(bindparam("keys", expanding=True))
        )
    )
)
_REMOVED = select(removed.c.key).where(
    removed.c.source == bindparam("source"), removed.c.key.in_(bindparam("keys", expanding=True))
)
_COUNTS = select(origin.c.source, func.count()).group_by(origin.c.source)


def find(store: Store, login: LoginName) -> Record | None:
    """By DN, else by login name, else by alias; an alias of two people is an `IdentityConflict`."""
    with store.reading() as connection:
        return named(connection, login)


def named(connection: Connection, login: LoginName) -> Record | None:
    """The same on a connection."""
    if not _is_text(login.key):
        return None
    if login.dn is not None:
        row = connection.execute(_BY_DN, {"key": tree_key_of(login.dn)}).first()
        return None if row is None else read(row)
    row = connection.execute(_BY_NAME, {"key": login.key}).first()
    return _by_alias(connection, login) if row is None else read(row)


def _is_text(key: str) -> bool:
    """Whether a database can hold it: a name with half a surrogate pair in it is nobody's."""
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True


def _by_alias(connection: Connection, login: LoginName) -> Record | None:
    found = [read(row) for row in connection.execute(_BY_ALIAS, {"key": login.key})]
    if len(found) > 1:
        raise IdentityConflict.between(login.typed, [record.identity.dn for record in found])
    return found[0] if found else None


def by_id(store: Store, person: uuid.UUID) -> Record | None:
    """The person with this id."""
    with store.reading() as connection:
        return record_of(connection, person)


def record_of(connection: Connection, person: uuid.UUID) -> Record | None:
    """The same on a connection."""
    row = connection.execute(_BY_ID, {"id": person}).first()
    return None if row is None else read(row)


def by_origin(store: Store, source: str, keys: Sequence[str]) -> tuple[list[Record], list[str]]:
    """The people who came from these keys of `source`, and those keys whose owners were removed here."""
    wanted = [key for key in keys if _is_text(key)]
    found: list[Record] = []
    gone: list[str] = []
    with store.reading() as connection:
        for at in range(0, len(wanted), _CHUNK):
            asked = {"source": source, "keys": wanted[at : at + _CHUNK]}
            found.extend(map(read, connection.execute(_BY_ORIGIN, asked)))
            gone.extend(removed_keys(connection, source, wanted[at : at + _CHUNK]))
    return found, gone


def removed_keys(connection: Connection, source: str, keys: Sequence[str]) -> Sequence[str]:
    """Those of these keys of `source` whose owners, people or entries, were removed here."""
    return connection.execute(_REMOVED, {"source": source, "keys": keys}).scalars().all()


def counts(store: Store) -> dict[str, int]:
    """People by source."""
    with store.reading() as connection:
        return {source: number for source, number in connection.execute(_COUNTS)}
