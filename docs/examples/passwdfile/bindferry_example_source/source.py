"""The source: the port `LegacySource` over the file, and the plug-in that the entry point names."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator
from twisted.internet.error import TimeoutError as DeadlineError

from bindferry_example_source.lines import BadFile, Line, read_lines
from gateway.errors import BusyError, IdentityConflict, ProtocolError, SourceError, SourceMisbehaved, SourceUnavailable
from gateway.identity.hashing import PasswordHasher
from gateway.identity.model import Entry, Identity, LoginName, Secret, normalise
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unavailable, Unknown
from gateway.identity.ports import Account, Sight
from gateway.identity.search import BaseNotFound, Query, within
from gateway.plugins import Context, SourceOptions, SourcePlugin
from gateway.threads import Pool
from gateway.wire.dn import normalise_dn


def _dn(text: str) -> str:
    try:
        normalise_dn(text)
    except ProtocolError as error:
        raise ValueError(f"not a DN: {error}") from None
    return text


class PasswdOptions(SourceOptions):
    """What an administrator writes for this source; `name`, `timeout`, `charset` and the like are inherited."""

    type: Literal["passwdfile"] = "passwdfile"
    path: Path
    base: Annotated[str, AfterValidator(_dn)]


class PasswdSource:
    """A `LegacySource`. The file is read for every question: what it says now is what counts."""

    def __init__(self, options: PasswdOptions, pool: Pool, hasher: PasswordHasher) -> None:
        self.name = options.name
        self.charset = options.charset
        self.bases: tuple[str, ...] = (normalise_dn(options.base),)
        self._options = options
        self._pool = pool
        self._hasher = hasher

    async def lookup(self, login: LoginName) -> Account | None:
        """By DN, login name or mail address; compared as the core compares names (R1)."""
        found = [line.person for line in await self._lines() if _answers(line.person, login)]
        if len(found) > 1:
            raise IdentityConflict(f"source {self.name}: {len(found)} lines answer to one name")
        return _account(found[0]) if found else None

    async def verify(self, account: Account, password: Secret) -> Outcome:
        """Four answers (R6), from the line as it is now: the look-up has kept no hash."""
        line = await self._line(account)
        if line is None:
            return Unknown()
        try:
            right = await self._is_right(password, line.stored)
        except BusyError:
            return Unavailable(self.name, busy=True)
        if right:
            return Accepted(line.person)  # disabled or not: the state is in it, and the core judges (R7)
        return Rejected(Reason.WRONG_PASSWORD if line.stored else Reason.NO_PASSWORD)

    async def read(self, account: Account) -> Identity | None:
        """The person, without a password."""
        line = await self._line(account)
        return line.person if line is not None else None

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """Everybody whom the query selects. A larger store would push the filter down to its database."""
        people = [line.person for line in await self._lines()]
        if not any(within(key, query.base) for key in (*self.bases, *(person.dn_key for person in people))):
            raise BaseNotFound(query.base)
        for person in people:
            if query.selects(person):
                yield person

    async def count(self) -> int | None:
        """How many lines."""
        return len(await self._lines())

    async def inspect(self) -> Sight:
        """What `bindferry check` prints."""
        try:
            lines = await self._lines()
        except (SourceError, BusyError) as error:
            return Sight(False, (str(error),))
        without = sum(not line.stored for line in lines)
        return Sight(True, (f"{len(lines)} people in {self._options.path}, {without} of them without a password",))

    async def close(self) -> None:
        """Let go of the threads."""
        await self._pool.close(1.0)

    async def _lines(self) -> list[Line]:
        """The file, read in a thread. Every way in which it can fail is *cannot tell*, never *nobody is here* (R6)."""
        options = self._options
        try:
            return await self._pool.run(read_lines, options.path, self.name, options.base, deadline=options.timeout)
        except DeadlineError:
            raise SourceUnavailable(self.name, f"no answer within {options.timeout:g} seconds") from None
        except OSError as error:
            raise SourceUnavailable(self.name, f"the file cannot be read: {error.strerror}") from None
        except BadFile as error:
            raise SourceMisbehaved(self.name, str(error)) from None

    async def _line(self, account: Account) -> Line | None:
        return next((line for line in await self._lines() if line.person.origin.key == account.ref), None)

    async def _is_right(self, password: Secret, stored: str) -> bool:
        """As the bytes came, and as UTF-8 in one form (R13). The daemon's pool hashes; no hash matches nothing."""
        forms = dict.fromkeys((password.reveal(), password.canonical(self.charset)))
        for form in forms:
            if form and await self._hasher.verify(form, stored):
                return True
        return False


def _answers(person: Identity, login: LoginName) -> bool:
    if login.dn is not None:
        return person.dn_key == login.dn
    return login.key == person.name_key or login.key in map(normalise, person.aliases)


def _account(person: Identity) -> Account:
    return Account(person.origin.key, person.name, person.origin, person.aliases, person.dn_key)


def build(options: PasswdOptions, context: Context) -> PasswdSource:
    """The source; nothing is opened yet."""
    pool = Pool(context.reactor, f"source {options.name}", options.concurrency, options.concurrency)
    return PasswdSource(options, pool, context.hasher)


PLUGIN = SourcePlugin(PasswdOptions, build)
