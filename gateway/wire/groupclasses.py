"""The object classes of groups that list their members, and the attribute in which each does: one table for all.

Which of them an administrator wants looked for is in the section `groups` of the configuration; groups whose members
are a search of their own (groupOfURLs) list nobody, and are not here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

ListName = Literal["member", "uniqueMember", "memberUid"]
"""An attribute that lists members: the first two by DN, the last by login name."""

_LISTED_IN: dict[str, ListName] = {
    "groupOfNames": "member",
    "groupOfUniqueNames": "uniqueMember",
    "groupOfMembers": "member",
    "groupOfEntries": "member",
    "posixGroup": "memberUid",
    "group": "member",
    "univentionGroup": "uniqueMember",
    "accessGroup": "member",
    "dominoGroup": "member",
    "zimbraDistributionList": "member",
}

GROUP_CLASSES = tuple(_LISTED_IN)
"""Classes of entries that list members, as directories of all makers call them."""

LISTS: tuple[ListName, ...] = ("member", "uniqueMember", "memberUid")
"""All of them."""

_BY_KEY = {name.lower(): attribute for name, attribute in _LISTED_IN.items()}


def lists_of(classes: Iterable[str]) -> tuple[ListName, ...]:
    """Where an entry of these classes lists its members: each attribute once, none for one that is no group."""
    found = (_BY_KEY.get(name.strip().lower()) for name in classes)
    return tuple(dict.fromkeys(attribute for attribute in found if attribute is not None))
