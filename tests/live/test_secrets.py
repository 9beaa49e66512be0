"""R15: passwords are driven through every outcome, and then everything that was written is searched for them."""

from __future__ import annotations

import base64
import contextlib
import socket
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import pytest
from live.clients import CLIENTS, PythonLdap, Way, python_ldap
from live.gateway_process import Gateway, run_command
from live.legacy import NAMES, OldDirectory, login, password_of
from live.legacytables import OldMariaDB, OldPostgreSQL
from live.raw import bind_request, connected, extended_request, message, rest, tlv
from live.slapd import SERVICE_PASSWORD

pytestmark = pytest.mark.live

CANARY = "canary"
"""Stands in every password that is sent here, and in those of the service account and of the database."""
PASSWD = b"1.3.6.1.4.1.4203.1.11.1"


@dataclass
class Spoor:
    """Where a secret could have left a trace: what it is called, and its bytes."""

    written: dict[str, bytes]
    said: list[str]


@pytest.fixture(scope="module")
def spoor(
    old_slapd: OldDirectory, old_postgresql: OldPostgreSQL, old_mariadb: OldMariaDB, gateways: Callable[..., Gateway]
) -> Spoor:
    broken = [
        old_mariadb.source(name="refused", url=old_mariadb.url.replace("canary", "canary-wrong")),
        old_slapd.source(name="refused-too", base="ou=elsewhere,o=x", bind_password="canary-service-wrong"),
    ]
    sources = [old_slapd.source(), old_postgresql.source(), *broken]
    gateway = gateways(*sources, directory={"busy_timeout": "200ms"}, passwords={"remember": "0s"})
    gateway.start()
    said = [*_every_outcome(gateway, old_slapd, old_postgresql), *_odd_requests(gateway, old_postgresql)]
    said += [gateway.get("/metrics"), gateway.get("/health")]
    for command in (["check"], ["check", "--json"], ["status"], *(["explain", name] for name in ("app", "dora", "x"))):
        done = run_command(*command, "--config", gateway.configuration)
        said += [done.stdout, done.stderr]
    limits = Path(f"/proc/{gateway.pid}/limits").read_text()
    files = {path.name: path.read_bytes() for path in gateway.place.glob("directory.db*")}
    gateway.stop()
    files |= {f"{path.name} after the end": path.read_bytes() for path in gateway.place.glob("directory.db*")}
    files |= {"audit": gateway.audit_file.read_bytes()}
    output = {stream: bytes(content) for stream, content in gateway.output.items()}
    return Spoor({**files, **output, "limits": limits.encode()}, said)


