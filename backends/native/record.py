"""A person as a row of the database, read: every byte and the order of everything as adopted (R3).

What is in its value, `record`, is in `personvalue.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, type_coerce
from sqlalchemy.types import NullType

from backends.native import personvalue
from backends.native.entryvalue import DAMAGED
from backends.native.tables import identity as table
from gateway.errors import DirectoryUnavailable
from gateway.identity.account_attributes import with_state
from gateway.identity.model import ACTIVE, AccountState, Identity, Origin, Secret, normalise

_AS_IT_IS = NullType()


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A person and what the directory knows besides: never handed out. `row` is the number of the database row,
    `charset` and `significant` are as in `Adoption`."""

    row: int
    identity: Identity
    password_hash: str = field(repr=False)
    charset: str
    significant: int | None = None

    def hashed(self, password: Secret) -> bytes:
        """Those bytes of a password that the hash is of (R13, R14)."""
        return password.canonical(self.charset)[: self.significant]


PEOPLE: Select[*tuple[Any, ...]] = select(
    table.c.id,
    type_coerce(table.c.uuid, _AS_IT_IS),
    table.c.name,
    table.c.dn,
    table.c.tree_key,
    table.c.record,
    table.c.password_hash,
    table.c.charset,
    table.c.significant,
    *(type_coerce(column, _AS_IT_IS) for column in (table.c.disabled, table.c.locked, table.c.must_change)),
    table.c.expires_at,
    type_coerce(table.c.reset, _AS_IT_IS),
    table.c.revision,
)
"""All that `read` needs of each person, as the driver gives it: of most people nobody asks for their id."""


class Person(Identity):
    """Somebody of the directory. What no search looks at is made of the row when somebody asks for it."""

    __slots__ = ("_head", "_id")

    def __getattr__(self, name: str) -> Any:
        if name == "name_key":
            _set(self, name, normalise(self.name))
        elif name == "id":
            _set(self, name, self._id if isinstance(self._id, UUID) else UUID(self._id))
        elif name in {"origin", "aliases", "groups"}:
            source, key, aliases, groups = personvalue.head_of(self._head)
            _set(self, "origin", Origin(source, key))
            _set(self, "aliases", tuple(aliases))
            _set(self, "groups", tuple(groups))
        else:
            raise AttributeError(name)
        return object.__getattribute__(self, name)


_set = object.__setattr__  # an Identity is frozen once it is made


def read(row: Sequence[Any]) -> Record:
    """The person of one row of `PEOPLE`; `DirectoryUnavailable` if it was damaged."""
    number, person_id, name, dn, tree_key, data, password_hash, charset, significant, *more, revision = row
    person = Person.__new__(Person)
    try:
        attributes, operational, head = personvalue.unpack(data)
        state = _state(*more)
        _set(person, "dn", dn)
        _set(person, "dn_key", dn_key_of(tree_key))
        _set(person, "attributes", attributes)
        _set(
            person,
            "operational",
            operational if state is ACTIVE and not operational else with_state(operational, state),
        )
        _set(person, "name", name)
        _set(person, "state", state)
        _set(person, "revision", revision)
        _set(person, "_id", person_id)
        _set(person, "_head", head)
    except DAMAGED as error:
        raise DirectoryUnavailable(
            f"person number {number} of the directory cannot be read ({type(error).__name__})"
        ) from None
    return Record(number, person, password_hash, charset, significant)


def _state(disabled: bool, locked: bool, must_change: bool, expires_at: float | None, reset: bool) -> AccountState:
    if not (disabled or locked or must_change) and expires_at is None:
        return ACTIVE
    return AccountState(bool(disabled), bool(locked), bool(must_change), expires_at, bool(reset))


def tree_key_of(dn_key: str) -> str:
    """The normalised DN from its root, each RDN followed by a comma; "" for the empty DN."""
    return "".join(f"{rdn}," for rdn in reversed(dn_key.split(","))) if dn_key else ""


def dn_key_of(tree_key: str) -> str:
    """The way back."""
    above, comma, leaf = tree_key[:-1].rpartition(",")
    return f"{leaf},{_turned(above)}" if comma else leaf


@lru_cache(maxsize=1024)
def _turned(above: str) -> str:
    """People stand side by side: the place above them is the same for many."""
    return ",".join(reversed(above.split(",")))
