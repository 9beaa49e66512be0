"""Which attributes of an entry a client gets, and entries kept encoded, so that the next search only copies bytes.

What a store has written for the wire already is copied as it is where all of it is asked for, and is not kept. What is
kept hangs on the entry object itself: a changed person is a new object (`Identity.revision`), and the old
bytes go when the old object goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from weakref import WeakKeyDictionary

from gateway.frontends.ldap.view import EVERYTHING, View
from gateway.identity.model import Attributes, Entry
from gateway.wire.attributetypes import canonical, is_secret, subtypes
from gateway.wire.ldap import encode_entry, encode_written
from gateway.wire.objectclasses import attributes_of

NO_ATTRIBUTES = "1.1"
_KEPT_SELECTIONS = 16
_KEPT_BYTES = 16384
"""Encodings that hang on one entry, and their bytes together; or one that is larger. The oldest goes first."""
_CACHED_NAMES = 32
_CACHED_SHAPES = 1024
_CACHED_CHARACTERS = 1024

_kept: WeakKeyDictionary[Entry, dict[Selection, bytes]] = WeakKeyDictionary()


class Selection:
    """What SearchRequest.attributes and typesOnly ask for (RFC 4511 4.5.1.8). Compared by `is`.

    `asked` is the same as `Query.attributes` has it.
    """

    __slots__ = ("_named", "_operational", "_parts", "_types_only", "_user", "_view", "_wholes", "asked")

    def __init__(self, attributes: Sequence[str], *, types_only: bool, view: View = EVERYTHING) -> None:
        self._view = view
        self._user = not attributes or "*" in attributes
        self._operational = "+" in attributes
        names = [_split(name) for name in _spelled_out(attributes) if name not in ("*", "+", NO_ATTRIBUTES)]
        self._parts: dict[str, tuple[int, int | None]] = {}
        if view.is_flat:
            self._parts = {kind: part for kind, options in names if (part := _part(options)) is not None}
            names = [(kind, frozenset() if kind in self._parts else options) for kind, options in names]
        self._named = tuple((frozenset({kind}) if view.is_flat else subtypes(kind), options) for kind, options in names)
        self._types_only = types_only
        self._wholes: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[bool, bool] | None] = {}
        every = {"*"} if self._user else set()
        if self._operational:
            every.add("+")
        self.asked = frozenset(every).union(*(kinds for kinds, _ in self._named))

    def of(self, entry: Entry) -> Iterator[tuple[str, tuple[bytes, ...]]]:
        """The chosen attributes, spelled as the entry spells them (R3). Neither a password is among them nor what the
        view does not show."""
        for attributes, all_of_them in ((entry.attributes, self._user), (entry.operational, self._operational)):
            yield from self._chosen(attributes, all_of_them)

    def written(self, entry: Entry) -> bytes | None:
        """The same as a store has written it; None where it has not, or something else than the whole is chosen."""
        user = entry.attributes.encoded
        if user is None:
            return None
        shape = entry.attributes.names, entry.operational.names
        if shape not in self._wholes:
            if len(self._wholes) == _CACHED_SHAPES:
                self._wholes.clear()
            self._wholes[shape] = self._whole(*shape)
        taken = self._wholes[shape]
        if taken is None:
            return None
        operational = entry.operational.encoded if taken[1] else b""
        return None if operational is None else (user if taken[0] else b"") + operational

    def _whole(self, user: tuple[str, ...], operational: tuple[str, ...]) -> tuple[bool, bool] | None:
        """Whether entries with these names show the user attributes and the operational ones, where of both they show
        all or none, and as they are."""
        taken = []
        for names, all_of_them in ((user, self._user), (operational, self._operational)):
            chosen = [name for name in names if self._takes(*_split(name), all_of_them)]
            if chosen and (self._types_only or len(chosen) < len(names) or self._parts):
                return None
            taken.append(bool(chosen))
        return taken[0], taken[1]

    def _takes(self, kind: str, options: frozenset[str], all_of_them: bool) -> bool:
        return not is_secret(kind) and self._view.shows(kind) and (all_of_them or self._names(kind, options))

    def _chosen(self, attributes: Attributes, all_of_them: bool) -> Iterable[tuple[str, tuple[bytes, ...]]]:
        for name, values in attributes.items():
            kind, options = _split(name)
            if self._takes(kind, options, all_of_them):
                part = self._parts.get(kind)
                shown = (name, values) if part is None else _in_part(name, values, *part)
                if shown[1] or part is None:
                    yield shown[0], () if self._types_only else shown[1]

    def _names(self, kind: str, options: frozenset[str]) -> bool:
        """A description asks for subtypes, too: of its type, and with more options (RFC 4512 2.5)."""
        return any(kind in asked and options >= asked_options for asked, asked_options in self._named)


def _spelled_out(attributes: Sequence[str]) -> Iterator[str]:
    """The names, with `@class` as the attributes of that class (RFC 4529)."""
    for name in attributes:
        if name.startswith("@"):
            yield from sorted(attributes_of(name[1:]))
        else:
            yield name


_PART = re.compile(r"range=([0-9]{1,9})-([0-9]{1,9}|\*)")


def _part(options: frozenset[str]) -> tuple[int, int | None] | None:
    """First and last value that a range option asks for (MS-ADTS 3.1.1.3.1.3.3); None for the last one is the end."""
    found = next((match for option in options if (match := _PART.fullmatch(option)) is not None), None)
    return None if found is None else (int(found[1]), None if found[2] == "*" else int(found[2]))


def _in_part(name: str, values: tuple[bytes, ...], first: int, last: int | None) -> tuple[str, tuple[bytes, ...]]:
    is_end = last is None or last >= len(values) - 1
    end = len(values) if last is None else last + 1
    return f"{name};range={first}-{'*' if is_end else last}", values[first:end]


def select(attributes: tuple[str, ...], types_only: bool, view: View = EVERYTHING) -> Selection:
    """The selection; the same object for the same short list and view, so that what is kept is found again."""
    if len(attributes) <= _CACHED_NAMES and sum(map(len, attributes)) <= _CACHED_CHARACTERS:
        return _cached(attributes, types_only, view)
    return Selection(attributes, types_only=types_only, view=view)


@lru_cache(maxsize=256)
def _cached(attributes: tuple[str, ...], types_only: bool, view: View) -> Selection:
    return Selection(attributes, types_only=types_only, view=view)


def encoded(entry: Entry, selection: Selection) -> bytes:
    """The entry as a SearchResultEntry operation, as it is written, or from memory if it was shown like this before."""
    written = selection.written(entry)
    if written is not None:
        return encode_written(entry.dn, written)
    kept = _kept.get(entry)
    if kept is None:
        kept = _kept[entry] = {}
    operation = kept.get(selection)
    if operation is None:
        operation = encode_entry(entry.dn, selection.of(entry))
        while kept and (len(kept) == _KEPT_SELECTIONS or sum(map(len, kept.values())) + len(operation) > _KEPT_BYTES):
            del kept[next(iter(kept))]
        kept[selection] = operation
    return operation


@lru_cache(maxsize=1024)
def _cached_split(description: str) -> tuple[str, frozenset[str]]:
    kind, *options = description.split(";")
    return canonical(kind.strip()), frozenset(option.lower() for option in options)


def _split(description: str) -> tuple[str, frozenset[str]]:
    """Attribute type in its canonical form, and the options in lower case."""
    if len(description) > _CACHED_CHARACTERS:
        return "", frozenset()  # no attribute has such a name
    return _cached_split(description)
