"""Server-side sorting (RFC 2891): all entries are read before the first is sent, so there is a bound on them.

How two entries compare is in `gateway.wire.ordering`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

from gateway.frontends.ldap.view import View
from gateway.identity.model import Entry
from gateway.identity.search import all_attributes
from gateway.wire.attributetypes import is_secret
from gateway.wire.messages import Control, ResultCode
from gateway.wire.ordering import Rank, ranking
from gateway.wire.searchcontrols import SORT_RESPONSE, SortKey, encode_sort_result


@dataclass(frozen=True, slots=True)
class Sorted:
    """What came of it: the entries, in order or as they were found, why, and how many of them are in memory."""

    entries: AsyncGenerator[Entry, None]
    code: int = ResultCode.SUCCESS
    blamed: str | None = None
    held: int = 0

    @property
    def control(self) -> Control:
        """The response control."""
        return Control(SORT_RESPONSE, value=encode_sort_result(self.code, self.blamed))


async def in_order(found: AsyncGenerator[Entry, None], keys: Sequence[SortKey], view: View, most: int) -> Sorted:
    """The entries in this order; at most `most` can be sorted. An order
    that there is not leaves them as they are; so does one too many, and what was read comes first then."""
    ranks = []
    for key in keys:
        if is_secret(key.attribute) or view.hides(key.attribute):  # no such attribute, as far as anybody can tell
            return Sorted(found, ResultCode.NO_SUCH_ATTRIBUTE, key.attribute)
        rank = ranking(key.attribute, key.rule)
        if rank is None:
            return Sorted(found, ResultCode.INAPPROPRIATE_MATCHING, key.attribute)
        ranks.append(_of_entry(rank))
    entries: list[Entry] = []
    failure: Exception | None = None
    try:
        async for entry in found:
            entries.append(entry)
            if len(entries) > most:
                return Sorted(_chained(entries, found), ResultCode.ADMIN_LIMIT_EXCEEDED)
    except Exception as error:
        if not entries:
            raise
        failure = error
    for key, place in reversed(list(zip(keys, ranks, strict=True))):
        entries.sort(key=place, reverse=key.reverse)  # stable, so the first key is applied last
    return Sorted(_one_by_one(entries, failure), held=len(entries))


def _of_entry(rank: Callable[..., Rank]) -> Callable[[Entry], Rank]:
    return lambda entry: rank(all_attributes(entry))


async def _one_by_one(entries: list[Entry], failure: Exception | None) -> AsyncGenerator[Entry, None]:
    for entry in entries:
        yield entry
    if failure is not None:
        raise failure


async def _chained(entries: list[Entry], rest: AsyncGenerator[Entry, None]) -> AsyncGenerator[Entry, None]:
    try:
        for entry in entries:
            yield entry
        entries.clear()
        async for entry in rest:
            yield entry
    finally:
        await rest.aclose()
