"""Changes and renames of what is in the directory: each in the one transaction that may write, so none loses another's.

Functions for the writer's thread. What comes and goes is in `adding.py`; how steps are applied, in the core.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, exists, select

from backends.native.engine import Store
from backends.native.entries import EntryRecord, Layout, at_dn, pack
from backends.native.entryrows import person_at, rewrite_record
from backends.native.memberchanges import apply, follow_dn, follow_name, is_members
from backends.native.members import all_of, seen
from backends.native.personrows import person_of, rewrite_person
from backends.native.record import Record, tree_key_of
from backends.native.renames import note_rename
from backends.native.stages import below
from backends.native.tables import entry, identity
from gateway.errors import Superseded
from gateway.identity.account_attributes import with_state
from gateway.identity.applying import applied, check, refuse_fixed, with_rdn, without_rdn
from gateway.identity.changes import Changed, ChangeRefused, Deed, Fault, Modification, Password
from gateway.identity.following import changed, moved, named_anew
from gateway.identity.model import NATIVE, AccountState, Attributes, Entry, Identity, NativeEntry, Origin
from gateway.identity.search import all_attributes
from gateway.wire.schema import canonical
from gateway.wire.valuerules import RULES


@dataclass(frozen=True, slots=True)
class Done:
    """What was changed; `record` is the person as written, None for another entry."""

    changed: Changed
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Steps:
    """All that one change does."""

    modifications: Sequence[Modification]
    password: Password | None = None
    state: AccountState | None = None


@dataclass(frozen=True, slots=True)
class NewName:
    """The DN that an entry gets, as spelled and normalised, and whether the values of the old RDN stay."""

    dn: str
    key: str
    keep_old: bool


def change(store: Store, dn_key: str, steps: Steps, deed: Deed) -> Done | None:
    """As `NativeDirectory.change`."""
    refuse_fixed(steps.modifications, RULES)
    with store.writing() as connection:
        person = person_of(connection, dn_key)
        if person is not None:
            return _change_person(connection, person, steps, deed)
        held = at_dn(connection, dn_key)
        if held is None:
            return None
        if steps.password is not None or steps.state is not None:
            raise ChangeRefused(Fault.OBJECT_CLASS_VIOLATION, "only people have a password")
        return _change_entry(connection, held, steps.modifications, deed)


def rename(store: Store, dn_key: str, to: NewName, deed: Deed) -> Done | None:
    """As `NativeDirectory.rename`."""
    with store.writing() as connection:
        person = person_of(connection, dn_key)
        held = at_dn(connection, dn_key)
        if person is None and held is None:
            return None
        if to.key != dn_key:
            refuse_above(connection, dn_key)
            refuse_taken(connection, to.key)
        if person is not None:
            done = _rename_person(connection, person, to, deed)
        elif held is not None:
            done = _rename_entry(connection, held, to, deed)
        follow_dn(connection, dn_key, (to.dn, to.key), deed.at)
        return done


def refuse_above(connection: Connection, dn_key: str) -> None:
    """See that nothing is below this DN."""
    key = tree_key_of(dn_key)
    for table in (identity, entry):
        under = exists().where(*below(table, dn_key), table.c.tree_key > key)
        if connection.execute(select(under)).scalar_one():
            raise ChangeRefused(Fault.NOT_ALLOWED_ON_NON_LEAF, "there are entries below this one")


def refuse_taken(connection: Connection, dn_key: str) -> None:
    """See that nothing has this DN."""
    if person_at(connection, dn_key) is not None or at_dn(connection, dn_key) is not None:
        raise ChangeRefused(Fault.ENTRY_ALREADY_EXISTS, "there is an entry with this DN")


def refuse_unlike(entry_: Entry, deed: Deed) -> None:
    """See that the assertion holds (`entry_` has what it asks for), and that a person is as the caller knew them."""
    if deed.revision is not None and isinstance(entry_, Identity) and entry_.revision != deed.revision:
        raise Superseded(f"{entry_.dn!r} was changed meanwhile")
    if deed.assertion is not None and deed.assertion.matches(all_attributes(entry_)) is not True:
        raise ChangeRefused(Fault.ASSERTION_FAILED, "the assertion does not hold")


def shown(connection: Connection, held: EntryRecord, deed: Deed) -> NativeEntry:
    """The entry as it is handed back."""
    return held.having(all_of(connection, held.row, held.bare.members)) if deed.whole else held.bare


def asserted(connection: Connection, held: EntryRecord, deed: Deed) -> None:
    """See that the assertion holds for this entry."""
    if deed.assertion is not None:
        refuse_unlike(seen(connection, held, deed.assertion), deed)


def _change_person(connection: Connection, held: Record, steps: Steps, deed: Deed) -> Done:
    person = held.identity
    refuse_unlike(person, deed)
    attributes, operational = applied(person.attributes, person.operational, steps.modifications, RULES)
    check(person.attributes, attributes, person.dn, RULES)
    state = person.state if steps.state is None else steps.state
    operational = with_state(changed(operational, deed), state)
    after = replace(named_anew(person, attributes, RULES), operational=operational, state=state)
    return _written(connection, held, after, deed, steps.password)


def _rename_person(connection: Connection, held: Record, to: NewName, deed: Deed) -> Done:
    person = held.identity
    refuse_unlike(person, deed)
    attributes = _renamed(person, to)
    check(person.attributes, attributes, to.dn, RULES)
    after = replace(
        named_anew(person, attributes, RULES),
        dn=to.dn,
        dn_key=to.key,
        operational=changed(moved(person.operational, to.dn), deed),
    )
    return _written(connection, held, after, deed, None)


def _renamed(held: Entry, to: NewName) -> Attributes:
    left = held.attributes if to.keep_old else without_rdn(held.attributes, held.dn, to.dn, RULES)
    return moved(with_rdn(left, to.dn, RULES), to.dn)


def _written(connection: Connection, held: Record, after: Identity, deed: Deed, password: Password | None) -> Done:
    record = rewrite_person(connection, held, after, deed.at, password)
    note_rename(connection, held.identity.origin, held.identity, record.identity, deed.at)
    if record.identity.name_key != held.identity.name_key:
        follow_name(connection, held.identity.name_key, record.identity.name, deed.at)
    return Done(Changed(held.identity, record.identity), record)


def _change_entry(connection: Connection, held: EntryRecord, steps: Sequence[Modification], deed: Deed) -> Done:
    asserted(connection, held, deed)
    before = shown(connection, held, deed)
    of_members = [step for step in steps if is_members(step)]
    others = [step for step in steps if not is_members(step)]
    attributes, operational = applied(held.bare.attributes, held.bare.operational, others, RULES)
    for step in of_members:
        apply(connection, held.row, step)
    layout = _laid_out(held.layout, attributes, of_members)
    check(held.bare.attributes, attributes, held.bare.dn, RULES, [name for name, values in layout if values is None])
    after = replace(held.bare, attributes=attributes, operational=changed(operational, deed))
    return Done(Changed(before, _rewritten(connection, held, after, layout, deed)))


def _laid_out(layout: Layout, attributes: Attributes, of_members: Sequence[Modification]) -> Layout:
    """The attributes in their old order, with the places of members, then what is new."""
    now = dict(attributes.items())
    kept = [(name, values) for name, values in layout if values is None or name in now]
    placed = [(name, None if values is None else now.pop(name)) for name, values in kept]
    there = {canonical(name) for name, values in placed if values is None}
    new = {canonical(step.attribute): step.attribute for step in of_members if canonical(step.attribute) not in there}
    return (*placed, *now.items(), *((name, None) for name in new.values()))


def _rename_entry(connection: Connection, held: EntryRecord, to: NewName, deed: Deed) -> Done:
    asserted(connection, held, deed)
    before = shown(connection, held, deed)
    attributes = _renamed(held.bare, to)
    layout = _laid_out(held.layout, attributes, ())
    check(held.bare.attributes, attributes, to.dn, RULES, [name for name, values in layout if values is None])
    operational = changed(moved(held.bare.operational, to.dn), deed)
    after = replace(held.bare, dn=to.dn, dn_key=to.key, attributes=attributes, operational=operational)
    note_rename(connection, held.bare.origin or Origin(NATIVE, str(held.bare.id)), held.bare, after, deed.at)
    return Done(Changed(before, _rewritten(connection, held, after, layout, deed)))


def _rewritten(connection: Connection, held: EntryRecord, after: Entry, layout: Layout, deed: Deed) -> NativeEntry:
    record = pack(layout, after.operational)
    rewrite_record(connection, held, after, deed.at, record=record, owned=True, digest=None)
    now = at_dn(connection, after.dn_key)
    assert now is not None
    return shown(connection, now, deed)
