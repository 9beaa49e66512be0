"""What `bindferry check` is shown of an `sql` source."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from usertable import execute, group_options, make, options, source_over

from gateway.identity.ports import Sight

PAGED = "SELECT * FROM users WHERE id > :after ORDER BY id LIMIT :limit"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make(tmp_path / "users.db")


def look(path: Path, **changes: Any) -> Sight:
    with source_over(options(path, **changes)) as old:
        return old.run(old.source.inspect())


def test_a_table_that_is_all_right(path: Path) -> None:
    execute(path, "UPDATE users SET pw = 'letmein' WHERE id = 2")
    sight = look(path, list=PAGED, count="SELECT count(*) FROM users")
    assert sight.usable
    assert sight.lines[0].startswith("connected: sqlite 3.")
    assert sight.lines[1:] == (
        "6 people",
        "passwords of 6 people: 4 ldap_ssha, 1 in no known scheme, 1 without a password",
        f"the file {path} can be written: read rights are enough",
    )
    assert "letmein" not in str(sight)


def test_without_a_list_it_is_said_what_searches_find(path: Path) -> None:
    assert any("only people who are asked for by name" in line for line in look(path).lines)


@pytest.mark.parametrize(
    ("changes", "line", "usable"),
    [
        ({"attributes": {"cn": "fullname", "sn": {"template": "{surname}"}}}, "no column 'fullname', 'surname'", False),
        ({"query": "SELECT * FROM nowhere WHERE n = :name"}, "query: .*no such table", False),
        ({"by_alias": "SELECT id FROM users WHERE mail = :name", "aliases": ["mail"]}, "by_alias: .*'username'", False),
        ({"groups": "SELECT g FROM nowhere WHERE u = :key"}, "groups: .*no such table", True),
        ({"groups": group_options(columns={"key": "nr"})}, "groups.list: .*no column 'nr'", True),
        (
            {"groups": group_options(members="SELECT nobody FROM users WHERE :key = id")},
            "groups.members: .*nobody",
            True,
        ),
        (
            {"groups": group_options(by_name="SELECT name FROM roles WHERE name = :name")},
            "groups.by_name: .*'id'",
            True,
        ),
        ({"groups": group_options()}, "^3 groups$", True),
        ({"groups": "SELECT group_name FROM memberships WHERE user_id = :key"}, "as no entries", True),
        ({"list": "SELECT id FROM users ORDER BY id"}, "list: .*no column", True),
        ({"count": "SELECT count(*) FROM nowhere"}, "count: .*no such table", True),
        ({"scheme": "hex_md5", "list": PAGED}, "5 not hex_md5", True),
        ({"columns": {"key": "id", "name": "username"}, "verify": "SELECT :name = x.:password"}, "verify: ", False),
    ],
)
def test_what_is_wrong_is_named(path: Path, changes: dict[str, Any], line: str, usable: bool) -> None:
    sight = look(path, **changes)
    assert sight.usable is usable
    assert any(re.search(line, found) for found in sight.lines), sight.lines


def test_rows_that_cannot_be_read_are_counted_by_column(path: Path) -> None:
    execute(path, "UPDATE users SET disabled = 'maybe' WHERE id < 3")
    sight = look(path, list=PAGED)
    assert any(line.startswith("2 of 6 people: column 'disabled'") for line in sight.lines)
    assert "maybe" not in str(sight)


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    sight = look(tmp_path / "none.db")
    assert not sight.usable
    assert "unable to open" in sight.lines[0]
