"""Attributes with more values than Active Directory shows at once: `member;range=0-1499`, and on from there. Pure.

MS-ADTS 3.1.1.3.1.3.3. The values of all parts together are the attribute; how the parts are fetched is in `reading`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from gateway.wire.messages import SearchResultEntry

_RANGE = re.compile(r"(?P<name>.+);range=(?P<first>\d{1,9})-(?P<last>\d{1,9}|\*)", re.IGNORECASE)


def missing(found: SearchResultEntry, wanted: Callable[[str], bool]) -> tuple[str, ...]:
    """What to ask for next: of each wanted attribute that goes on, from where. `wanted` gets the bare name."""
    return tuple(
        f"{match['name']};range={int(match['last']) + 1}-*"
        for match in _ranges(found)
        if match["last"] != "*" and wanted(match["name"])
    )


def joined(found: SearchResultEntry, more: SearchResultEntry) -> SearchResultEntry | None:
    """The entry with the parts in `more` behind its own; None where `more` is not what comes next."""
    parts = {match["name"].lower(): (match, values) for match, values in _parts(more)}
    attributes: list[tuple[str, list[bytes]]] = []
    is_longer = False
    for description, values in found.attributes:
        own = _RANGE.fullmatch(description)
        match, behind = parts.get(own["name"].lower(), (None, [])) if own is not None else (None, [])
        if own is None or match is None or own["last"] == "*":
            attributes.append((description, list(values)))
            continue
        if int(match["first"]) != int(own["last"]) + 1 or not (behind or match["last"] == "*"):
            return None
        is_longer = True
        name = own["name"] if match["last"] == "*" else f"{own['name']};range={own['first']}-{match['last']}"
        attributes.append((name, [*values, *behind]))
    return SearchResultEntry(found.name, attributes) if is_longer else None


def without_shells(found: SearchResultEntry) -> SearchResultEntry:
    """The entry without the empty attribute that stands beside its own first part."""
    names = {match["name"].lower() for match in _ranges(found)}
    if not names:
        return found
    kept = [(name, values) for name, values in found.attributes if values or name.lower() not in names]
    return SearchResultEntry(found.name, kept)


def _ranges(found: SearchResultEntry) -> Iterable[re.Match[str]]:
    return (match for match, _ in _parts(found))


def _parts(found: SearchResultEntry) -> Iterable[tuple[re.Match[str], list[bytes]]]:
    for description, values in found.attributes:
        match = _RANGE.fullmatch(description) if ";" in description else None
        if match is not None:
            yield match, list(values)
