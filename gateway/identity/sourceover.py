"""A source over another one, which it passes on as it is: what a wrapper does not change, it inherits."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from gateway.identity.model import Entry, Identity, LoginName, Secret
from gateway.identity.outcome import Outcome
from gateway.identity.ports import Account, LegacySource, Sight
from gateway.identity.resting import searches_of
from gateway.identity.search import Query


class SourceOver:
    """A `LegacySource` that is `source` under another class."""

    def __init__(self, source: LegacySource) -> None:
        self.name = source.name
        self.bases = source.bases
        self.charset = source.charset
        self.searches = searches_of(source)
        self._source = source

    async def lookup(self, login: LoginName) -> Account | None:
        """As `LegacySource.lookup`."""
        return await self._source.lookup(login)

    async def verify(self, account: Account, password: Secret) -> Outcome:
        """As `LegacySource.verify`."""
        return await self._source.verify(account, password)

    async def read(self, account: Account) -> Identity | None:
        """As `LegacySource.read`."""
        return await self._source.read(account)

    def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """As `LegacySource.search`."""
        return self._source.search(query)

    async def count(self) -> int | None:
        """As `LegacySource.count`."""
        return await self._source.count()

    async def inspect(self) -> Sight:
        """As `LegacySource.inspect`."""
        return await self._source.inspect()

    async def close(self) -> None:
        """As `LegacySource.close`."""
        await self._source.close()
