"""Legacy attributes -> native attributes, by the administrator's rules. Pure.

The same rules hold for what a search shows before the migration and for what the migration writes, so that nobody
sees a difference (R17). Renaming and dropping are here; templates and joins of further sources come with R16.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from gateway.identity.model import Attributes, Entry, Identity, Secret
from gateway.identity.outcome import Accepted, Outcome
from gateway.identity.ports import Account, LegacySource
from gateway.identity.search import EVERYTHING, Filter, Query
from gateway.identity.sourceover import SourceOver


@dataclass(frozen=True, slots=True)
class AttributeRules:
    """`rename`: old name -> new name; `drop`: old names left behind; `add`: constants for people who lack them.

    Keys of `rename` and `drop` are in lower case.
    """

    rename: Mapping[str, str] = field(default_factory=dict)
    drop: frozenset[str] = frozenset()
    add: Mapping[str, Sequence[bytes]] = field(default_factory=dict)

    @classmethod
    def of(cls, rename: Mapping[str, str], drop: Sequence[str], add: Mapping[str, Sequence[str]]) -> AttributeRules:
        """From the spellings of the configuration."""
        return cls(
            {old.lower(): new for old, new in rename.items()},
            frozenset(name.lower() for name in drop),
            {name: tuple(value.encode() for value in values) for name, values in add.items()},
        )

    def __bool__(self) -> bool:
        return bool(self.rename or self.drop or self.add)

    def attributes(self, attributes: Attributes, *, add: bool) -> Attributes:
        """The attributes as they are shown and stored; order is kept, constants come last."""
        kept = [
            (self.rename.get(name.lower(), name), values)
            for name, values in attributes.items()
            if name.lower() not in self.drop
        ]
        mapped = Attributes(kept)
        if not (add and self.add):
            return mapped
        missing = [(name, values) for name, values in self.add.items() if name not in mapped]
        return Attributes([*mapped.items(), *missing])

    def entry(self, entry: Entry) -> Entry:
        """The entry as it is shown and stored; constants are for people only."""
        return replace(
            entry,
            attributes=self.attributes(entry.attributes, add=isinstance(entry, Identity)),
            operational=self.attributes(entry.operational, add=False),
        )

    def asked(self, filter_: Filter) -> Filter:
        """The filter in the source's own words, or `EVERYTHING` where those cannot say it; checked again here."""
        unsayable = {"*"} | self.drop | self.rename.keys() | {name.lower() for name in self.add}
        if unsayable & filter_.names():
            return EVERYTHING
        old_names = {new.lower(): old for old, new in self.rename.items()}
        return filter_.renamed(lambda name: old_names.get(name.lower(), name))


class MappedSource(SourceOver):
    """A `LegacySource` as applications are to see it: every entry passes the rules, every filter is asked in the
    source's own words and checked again here."""

    def __init__(self, source: LegacySource, rules: AttributeRules) -> None:
        super().__init__(source)
        self._rules = rules

    async def verify(self, account: Account, password: Secret) -> Outcome:
        """As `LegacySource.verify`."""
        outcome = await self._source.verify(account, password)
        if isinstance(outcome, Accepted):
            return replace(outcome, identity=self._person(outcome.identity))
        return outcome

    async def read(self, account: Account) -> Identity | None:
        """As `LegacySource.read`."""
        identity = await self._source.read(account)
        return None if identity is None else self._person(identity)

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """As `LegacySource.search`."""
        own_words = replace(query, filter=self._rules.asked(query.filter), attributes=None)
        if own_words.filter is EVERYTHING:  # neither about one person any more, nor enough after so many entries
            own_words = replace(own_words, person=None, limit=0, few=False)
        async with aclosing(self._source.search(own_words)) as entries:
            async for entry in entries:
                mapped = self._rules.entry(entry)
                if query.selects(mapped):
                    yield mapped

    def _person(self, identity: Identity) -> Identity:
        mapped = self._rules.entry(identity)
        if not isinstance(mapped, Identity):
            raise TypeError("a person stays a person")
        return mapped