def _every_outcome(gateway: Gateway, directory: OldDirectory, table: OldPostgreSQL) -> list[str]:
    """Diagnostics of binds that end in every way there is."""
    way, said, codes = Way(gateway.uri), [], set()
    for store in (directory, table):
        logins = [login(store, name) for name in (*NAMES, "nobody")]
        logins += [login(store, name, f"canary-wrong-{name}") for name in ("anna", "late", "dora", "nobody")]
        for client in CLIENTS:
            for who in logins:
                answer = client.bind(way, who)
                said.append(answer.text)
                codes.add(answer.code)
        said.append(PythonLdap().bind(way, login(store, "anna", "")).text)
        with contextlib.closing(sqlite3.connect(gateway.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            said.append(PythonLdap().bind(way, login(store, "hang")).text)
        store.stop()
        for name in ("slow", "anna"):
            said.append(PythonLdap().bind(way, login(store, name)).text)
        store.restore()
    assert codes == {0, 49, 52}  # 52 of the two sources that cannot be asked, for a name that nobody knows
    return said


def _odd_requests(gateway: Gateway, table: OldPostgreSQL) -> list[str]:
    """Whatever else may carry a password; every byte of a bind damaged once."""
    way, said = Way(gateway.uri), []
    connection = python_ldap(way, login(table, "app"))
    dn, attribute = login(table, "app").dn, [("userPassword", b"canary-added")]
    attempts: list[Callable[[], object]] = [
        lambda: connection.compare_s(dn, "userPassword", b"canary-compared"),
        lambda: connection.search_s(table.people, ldap.SCOPE_SUBTREE, "(userPassword=canary-searched)"),
        lambda: connection.search_s(table.people, ldap.SCOPE_SUBTREE, "(&(uid=app)(unicodePwd>=canary-searched))"),
        lambda: connection.add_s(f"uid=new,{table.people}", attribute),
        lambda: connection.modify_s(dn, [(ldap.MOD_REPLACE, "userPassword", b"canary-modified")]),
        lambda: connection.passwd_s(dn, "canary-old", "canary-new"),
        lambda: connection.simple_bind_s(dn, b"canary-\xe4\xf6-latin"),
        lambda: connection.simple_bind_s(dn, "canary-" + "long" * 400),
        lambda: connection.simple_bind_s("uid=broken,,=canary", "canary-of-no-dn"),
    ]
    for attempt in attempts:
        try:
            attempt()
        except ldap.LDAPError as error:
            said.append(str(error).replace("uid=broken,,=canary", ""))
    packet = bind_request(1, dn, b"canary-damaged")
    damaged = [packet[:at] + bytes([packet[at] ^ 0x95]) + packet[at + 1 :] for at in range(len(packet) - 14)]
    sasl = message(1, tlv(0x60, tlv(2, b"\x03"), tlv(4), tlv(0xA3, tlv(4, b"PLAIN"), tlv(4, b"\0app\0canary-sasl"))))
    for data in [*damaged, sasl, packet + b"canary-behind", extended_request(1, PASSWD, b"canary-extended" * 9)]:
        with connected(gateway.ports["ldap"]) as channel:
            channel.sendall(data)
            channel.shutdown(socket.SHUT_WR)
            said.append(rest(channel).decode("latin-1"))
    return said


@pytest.fixture(scope="module")
def secrets() -> list[bytes]:
    """As they are, and as they might be written by accident."""
    passwords = [CANARY.encode(), SERVICE_PASSWORD.encode(), *(password_of(name).encode() for name in NAMES)]
    coded = [base64.b64encode(password)[:-4] for password in passwords[1:]]
    return [*passwords, *coded, *(password.hex().encode() for password in passwords)]


def test_nothing_that_was_written_holds_a_password(spoor: Spoor, secrets: list[bytes]) -> None:
    """Logs at debug, audit, the directory's files byte by byte."""
    assert {"stdout", "stderr", "audit", "directory.db", "directory.db-wal"} <= spoor.written.keys()
    assert len(spoor.written["stderr"]) > 1000
    assert len(spoor.written["audit"].splitlines()) > 100
    found = {
        place: content[max(0, content.index(secret) - 200) :][:400]
        for place, content in spoor.written.items()
        for secret in secrets
        if secret in content
    }
    assert found == {}


def test_nothing_that_was_said_holds_a_password(spoor: Spoor, secrets: list[bytes]) -> None:
    """Diagnostic messages, notices, metrics, health, and the other commands."""
    assert len(spoor.said) > 150
    assert [text for text in spoor.said if any(secret in text.encode() for secret in secrets)] == []


def test_no_hash_is_shown_and_none_of_the_old_ones_is_kept(spoor: Spoor) -> None:
    """R14, R15."""
    for place, content in spoor.written.items():
        assert b"{SSHA}" not in content, place
        assert (b"$argon2id$" in content) <= place.startswith("directory.db"), place
    assert [text for text in spoor.said if "{SSHA}" in text or "$argon2id$" in text] == []


def test_a_crash_would_leave_no_core(spoor: Spoor) -> None:
    (line,) = [line for line in spoor.written["limits"].splitlines() if line.startswith(b"Max core file size")]
    assert line.split()[4:6] == [b"0", b"0"]


def test_a_traceback_was_written_nowhere(spoor: Spoor) -> None:
    """All of these are everyday events."""
    for place in ("stdout", "stderr"):
        assert b"Traceback" not in spoor.written[place]
        assert b"internal error" not in spoor.written[place]


def test_only_the_owner_can_read_the_directory_s_files(
    old_sqlite: OldPostgreSQL, gateways: Callable[..., Gateway]
) -> None:
    gateway = gateways(old_sqlite.source()).start()
    assert PythonLdap().bind(Way(gateway.uri), login(old_sqlite, "app")).code == 0
    modes = {path.name: path.stat().st_mode & 0o777 for path in gateway.place.glob("directory.db*")}
    assert set(modes.values()) == {0o600}
    assert gateway.audit_file.stat().st_mode & 0o007 == 0
    assert gateway.stop() == 0
