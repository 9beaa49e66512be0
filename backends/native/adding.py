"""What comes into the directory by an administrator's hand, and what leaves it. Functions for the writer's thread.

People who come from a source are adopted (`writing.py`), entries carried (`carrying.py`).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, delete, insert

from backends.native.changing import asserted, refuse_above, refuse_taken, refuse_unlike, shown
from backends.native.engine import Store
from backends.native.entries import at_dn
from backends.native.entryrows import delete_entry, insert_entry
from backends.native.memberchanges import follow_dn, follow_name
from backends.native.personrows import delete_person, free_aliases, person_of, refuse_name
from backends.native.reading import record_of
from backends.native.record import Record
from backends.native.renames import forget
from backends.native.tables import removed
from backends.native.writing import insert_person
from gateway.identity.account_attributes import with_state
from gateway.identity.applying import check, refuse_improper, with_rdn
from gateway.identity.changes import ChangeRefused, Deed, Fault, Password
from gateway.identity.following import made
from gateway.identity.model import NATIVE, Entry, Identity, Origin
from gateway.identity.portvalues import Adoption
from gateway.wire.valuerules import RULES

_REMEMBER = insert(removed)
_FORGET = delete(removed).where(removed.c.source == bindparam("from"), removed.c.key == bindparam("was"))


@dataclass(frozen=True, slots=True)
class Added:
    """What was added; `record` is the person as written."""

    entry: Entry
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed; `record` is the person who it was."""

    entry: Entry
    record: Record | None = None


def add(store: Store, new: Entry, deed: Deed, password: Password | None) -> Added:
    """As `NativeDirectory.add`."""
    refuse_improper(new.attributes, RULES)
    person = isinstance(new, Identity)
    entry_id = new.id if isinstance(new, Identity) else uuid.uuid4()
    if password is not None and not person:
        raise ChangeRefused(Fault.OBJECT_CLASS_VIOLATION, "only people have a password")
    attributes = with_rdn(new.attributes, new.dn, RULES)
    check(None, attributes, new.dn, RULES)
    new = replace(new, attributes=attributes, operational=made(new.operational, str(entry_id), deed))
    origin = Origin(NATIVE, str(entry_id))
    with store.writing() as connection:
        refuse_taken(connection, new.dn_key)
        if isinstance(new, Identity):
            new = replace(new, origin=origin, operational=with_state(new.operational, new.state))
            return _add_person(connection, new, deed, password or Password(""))
        insert_entry(connection, new, origin, deed.at, owned=True)
        held = at_dn(connection, new.dn_key)
        assert held is not None
        return Added(shown(connection, held, deed))


def _add_person(connection: Connection, person: Identity, deed: Deed, password: Password) -> Added:
    refuse_name(connection, person)
    if record_of(connection, person.id) is not None:
        raise ChangeRefused(Fault.CONSTRAINT_VIOLATION, "another person has this id")
    person = replace(person, aliases=free_aliases(connection, 0, (), person))
    adoption = Adoption(person, password.stored, deed.by, deed.at, password.charset, password.significant)
    row = insert_person(connection, adoption)
    person = replace(person, revision=adoption.first_revision)
    return Added(person, Record(row, person, password.stored, password.charset, password.significant))


def remove(store: Store, dn_key: str, deed: Deed) -> Removed | None:
    """As `NativeDirectory.remove`."""
    with store.writing() as connection:
        person = person_of(connection, dn_key)
        if person is not None:
            return _remove_person(connection, person, deed)
        held = at_dn(connection, dn_key)
        if held is None:
            return None
        asserted(connection, held, deed)
        refuse_above(connection, dn_key)
        gone = shown(connection, held, deed)
        delete_entry(connection, held, deed.at)
        forget(connection, held.bare.origin or Origin(NATIVE, str(held.bare.id)))
        if held.bare.origin is not None:
            _remember(connection, held.bare.origin, gone.dn, deed.at)
        follow_dn(connection, dn_key, None, deed.at)
        return Removed(gone)


def _remove_person(connection: Connection, held: Record, deed: Deed) -> Removed:
    person = held.identity
    refuse_unlike(person, deed)
    refuse_above(connection, person.dn_key)
    delete_person(connection, held, deed.at)
    forget(connection, person.origin)
    _remember(connection, person.origin, person.dn, deed.at)
    follow_dn(connection, person.dn_key, None, deed.at)
    follow_name(connection, person.name_key, None, deed.at)
    return Removed(person, held)


def _remember(connection: Connection, origin: Origin, dn: str, at: float) -> None:
    """Whoever came from a source does not come again; what was made here has nowhere to come from."""
    if origin.source == NATIVE:
        return
    connection.execute(_FORGET, {"from": origin.source, "was": origin.key})
    connection.execute(_REMEMBER, {"source": origin.source, "key": origin.key, "dn": dn, "at": at})
