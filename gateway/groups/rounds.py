"""Whose groups a round of copying asks for: everybody who is in the directory, and every group, some at a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from gateway.groups.members import GroupWords
from gateway.identity.model import Entry, Identity
from gateway.identity.ports import NativeDirectory
from gateway.identity.search import BaseNotFound, Query, Scope
from gateway.wire.filter import Filter, Present

BATCH = 64
"""People or groups that one question to a source is about: as many as such a filter may have without harm."""
_NEEDED = frozenset({"gidnumber"})


async def members(native: NativeDirectory, words: GroupWords) -> AsyncGenerator[list[Entry], None]:
    """All that groups may list and that is here."""
    for wanted, people in ((Present("objectClass"), True), (words.groups(), False)):
        async with aclosing(_batches(native, wanted, people=people)) as batches:
            async for batch in batches:
                yield batch


async def _batches(native: NativeDirectory, wanted: Filter, *, people: bool) -> AsyncGenerator[list[Entry], None]:
    batch: list[Entry] = []
    try:
        async with aclosing(native.search(Query("", Scope.SUBTREE, wanted, attributes=_NEEDED))) as entries:
            async for entry in entries:
                if isinstance(entry, Identity) is people:
                    batch.append(entry)
                if len(batch) == BATCH:
                    yield batch
                    batch = []
    except BaseNotFound:
        return
    if batch:
        yield batch
