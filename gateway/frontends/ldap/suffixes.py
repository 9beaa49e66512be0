"""The naming contexts as entries: they exist although no store may hold one."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import lru_cache

from gateway.frontends.ldap.names import dn_key
from gateway.frontends.ldap.services import Searcher
from gateway.identity.model import Attributes, Entry
from gateway.identity.search import BaseNotFound, Query, Scope, within
from gateway.wire.dn import leaf, spelled_leaf
from gateway.wire.filter import Present

_CLASSES = {
    "dc": "domain",
    "o": "organization",
    "ou": "organizationalUnit",
    "c": "country",
    "l": "locality",
    "st": "locality",
}


@lru_cache(maxsize=8)
def suffixes(naming_contexts: tuple[str, ...]) -> dict[str, Entry]:
    """The naming contexts as entries, by normalised DN: as plain as they can be."""
    return {dn_key(dn): _suffix(dn) for dn in naming_contexts if dn}


def _suffix(dn: str) -> Entry:
    name, value = spelled_leaf(dn)
    classes = [b"top", _CLASSES.get(leaf(dn)[0], "extensibleObject").encode()]
    return Entry(dn, dn_key(dn), Attributes([("objectClass", classes), (name, [value.encode()])]))


def matched_dn(naming_contexts: tuple[str, ...], key: str) -> str:
    """The nearest entry above a name that does not exist, as far as we know without asking (RFC 4511 4.1.9)."""
    above = [suffix for suffix in suffixes(naming_contexts).values() if within(key, suffix.dn_key)]
    return max(above, key=lambda suffix: len(suffix.dn_key)).dn if above else ""


async def with_suffix(searcher: Searcher, query: Query, suffix: Entry) -> AsyncGenerator[Entry, None]:
    """The entries of a search based at a naming context, which exists even if no store shows an entry for it.

    A store's own entry is what counts: where one exists that the filter does not select, ours is not shown in its
    place (R17).
    """
    is_shown, is_known = False, True
    try:
        async with aclosing(searcher.search(query)) as entries:
            async for entry in entries:
                is_shown = is_shown or entry.dn_key == query.base
                yield entry
    except BaseNotFound:
        is_known = False
    if is_shown or not query.selects(suffix):
        return
    if not is_known or not await _is_stored(searcher, query.base):
        yield suffix


async def _is_stored(searcher: Searcher, key: str) -> bool:
    query = Query(key, Scope.BASE, Present("objectClass"), limit=1)
    async with aclosing(searcher.search(query)) as entries:
        async for _ in entries:
            return True
    return False
