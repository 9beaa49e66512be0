"""The options about groups: every fault found at load."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from usertable import group_options

from backends.legacy.sqlsource.groupoptions import Groups

QUERY = "SELECT g FROM m WHERE u = :key"


def test_groups_need_not_be_shown() -> None:
    assert Groups.model_validate({"query": QUERY}).listing is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"query": "SELECT 1"}, ":key"),
        ({"list": None}, "list and members belong together"),
        ({"members": None}, "list and members belong together"),
        ({"list": "SELECT * FROM roles WHERE id = :key"}, "no parameter :key"),
        ({"members": "SELECT username FROM users"}, "does not use the parameter :key"),
        ({"by_name": "SELECT * FROM roles"}, "does not use the parameter :name"),
        ({"members": "DELETE FROM users WHERE id = :key"}, "begins with SELECT"),
        ({"list": None, "members": None}, "only with list and members"),
        ({"dn": None}, "need a dn"),
        ({"dn": "cn=staff,o=x"}, "DN template"),
        ({"object_classes": ["organizationalRole"]}, "no object class lists members: give one of groupOfNames,"),
        ({"object_classes": []}, "at least 1"),
        ({"object_classes": ["posixGroup"]}, "give attributes.gidNumber"),
        ({"lists": ["owner"]}, "memberUid"),
        ({"attributes": {"uniqueMember": "x"}}, "set by the statement members"),
        ({"attributes": {"commonName": "x"}}, "set by columns.name"),
        ({"attributes": {"userPassword": "x"}}, "never shown"),
        ({"columns": {"nam": "x"}}, "not permitted"),
    ],
)
def test_faults_are_found_at_load(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Groups.model_validate(group_options(**changes))
