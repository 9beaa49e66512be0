"""People by name, DN, alias, origin: one short transaction each. Searches are in `search.py`.

Functions for a pool's thread; they raise `DirectoryUnavailable`, and `IdentityConflict` where said.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from backends.native.engine import Store
from backends.native.keys import ALIAS
from backends.native.record import Record, people, read, tree_key_of
from backends.native.tables import identity, lookup, origin
from gateway.errors import IdentityConflict
from gateway.identity.model import LoginName

_CHUNK = 500  # origins asked for in one statement: databases bound the number of parameters


def find(store: Store, login: LoginName) -> Record | None:
    """By DN, else by login name, else by alias; an alias of two people is an `IdentityConflict`."""
    with store.reading() as connection:
        return named(connection, login)


def named(connection: Connection, login: LoginName) -> Record | None:
    """The same within a transaction."""
    if not _is_text(login.key):
        return None
    if login.dn is not None:
        row = connection.execute(people().where(identity.c.tree_key == tree_key_of(login.dn))).first()
    else:
        row = connection.execute(people().where(identity.c.name_key == login.key)).first()
        if row is None:
            return _by_alias(connection, login)
    return None if row is None else read(row)


def _is_text(key: str) -> bool:
    """Whether a database can hold it: a name with half a surrogate pair in it is nobody's."""
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True


def _by_alias(connection: Connection, login: LoginName) -> Record | None:
    rows = select(lookup.c.identity).where(lookup.c.attribute == ALIAS, lookup.c.key == login.key)
    found = [read(row) for row in connection.execute(people().where(identity.c.id.in_(rows)).limit(2))]
    if len(found) > 1:
        names = " and ".join(sorted(repr(record.identity.dn) for record in found))
        raise IdentityConflict(f"the name {login.typed!r} leads to more than one person: {names}")
    return found[0] if found else None


def by_id(store: Store, person: uuid.UUID) -> Record | None:
    """The person with this id."""
    with store.reading() as connection:
        return record_of(connection, person)


def record_of(connection: Connection, person: uuid.UUID) -> Record | None:
    """The same within a transaction."""
    row = connection.execute(people().where(identity.c.uuid == person)).first()
    return None if row is None else read(row)


def by_origin(store: Store, source: str, keys: Sequence[str]) -> list[Record]:
    """The people who came from these keys of `source`."""
    found: list[Record] = []
    with store.reading() as connection:
        for at in range(0, len(keys), _CHUNK):
            rows = select(origin.c.identity).where(origin.c.source == source, origin.c.key.in_(keys[at : at + _CHUNK]))
            found.extend(read(row) for row in connection.execute(people().where(identity.c.id.in_(rows))))
    return found


def counts(store: Store) -> dict[str, int]:
    """People by source."""
    with store.reading() as connection:
        rows = connection.execute(select(origin.c.source, func.count()).group_by(origin.c.source))
        return {source: number for source, number in rows}
