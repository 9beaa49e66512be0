"""Directory work by administrators: entries of the native directory added, changed, renamed, removed, and audited.

What may be done to an entry is the directory's to say (`applying.py`); here is decided who may, and what is answered
about entries that only a source holds. Passwords of others than administrators are in `change_password.py`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from gateway.errors import BusyError, IdentityConflict, Superseded
from gateway.identity.account_attributes import KEPT_AS_STATE, STATE_ATTRIBUTES, demands, split
from gateway.identity.administrators import Administrators
from gateway.identity.audit import AuditRecord, AuditSink
from gateway.identity.changes import Changed, ChangeRefused, Deed, Fault, Kind, Modification, Password
from gateway.identity.claims import account_of
from gateway.identity.entrykeys import key_of
from gateway.identity.flights import Clock
from gateway.identity.model import ACTIVE, Entry, Identity, LoginName, Origin, Peer, Secret
from gateway.identity.password_outcome import Denied, Why
from gateway.identity.ports import LegacySource, NativeDirectory
from gateway.identity.search import EVERYTHING, BaseNotFound, Filter, Query, Scope, parent_of, within
from gateway.identity.set_password import PasswordSetter
from gateway.identity.throttle import Throttle

T = TypeVar("T")

_ATTEMPTS = 5
"""Times that somebody else may come between a person who was read and what is changed of them."""


class Union(Protocol):
    """Everything that applications see; `gateway.identity.union.UnionSearch` is one."""

    def search(self, query: Query) -> AsyncGenerator[Entry, None]: ...


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants it, and from where. `assertion` must be true of the entry, in the same transaction (RFC 4528);
    `whole`: the entries that come back are to have all their members."""

    by: Identity | None
    peer: Peer
    assertion: Filter | None = None
    whole: bool = False


