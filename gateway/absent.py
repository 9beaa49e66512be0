"""A directory that is not there yet, for commands that only look: nobody has moved, and nothing can be written.

What is not here: who may make the directory (`Context.may_create`), and the double for tests (`gateway.testing`).
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import NoReturn

from gateway.errors import DirectoryMissing, DirectoryUnavailable
from gateway.identity.changes import Changed, Deed, Modification, Password
from gateway.identity.model import AccountState, Entry, Identity, LoginName, NativeEntry, Origin, Secret
from gateway.identity.outcome import Outcome, Unknown
from gateway.identity.ports import Adoption, Renamed, Sight
from gateway.identity.search import BaseNotFound, Query


class AbsentDirectory:
    """A `NativeDirectory` in which nobody is. `missing` says what is not there."""

    def __init__(self, missing: DirectoryMissing) -> None:
        self.missing = missing
        self.scans = 0

    async def find(self, login: LoginName) -> Identity | None:
        """As `NativeDirectory.find`."""
        return None

    async def by_origin(self, source: str, keys: Sequence[str]) -> Mapping[str, Identity | None]:
        """As `NativeDirectory.by_origin`."""
        return {}

    async def verify(self, identity: Identity, password: Secret) -> Outcome:
        """As `NativeDirectory.verify`."""
        return Unknown()

    async def adopt(self, adoption: Adoption) -> Identity:
        """Refused."""
        self._refuse()

    async def update(
        self,
        identity: uuid.UUID,
        *,
        state: AccountState | None = None,
        password_hash: str | None = None,
        significant: int | None = None,
        revision: int | None = None,
    ) -> Identity | None:
        """Refused."""
        self._refuse()

    async def carry(self, entry: Entry, origin: Origin, at: float) -> None:
        """Refused."""
        self._refuse()

    async def carried(self, source: str, keys: Sequence[str]) -> Mapping[str, NativeEntry | None]:
        """As `NativeDirectory.carried`."""
        return {}

    async def memberships(
        self, members: Sequence[str], *, by_name: bool = False
    ) -> Mapping[str, Sequence[NativeEntry]]:
        """As `NativeDirectory.memberships`."""
        return {}

    def entries_version(self) -> int | None:
        """As `NativeDirectory.entries_version`: nothing ever changes here."""
        return 0

    async def renamed(self) -> Sequence[Renamed]:
        """As `NativeDirectory.renamed`."""
        return ()

    async def add(self, entry: Entry, deed: Deed, password: Password | None = None) -> Entry:
        """Refused."""
        self._refuse()

    async def change(
        self,
        dn_key: str,
        steps: Sequence[Modification],
        deed: Deed,
        *,
        password: Password | None = None,
        state: AccountState | None = None,
    ) -> Changed | None:
        """As `NativeDirectory.change`: nothing here has that DN."""
        return None

    async def rename(self, dn_key: str, dn: str, new_key: str, deed: Deed, *, keep_old: bool) -> Changed | None:
        """As `NativeDirectory.rename`."""
        return None

    async def remove(self, dn_key: str, deed: Deed) -> Entry | None:
        """As `NativeDirectory.remove`."""
        return None

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """As `NativeDirectory.search`: not even its base is there."""
        nobody: tuple[Entry, ...] = ()
        for entry in nobody:
            yield entry
        raise BaseNotFound(query.base)

    async def counts(self) -> Mapping[str, int]:
        """As `NativeDirectory.counts`."""
        return {}

    async def inspect(self) -> Sight:
        """What is missing. That is how every installation begins, and no fault."""
        return Sight(True, (self.missing.text, *self.missing.remarks))

    async def close(self) -> None:
        """Nothing is open."""

    def _refuse(self) -> NoReturn:
        raise DirectoryUnavailable(self.missing.text)
