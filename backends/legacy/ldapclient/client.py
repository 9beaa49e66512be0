"""What a source needs of its LDAP servers: look something up, read many pages, try a password.

Decides which connection serves what, what is tried once more, and when a server is blamed. What answers mean for
people is not known here.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

from backends.legacy.ldapclient.connection import LdapConnection
from backends.legacy.ldapclient.connector import AccountRefused, Connector
from backends.legacy.ldapclient.facts import NO_FACTS, Facts, read_facts
from backends.legacy.ldapclient.pending import BindAnswer, SearchAnswer, describe
from backends.legacy.ldapclient.pool import Pool, PoolLimits
from backends.legacy.ldapclient.shared import Shared
from gateway.errors import ProtocolError, SourceMisbehaved, SourceUnavailable
from gateway.wire.controls import (
    PAGED_RESULTS,
    PASSWORD_POLICY,
    PagedResults,
    decode_paged_results,
    encode_paged_results,
)
from gateway.wire.messages import Control, LdapResult, ResultCode, SearchRequest

REFUSED_PAUSE = 30.0
"""Seconds before a service account that was refused is tried again: AD would lock it after a few more."""
MAX_EMPTY_PAGES = 1000
"""Pages in a row without an entry: some servers hand out cookies for ever."""
_OUR_FAULT = {
    ResultCode.INVALID_CREDENTIALS,
    ResultCode.INAPPROPRIATE_AUTHENTICATION,
    ResultCode.INVALID_DN_SYNTAX,
    ResultCode.NO_SUCH_OBJECT,
    ResultCode.CONSTRAINT_VIOLATION,
    ResultCode.UNWILLING_TO_PERFORM,
}


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """As whom the gateway itself reads."""

    dn: str
    password: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClientLimits:
    """How many connections for binds, how many for searches in pages; seconds after which a resting one is closed."""

    binds: int
    searches: int
    idle: float


class LdapClient:
    """`account` is None where the servers are read without a bind."""

    def __init__(self, connector: Connector, account: ServiceAccount | None, limits: ClientLimits) -> None:
        self.connector = connector
        self.account = account
        self._facts: dict[str, Facts] = {}
        self._refused: tuple[float, str] | None = None
        source, clock, idle = connector.source, connector.clock, limits.idle
        self._binds = Pool(source, connector.connect, clock, PoolLimits(limits.binds, idle, connector.timeout))
        searches = PoolLimits(limits.searches, idle, connector.timeout)
        self._searches = Pool(source, self._connect_as_service, clock, searches)
        self._shared = Shared(source, self._connect_as_service, clock, idle)

    async def find(self, request: SearchRequest) -> tuple[SearchAnswer, Facts]:
        """The answer to a small search, as the service account."""
        connection, was_there = await self._shared.get()
        try:
            answer = await connection.search(request)
            self._heed(connection, answer.result)
            return answer, self.facts(connection)
        except SourceUnavailable:
            if not was_there or connection.usable or connection.hung:
                raise
        finally:
            self._note(connection)
        connection, _ = await self._shared.get()  # the server had closed the old one while it rested
        return await connection.search(request), self.facts(connection)

    async def pages(self, request: SearchRequest, size: int) -> AsyncGenerator[tuple[SearchAnswer, Facts], None]:
        """The answers to a large search, as the service account, in pages of `size` where the server knows them. The
        last one may have any result code; the ones before were successes. A server that is long in answering one is
        not blamed: the filter may be to blame, and whoever made it."""
        for fresh in (False, True):
            begun = False
            async with self._searches.lease(fresh=fresh) as connection:
                try:
                    async with aclosing(self._pages_on(connection, request, size)) as answers:
                        async for answer in answers:
                            begun = True
                            yield answer, self.facts(connection)
                    return
                except SourceUnavailable:
                    if begun or not _was_stale(connection):
                        raise

    @asynccontextmanager
    async def bound(self, dn: str, password: bytes) -> AsyncIterator[tuple[BindAnswer, LdapConnection]]:
        """What the server says to a password, and the connection, which is nobody else's meanwhile.

        The control asks for the reason of a refusal (draft-behera-ldap-password-policy); it is not critical.
        """
        for fresh in (False, True):
            async with self._binds.lease(fresh=fresh) as connection:
                try:
                    answer = await connection.bind(dn, password, (Control(PASSWORD_POLICY),))
                except SourceUnavailable:
                    if not _was_stale(connection):
                        raise
                    continue
                finally:
                    self._note(connection)
                self._heed(connection, answer.result)
                yield answer, connection
                return

    def facts(self, connection: LdapConnection) -> Facts:
        """What is known of the server at the other end."""
        return self._facts.get(connection.place, NO_FACTS)

    async def learn(self, connection: LdapConnection) -> Facts:
        """The same, read now if it has not been read before."""
        if connection.place not in self._facts:
            self._facts[connection.place] = await read_facts(connection)
        return self._facts[connection.place]

    async def sign_in(self, connection: LdapConnection) -> None:
        """Bind as the service account, if there is one."""
        account, now = self.account, self.connector.clock.seconds()
        if account is None:
            return
        if self._refused is not None and now < self._refused[0]:
            raise AccountRefused(self.connector.source, self._refused[1])
        result = (await connection.bind(account.dn, account.password)).result
        if result.code == ResultCode.SUCCESS:
            self._refused = None
            return
        text = f"{connection.place} refuses the service account {account.dn!r}: {describe(result)}"
        if result.code not in _OUR_FAULT:
            raise SourceUnavailable(self.connector.source, text)
        self._refused = (now + REFUSED_PAUSE, text)
        raise AccountRefused(self.connector.source, text)

    def distrust(self, place: str, text: str) -> None:
        """This server hangs, or says that it cannot serve: use another one for a while."""
        self.connector.blame(place, text)
        for pool in (self._binds, self._searches, self._shared):
            pool.drop(place)

    def close(self) -> None:
        """Close every connection; whoever waits gets `SourceUnavailable`."""
        for pool in (self._binds, self._searches, self._shared):
            pool.close()

    async def _connect_as_service(self) -> LdapConnection:
        if self._refused is not None and self.connector.clock.seconds() < self._refused[0]:
            raise AccountRefused(self.connector.source, self._refused[1])
        return await self.connector.connect(self._prepare)

    async def _prepare(self, connection: LdapConnection) -> None:
        await self.sign_in(connection)
        await self.learn(connection)

    async def _pages_on(
        self, connection: LdapConnection, request: SearchRequest, size: int
    ) -> AsyncGenerator[SearchAnswer, None]:
        """Paging is a state of the connection: who stops early closes it, and the server forgets."""
        paged, cookie, empty = self.facts(connection).pages and size > 0, b"", 0
        while empty < MAX_EMPTY_PAGES:
            value = encode_paged_results(PagedResults(size, cookie))
            controls = (Control(PAGED_RESULTS, critical=bool(cookie), value=value),) if paged else ()
            answer = await connection.search(request, controls)
            cookie = self._cookie(answer, connection.place)
            try:
                yield answer
            except GeneratorExit:
                if cookie:
                    connection.close()
                raise
            if not cookie or answer.result.code != ResultCode.SUCCESS:
                return
            empty = 0 if answer.entries else empty + 1
        connection.close()
        raise SourceMisbehaved(self.connector.source, f"{connection.place} sends empty pages without an end")

    def _cookie(self, answer: SearchAnswer, place: str) -> bytes:
        for control in answer.controls:
            if control.type == PAGED_RESULTS:
                try:
                    return decode_paged_results(control.value).cookie
                except ProtocolError as error:
                    raise SourceMisbehaved(self.connector.source, f"{place} sent a malformed page: {error}") from None
        return b""

    def _heed(self, connection: LdapConnection, result: LdapResult) -> None:
        if result.code == ResultCode.UNAVAILABLE:
            self.distrust(connection.place, f"{connection.place} answers {describe(result)}")

    def _note(self, connection: LdapConnection) -> None:
        """A server that let a whole timeout pass in silence is not asked again at once."""
        if connection.hung:
            self.distrust(connection.place, str(connection.problem.text if connection.problem else "no answer"))


def _was_stale(connection: LdapConnection) -> bool:
    """Whether it is no wonder that this one was lost: it had rested, and servers close what rests."""
    return connection.rested and not connection.usable and not connection.hung