class DirectoryWork:
    """Changes of entries. Each method raises `ChangeRefused` where the entry cannot be like that, `SearchIncomplete`,
    `SourceError`, `BusyError` and `DirectoryError` where that cannot be told now; then nothing was written."""

    def __init__(
        self,
        *,
        native: NativeDirectory,
        sources: Sequence[LegacySource],
        union: Union,
        bases: Sequence[str],
        administrators: Administrators,
        setter: PasswordSetter,
        throttle: Throttle,
        audit: AuditSink,
        clock: Clock,
    ) -> None:
        self._native = native
        self._sources = tuple(sources)
        self._union = union
        self._bases = tuple(bases)
        self._administrators = administrators
        self._setter = setter
        self._throttle = throttle
        self._audit = audit
        self._clock = clock

    async def add(self, entry: Entry, password: Secret | None, asker: Asker) -> Entry | Denied:
        """The new entry as written. One that a source shows exists already, and so does the login name of somebody who
        has not moved."""
        return await self._audited("add", entry.dn, _names(entry), asker, self._add(entry, password, asker))

    async def modify(
        self, dn: LoginName, steps: Sequence[Modification], password: Secret | None, asker: Asker
    ) -> Changed | Denied:
        """The entry before and after. A group that only a source holds is carried over first, and then ours."""
        names = sorted({step.attribute for step in steps} | ({"userPassword"} if password is not None else set()))
        return await self._audited("modify", dn.typed, names, asker, self._modify(dn, steps, password, asker))

    async def rename(
        self, dn: LoginName, new_dn: str, new_key: str, asker: Asker, *, keep_old: bool
    ) -> Changed | Denied:
        """The entry before and after."""
        return await self._audited("rename", dn.typed, [], asker, self._rename(dn, new_dn, new_key, asker, keep_old))

    async def remove(self, dn: LoginName, asker: Asker) -> Entry | Denied:
        """The entry as it was. Whom a source still lets in is not removed here: that would let them in again."""
        return await self._audited("delete", dn.typed, [], asker, self._remove(dn, asker))

    # --- the work

    async def _add(self, entry: Entry, password: Secret | None, asker: Asker) -> Entry | Denied:
        denied = await self._refused(asker)
        if denied is not None:
            return denied
        if await self._exists(entry.dn_key):
            raise ChangeRefused(Fault.ENTRY_ALREADY_EXISTS, "")
        parent = parent_of(entry.dn_key)
        if entry.dn_key not in self._bases and parent not in self._bases and not await self._exists(parent):
            return Denied(Why.NOBODY, "the entry above it does not exist")
        if isinstance(entry, Identity):
            await self._refuse_known_name(entry)
        stored = None
        if isinstance(entry, Identity):
            entry = _with_state(entry)
        if password is not None and isinstance(entry, Identity):
            new = await self._setter.hashed(entry, password, own=False, may_be_hash=True)
            if isinstance(new, Denied):
                return new
            stored = Password(new.stored, self._setter.charset_of(entry), new.significant)
        return await self._native.add(entry, self._deed(asker), stored)

    async def _refuse_known_name(self, person: Identity) -> None:
        """Whoever has not moved has a name, too (R4)."""
        login = LoginName.of(person.name)
        for source in self._sources:
            found = await account_of(source, [login])
            if found is not None:
                text = f"the login name is that of somebody in source {source.name}"
                raise ChangeRefused(Fault.ENTRY_ALREADY_EXISTS, text)

    async def _modify(
        self, dn: LoginName, steps: Sequence[Modification], password: Secret | None, asker: Asker
    ) -> Changed | Denied:
        denied = await self._refused(asker)
        if denied is not None:
            return denied
        person = await self._native.find(dn)
        if person is None:
            if password is not None:
                return await self._elsewhere(dn) or Denied(Why.NOBODY, "")
            denied = await self._carried(dn)
            done = None if denied is not None else await self._native.change(dn.key, steps, self._deed(asker))
            return done or denied or Denied(Why.NOBODY, "")
        stored = None
        if password is not None:
            new = await self._setter.hashed(person, password, own=False, may_be_hash=True)
            if isinstance(new, Denied):
                return new
            stored = Password(new.stored, self._setter.charset_of(person), new.significant)
        return await self._modify_person(dn, steps, stored, asker) or Denied(Why.NOBODY, "")

    async def _modify_person(
        self, dn: LoginName, steps: Sequence[Modification], stored: Password | None, asker: Asker
    ) -> Changed | None:
        """The state is made of the one that is there now, and written only if it still is: two who change it at once
        undo nothing of each other's."""
        for _ in range(_ATTEMPTS):
            person = await self._native.find(dn)
            if person is None:
                return None
            left, state = split(steps, person.state)
            if stored is not None and not demands(steps):
                by = asker.by.origin if asker.by is not None else None
                state = self._setter.after(state, is_reset=by != person.origin)
            changed_state = state if state != person.state else None
            deed = self._deed(asker)
            if changed_state is not None:
                deed = replace(deed, revision=person.revision)
            try:
                done = await self._native.change(dn.key, left, deed, password=stored, state=changed_state)
            except Superseded:
                continue
            if done is not None and (stored is not None or (changed_state is not None and state == ACTIVE)):
                self._throttle.forget(person.name_key)
            return done
        raise BusyError("others went on changing this person")

    async def _rename(self, dn: LoginName, new_dn: str, new_key: str, asker: Asker, keep_old: bool) -> Changed | Denied:
        denied = await self._refused(asker) or await self._carried(dn)
        if denied is not None:
            return denied
        if not await self._exists(dn.key):
            return Denied(Why.NOBODY, "")
        if new_key != dn.key and await self._exists(new_key):
            raise ChangeRefused(Fault.ENTRY_ALREADY_EXISTS, "")
        parent = parent_of(new_key)
        if parent not in self._bases and not await self._exists(parent):
            return Denied(Why.NOBODY, "the new place does not exist")
        done = await self._native.rename(dn.key, new_dn, new_key, self._deed(asker), keep_old=keep_old)
        return done or Denied(Why.NOBODY, "")

    async def _remove(self, dn: LoginName, asker: Asker) -> Entry | Denied:
        denied = await self._refused(asker)
        if denied is not None:
            return denied
        person = await self._native.find(dn)
        denied = await self._elsewhere(dn) if person is None else await self._still_there(person)
        if denied is not None:
            return denied
        return await self._native.remove(dn.key, self._deed(asker)) or Denied(Why.NOBODY, "")

    # --- what it asks

    async def _refused(self, asker: Asker) -> Denied | None:
        """Why this is no administrator today."""
        if asker.by is None:
            return Denied(Why.ANONYMOUS, "modifications require authentication")
        origin = asker.by.origin
        today = (await self._native.by_origin(origin.source, [origin.key])).get(origin.key)
        if today is None and asker.by.revision:
            return Denied(Why.NOT_ALLOWED, "whom this connection speaks for is gone")
        today = today or asker.by
        may_in = today.state.refusal(self._clock.seconds()) is None
        if not (may_in and await self._administrators.include(today)):
            return Denied(Why.NOT_ALLOWED, "only administrators change entries")
        return None

    async def _exists(self, dn_key: str) -> bool:
        """Whether applications see an entry of that name, whoever holds it."""
        return await _first(self._union.search(Query(dn_key, Scope.BASE, EVERYTHING, limit=1))) is not None

    async def _held(self, dn_key: str) -> tuple[LegacySource, Entry] | None:
        """The source that shows an entry of that name, and the entry."""
        for source in self._sources:
            if any(within(dn_key, base) for base in source.bases):
                found = await _first(source.search(Query(dn_key, Scope.BASE, EVERYTHING)))
                if found is not None:
                    return source, found
        return None

    async def _elsewhere(self, dn: LoginName) -> Denied | None:
        """Where an entry that the directory does not have, or has a copy of only, is kept."""
        if await self._owned(dn.key):
            return None
        held = await self._held(dn.key)
        if held is None:
            return None
        source, entry = held
        what = "this person has not moved and" if isinstance(entry, Identity) else "this entry"
        return Denied(Why.NOT_HERE, f"{what} is still in source {source.name}: change it there")

    async def _owned(self, dn_key: str) -> bool:
        found = await _first(self._native.search(Query(dn_key, Scope.BASE, EVERYTHING, attributes=frozenset())))
        return found is not None and getattr(found, "owned", True)

    async def _carried(self, dn: LoginName) -> Denied | None:
        """Bring a group or container that only a source holds into the directory; people come by themselves."""
        if await self._owned(dn.key):
            return None
        held = await self._held(dn.key)
        if held is None:
            return None
        source, entry = held
        if isinstance(entry, Identity):
            return await self._elsewhere(dn)
        try:
            await self._native.carry(entry, Origin(source.name, key_of(entry)), self._clock.seconds())
        except IdentityConflict as error:
            return Denied(Why.NOT_HERE, str(error))
        return None

    async def _still_there(self, person: Identity) -> Denied | None:
        """Whether the source that a person came from would let them in again."""
        source = next((one for one in self._sources if one.name == person.origin.source), None)
        if source is None:
            return None
        found = await account_of(source, [LoginName.of(person.name)])
        if found is None or found[0].origin not in {None, person.origin}:
            return None
        text = f"source {source.name} still has this person: remove it there first, or disable it here"
        return Denied(Why.NOT_HERE, text)

    def _deed(self, asker: Asker) -> Deed:
        by = asker.by.dn if asker.by is not None else ""
        return Deed(self._clock.seconds(), by, asker.assertion, asker.whole)

    async def _audited(
        self, event: str, dn: str, names: Sequence[str], asker: Asker, work: Awaitable[T | Denied]
    ) -> T | Denied:
        began, outcome, detail = self._clock.seconds(), "unavailable", ", ".join(names)
        try:
            done = await work
            outcome = "refused" if isinstance(done, Denied) else "written"
            if isinstance(done, Denied):
                detail = f"{done.why.value}: {done.text}"
            return done
        except ChangeRefused as error:
            outcome, detail = "refused", f"{error.fault.value}: {error.text}"
            raise
        finally:
            self._audit.record(
                AuditRecord(
                    event=event,
                    at=began,
                    login=dn,
                    outcome=outcome,
                    via="directory",
                    address=asker.peer.address,
                    application=asker.peer.application,
                    seconds=self._clock.seconds() - began,
                    detail=detail,
                    by=asker.by.name if asker.by is not None else "",
                )
            )


def _with_state(person: Identity) -> Identity:
    """A new person with what a script says of the account as its state (see `account_attributes.py`)."""
    given = [item for item in person.attributes.items() if item[0].lower() in STATE_ATTRIBUTES]
    if not given:
        return person
    _, state = split([Modification(Kind.REPLACE, name, values) for name, values in given], person.state)
    return replace(person, attributes=person.attributes.without(KEPT_AS_STATE), state=state)


def _names(entry: Entry) -> list[str]:
    return [name for name, _ in entry.attributes.items()]


async def _first(found: AsyncGenerator[Entry, None]) -> Entry | None:
    async with aclosing(found) as entries:
        try:
            async for entry in entries:
                return entry
        except BaseNotFound:
            return None
    return None
