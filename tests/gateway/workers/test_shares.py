"""What is configured for the whole, shared out."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.legacy.ldapsource.options import LdapOptions
from backends.native.sql import SqlOptions
from gateway.config import load
from gateway.workers.shares import part, share, shared

CONFIG = """
workers: 3
directory: {url: "sqlite:////tmp/directory.db", base: "dc=x", cache: 10, read_threads: 2}
listen: {ldap: {address: 127.0.0.1, port: 0, starttls: "off"}}
passwords: {threads: 8, queue: 2}
migration: {queue: 100}
sources:
  - {name: old, type: ldap, url: "ldap://127.0.0.1", base: "o=corp", concurrency: 20, search_connections: 4}
"""


@given(st.integers(0, 10_000), st.integers(1, 64))
def test_the_parts_make_the_whole_and_nobody_has_nothing(total: int, count: int) -> None:
    parts = [part(total, number, count) for number in range(count)]
    assert sum(parts) == (max(total, count) if total else 0)
    assert max(parts) - min(parts) <= 1


def test_the_settings_of_all_workers_add_up_to_those_of_the_daemon(tmp_path: Path) -> None:
    settings = load(tmp_path / "x.yaml", text=CONFIG)
    parts = [share(settings, number, 3) for number in range(3)]
    assert sum(one.passwords.threads for one in parts) == 8
    assert [one.passwords.queue for one in parts] == [1, 1, 1], "at least one for each"
    assert sum(one.migration.queue for one in parts) == 100
    assert sum(one.limits.paged_searches for one in parts) == settings.limits.paged_searches
    assert {one.limits.connections for one in parts} == {settings.limits.connections}, "counted together"
    caches = [one.directory.options for one in parts]
    assert [(one.cache, one.read_threads) for one in caches if isinstance(one, SqlOptions)] == [(4, 1), (3, 1), (3, 1)]
    sources = [one.sources[0].options for one in parts]
    assert sum(one.concurrency for one in sources) == 20
    assert [one.search_connections for one in sources if isinstance(one, LdapOptions)] == [2, 1, 1]


def test_what_is_no_total_stays_as_it_is(tmp_path: Path) -> None:
    settings = load(tmp_path / "x.yaml", text=CONFIG)
    options = settings.sources[0].options
    changed = {"concurrency": 7, "connections": 3, "search_connections": 2}
    assert shared(options, 0, 3).model_dump() == options.model_dump() | changed


@pytest.mark.parametrize("count", [2, 5])
def test_a_cache_that_is_off_stays_off(count: int) -> None:
    options = SqlOptions(url="sqlite:////x", base="dc=x", cache=0)
    assert [shared(options, number, count).cache for number in range(count)] == [0] * count
