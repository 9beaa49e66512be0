"""The part of `MemoryDirectory` that is changed by hand: what administrators add, change, rename and remove."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from gateway.errors import Superseded
from gateway.identity.account_attributes import with_state
from gateway.identity.applying import applied, check, refuse_fixed, refuse_improper, with_rdn, without_rdn
from gateway.identity.changes import Changed, ChangeRefused, Deed, Fault, Modification, Password
from gateway.identity.following import changed, made, moved, named_anew
from gateway.identity.model import (
    NATIVE,
    AccountState,
    Attributes,
    Entry,
    Identity,
    NativeEntry,
    Origin,
    normalise,
)
from gateway.identity.portvalues import Renamed
from gateway.identity.search import all_attributes, within
from gateway.testing import memory_entries
from gateway.testing.memory_entries import BY_DN, BY_NAME, MemoryEntries, bare, of_members
from gateway.wire.dn import normalise_dn
from gateway.wire.valuerules import RULES


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, and what is kept besides."""

    identity: Identity
    password_hash: str = field(repr=False)
    charset: str
    significant: int | None


class MemoryChanges:
    """People by id, entries, and the origins of whoever was removed."""

    def __init__(self) -> None:
        self._people: dict[uuid.UUID, Person] = {}
        self._entries = MemoryEntries()
        self._removed: set[Origin] = set()
        self._renamed: dict[Origin, Renamed] = {}

    def _writing(self, call: str) -> None:
        raise NotImplementedError

    async def renamed(self) -> Sequence[Renamed]:
        """As `NativeDirectory.renamed`."""
        return tuple(self._renamed.values())

    def _note_rename(self, origin: Origin, before: Entry, after: Entry) -> None:
        name, was = (one.name if isinstance(one, Identity) else "" for one in (after, before))
        held = self._renamed.pop(origin, None) or Renamed(before.dn, before.dn_key, was, "", "", "")
        if (held.was, held.was_name) != (after.dn, name):
            self._renamed[origin] = replace(held, dn=after.dn, dn_key=after.dn_key, name=name)

    def _take_name(self, dn_key: str) -> None:
        """Somebody else has this DN from now on."""
        self._renamed = {origin: one for origin, one in self._renamed.items() if one.was_key != dn_key}

    async def add(self, entry: Entry, deed: Deed, password: Password | None = None) -> Entry:
        """As `NativeDirectory.add`."""
        self._writing(f"add {entry.dn_key}")
        refuse_improper(entry.attributes, RULES)
        entry_id = entry.id if isinstance(entry, Identity) else uuid.uuid4()
        if password is not None and not isinstance(entry, Identity):
            raise ChangeRefused(Fault.OBJECT_CLASS_VIOLATION, "only people have a password")
        attributes = with_rdn(entry.attributes, entry.dn, RULES)
        check(None, attributes, entry.dn, RULES)
        self._refuse_taken(entry.dn_key)
        entry = replace(entry, attributes=attributes, operational=made(entry.operational, str(entry_id), deed))
        origin, revision = Origin(NATIVE, str(entry_id)), max(1, int(deed.at * 1000))
        self._take_name(entry.dn_key)
        if isinstance(entry, Identity):
            operational = with_state(entry.operational, entry.state)
            person = replace(entry, origin=origin, revision=revision, operational=operational)
            return self._add_person(person, password or Password(""))
        written = replace(memory_entries.made(entry, origin, revision, owned=True), id=entry_id)
        self._entries.put(written)
        return written if deed.whole else bare(written)

    def _add_person(self, person: Identity, password: Password) -> Identity:
        self._refuse_name(person)
        if person.id in self._people:
            raise ChangeRefused(Fault.CONSTRAINT_VIOLATION, "another person has this id")
        person = replace(person, aliases=self._free((), person))
        self._people[person.id] = Person(person, password.stored, password.charset, password.significant)
        return person

    async def change(
        self,
        dn_key: str,
        steps: Sequence[Modification],
        deed: Deed,
        *,
        password: Password | None = None,
        state: AccountState | None = None,
    ) -> Changed | None:
        """As `NativeDirectory.change`."""
        self._writing(f"change {dn_key}")
        refuse_fixed(steps, RULES)
        person, held = self._at(dn_key)
        if held is None:
            return None
        refuse_unlike(held, deed)
        if person is None and (password is not None or state is not None):
            raise ChangeRefused(Fault.OBJECT_CLASS_VIOLATION, "only people have a password")
        attributes, operational = applied(held.attributes, held.operational, steps, RULES)
        check(held.attributes, attributes, held.dn, RULES)
        after = replace(held, attributes=attributes, operational=changed(operational, deed))
        if person is None or not isinstance(after, Identity):
            return self._entry_written(held, after, deed)
        state = state or after.state
        after = replace(after, state=state, operational=with_state(after.operational, state))
        return self._person_written(person, after, password)

    async def rename(self, dn_key: str, dn: str, new_key: str, deed: Deed, *, keep_old: bool) -> Changed | None:
        """As `NativeDirectory.rename`."""
        self._writing(f"rename {dn_key}")
        person, held = self._at(dn_key)
        if held is None:
            return None
        refuse_unlike(held, deed)
        if new_key != dn_key:
            self._refuse_above(dn_key)
            self._refuse_taken(new_key)
        left = held.attributes if keep_old else without_rdn(held.attributes, held.dn, dn, RULES)
        attributes = moved(with_rdn(left, dn, RULES), dn)
        check(held.attributes, attributes, dn, RULES)
        operational = changed(moved(held.operational, dn), deed)
        after = replace(held, dn=dn, dn_key=new_key, attributes=attributes, operational=operational)
        if person is None or not isinstance(after, Identity):
            done = self._entry_written(held, after, deed)
        else:
            done = self._person_written(person, after, None)
        self._follow(BY_DN, dn_key, dn)
        return done

    async def remove(self, dn_key: str, deed: Deed) -> Entry | None:
        """As `NativeDirectory.remove`."""
        self._writing(f"remove {dn_key}")
        person, held = self._at(dn_key)
        if held is None:
            return None
        refuse_unlike(held, deed)
        self._refuse_above(dn_key)
        origin = held.origin if isinstance(held, Identity | NativeEntry) else None
        if origin is not None and origin.source != NATIVE:
            self._removed.add(origin)
        if isinstance(held, Identity | NativeEntry):
            self._renamed.pop(_origin_of(held), None)
        if person is not None:
            del self._people[person.identity.id]
            self._follow(BY_NAME, person.identity.name_key, None)
        elif isinstance(held, NativeEntry):
            self._entries.drop(held)
        self._follow(BY_DN, dn_key, None)
        return held if deed.whole or not isinstance(held, NativeEntry) else bare(held)

    def _at(self, dn_key: str) -> tuple[Person | None, Entry | None]:
        person = next((one for one in self._people.values() if one.identity.dn_key == dn_key), None)
        return person, person.identity if person is not None else self._entries.at(dn_key)

    def _entry_written(self, held: Entry, after: Entry, deed: Deed) -> Changed:
        assert isinstance(held, NativeEntry)
        origin = _origin_of(held)
        self._note_rename(origin, held, after)
        written = replace(memory_entries.made(after, origin, held.revision + 1, owned=True), id=held.id)
        written = replace(written, members=held.members | written.members)
        self._entries.put(written)
        return Changed(held, written) if deed.whole else Changed(bare(held), bare(written))

    def _person_written(self, held: Person, after: Identity, password: Password | None) -> Changed:
        before = held.identity
        names = named_anew(before, after.attributes, RULES)
        person = replace(after, name=names.name, aliases=names.aliases, revision=before.revision + 1)
        if person.name_key != before.name_key:
            self._refuse_name(person)
        person = replace(person, aliases=self._free(before.aliases, person))
        self._note_rename(person.origin, before, person)
        kept = replace(held, identity=person)
        if password is not None:
            kept = Person(person, password.stored, password.charset, password.significant)
        self._people[person.id] = kept
        if person.name_key != before.name_key:
            self._follow(BY_NAME, before.name_key, person.name)
        return Changed(before, person)

    def _follow(self, names: Iterable[str], old: str, new: str | None) -> None:
        """Members by another DN or name; of owned groups also gone."""
        by_name = names is BY_NAME
        key: Callable[[str], str] = normalise if by_name else normalise_dn
        for entry in self._entries:
            if (entry.owned or new is not None) and old in memory_entries.member_keys(entry, by_name=by_name):
                there = new is not None and key(new) in memory_entries.member_keys(entry, by_name=by_name)
                value = None if new is None or (there and key(new) != old) else new.encode()
                attributes = Attributes(of_members(entry, by_name, old, value))
                self._entries.put(replace(entry, attributes=attributes, revision=entry.revision + 1))

    def _refuse_above(self, dn_key: str) -> None:
        everything = [*(one.identity for one in self._people.values()), *self._entries]
        if any(entry.dn_key != dn_key and within(entry.dn_key, dn_key) for entry in everything):
            raise ChangeRefused(Fault.NOT_ALLOWED_ON_NON_LEAF, "there are entries below this one")

    def _refuse_taken(self, dn_key: str) -> None:
        if self._at(dn_key)[1] is not None:
            raise ChangeRefused(Fault.ENTRY_ALREADY_EXISTS, "there is an entry with this DN")

    def _refuse_name(self, person: Identity) -> None:
        if any(one.identity.name_key == person.name_key for one in self._people.values()):
            raise ChangeRefused(Fault.CONSTRAINT_VIOLATION, "another person has this login name")

    def _free(self, old: Iterable[str], person: Identity) -> tuple[str, ...]:
        kept = set(map(normalise, old))
        taken: set[str] = set()
        for one in self._people.values():
            if one.identity.id != person.id:
                taken.update((one.identity.name_key, *map(normalise, one.identity.aliases)))
        return tuple(alias for alias in person.aliases if normalise(alias) in kept or normalise(alias) not in taken)


def _origin_of(held: Identity | NativeEntry) -> Origin:
    return held.origin or Origin(NATIVE, str(held.id))


def refuse_unlike(entry: Entry, deed: Deed) -> None:
    """See that the assertion holds, and that a person is as the caller knew them."""
    if deed.revision is not None and isinstance(entry, Identity) and entry.revision != deed.revision:
        raise Superseded("this person was changed meanwhile")
    if deed.assertion is not None and deed.assertion.matches(all_attributes(entry)) is not True:
        raise ChangeRefused(Fault.ASSERTION_FAILED, "the assertion does not hold")
