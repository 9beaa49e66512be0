"""`gateway.cli.common`: the commands as a user runs them, over stores in two SQLite files."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from backends.native.engine import open_store

CONFIG = """\
directory:
  url: sqlite:///{folder}/new.db
  base: dc=example,dc=com
listen:
  ldap: {{address: 127.0.0.1, port: 0, starttls: off}}
sources:
  - name: old
    type: sql
    url: sqlite:///{folder}/old.db
    query: SELECT id, login, password FROM users WHERE login = :name
    count: SELECT count(*) FROM users
    columns: {{key: id, name: login, password: password}}
    scheme: hex_md5
    dn: uid={{name}},ou=people,dc=example,dc=com
    attributes: {{cn: login, sn: login}}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "old.db") as old:
        old.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, login TEXT UNIQUE, password TEXT)")
        old.execute("INSERT INTO users VALUES (1, 'jdoe', 'c4ca4238a0b923820dcc509a6f75849b')")
    old.close()
    path = tmp_path / "bindferry.yaml"
    path.write_text(CONFIG.format(folder=tmp_path))
    return path


def bindferry(*arguments: str, config: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway", *arguments, "--config", str(config)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def made(config: Path) -> Path:
    """The directory as `serve` makes it."""
    path = config.parent / "new.db"
    open_store(f"sqlite:///{path}", busy_timeout=1, readers=1).close()
    return path


def test_check_explain_and_status_tell_what_the_stores_hold(config: Path) -> None:
    made(config)
    checked = bindferry("check", "--json", config=config)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert [store["store"] for store in json.loads(checked.stdout)["stores"]] == ["directory", "source old"]
    explained = bindferry("explain", "JDoe", "--json", config=config)
    assert explained.returncode == 0
    assert json.loads(explained.stdout)["person"]["dn"] == "uid=jdoe,ou=people,dc=example,dc=com"
    status = bindferry("status", config=config)
    assert (explained.stderr, status.stderr) == ("", "")
    assert status.stdout.split() == ["source", "moved", "known", "left", "old", "0", "1", "1"]


def test_a_fault_that_shows_only_when_a_store_is_opened_has_its_line(config: Path) -> None:
    text = config.read_text()
    config.write_text(text.replace("/new.db", "/no/such/folder/new.db"))
    done = bindferry("status", config=config)
    assert done.returncode in {1, 2}
    assert len(done.stderr.splitlines()) == 1
    assert "bindferry.yaml:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_directory_that_is_not_there_yet_is_no_fault_and_is_not_made(config: Path) -> None:
    """As root they would leave a file that the daemon cannot open."""
    before = sorted(config.parent.iterdir())
    checked = bindferry("check", "--json", config=config)
    assert (checked.returncode, checked.stderr) == (0, "")
    directory, source = json.loads(checked.stdout)["stores"]
    assert directory["lines"][0] == f"{config.parent}/new.db does not exist yet: `bindferry serve` makes it"
    assert "may write there" in directory["lines"][1]
    assert source["usable"]
    explained = bindferry("explain", "jdoe", config=config)
    assert explained.returncode == 0
    assert "a bind: source old is asked for the password" in explained.stdout
    assert "does not exist yet" in explained.stderr
    status = bindferry("status", config=config)
    assert status.returncode == 0
    assert status.stdout.split() == ["source", "moved", "known", "left", "old", "0", "1", "1"]
    assert "does not exist yet" in status.stderr
    assert sorted(config.parent.iterdir()) == before


@pytest.mark.parametrize("command", [["check"], ["status"], ["explain", "jdoe"]])
def test_a_command_that_looks_leaves_the_directory_as_it_is(config: Path, command: list[str]) -> None:
    path = made(config)
    path.chmod(0o640)
    content, before = path.read_bytes(), path.stat()
    assert bindferry(*command, config=config).returncode == 0
    after = path.stat()
    assert path.read_bytes() == content
    assert (after.st_mode, after.st_uid, after.st_mtime_ns) == (before.st_mode, before.st_uid, before.st_mtime_ns)


def test_a_source_that_is_away_is_said_and_not_a_crash(config: Path) -> None:
    (config.parent / "old.db").unlink()
    done = bindferry("check", config=config)
    assert done.returncode == 1
    assert "source old: NOT USABLE" in done.stdout
