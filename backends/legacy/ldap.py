"""The `ldap` source: an old directory, asked over pooled connections on the project's own codec.

Here is the order of things in a login. Connections are in `ldapclient`, what entries and answers mean in `ldapsource`.

An entry outside the people filter and yet below the base can be bound as, and is then adopted as a person who is known
by that DN alone: applications have accounts of their own in old directories, which have to go on working.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from twisted.internet.interfaces import IReactorTime

from backends.legacy.ldapclient.client import ClientLimits, LdapClient, ServiceAccount
from backends.legacy.ldapclient.connection import LdapConnection
from backends.legacy.ldapclient.connector import Connector, Dial, Security, dialler
from backends.legacy.ldapclient.pending import describe
from backends.legacy.ldapclient.servers import Servers
from backends.legacy.ldapclient.tls import creators
from backends.legacy.ldapsource.entries import EntryReader
from backends.legacy.ldapsource.inspection import inspect
from backends.legacy.ldapsource.options import LdapOptions
from backends.legacy.ldapsource.reading import DirectoryReader, Extent
from backends.legacy.ldapsource.territory import Territory
from backends.legacy.ldapsource.verdict import Right, judge
from gateway.errors import BusyError, ProtocolError, SourceMisbehaved, SourceUnavailable
from gateway.identity.model import Entry, Identity, LoginName, Secret, normalise
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unavailable, Unknown
from gateway.identity.ports import Account, Sight
from gateway.identity.search import Query
from gateway.plugins import Context, SourcePlugin
from gateway.wire.dn import escape_value, normalise_dn
from gateway.wire.filter import parse_filter
from gateway.wire.messages import ResultCode

MAX_NAME = 1024
"""Characters of a bare name; DNs have the limit of `gateway.wire.dn`."""
MAX_PASSWORD = 16 << 10
"""Bytes. Longer ones are wrong: a server may drop the connection over them, which would look like an outage."""


@dataclass(frozen=True, slots=True)
class _Target:
    """As whom to bind, and the person as the look-up has seen it."""

    dn: str
    seen: Identity | None = None


class LdapSource:
    """A `LegacySource`; `gateway.identity.ports` says what each method promises."""

    def __init__(self, options: LdapOptions, client: LdapClient) -> None:
        self.name = options.name
        self.bases: tuple[str, ...] = (options.base_key,)
        self.charset = options.charset
        self.searches = options.search_connections
        self._options = options
        self._client = client
        self._territory = Territory(options.base_key, options.scope == "one")
        people = parse_filter(options.people_filter)
        entries = EntryReader(
            source=options.name,
            people=people,
            login_attributes=options.login_attributes,
            alias_attributes=options.alias_attributes,
            key_attributes=options.key_attributes,
            group_attribute=options.group_attribute,
        )
        extent = Extent(self._territory, people, options.page_size, options.size_limit)
        self._directory = DirectoryReader(client, entries, extent, options.group_search)

    async def lookup(self, login: LoginName) -> Account | None:
        """A DN below the base is taken at its word: only a bind can tell, and needs no search before it."""
        if login.dn is not None:
            return self._account_at(login.dn, login.typed) if self._territory.holds(login.dn) else None
        name = _spelling(login)
        if name is None:
            return None
        template = self._options.direct_bind
        if template is not None:
            dn = template.replace("{name}", escape_value(name))
            return self._account_at(normalise_dn(dn), dn)
        person = await self._directory.named(name)
        if person is None:
            return None
        target = _Target(person.dn, person)
        return Account(person.dn_key, person.name, person.origin, person.aliases, person.dn_key, target)

    async def verify(self, account: Account, password: Secret) -> Outcome:
        """One bind, with the password's bytes exactly as the application sent them: the old server compares bytes, and
        has accepted these from this application so far, whatever their charset."""
        target = account.handle
        if not isinstance(target, _Target):
            raise SourceMisbehaved(self.name, "this account is not one of this source")
        if not password:
            return Rejected(Reason.EMPTY_PASSWORD)
        raw, active_directory = password.reveal(), self._options.dialect == "active-directory"
        if len(raw) > MAX_PASSWORD or (active_directory and b"\0" in raw):  # Samba reads a password up to the NUL
            return Rejected(Reason.WRONG_PASSWORD)
        try:
            async with self._client.bound(target.dn, raw) as (answer, connection):
                verdict = judge(answer, self.name, active_directory=active_directory)
                if isinstance(verdict, Right):
                    return await self._right(account, target, verdict, connection)
        except BusyError:
            return Unavailable(self.name, busy=True)
        if isinstance(verdict, Unavailable) and not verdict.busy:
            text = f"{connection.place} answered a bind with {describe(answer.result)}"
            if answer.result.code == ResultCode.UNAVAILABLE:
                raise SourceUnavailable(self.name, text)
            raise SourceMisbehaved(self.name, text)  # about one account, maybe: no outage, which is everybody's
        return await self._refused(target, verdict)

    async def read(self, account: Account) -> Identity | None:
        """None with `direct_bind`: there is nobody to look with."""
        target = account.handle
        if not isinstance(target, _Target) or self._options.direct_bind is not None:
            return None
        person = await self._directory.at(target.dn)
        return None if person is None else await self._directory.with_groups(person)

    async def search(self, query: Query) -> AsyncGenerator[Entry, None]:
        """With `direct_bind` nothing is found: there is nobody to look with."""
        if self._options.direct_bind is not None:
            self._territory.part(query)
            return
        async with aclosing(self._directory.search(query)) as entries:
            async for entry in entries:
                yield entry

    async def count(self) -> int | None:
        """People by the people filter, as the service account sees them."""
        return None if self._options.direct_bind is not None else await self._directory.count()

    async def inspect(self) -> Sight:
        """Every server, anew."""
        sight = await inspect(self._client, self._options)
        if not sight.usable or self._options.direct_bind is not None:
            return sight
        try:
            count = await self._directory.count()
        except (SourceUnavailable, SourceMisbehaved, BusyError) as error:
            return Sight(False, (*sight.lines, f"people cannot be counted: {error}"))
        people = "more people than the server shows at once" if count is None else f"{count} people"
        return Sight(True, (*sight.lines, f"{people} below {self._options.base!r} by {self._options.people_filter}"))

    async def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def _account_at(self, dn_key: str, dn: str) -> Account | None:
        return Account(dn_key, dn=dn_key, handle=_Target(_sendable_dn(dn, dn_key)))

    async def _right(self, account: Account, target: _Target, right: Right, connection: LdapConnection) -> Outcome:
        """The person who has just shown the right password."""
        person = target.seen
        if person is None and self._options.direct_bind is None:
            person = await self._directory.at(target.dn)
        if person is None and right.bound:
            person = await self._directory.at_as(connection, target.dn)
        if person is None and right.must_change:
            return Rejected(Reason.MUST_CHANGE)  # till then the server shows nothing, so that nobody can be adopted
        if person is None:
            raise SourceMisbehaved(
                self.name, f"the password of {target.dn!r} is right, and no entry can be read for it"
            )
        if person.dn_key != account.ref:
            return Rejected(Reason.NAME_MISMATCH)  # R2: an alias, or a server that reads DNs more loosely than we do
        if self._options.direct_bind is None:
            person = await self._directory.with_groups(person)
        if right.must_change:
            person = replace(person, state=replace(person.state, must_change=True))
        return Accepted(person, notice=right.notice)

    async def _refused(self, target: _Target, verdict: Outcome) -> Outcome:
        """Servers say "invalid credentials" to unknown names too; only unknown goes on to the next source (R8). Where
        nobody can look, the core knows whether the name may mean somebody elsewhere (R6)."""
        ours = target.seen is not None or self._options.direct_bind is not None
        if ours or verdict != Rejected(Reason.WRONG_PASSWORD):
            return verdict
        try:
            there = await self._directory.at(target.dn)
        except (SourceUnavailable, SourceMisbehaved, BusyError):
            return Unavailable(self.name, refused=True)
        return verdict if there is not None else Unknown()


def _spelling(login: LoginName) -> str | None:
    """The name to ask for: as it was typed, unless a name rule made another of it. None where it cannot be a name."""
    name = login.typed.strip() if normalise(login.typed) == login.key else login.key
    if (
        not name
        or len(name) > MAX_NAME
        or any(character == "\0" or "\ud800" <= character <= "\udfff" for character in name)
    ):
        return None  # a NUL among the rest: some servers read up to it, and find somebody else
    return name


def _sendable_dn(dn: str, dn_key: str) -> str:
    """The DN as it was typed, if that is what the key says; servers have their own ideas of equal names."""
    try:
        return dn if normalise_dn(dn) == dn_key else dn_key
    except ProtocolError:
        return dn_key


def make(options: LdapOptions, dial: Dial, clock: IReactorTime) -> LdapSource:
    """The source, on connections that `dial` opens."""
    security = Security(creators(options.tls.ca, options.tls.server_name, options.tls.verify), options.starttls)
    connector = Connector(
        options.name, Servers(options.servers), security, dial=dial, clock=clock, timeout=options.timeout
    )
    account = None
    if options.bind_dn is not None and options.bind_password is not None:
        account = ServiceAccount(options.bind_dn, options.bind_password.get_secret_value())
    limits = ClientLimits(options.connections, options.search_connections, options.idle)
    return LdapSource(options, LdapClient(connector, account, limits))


def build(options: LdapOptions, context: Context) -> LdapSource:
    """The plug-in's builder. `ConfigError` where `tls.ca` cannot be used."""
    return make(options, dialler(context.reactor), context.reactor)


PLUGIN = SourcePlugin(LdapOptions, build)
