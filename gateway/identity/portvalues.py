"""The plain values that cross the seam between the core and its stores; the seam itself is in `ports.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.identity.model import Identity, Origin


@dataclass(frozen=True, slots=True)
class Account:
    """An account that a source found for a name, before any password is tried.

    `ref` names the account in the source for as long as a lockout may last (a normalised DN, a primary key);
    `name` is its canonical login name, None where only a verified bind can tell; `origin` likewise. `aliases` are its
    further login names, `dn` its normalised DN: what the name that was asked for is compared with (R2).
    `handle` is the source's own (a row, a DN) and may hold a hash: it is never shown.
    """

    ref: str
    name: str | None = None
    origin: Origin | None = None
    aliases: tuple[str, ...] = ()
    dn: str | None = None
    handle: object = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Renamed:
    """Somebody, or an entry, whom the directory calls by another DN or login name than the store that they came from.

    `was` and `dn` as spelled, with their normalised forms; `was_name` and `name` are login names, "" for an entry.
    """

    was: str
    was_key: str
    was_name: str
    dn: str
    dn_key: str
    name: str


@dataclass(frozen=True, slots=True)
class Sight:
    """What a source shows when it is looked at by `bindferry check`: sentences, and whether logins would work."""

    usable: bool
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Adoption:
    """What is written, once and whole, after a first yes (R11). `password_hash` is never shown.

    `at` is seconds since the epoch; `charset` how non-UTF-8 bytes of this person's password are read (R13);
    `significant` how many bytes of the canonical password were hashed, None is all (R14).
    """

    identity: Identity
    password_hash: str = field(repr=False)
    application: str
    at: float
    charset: str = "latin-1"
    significant: int | None = None

    @property
    def first_revision(self) -> int:
        """The revision of the person as written: one who is removed and comes again is another (R9)."""
        return max(1, int(self.at * 1000))
