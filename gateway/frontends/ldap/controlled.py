"""Searches with controls: pages, order, assertion, values and subentries. A search without any never comes here.

What the controls ask for is read in `wishes.py`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from gateway.frontends.ldap.entries import Selection, encoded, select
from gateway.frontends.ldap.names import dn_key
from gateway.frontends.ldap.paging import Course
from gateway.frontends.ldap.personas.ad_values import extended_dn
from gateway.frontends.ldap.results import SUCCESS, LdapError
from gateway.frontends.ldap.sorting import in_order
from gateway.frontends.ldap.wishes import Wishes
from gateway.identity.model import Attributes, Entry
from gateway.identity.resting import Pause
from gateway.identity.search import all_attributes
from gateway.wire.controls import PAGED_RESULTS, PagedResults, encode_paged_results
from gateway.wire.filter import Filter
from gateway.wire.ldap import encode_entry
from gateway.wire.messages import Control, LdapResult, ResultCode, SearchRequest, SearchResultDone

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call
    from gateway.frontends.ldap.session import Session

Find = Callable[[int, Pause | None], AsyncGenerator[Entry, None]]
"""Begins to read the entries of this search: at most so many are wanted, 0 is all; the pause is for pages."""

_DONE = SearchResultDone(SUCCESS)
_SIZE_LIMIT = SearchResultDone(
    LdapResult(ResultCode.SIZE_LIMIT_EXCEEDED, diagnostic="more entries match than may be sent")
)


async def controlled(call: Call, request: SearchRequest, wishes: Wishes, find: Find, most: int) -> SearchResultDone:
    """The answer. `most` is how many entries a search of this application may have."""
    pages = call.session.pages
    paged = wishes.paged
    if paged is not None:
        call.controls = (_page_control(),)  # in every answer, PHP's clients look for it
    if paged is not None and paged.cookie and not paged.size:
        pages.abandon(paged.cookie)  # RFC 2696 3
        return _DONE
    if paged is not None and paged.cookie:
        course = pages.resume(paged.cookie, _question(call, request, wishes))
    else:
        course = await _begin(call, request, wishes, find, most)
    call.controls = (*course.controls, *call.controls)
    is_kept = False
    try:
        size = None if paged is None else min(paged.size, _page_ceiling(call.session))
        done = await _fill(call, request, wishes, course, size)
        if done is None and not call.over:  # else nobody is there any more to ask for the next page
            cookie = await pages.rest(course)
            is_kept = True
            if call.over:
                pages.abandon(cookie)
            call.controls = (*course.controls, _page_control(cookie))
    finally:
        if not is_kept:
            await course.close()
    return done or _DONE


def _question(call: Call, request: SearchRequest, wishes: Wishes) -> object:
    """All that must not differ between two pages of one search, and who asks; limits may differ."""
    session = call.session
    who = (None if session.identity is None else session.identity.id, session.application)
    asked = (dn_key(request.base), request.scope, request.filter, request.attributes, request.types_only)
    return (who, asked, wishes.sort, wishes.values, wishes.subentries, wishes.extended)


def _page_control(cookie: bytes = b"") -> Control:
    """The size of the whole is 0: unknown."""
    return Control(PAGED_RESULTS, value=encode_paged_results(PagedResults(0, cookie)))


def _page_ceiling(session: Session) -> int:
    return session.application.page or session.services.limits.page


async def _begin(call: Call, request: SearchRequest, wishes: Wishes, find: Find, most: int) -> Course:
    """A new search, with nothing sent yet."""
    session, is_paged = call.session, wishes.paged is not None
    ceiling = session.services.limits.paged_size if is_paged else most
    left = min(filter(None, (request.size_limit, ceiling)), default=None)
    pause = Pause() if is_paged else None
    limit = 0 if left is None or is_paged or wishes.subentries else (most if wishes.sort else left) + 1
    course = Course(find(limit, pause), _question(call, request, wishes), left)
    if pause is not None:
        course.pause = pause
    if wishes.subentries:
        course.entries = _subentries(course.entries)
    if wishes.sort:
        await _sort(call, wishes, course, most)
    return course


async def _sort(call: Call, wishes: Wishes, course: Course, most: int) -> None:
    application = call.session.application
    try:
        done = await in_order(course.entries, wishes.sort, application.view, most)
    except BaseException:
        await course.close()
        raise
    course.entries, course.held = done.entries, done.held
    course.controls = (done.control,)
    if done.code != ResultCode.SUCCESS and wishes.must_sort:
        await course.close()
        call.controls = (done.control, *call.controls)
        raise LdapError(ResultCode.UNAVAILABLE_CRITICAL_EXTENSION, "the entries cannot be sorted like that")


async def _fill(
    call: Call, request: SearchRequest, wishes: Wishes, course: Course, size: int | None
) -> SearchResultDone | None:
    """Send one page of `size` entries (None: all); the end of the search, None where it has not come."""
    outlet = call.session.outlet
    selection = select(request.attributes, request.types_only, call.session.application.view)
    is_changed, sent = bool(wishes.values) or wishes.extended is not None, 0
    while True:
        entry = await course.next()
        if entry is None:
            return _DONE
        if course.left == 0:
            return _SIZE_LIMIT
        if sent == size:
            course.ahead = entry
            return None
        sent += 1
        course.sent += 1
        if course.left is not None:
            course.left -= 1
        call.send(_changed(entry, selection, wishes) if is_changed else encoded(entry, selection))
        if outlet.full:
            await outlet.room()


async def _subentries(found: AsyncGenerator[Entry, None]) -> AsyncGenerator[Entry, None]:
    """Nothing else (RFC 3672 3)."""
    try:
        async for entry in found:
            if any(kind.lower() == b"subentry" for kind in entry.attributes.get("objectClass")):
                yield entry
    finally:
        await found.aclose()


def _changed(entry: Entry, selection: Selection, wishes: Wishes) -> bytes:
    """The entry with those values only that one of the items matches (RFC 3876 2), and under the name that is asked
    for."""
    attributes, dn = selection.of(entry), entry.dn
    if wishes.values:
        attributes = _matching(attributes, wishes.values)
    if wishes.extended is not None:
        held = all_attributes(entry)
        guid, sid = held.get("objectGUID"), held.get("objectSid")
        dn = extended_dn(dn, guid[0], sid[0] if sid else None, as_text=wishes.extended) if guid else dn
    return encode_entry(dn, attributes)


def _matching(
    attributes: Iterator[tuple[str, tuple[bytes, ...]]], wanted: Sequence[Filter]
) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    for name, values in attributes:
        if not values:  # types only
            yield name, values
            continue
        kept = tuple(value for value in values if _is_wanted(name, value, wanted))
        if kept:
            yield name, kept


def _is_wanted(name: str, value: bytes, wanted: Sequence[Filter]) -> bool:
    alone = Attributes([(name, [value])])
    return any(item.matches(alone) is True for item in wanted)
