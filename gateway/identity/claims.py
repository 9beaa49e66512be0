"""To whom a name leads, where it could lead to several: a login name goes before an alias.

A login name is the administrator's to give; an alias, such as a mail address, is often the person's own to edit. So
nobody may take another's name by it: neither while both are in a source, nor by moving first and bringing it along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gateway.errors import IdentityConflict, SourceMisbehaved
from gateway.identity.model import Identity, LoginName, normalise
from gateway.identity.names import NameRules
from gateway.identity.ports import Account, LegacySource, NativeDirectory
from gateway.identity.source_names import names_of

MAX_ALIASES = 50
"""Further names that somebody brings along; each costs a look-up, and some people may write as many as they like."""


async def find_first(native: NativeDirectory, readings: Sequence[LoginName]) -> Identity | None:
    """Whoever the first reading that leads to anybody leads to."""
    for reading in readings:
        identity = await native.find(reading)
        if identity is not None:
            return identity
    return None


async def account_of(source: LegacySource, readings: Sequence[LoginName]) -> tuple[Account, LoginName] | None:
    """The account in this source, and the reading that led to it: the first by DN or login name, else the first by
    alias. `IdentityConflict` where only aliases lead anywhere, and one of them to two people. Readings that the source
    is not asked for lead nowhere."""
    by_alias: tuple[Account, LoginName] | None = None
    conflict: IdentityConflict | None = None
    for reading in names_of(source).asked(readings):
        try:
            account = await source.lookup(reading)
        except IdentityConflict as error:
            conflict = conflict or error
            continue
        if account is None:
            continue
        if reading.dn is not None or account.name is None or normalise(account.name) == reading.key:
            return account, reading
        by_alias = by_alias or (account, reading)
    if conflict is not None:
        raise conflict
    return by_alias


def answers_to(reading: LoginName, name: str, aliases: Sequence[str], dn: str | None) -> bool:
    """Whether somebody with this canonical name, aliases and normalised DN is whom `reading` asks for (R2)."""
    if reading.dn is not None:
        return dn is None or dn == reading.dn
    return reading.key == normalise(name) or any(reading.key == normalise(alias) for alias in aliases)


def is_meant(names: NameRules, login: LoginName, person: Identity) -> bool:
    """Whether this name, read in any way that the rules allow, is this person's."""
    return any(answers_to(reading, person.name, person.aliases, person.dn_key) for reading in names.readings(login))


class Claims:
    """Which further names somebody who moves may bring along."""

    def __init__(self, native: NativeDirectory, sources: Sequence[LegacySource], names: NameRules) -> None:
        self._native = native
        self._sources = tuple(sources)
        self._names = names

    async def settle(self, person: Identity) -> Identity:
        """The person with those aliases that lead to nobody else, asked for as a bind asks: in the directory, then in
        the sources up to the person's own. Raises what the stores raise where that cannot be told now."""
        wanted = person.aliases[:MAX_ALIASES]
        kept = tuple([alias for alias in wanted if await self._is_free(LoginName.of(alias), person)])
        return person if kept == person.aliases else replace(person, aliases=kept)

    async def _is_free(self, alias: LoginName, person: Identity) -> bool:
        readings = self._names.readings(alias)
        try:
            held = await find_first(self._native, readings)
            if held is not None:
                return held.origin == person.origin
            for source in self._sources:
                found = await account_of(source, readings)
                if found is not None and found[0].origin is not None:
                    return found[0].origin == person.origin
                if source.name == person.origin.source:
                    break
        except (IdentityConflict, SourceMisbehaved):
            return False  # nobody could sign in by it before, either
        return True
