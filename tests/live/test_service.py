"""The daemon as systemd sees it: ready when it is, alive, and an end that lets what is in progress finish."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import pytest
from live.certificates import Authority
from live.clients import PythonLdap, Way, python_ldap
from live.gateway_process import Gateway, until
from live.legacy import login
from live.legacytables import OldFile, OldPostgreSQL
from live.native_file import names
from live.raw import NOTICE, bind_request, connected, rest

pytestmark = pytest.mark.live


def test_ready_is_said_when_every_listener_accepts_and_not_before(
    old_sqlite: OldFile, gateways: Callable[..., Gateway], authority: Authority
) -> None:
    """Asked without a pause from the start on: whoever is told READY=1 finds all three open."""
    files = authority.issue()
    pair = {"certificate": str(files.certificate), "key": str(files.key)}
    listen = {
        "ldap": {"address": "127.0.0.1", "port": 0, **pair},
        "ldaps": {"address": "127.0.0.1", "port": 0, **pair},
        "health": {"address": "127.0.0.1", "port": 0},
    }
    gateway = gateways(old_sqlite.source(), listen=listen)
    gateway.start()
    assert gateway.manager.messages.count("READY=1") == 1
    assert sorted(gateway.ports) == ["health", "ldap", "ldaps"]
    for port in gateway.ports.values():
        socket.create_connection(("127.0.0.1", port), 5).close()
    assert json.loads(gateway.get("/health")) == {"ok": True, "text": "serving", "sources": {"customers": "ok"}}
    assert gateway.stop() == 0
    assert gateway.manager.messages.count("STOPPING=1") == 1
    assert gateway.manager.messages.index("READY=1") < gateway.manager.messages.index("STOPPING=1")


def test_an_operation_in_flight_ends_before_the_process_does(
    old_postgresql: OldPostgreSQL, gateways: Callable[..., Gateway]
) -> None:
    """SIGTERM while a slow source thinks: the bind is answered, the person moves, and the exit status is 0."""
    gateway = gateways(old_postgresql.source(timeout="20s")).start()
    way = Way(gateway.uri)
    assert PythonLdap().bind(way, login(old_postgresql, "app")).code == 0
    old_postgresql.freeze()
    try:
        with ThreadPoolExecutor(1) as pool:
            slow = pool.submit(PythonLdap().bind, way, login(old_postgresql, "slow"))
            time.sleep(0.3)
            gateway.tell(signal.SIGTERM)
            until(lambda: "STOPPING=1" in gateway.manager.messages, "it says that it stops")
            with pytest.raises(ldap.LDAPError):
                PythonLdap().bind(way, login(old_postgresql, "app"))
            assert not slow.done()
            old_postgresql.restore()
            assert slow.result().code == 0
    finally:
        old_postgresql.restore()
    assert gateway.wait() == 0
    assert "slow" in names(gateway.database)


def test_an_operation_that_does_not_end_is_given_up_after_the_grace(
    old_postgresql: OldPostgreSQL, gateways: Callable[..., Gateway]
) -> None:
    gateway = gateways(old_postgresql.source(timeout="30s"), stop={"grace": "1s"}).start()
    way = Way(gateway.uri)
    assert PythonLdap().bind(way, login(old_postgresql, "app")).code == 0
    old_postgresql.freeze()
    try:
        with connected(gateway.ports["ldap"]) as channel:
            who = login(old_postgresql, "slow")
            channel.sendall(bind_request(1, who.dn, who.password.encode()))
            time.sleep(0.3)
            gateway.tell(signal.SIGTERM)
            said = rest(channel)
        assert NOTICE in said
        assert gateway.wait() == 0
    finally:
        old_postgresql.restore()


def test_idle_connections_are_told_that_they_end(old_sqlite: OldFile, gateways: Callable[..., Gateway]) -> None:
    """RFC 4511 4.4.1: the notice, with 52, and then the end."""
    gateway = gateways(old_sqlite.source()).start()
    bound = python_ldap(Way(gateway.uri), login(old_sqlite, "app"))
    with connected(gateway.ports["ldap"]) as channel:
        channel.sendall(bind_request(1, "", b""))
        assert channel.recv(100)
        gateway.tell(signal.SIGTERM)
        said = rest(channel)
    assert said.startswith(b"\x30")
    assert b"\x02\x01\x00\x78" in said[:8], "message id 0, an extended response"
    assert b"\x0a\x01\x34" in said, "52"
    assert NOTICE in said
    with pytest.raises(ldap.LDAPError):
        bound.whoami_s()
    assert gateway.wait() == 0


def test_the_watchdog_is_fed(old_sqlite: OldFile, gateways: Callable[..., Gateway]) -> None:
    gateway = gateways(old_sqlite.source()).start(WATCHDOG_USEC="200000")
    until(lambda: gateway.manager.messages.count("WATCHDOG=1") >= 5, "five signs of life")
    gateway.tell(signal.SIGSTOP)
    time.sleep(0.3)
    before = gateway.manager.messages.count("WATCHDOG=1")
    time.sleep(0.5)
    assert gateway.manager.messages.count("WATCHDOG=1") == before, "a process that hangs falls silent"
    gateway.tell(signal.SIGCONT)
    until(lambda: gateway.manager.messages.count("WATCHDOG=1") > before, "it lives again")
    assert gateway.stop() == 0


def test_without_a_watchdog_nothing_is_said_about_it(old_sqlite: OldFile, gateways: Callable[..., Gateway]) -> None:
    gateway = gateways(old_sqlite.source()).start()
    assert gateway.stop() == 0
    assert "WATCHDOG=1" not in gateway.manager.messages


def test_sighup_begins_a_new_audit_file(old_sqlite: OldFile, gateways: Callable[..., Gateway]) -> None:
    """As logrotate does it; no line is lost, and a file that cannot be opened stops nothing."""
    gateway = gateways(old_sqlite.source()).start()
    way, wrong = Way(gateway.uri), login(old_sqlite, "late", "wrong")
    assert PythonLdap().bind(way, wrong).code == 49
    old = gateway.audit_file.rename(gateway.place / "audit.1")
    assert PythonLdap().bind(way, wrong).code == 49
    gateway.tell(signal.SIGHUP)
    until(gateway.audit_file.exists, "a new file")
    assert PythonLdap().bind(way, wrong).code == 49
    assert [len(path.read_text().splitlines()) for path in (old, gateway.audit_file)] == [2, 1]
    gateway.audit_file.rename(gateway.place / "audit.2")
    gateway.audit_file.mkdir()
    gateway.tell(signal.SIGHUP)
    until(lambda: "the audit file" in gateway.text("stderr"), "the fault is logged")
    assert PythonLdap().bind(way, wrong).code == 49
    assert len((gateway.place / "audit.2").read_text().splitlines()) == 2
    assert gateway.stop() == 0


def test_ctrl_c_ends_it_like_sigterm(old_sqlite: OldFile, gateways: Callable[..., Gateway]) -> None:
    gateway = gateways(old_sqlite.source()).start()
    gateway.tell(signal.SIGINT)
    assert gateway.wait() == 0
    assert "STOPPING=1" in gateway.manager.messages


def test_every_line_of_the_log_is_json_and_of_the_audit(old_sqlite: OldFile, gateways: Callable[..., Gateway]) -> None:
    gateway = gateways(old_sqlite.source()).start()
    assert PythonLdap().bind(Way(gateway.uri), login(old_sqlite, "app")).code == 0
    assert gateway.stop() == 0
    assert gateway.text("stdout") == ""
    lines = [json.loads(line) for line in gateway.text("stderr").splitlines()]
    assert all({"time", "level", "logger", "text"} <= line.keys() for line in lines)
    assert {record["event"] for record in gateway.audit()} == {"bind", "adopt"}
