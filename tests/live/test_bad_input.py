"""What an administrator gets wrong: one clear sentence each, an exit status, and nothing written."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from live.databases import free_port
from live.gateway_process import Gateway, run_command
from live.legacytables import OldFile, table_source
from live.native_file import ask
from live.slapd import PEOPLE

pytestmark = pytest.mark.live

LDAP = {"name": "staff", "type": "ldap", "url": "ldap://127.0.0.1:1", "base": PEOPLE}
QUIET = {"log": {"level": "info"}}
SERVICE = {"bind_dn": "cn=gateway,o=corp"}


@dataclass(frozen=True)
class Mistake:
    """`sections` of a configuration, and what stands behind its file and line in what is said about it."""

    said: str
    sections: dict[str, Any] = field(default_factory=dict)
    source: dict[str, Any] | None = None
    replace: tuple[str, str] = ("", "")


MISTAKES = {
    "broken YAML": Mistake("not YAML: .*", replace=("listen:", "listen: [")),
    "a tab": Mistake("not YAML: a tab where only blanks may stand", replace=("  ldap:", "\tldap:")),
    "unknown key": Mistake(
        r"listen\.ldpa: there is no such option; did you mean ldap\?", replace=("  ldap:", "  ldpa:")
    ),
    "unknown section": Mistake("colour: there is no such option", {"colour": "red"}),
    "wrong value": Mistake(r"listen\.ldap\.port: must be a.*", replace=("port: 0", "port: many")),
    "wrong LDAP URL": Mistake(r"sources\.0\.url: write ldap://host:port.*", source={**LDAP, "url": "127.0.0.1:389"}),
    "wrong SQL URL": Mistake(
        r"sources\.0\.url: the URL is none that SQLAlchemy can read: .*",
        source=table_source("postgresql:/legacy:canary@127.0.0.1/x"),
    ),
    "wrong directory URL": Mistake(
        r"directory\.url: .*sqlite:////.*", {"directory": {"url": "/var/lib/bindferry/directory.db"}}
    ),
    "missing driver": Mistake(
        r"sources\.0(\.url)?: .*oracledb.*", source=table_source("oracle+oracledb://legacy:canary@127.0.0.1/x")
    ),
    "no such dialect": Mistake(
        r"sources\.0(\.url)?: .*nosuchdb.*", source=table_source("nosuchdb://legacy:canary@127.0.0.1/x")
    ),
    "no such ODBC driver": Mistake(
        r"sources\.0\.url: .*", source=table_source("odbc:Uid=legacy;Pwd=canary")
    ),
    "missing secret file": Mistake(
        r"sources\.0\.bind_password: the secret file /nonexistent/secret cannot be read: No such file or directory",
        source={**LDAP, **SERVICE, "bind_password": {"file": "/nonexistent/secret"}},
    ),
    "unreadable secret file": Mistake(
        r"sources\.0\.bind_password: the secret file / cannot be read: Is a directory",
        source={**LDAP, **SERVICE, "bind_password": {"file": "/"}},
    ),
    "missing secret in the environment": Mistake(
        r"sources\.0\.url: the environment has no variable NO_SUCH", source=table_source({"env": "NO_SUCH"})  # type: ignore[arg-type]  # a secret may be elsewhere
    ),
    "missing certificate": Mistake(
        r"listen\.ldaps.*: .*/nonexistent/tls\.pem.*", {"listen": {"ldaps": {"certificate": "/nonexistent/tls.pem"}}}
    ),
    "no folder of the directory": Mistake(
        r"directory\.url: there is no folder /nonexistent: create it for the user that Bindferry runs as",
        {"directory": {"url": "sqlite:////nonexistent/directory.db"}},
    ),
    "no folder of the audit": Mistake(
        r"audit\.file: the audit file /nonexistent/audit cannot be written: .+",
        {"audit": {"file": "/nonexistent/audit"}},
    ),
    "no source of that type": Mistake(
        r"sources\.0\.type: there is no 'mongo' here; known are: ldap, sql", source={**LDAP, "type": "mongo"}
    ),
}  # fmt: skip


@contextmanager
def unchanged(place: Path) -> Iterator[None]:
    """Nothing below `place` is made, written or removed."""

    def listing() -> dict[str, bytes | None]:
        return {str(path): path.read_bytes() if path.is_file() else None for path in place.rglob("*")}

    before = listing()
    yield
    assert listing() == before


def _told(command: str, gateway: Gateway) -> subprocess.CompletedProcess[str]:
    with unchanged(gateway.place):
        done = run_command(command, "--config", gateway.configuration)
    assert "Traceback" not in done.stdout + done.stderr
    assert "canary" not in done.stdout + done.stderr
    return done


@pytest.mark.parametrize(
    ("mistake", "command"),
    [
        (mistake, command)
        for mistake in MISTAKES
        for command in ("check", "serve")
        if (mistake, command) != ("no folder of the audit", "check")  # `check` does not open what only `serve` writes
    ],
)
def test_one_sentence_with_file_line_and_path(
    old_sqlite: OldFile, gateways: Callable[..., Gateway], mistake: str, command: str
) -> None:
    made = MISTAKES[mistake]
    gateway = gateways(made.source or old_sqlite.source(), **{**QUIET, **made.sections})
    written = gateway.configuration.read_text()
    assert made.replace[0] in written
    gateway.configuration.write_text(written.replace(*made.replace, 1))
    done = _told(command, gateway)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert re.fullmatch(rf"{re.escape(str(gateway.configuration))}:\d+: {made.said}", line), line


def test_all_faults_of_a_file_are_told_at_once(old_sqlite: OldFile, gateways: Callable[..., Gateway]) -> None:
    gateway = gateways(old_sqlite.source(timeout="soon"), colour="red", audit={"file": 3}, stop={"grace": "1 day"})
    for command in ("check", "serve"):
        done = _told(command, gateway)
        assert done.returncode == 2
        places = [line.split(": ")[1] for line in done.stderr.splitlines()]
        assert sorted(places) == ["audit.file", "colour", "sources.0.timeout", "stop.grace"]


def test_a_missing_configuration_is_said(tmp_path: Path) -> None:
    for command in ("check", "serve"):
        done = run_command(command, "--config", tmp_path / "none.yaml")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"{tmp_path / 'none.yaml'}: cannot be read: No such file or directory\n"


@pytest.mark.parametrize("which", ["ldap", "health"])
def test_a_port_in_use_is_said_and_nothing_is_made(
    old_sqlite: OldFile, gateways: Callable[..., Gateway], which: str
) -> None:
    other = gateways(old_sqlite.source()).start()
    ports = {"ldap": free_port(), "health": free_port()} | {which: other.ports[which]}
    listen: dict[str, Any] = {name: {"address": "127.0.0.1", "port": port} for name, port in ports.items()}
    listen["ldap"]["starttls"] = "off"
    gateway = gateways(old_sqlite.source(), **QUIET, listen=listen)
    done = _told("serve", gateway)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    said = rf"listen\.{which}: cannot listen on 127\.0\.0\.1 port {ports[which]}: Address already in use"
    assert re.fullmatch(rf"{re.escape(str(gateway.configuration))}:\d+: {said}", line), line
    assert "READY=1" not in gateway.manager.messages
    assert other.stop() == 0


def test_a_directory_of_a_newer_release_is_left_alone(old_sqlite: OldFile, gateways: Callable[..., Gateway]) -> None:
    gateway = gateways(old_sqlite.source(), **QUIET).start()
    assert gateway.stop() == 0
    with closing(sqlite3.connect(gateway.database, isolation_level=None)) as database:
        database.execute("UPDATE schema_version SET version = 99")
    for command in ("check", "serve", "status"):
        done = _told(command, gateway)
        assert done.returncode == 2, command
        (line,) = done.stderr.splitlines()
        assert re.fullmatch(rf"{re.escape(str(gateway.configuration))}:\d+: directory\.url: .*newer.*99.*", line), line
    assert ask(gateway.database, "SELECT version FROM schema_version") == [(99,)]


def test_a_file_that_is_no_directory_is_left_alone(old_sqlite: OldFile, gateways: Callable[..., Gateway]) -> None:
    gateway = gateways(old_sqlite.source(), **QUIET)
    for content in (b"these are not the identities you are looking for" * 100, old_sqlite.path.read_bytes()):
        gateway.database.write_bytes(content)
        gateway.database.chmod(0o600)
        for command in ("check", "serve"):
            done = _told(command, gateway)
            assert done.returncode == 2
            (line,) = done.stderr.splitlines()
            assert re.match(rf"{re.escape(str(gateway.configuration))}:\d+: directory\.url: ", line), line
