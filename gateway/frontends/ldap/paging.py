"""Simple paged results (RFC 2696): searches that rest between two pages, and who may go on with which.

One generator makes all the pages of a search, so that people who move between two of them are found once, as in any
search (R17). It stays with its connection and ends with it. A cookie says nothing, works once and cannot be guessed.
How a page is filled is in `controlled.py`.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from gateway.config.limits import Limits
from gateway.frontends.ldap.results import LdapError
from gateway.identity.model import Entry
from gateway.identity.resting import Pause
from gateway.wire.messages import Control, ResultCode

if TYPE_CHECKING:
    from gateway.frontends.ldap.services import Clock, DelayedCall

_COOKIE_OCTETS = 16
_HELD_SEARCHES = 20
"""Sorted searches of the largest size whose entries may be kept in memory at once."""
_KNOWN_AGAIN = 10
"""An entry that was sent is remembered, so that it is not sent twice, in a tenth of the memory of an entry."""
_log = Logger()


@dataclass(slots=True, eq=False)
class Course:
    """A search under way, and what it needs to go on.

    `question` is all of the request that must stay the same from page to page, `left` how many entries may still be
    sent in all (None: any number), `ahead` an entry that was read only to know whether there is more, `held` how many
    entries are kept in memory for it, `sent` how many the client has, `controls` what goes out with every page.
    """

    entries: AsyncGenerator[Entry, None]
    question: object = None
    left: int | None = None
    ahead: Entry | None = None
    held: int = 0
    sent: int = 0
    controls: tuple[Control, ...] = ()
    pause: Pause = field(default_factory=Pause)
    timer: DelayedCall | None = None

    async def next(self) -> Entry | None:
        """The next entry, None behind the last one."""
        ahead, self.ahead = self.ahead, None
        if ahead is not None:
            return ahead
        try:
            return await anext(self.entries)
        except StopAsyncIteration:
            return None

    async def close(self) -> None:
        """Let go of whatever the search has open."""
        await self.entries.aclose()


class Resting:
    """The searches of the whole process that rest, so that they have a bound together: in number, and in entries that
    are kept for them. Where one more is too many, the address that has the most loses its oldest: whoever floods ends
    searches of their own."""

    __slots__ = ("_by_address",)

    def __init__(self) -> None:
        self._by_address: dict[str, dict[Course, Pages]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._by_address.values()))

    def add(self, course: Course, pages: Pages, limits: Limits) -> None:
        """One more rests."""
        self._by_address.setdefault(pages.address, {})[course] = pages
        while len(self) > limits.paged_searches or self._held() > _HELD_SEARCHES * limits.size:
            fullest = max(self._by_address.values(), key=len)
            oldest, place = next(iter(fullest.items()))
            place.end(oldest)

    def remove(self, course: Course, address: str) -> None:
        """It goes on, or ends."""
        of_address = self._by_address.get(address, {})
        of_address.pop(course, None)
        if not of_address:
            self._by_address.pop(address, None)

    def _held(self) -> int:
        return sum(
            course.held + course.sent // _KNOWN_AGAIN for courses in self._by_address.values() for course in courses
        )


class Pages:
    """The searches of one connection that rest, by cookie."""

    __slots__ = ("_all", "_clock", "_courses", "_is_closed", "_limits", "address")

    def __init__(self, limits: Limits, clock: Clock, resting: Resting, address: str) -> None:
        self._limits = limits
        self._clock = clock
        self._all = resting
        self._courses: dict[bytes, Course] = {}
        self._is_closed = False
        self.address = address

    def __len__(self) -> int:
        return len(self._courses)

    async def rest(self, course: Course) -> bytes:
        """Keep it until it is asked for; the cookie by which it is."""
        await course.pause.begin(self._clock.seconds())
        if self._is_closed:
            raise CancelledError
        if len(self._courses) >= self._limits.paged_connection:
            self.end(next(iter(self._courses.values())))
        cookie = secrets.token_bytes(_COOKIE_OCTETS)
        self._courses[cookie] = course
        course.timer = self._clock.callLater(self._limits.paged_idle, self.end, course)
        self._all.add(course, self, self._limits)
        return cookie

    def resume(self, cookie: bytes, question: object) -> Course:
        """The search that goes on with this cookie. `LdapError` 53 where there is none, as slapd and Active Directory
        answer, and where it is another search: the client must send the same one (RFC 2696 3)."""
        course = self._courses.get(cookie)
        if course is None:
            raise LdapError(ResultCode.UNWILLING_TO_PERFORM, "this cookie of a paged search is not valid, or too old")
        self._forget(course)
        if course.question != question:
            _end(course)
            raise LdapError(ResultCode.UNWILLING_TO_PERFORM, "this cookie belongs to another search")
        course.pause.end()
        return course

    def abandon(self, cookie: bytes) -> None:
        """The client wants no more of it; a cookie that is not valid any more is no fault then."""
        course = self._courses.get(cookie)
        if course is not None:
            self.end(course)

    def end(self, course: Course) -> None:
        """This one has rested too long, or is one too many."""
        self._forget(course)
        _end(course)

    def close(self) -> None:
        """The connection is gone."""
        self._is_closed = True
        for course in tuple(self._courses.values()):
            self.end(course)

    def _forget(self, course: Course) -> None:
        cookie = next((cookie for cookie, one in self._courses.items() if one is course), b"")
        self._courses.pop(cookie, None)
        self._all.remove(course, self.address)
        if course.timer is not None and course.timer.active():
            course.timer.cancel()


def _end(course: Course) -> None:
    """Close it behind everybody's back."""
    course.pause.end()
    Deferred.fromCoroutine(course.close()).addErrback(_tell)


def _tell(failure: Failure) -> None:
    _log.failure("a paged search could not be closed", failure=failure)
