"""Configured statements: what is refused when the configuration is read."""

from __future__ import annotations

import pytest

from backends.legacy.sqlsource.statements import check_statement, parameters


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM users WHERE username = :name",
        "  (SELECT id FROM u WHERE lower(n) = lower(:name))",
        "WITH p AS (SELECT 1) SELECT * FROM p WHERE n = :name;",
        "SELECT id::text, '12:30' AS t, 10 % 3 FROM u WHERE n = :name AND mail LIKE '%son'",
        "SELECT id FROM u -- who?\nWHERE n = :name",
        "SELECT {fn LCASE(n)} AS n FROM u WHERE n = :name",
    ],
)
def test_one_select_with_its_parameter_passes(statement: str) -> None:
    assert check_statement(statement, ("name",)) == statement
    assert parameters(statement) == {"name"}


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("", "1 to"),
        ("SELECT 1\0", "1 to"),
        ("DELETE FROM users WHERE n = :name", "begins with SELECT"),
        ("EXEC login :name", "begins with SELECT"),
        ("SELECT 1 FROM u WHERE n = :name; DROP TABLE u", "not several"),
        ("SELECT 1 FROM u", "does not use the parameter :name"),
        ("SELECT 1 FROM u WHERE n = :user AND m = :name", "no parameter :user"),
        ("SELECT 1 FROM u WHERE n = '{name}' AND n = :name", "paste a value"),
        ("SELECT 1 FROM u WHERE n = '%s'", "paste a value"),
        ("SELECT 1 FROM u WHERE n = %s", "paste a value"),
        ("SELECT 1 FROM u WHERE n = %(name)s", "paste a value"),
        ("SELECT 1 FROM {0} WHERE n = :name", "paste a value"),
        ("SELECT 1 FROM u WHERE n LIKE '%:name%'", "inside quotes"),
        ("SELECT 1 FROM u WHERE n = 1 -- :name", "inside quotes or a comment"),
    ],
)
def test_anything_else_is_refused_with_the_reason(statement: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check_statement(statement, ("name",))


def test_a_parameter_that_may_be_left_out() -> None:
    check_statement("SELECT * FROM u ORDER BY id", (), ("after", "limit"))
    check_statement("SELECT * FROM u WHERE id > :after ORDER BY id LIMIT :limit", (), ("after", "limit"))
