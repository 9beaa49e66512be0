"""A person as a row of the database, read: every byte and the order of everything as adopted (R3).

What is in its value, `record`, is in `personvalue.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, select

from backends.native import personvalue
from backends.native.entryvalue import DAMAGED
from backends.native.tables import identity as table
from gateway.errors import DirectoryUnavailable
from gateway.identity.account_attributes import with_state
from gateway.identity.model import ACTIVE, AccountState, Identity, Origin, Secret


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
    table.c.uuid,
    table.c.name,
    table.c.dn,
    table.c.tree_key,
    table.c.record,
    table.c.password_hash,
    table.c.charset,
    table.c.significant,
    table.c.disabled,
    table.c.locked,
    table.c.must_change,
    table.c.expires_at,
    table.c.reset,
    table.c.revision,
)
"""All that `read` needs of each person."""


def read(row: Row[*tuple[Any, ...]]) -> Record:
    """The person of one row of `PEOPLE`; `DirectoryUnavailable` if it was damaged."""
    number, person_id, name, dn, tree_key, data, password_hash, charset, significant, *rest = row
    try:
        attributes, operational, source, key, aliases, groups = personvalue.unpack(data)
        state = _state(*rest[:5])
        person = Identity(
            dn=dn,
            dn_key=dn_key_of(tree_key),
            attributes=attributes,
            operational=with_state(operational, state),
            id=person_id,
            name=name,
            origin=Origin(source, key),
            aliases=tuple(aliases),
            groups=tuple(groups),
            state=state,
            revision=rest[5],
        )
    except DAMAGED as error:
        raise DirectoryUnavailable(
            f"person number {number} of the directory cannot be read ({type(error).__name__})"
        ) from None
    return Record(number, person, password_hash, charset, significant)


def _state(disabled: bool, locked: bool, must_change: bool, expires_at: float | None, reset: bool) -> AccountState:
    if not (disabled or locked or must_change) and expires_at is None:
        return ACTIVE
    return AccountState(disabled, locked, must_change, expires_at, reset)


def tree_key_of(dn_key: str) -> str:
    """The normalised DN from its root, each RDN followed by a comma; "" for the empty DN."""
    return "".join(f"{rdn}," for rdn in reversed(dn_key.split(","))) if dn_key else ""


def dn_key_of(tree_key: str) -> str:
    """The way back."""
    return ",".join(reversed(tree_key[:-1].split(",")))
