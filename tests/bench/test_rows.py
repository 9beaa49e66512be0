"""The rows that are measured."""

from __future__ import annotations

import pytest
from bench.rows import ROWS, chosen
from bench.servers import KINDS


def test_keys_are_unique() -> None:
    assert len({row.key for row in ROWS}) == len(ROWS)


def test_every_party_is_a_server_that_there_is_or_argon2_alone() -> None:
    parties = {party for row in ROWS for party in row.parties}
    assert parties - KINDS.keys() == {"raw argon2"}


def test_what_takes_long_must_be_asked_for() -> None:
    long = {row.key for row in ROWS if row.only_asked}
    assert long
    assert not long & {row.key for row in chosen([], quick=False)}
    assert [row.key for row in chosen(["growth-cold"], quick=True)] == ["growth-cold"]


def test_quick_leaves_out_what_is_slow_and_nothing_else() -> None:
    left_out = set(chosen([], quick=False)) - set(chosen([], quick=True))
    assert left_out == {row for row in ROWS if row.slow}


def test_a_row_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        chosen(["nothing"], quick=False)
