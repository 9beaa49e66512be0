"""Reading the database's feed of changes. When, and what it means for memory, is in `freshness.py` and `cache.py`."""

from __future__ import annotations

from sqlalchemy import Connection, exists, func, select
from sqlalchemy.exc import SQLAlchemyError

from backends.native.cache import Changes
from backends.native.engine import Store, faults
from backends.native.keys import alias_keys
from backends.native.noting import ADOPTED, ENTRY, RENAMED
from backends.native.record import PEOPLE, read
from backends.native.tables import change, identity

MOST = 500
"""Changes told one by one; after more than that it is cheaper to forget all."""

_NONE = Changes({}, frozenset())


class Feed:
    """Looks at the database. It has a connection of its own, because `data_version` counts what *others* commit.
    Used by one thread at a time. The first look is made at once, and tells nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: Connection | None = None
        self._version: int | None = None  # means nothing on another connection
        self._seq = 0
        self.look()

    def look(self) -> Changes | None:
        """Who changed since the last look; None if too many did. `DirectoryUnavailable` if it cannot be told."""
        with faults():
            if self._connection is None:
                self._connection, self._version = self._store.connect(), None
            try:
                with self._connection.begin():
                    return self._look(self._connection)
            except SQLAlchemyError:
                self.close()
                raise

    def close(self) -> None:
        """Let go of the connection; the next look makes another."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _look(self, connection: Connection) -> Changes | None:
        # The version first: what is committed between the two is told now, and the next look finds nothing more.
        version = connection.exec_driver_sql("PRAGMA data_version").scalar_one()
        if version == self._version:
            return _NONE
        latest = _latest(connection)
        # A new connection, or a commit that the feed does not tell of: a hand in the database. Memory cannot know what
        # it did. (Where we wrote in the same half second, the hand is not noticed: stop the daemon before editing.)
        untold = self._version is None or latest == self._seq
        changes = None if untold else _between(connection, self._seq, latest)
        self._seq, self._version = latest, version
        return changes


def _latest(connection: Connection) -> int:
    return connection.execute(select(func.max(change.c.seq))).scalar_one() or 0


def _between(connection: Connection, after: int, latest: int) -> Changes | None:
    # SQLite has one writer at a time, so numbers are given in the order of the commits, and none comes in late.
    between = (change.c.seq > after, change.c.seq <= latest)
    changed = select(change.c.identity, change.c.revision).where(*between, change.c.kind.not_in((ADOPTED, ENTRY)))
    rows = connection.execute(changed.order_by(change.c.seq).limit(MOST + 1)).all()
    if len(rows) > MOST:
        return None
    adopted = select(change.c.identity).where(*between, change.c.kind.in_((ADOPTED, RENAMED))).limit(MOST + 1)
    entries = select(exists().where(*between, change.c.kind == ENTRY))
    revisions = {row.identity: row.revision for row in rows}
    names = _names(connection, list(connection.execute(adopted).scalars()))
    return Changes(revisions, names, entries=bool(connection.execute(entries).scalar_one()))


def _names(connection: Connection, adopted: list[int]) -> frozenset[str] | None:
    """The names that these people answer to: another's alias among them leads to two people now, or to the new one."""
    if len(adopted) > MOST:
        return None
    names: set[str] = set()
    for row in connection.execute(PEOPLE.where(identity.c.id.in_(adopted))) if adopted else ():
        person = read(row).identity
        names.update((person.name_key, *alias_keys(person)))
    return frozenset(names)
