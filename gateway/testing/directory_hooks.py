"""What the tests of `conformance_directory.py` share, and the hooks that the author of a plug-in supplies."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any, TypeVar

import pytest

from gateway.identity.model import Attributes, Entry, Identity, LoginName, NativeEntry, Origin, derive_id
from gateway.identity.ports import Adoption, NativeDirectory
from gateway.identity.search import Query, Scope
from gateway.testing.plain_hasher import PlainHasher
from gateway.wire.dn import leaf, normalise_dn
from gateway.wire.filter import parse_filter

T = TypeVar("T")

BASE = "dc=example,dc=com"
PASSWORD = b"correct horse"


def person(name: str, **changes: Any) -> Identity:
    """Somebody as a source would show them; `changes` are fields of `Identity`, `dn` sets `dn_key` too."""
    dn = changes.pop("dn", f"uid={name},ou=People,{BASE}")
    origin = changes.pop("origin", Origin("staff", name))
    value = name.encode()
    fields: dict[str, Any] = {
        "attributes": Attributes({"objectClass": [b"top", b"person"], "uid": [value], "cn": [b"The " + value]}),
        "id": derive_id(origin),
        "name": name,
    }
    return Identity(dn=dn, dn_key=normalise_dn(dn), origin=origin, **{**fields, **changes})


def group(name: str, *members: str, dn: str = "", **attributes: list[bytes]) -> Entry:
    """A group as a source would show it, with members by DN."""
    dn = dn or f"cn={name},ou=Groups,{BASE}"
    shown = {"objectClass": [b"top", b"groupOfNames"], "cn": [name.encode()], **attributes}
    if members:
        shown["member"] = [member.encode() for member in members]
    return Entry(dn, normalise_dn(dn), Attributes(shown))


def adoption(identity: Identity, password: bytes = PASSWORD, charset: str = "latin-1") -> Adoption:
    """What is written after that person's first yes."""
    return Adoption(identity, PlainHasher.strong(password), "mail", 1_700_000_000.0, charset)


def dn_login(dn: str) -> LoginName:
    """The name that is a DN."""
    return LoginName.of_dn(dn, normalise_dn(dn), leaf(dn))


def same(left: Identity | None, right: Identity) -> bool:
    """Whether every field is the same, apart from the revision."""
    return (
        left is not None
        and all(
            getattr(left, name) == getattr(right, name)
            for name in ("dn", "dn_key", "id", "name", "name_key", "origin", "aliases", "groups", "state")
        )
        and [*left.attributes.items()] == [*right.attributes.items()]
        and ([*left.operational.items()] == [*right.operational.items()])
    )


class DirectoryHooks:
    """What a plug-in supplies (`make`, `same_store`, `run`, `later`), and what the tests share.

    `folder` is empty at the beginning of each test, and is there for whatever the store puts into files.
    """

    folder: Path
    hasher: PlainHasher
    directory: NativeDirectory

    def make(self, hasher: PlainHasher) -> NativeDirectory:
        """A new, empty directory with the base `BASE`. The suite closes it."""
        raise NotImplementedError

    def same_store(self, hasher: PlainHasher) -> NativeDirectory:
        """The directory that was made last, as another process sees it. The suite closes it."""
        raise NotImplementedError

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run it to its end."""
        raise NotImplementedError

    def later(self, seconds: float) -> None:
        """Let that much time pass, and what it brings happen."""
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _made(self, tmp_path: Path) -> Iterator[None]:
        self.folder = tmp_path
        self._opened: list[NativeDirectory] = []
        self.begin(PlainHasher())
        yield
        for directory in self._opened:
            self.run(directory.close())

    def begin(self, hasher: PlainHasher) -> None:
        """Use a new directory from now on."""
        self.hasher = hasher
        self.directory = self.make(hasher)
        self._opened.append(self.directory)

    def another(self) -> NativeDirectory:
        """The other process' view."""
        directory = self.same_store(self.hasher)
        self._opened.append(directory)
        return directory

    def adopt(self, identity: Identity, password: bytes = PASSWORD) -> Identity:
        """Adopt and return."""
        return self.run(self.directory.adopt(adoption(identity, password)))

    def find(self, typed: str) -> Identity | None:
        """By a bare name."""
        return self.run(self.directory.find(LoginName.of(typed)))

    def search(self, text: str, base: str = BASE, scope: Scope = Scope.SUBTREE, **more: Any) -> list[str]:
        """The names of the people whom a filter selects, sorted."""
        found = self.run(self._collect(Query(normalise_dn(base), scope, parse_filter(text), **more)))
        assert all(isinstance(entry, Identity) for entry in found)
        return sorted(entry.name for entry in found if isinstance(entry, Identity))

    def entries(self, text: str, base: str = BASE, scope: Scope = Scope.SUBTREE, **more: Any) -> dict[str, NativeEntry]:
        """What is no person and is selected by a filter, by its DN as spelled."""
        found = self.run(self._collect(Query(normalise_dn(base), scope, parse_filter(text), **more)))
        shown = [entry for entry in found if not isinstance(entry, Identity)]
        assert all(isinstance(entry, NativeEntry) for entry in shown)
        assert len({entry.dn_key for entry in found}) == len(found)
        return {entry.dn: entry for entry in shown if isinstance(entry, NativeEntry)}

    def carry(self, entry: Entry, key: str = "", source: str = "staff") -> None:
        """Carry over; the key in the source is the DN unless one is given."""
        self.run(self.directory.carry(entry, Origin(source, key or entry.dn_key), 1_700_000_000.0))

    async def _collect(self, query: Query) -> list[Entry]:
        async with aclosing(self.directory.search(query)) as entries:
            return [entry async for entry in entries]
