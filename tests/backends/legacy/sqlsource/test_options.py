"""The options of an `sql` source: every fault found at load, none shows the URL's password."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from usertable import options

from backends.legacy.sqlsource.options import SqlOptions

HERE = Path("/nowhere/users.db")


def load(**changes: Any) -> SqlOptions:
    return SqlOptions.model_validate(options(HERE, **changes))


def test_the_short_forms_of_flags_attributes_and_groups() -> None:
    loaded = load(
        columns={
            "key": "id",
            "name": "n",
            "password": "p",
            "disabled": {"column": "active", "not": True},
            "locked": "l",
        },
        groups="SELECT g FROM m WHERE u = :key",
    )
    assert loaded.columns.disabled is not None
    assert loaded.columns.disabled.inverted
    assert loaded.columns.locked is not None
    assert loaded.columns.locked.column == "l"
    assert loaded.attributes["sn"].column == "last"
    assert loaded.groups is not None
    assert loaded.groups.query.startswith("SELECT")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"query": "SELECT 1"}, ":name"),
        ({"by_alias": "SELECT * FROM u WHERE mail = :name"}, "needs aliases"),
        ({"list": "SELECT * FROM u WHERE id > :after"}, "both :after and :limit"),
        ({"count": "SELECT count(*) FROM u WHERE x = :name"}, "no parameter :name"),
        ({"verify": "SELECT 1 WHERE :name = :password"}, "either columns.password, or verify"),
        ({"columns": {"key": "id", "name": "n"}}, "either columns.password, or verify"),
        ({"columns": {"key": "id", "name": "n", "password": "p"}, "verify": "SELECT :name"}, ":password"),
        (
            {"columns": {"key": "id", "name": "n", "password": "p", "disabled": {"column": "a", "values": []}}},
            "at least 1",
        ),
        ({"columns": {"key": "id", "name": "n", "password": "p", "blocked": "b"}}, "not permitted"),
        ({"scheme": "rot13"}, "rot13"),
        ({"scheme": "hex_md5_salt_password"}, "needs columns.salt"),
        ({"charset": "klingon"}, "klingon"),
        ({"dn": "uid=ada,o=x"}, "DN template"),
        ({"attributes": {"userPassword": "p"}}, "never shown"),
        ({"attributes": {"sambaNTPassword;x": "p"}}, "never shown"),
        ({"attributes": {"entryUUID": "p"}}, "columns.uuid"),
        ({"attributes": {"no name": "p"}}, "not the name"),
        ({"attributes": {"cn": {"column": "a", "constant": ["b"]}}}, "exactly one"),
        ({"attributes": {"cn": {}}}, "exactly one"),
        ({"attributes": {"cn": {"template": "{a!r}"}}}, "column names in braces"),
        ({"attributes": {"cn": {"template": "{a.__class__}"}}}, "column names in braces"),
        ({"attributes": {"cn": {"template": "plain"}}}, "constant"),
        ({"attributes": {"cn": {"constant": ["x"], "split": ";"}}}, "split"),
        ({"url": "nonsense:hunter2"}, "SQLAlchemy can read"),
        ({"url": "odbc:hunter2"}, "connection string"),
        ({"url": "sqlite://"}, "names no SQLite file"),
        ({"url": "postgresql://u:hunter2@h:port/d"}, "SQLAlchemy can read"),
        ({"batch": 0}, "greater"),
        ({"tabel": "users"}, "not permitted"),
    ],
)
def test_faults_are_found_at_load(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why) as caught:
        load(**changes)
    assert "hunter2" not in str(caught.value)


def test_the_url_may_come_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    """R15."""
    (tmp_path / "url").write_text("postgresql://bindferry:hunter2@db/users\n")
    loaded = load(url={"file": str(tmp_path / "url")})
    assert loaded.url.get_secret_value() == b"postgresql://bindferry:hunter2@db/users"
    assert "hunter2" not in repr(loaded) + str(loaded)
