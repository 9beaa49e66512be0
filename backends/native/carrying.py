"""Copies of the sources' groups and containers: written and refreshed whole, each in one transaction.

Functions for the writer's thread. What administrators do to entries is not here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import Connection, bindparam, select

from backends.native.engine import Store
from backends.native.entries import EntryRecord, at_dn, of_origin
from backends.native.entryrows import delete_entry, insert_entry, person_at, rewrite_entry
from backends.native.reading import removed_keys
from backends.native.tables import entry
from gateway.errors import IdentityConflict
from gateway.identity.model import Entry, Origin

_DIGEST = select(entry.c.digest).where(entry.c.id == bindparam("row"))


def carry(store: Store, shown: Entry, origin: Origin, at: float) -> bool:
    """As `NativeDirectory.carry`; whether anything was written."""
    digest = _digest(shown)
    with store.writing() as connection:
        held = next(iter(of_origin(connection, origin.source, [origin.key])), None)
        if held is None and removed_keys(connection, origin.source, [origin.key]):
            return False
        if held is not None and (held.bare.owned or _is(connection, held, digest)):
            return False
        if not _make_room(connection, shown, origin, at):
            return False
        if held is None:
            insert_entry(connection, shown, origin, at, owned=False, digest=digest)
        else:
            rewrite_entry(connection, held, shown, at, digest=digest)
        return True


def _is(connection: Connection, held: EntryRecord, digest: bytes) -> bool:
    return connection.execute(_DIGEST, {"row": held.row}).scalar() == digest


def _make_room(connection: Connection, shown: Entry, origin: Origin, at: float) -> bool:
    """See that nobody else has this DN; False where an entry that counts here has it.

    An old copy from the same source goes: there, too, one DN is one entry, and that one is gone.
    """
    person = person_at(connection, shown.dn_key)
    if person is not None:
        raise IdentityConflict(f"the DN {shown.dn!r} of source {origin.source} is held by the person {person!r}")
    other = at_dn(connection, shown.dn_key)
    if other is None or other.bare.origin == origin:
        return True
    if other.bare.owned:
        return False
    held_by = other.bare.origin.source if other.bare.origin is not None else ""
    if held_by != origin.source:
        raise IdentityConflict(
            f"the DN {shown.dn!r} of source {origin.source} is held by an entry that came from source {held_by}"
        )
    delete_entry(connection, other, at)
    return True


def _digest(shown: Entry) -> bytes:
    """Of all that is kept of an entry, in its order."""
    digest = hashlib.sha256()
    for part in _parts(shown):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def _parts(shown: Entry) -> Iterator[bytes]:
    yield shown.dn.encode("utf-8", "surrogatepass")
    for attributes in (shown.attributes, shown.operational):
        yield b"" if attributes is shown.attributes else b"+"
        for name, values in attributes.items():
            yield name.encode("utf-8", "surrogatepass")
            yield len(values).to_bytes(8, "big")
            yield from values
