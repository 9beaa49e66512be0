"""The one table of classes of groups."""

from __future__ import annotations

import pytest

from gateway.config.groups import Groups
from gateway.frontends.ldap.personas.computed import GROUPS
from gateway.groups.members import GroupWords
from gateway.identity.model import Attributes
from gateway.wire.groupclasses import GROUP_CLASSES, LISTS, lists_of


@pytest.mark.parametrize(
    ("classes", "lists"),
    [
        (["top", "groupOfNames"], ("member",)),
        (["GROUPOFNAMES", " posixgroup "], ("member", "memberUid")),
        (["univentionGroup", "groupOfUniqueNames"], ("uniqueMember",)),
        (["person"], ()),
    ],
)
def test_where_an_entry_lists_its_members(classes: list[str], lists: tuple[str, ...]) -> None:
    assert lists_of(classes) == lists


def test_who_looks_for_groups_looks_for_all_of_them() -> None:
    """R18: the configuration's default, the questions about members and what personas take for a group."""
    assert Groups().object_classes == GroupWords().classes == GROUP_CLASSES
    assert Groups().lists == GroupWords().lists == LISTS
    for name in GROUP_CLASSES:
        assert GROUPS.matches(Attributes({"objectClass": [name.encode()]})) is True
