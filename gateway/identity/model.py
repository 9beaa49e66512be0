"""The nouns of the core: names, secrets, people. Values only; decisions live beside this file."""

from __future__ import annotations

import hmac
import unicodedata
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from sys import intern
from typing import NoReturn

from gateway.identity.outcome import Reason


def normalise(name: str) -> str:
    """The form in which names are compared (R1): NFKC, case folded, trimmed. Idempotent.

    Case folding is Unicode's *simple* folding, one character to one character: full folding would make
    `straße` and `strasse` one person, which R2 forbids.
    """
    if name.isascii():
        return name.lower().strip()
    folded = "".join(map(_fold, unicodedata.normalize("NFKC", name)))
    return unicodedata.normalize("NFKC", folded).strip()


def _fold(character: str) -> str:
    for form in (character.casefold(), character.lower()):
        if len(form) == 1:
            return form
    return character


class Secret:
    """A password as bytes. Its `repr`, `str` and pickle never show it (R15)."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def reveal(self) -> bytes:
        """The bytes exactly as the application sent them. Keep the result out of anything that outlives the call."""
        return self._value

    def text(self, charset: str = "latin-1") -> str:
        """The password as text: UTF-8 if it is UTF-8, else read in `charset` (R13); undecodable bytes as U+FFFD."""
        try:
            return self._value.decode("utf-8")
        except UnicodeDecodeError:
            return self._value.decode(charset, errors="replace")

    def canonical(self, charset: str = "latin-1") -> bytes:
        """The bytes that the native directory hashes: UTF-8 of the NFC form (R13).

        Bytes that can be read neither as UTF-8 nor in `charset` stay as they are: two of them must never
        become equal by replacement.
        """
        if self._value.isascii():
            return self._value
        for encoding in ("utf-8", charset):
            try:
                return unicodedata.normalize("NFC", self._value.decode(encoding)).encode("utf-8")
            except UnicodeDecodeError:
                continue
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value, other._value)

    __hash__ = None  # type: ignore[assignment]  # a secret is never a key

    def __repr__(self) -> str:
        return "<secret>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "<secret>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled")


@dataclass(frozen=True, slots=True)
class LoginName:
    """The name that an application sent, ready to compare. Build it with `LoginName.of` or `LoginName.of_dn`.

    `typed` is what was sent; `key` the normalised form: of the bare name, or of the whole DN.
    `dn` is the normalised DN where a DN was sent (RDNs joined by "," with every special character inside a value
    hex-escaped, so that a comma only ever separates RDNs; `gateway.wire.dn.normalise_dn` makes it), else None.
    `rdn` is the leaf of that DN: attribute type in lower case, normalised value.
    """

    typed: str
    key: str
    dn: str | None = None
    rdn: tuple[str, str] | None = None

    @classmethod
    def of(cls, typed: str) -> LoginName:
        """A bare name, a UPN, a mail address, `DOMAIN\\user`."""
        return cls(typed, normalise(typed))

    @classmethod
    def of_dn(cls, typed: str, dn: str, rdn: tuple[str, str]) -> LoginName:
        """A DN; `dn` and `rdn` are already normalised."""
        return cls(typed, dn, dn, rdn)


@dataclass(frozen=True, slots=True)
class PasswordCredential:
    """A name and a password, for the life of one bind. `acting_as` is whom the connection shall speak for where the
    application says that apart (a SASL authorization identity). `ambiguous` says whom the name means, where the
    application knows people by other names than ours and this one is more than one person's (R4)."""

    login: LoginName
    password: Secret
    acting_as: LoginName | None = None
    ambiguous: str = ""


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is asking: the network address, and the application as far as it is known."""

    address: str
    application: str = ""


NATIVE = ""
"""The source of whoever was made in the directory itself."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a person comes from: the source's configured name (or `NATIVE`) and the person's unchanging key in it."""

    source: str
    key: str


@dataclass(frozen=True, slots=True)
class AccountState:
    """What an account is besides its password (R7). `expires_at` is seconds since the epoch, None is never.

    `reset`: that the password must be changed was demanded here, by an administrator who has set it. So the directory
    can prove it, and lets its owner in to change it; else (`must_change` alone) a source has said so, where it may
    have been changed since.
    """

    disabled: bool = False
    locked: bool = False
    must_change: bool = False
    expires_at: float | None = None
    reset: bool = False

    def refusal(self, now: float) -> Reason | None:
        """Why a right password is not a yes, or None. `now` is seconds since the epoch."""
        if self.disabled:
            return Reason.DISABLED
        if self.locked:
            return Reason.LOCKED
        if self.expires_at is not None and now >= self.expires_at:
            return Reason.EXPIRED
        if self.must_change:
            return Reason.MUST_CHANGE
        return None


ACTIVE = AccountState()


class Attributes:
    """The attributes of an entry: ordered, read-only; names compare without case and keep their spelling.

    Values are bytes, in the source's order, exactly as the source showed them (R3).
    """

    __slots__ = ("_by_key",)

    def __init__(self, items: Mapping[str, Iterable[bytes]] | Iterable[tuple[str, Iterable[bytes]]] = ()) -> None:
        pairs = items.items() if isinstance(items, Mapping) else items
        self._by_key: dict[str, tuple[str, tuple[bytes, ...]]] = {}
        for name, values in pairs:
            key = intern(name.lower())  # the same few names in every entry that is kept
            held = self._by_key.get(key)
            self._by_key[key] = (name, tuple(values)) if held is None else (held[0], held[1] + tuple(values))

    @property
    def names(self) -> tuple[str, ...]:
        """The names as spelled, in order."""
        return tuple([name for name, _ in self._by_key.values()])

    @property
    def encoded(self) -> bytes | None:
        """All of it as it goes over the wire, attribute behind attribute, where the store keeps it like that."""
        return None

    def get(self, name: str) -> tuple[bytes, ...]:
        """The values of `name` (any case), an empty tuple where there is no such attribute."""
        held = self._by_key.get(name.lower())
        return held[1] if held is not None else ()

    def first(self, name: str) -> str | None:
        """The first value of `name` as text (UTF-8), None where there is none or it is not text."""
        values = self.get(name)
        if not values:
            return None
        try:
            return values[0].decode("utf-8")
        except UnicodeDecodeError:
            return None

    def items(self) -> Iterator[tuple[str, tuple[bytes, ...]]]:
        """Pairs of spelled name and values, in order."""
        return iter(self._by_key.values())

    def and_also(self, others: Attributes) -> Attributes:
        """These and the others; of an attribute that both have, all values. Nearly always there is none: then nothing
        is taken apart, as a filter asks for this of every entry that it looks at."""
        both = Attributes()
        both._by_key = self._by_key | others._by_key
        if len(both) == len(self) + len(others):
            return both
        return Attributes([*self.items(), *others.items()])

    def without(self, names: Iterable[str]) -> Attributes:
        """The same, less `names` (any case)."""
        dropped = {name.lower() for name in names}
        return Attributes(pair for key, pair in self._by_key.items() if key not in dropped)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._by_key

    def __len__(self) -> int:
        return len(self._by_key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Attributes) and self._by_key == other._by_key

    def __hash__(self) -> int:
        return hash(tuple(self._by_key))

    def __repr__(self) -> str:
        return f"Attributes({[name for name, _ in self._by_key.values()]})"


NO_ATTRIBUTES = Attributes()


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Entry:
    """Something in a tree that is not a person (a container, a group): shown to applications, never bound as.

    `dn` is spelled as the source spells it, `dn_key` is its normalised form (see `LoginName.dn`).
    `operational` holds what is shown only when asked for by name or by "+".
    """

    dn: str
    dn_key: str
    attributes: Attributes
    operational: Attributes = NO_ATTRIBUTES


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True, kw_only=True)
class Identity(Entry):
    """A person as we know them. Compared by `is`: a changed person is a new object with a higher `revision`.

    `name` is the canonical login name in the source's spelling (R2). `aliases` are further names that lead to the
    same person (mail, UPN), in the source's spelling. `groups` are the DNs (or names) of the groups that
    the source showed for this person. `revision` is 0 for a person who is not in the native directory; there it begins
    with the time of the adoption and grows by at least one with every change of password, state or attributes.
    """

    id: uuid.UUID
    name: str
    origin: Origin
    aliases: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    state: AccountState = ACTIVE
    revision: int = 0
    name_key: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name_key", normalise(self.name))


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True, kw_only=True)
class NativeEntry(Entry):
    """A group or container in the native directory. Compared by `is`: a changed one is a new object.

    `owned`: made or changed here, so what the directory says counts (as R9 has it for people). Else it is the copy of a
    source's entry: it stands in while that source does not answer. `origin` is None for one that was made here.
    `members` are the canonical names of the attributes with values that are kept as rows of their own (`member`,
    `memberuid`…): they may be a hundred thousand, and are left out of `attributes` where nobody asked for them.
    """

    id: uuid.UUID
    origin: Origin | None
    owned: bool
    revision: int
    members: frozenset[str] = frozenset()


def derive_id(origin: Origin) -> uuid.UUID:
    """The stable id of a person whose source has none: the same for the same origin, for ever (R3)."""
    return uuid.uuid5(_NAMESPACE, f"{origin.source}\0{origin.key}")


_NAMESPACE = uuid.UUID("5d0c1a5e-7d0f-5d3a-9a39-5b6c2f0a8e11")
