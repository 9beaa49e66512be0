"""How connections and names come in: names as people and appliances write them, SASL PLAIN, HAProxy before us, health
checks, and a certificate that is renewed under open connections."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from live.certificates import Authority
from live.clients import PythonLdap, Way, python_ldap
from live.gateway_process import Gateway, until
from live.legacy import login
from live.legacytables import OldFile
from live.raw import bind_request, connected, rest

pytestmark = pytest.mark.live

HAPROXY = "/usr/sbin/haproxy"


def whoami(uri: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["ldapwhoami", "-H", uri, *arguments],
        env={"PATH": os.environ["PATH"], "LDAPCONF": "/dev/null", "HOME": "/nonexistent", **environment},
        capture_output=True,
        text=True,
        timeout=30,
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def names(old_sqlite: OldFile, gateways: Callable[..., Gateway]) -> Gateway:
    rules = {"domains": ["CORP"], "suffixes": ["corp.example"]}
    return gateways(old_sqlite.source(), names=rules).start()


def forms(store: OldFile) -> list[str]:
    dn = login(store, "anna").dn
    tree = dn.partition(",")[2]
    return [
        dn, dn.upper(), "anna", " Anna ", "CORP\\anna", "corp\\ANNA", "anna@corp.example", "uid=anna", "cn=anna",
        f"cn=anna,{tree}", "uid=anna,dc=example,dc=com", "cn=anna,dc=example,dc=com", "sAMAccountName=anna",
    ]  # fmt: skip


def test_every_form_of_a_name_binds_before_and_after_the_move(old_sqlite: OldFile, names: Gateway) -> None:
    """R1, R9."""
    who = login(old_sqlite, "anna")
    for again in (False, True):
        for name in forms(old_sqlite):
            done = whoami(names.uri, "-x", "-D", name, "-w", who.password)
            assert (done.returncode, done.stdout.strip()) == (0, f"dn:{who.dn}"), (name, again, done.stderr)
            wrong = whoami(names.uri, "-x", "-D", name, "-w", "wrong")
            assert wrong.returncode == 49, (name, again)
        names.settle(["anna"])
        names.stop()
        names.start()


def test_plain_binds_with_a_right_password_only(old_sqlite: OldFile, names: Gateway) -> None:
    who = login(old_sqlite, "anna")
    plain = ("-Y", "PLAIN", "-O", "none", "-Q")
    done = whoami(names.uri, *plain, "-U", "anna", "-w", who.password)
    assert (done.returncode, done.stdout.strip()) == (0, f"dn:{who.dn}"), done.stderr
    assert whoami(names.uri, *plain, "-U", "anna", "-w", "wrong").returncode == 49
    assert whoami(names.uri, *plain, "-U", "anna", "-X", "u:app", "-w", who.password).returncode == 49


@pytest.fixture(params=["send-proxy", "send-proxy-v2"])
def balanced(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    old_sqlite: OldFile,
    gateways: Callable[..., Gateway],
    authority: Authority,
) -> Iterator[tuple[Gateway, dict[str, int]]]:
    """A gateway behind HAProxy, which checks it every 50 ms, and HAProxy's ports."""
    files = authority.issue()
    place: dict[str, Any] = {"address": "127.0.0.1", "port": 0, "proxy": {"from": ["127.0.0.1"]}}
    pair = {"certificate": str(files.certificate), "key": str(files.key)}
    listen = {"ldap": {**place, "starttls": "offered", **pair}, "ldaps": {**place, **pair}}
    gateway = gateways(old_sqlite.source(), listen=listen).start()
    ports = {"ldap": free_port(), "ldaps": free_port()}
    text = "global\n  maxconn 100\ndefaults\n  mode tcp\n"
    text += "".join(f"  timeout {kind} 30s\n" for kind in ("connect", "client", "server"))
    for name, port in ports.items():
        text += (
            f"listen {name}\n  bind 127.0.0.1:{port}\n"
            f"  server one 127.0.0.1:{gateway.ports[name]} {request.param} check inter 50ms\n"
        )
    configuration = tmp_path / "haproxy.cfg"
    configuration.write_text(text)
    process = subprocess.Popen(
        [HAPROXY, "-db", "-f", configuration],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield gateway, ports
    finally:
        process.terminate()
        process.wait(30)


def test_behind_haproxy_the_audit_knows_the_client_in_clear_by_starttls_and_by_ldaps(
    balanced: tuple[Gateway, dict[str, int]], old_sqlite: OldFile, authority: Authority
) -> None:
    gateway, ports = balanced
    who = login(old_sqlite, "anna")
    until(lambda: "connected and left without a byte" in gateway.text("stderr"), "HAProxy has checked")
    ways = [
        Way(f"ldap://127.0.0.1:{ports['ldap']}"),
        Way(f"ldap://127.0.0.1:{ports['ldap']}", starttls=True, ca=authority.certificate),
        Way(f"ldaps://127.0.0.1:{ports['ldaps']}", ca=authority.certificate),
    ]
    for way in ways:
        assert PythonLdap().bind(way, who).code == 0
    records = gateway.audit("bind")
    assert [record["address"] for record in records] == ["127.0.0.1"] * 3
    levels = [line for line in gateway.text("stderr").splitlines() if '"debug"' not in line]
    assert not [line for line in levels if "without a byte" in line or "Traceback" in line]


def test_a_client_named_in_the_header_is_whom_the_audit_names(
    old_sqlite: OldFile, gateways: Callable[..., Gateway]
) -> None:
    place = {
        "address": "127.0.0.1",
        "port": 0,
        "starttls": "off",
        "clear_text": "allowed",
        "proxy": {"from": ["127.0.0.1"]},
    }
    gateway = gateways(old_sqlite.source(), listen={"ldap": place}).start()

    who = login(old_sqlite, "anna")
    with connected(gateway.ports["ldap"]) as channel:
        for part in (b"PROXY TC", b"P4 203.0.113.9 127.0.0.1 40000 389\r", b"\n"):
            channel.sendall(part)
        channel.sendall(bind_request(1, who.dn, who.password.encode()))
        channel.shutdown(socket.SHUT_WR)
        rest(channel)
    until(lambda: gateway.audit("bind"), "the bind is decided")
    assert [record["address"] for record in gateway.audit("bind")] == ["203.0.113.9"]


def test_two_hundred_health_checks_give_no_line_above_debug(names: Gateway) -> None:
    before = len(names.text("stderr").splitlines())
    for _ in range(200):
        with connected(names.ports["ldap"]):
            pass
    until(lambda: len(names.text("stderr").splitlines()) >= before + 200, "all are noticed")
    assert all('"debug"' in line for line in names.text("stderr").splitlines()[before:])


def test_a_renewed_certificate_is_used_while_connections_stay_open(
    tmp_path: Path, old_sqlite: OldFile, gateways: Callable[..., Gateway], authority: Authority
) -> None:
    first, other = authority.issue(), Authority(tmp_path, "Other")
    mine = {"certificate": tmp_path / "tls.pem", "key": tmp_path / "tls.key"}
    shutil.copy(first.certificate, mine["certificate"])
    shutil.copy(first.key, mine["key"])
    pair = {"address": "127.0.0.1", "port": 0} | {name: str(path) for name, path in mine.items()}
    gateway = gateways(old_sqlite.source(), listen={"ldap": pair, "ldaps": pair}).start()
    who = login(old_sqlite, "anna")
    old = [
        Way(gateway.uri, starttls=True, ca=authority.certificate),
        Way(f"ldaps://127.0.0.1:{gateway.ports['ldaps']}", ca=authority.certificate),
    ]
    opened = [python_ldap(way, who) for way in old]
    second = other.issue()
    shutil.copy(second.certificate, mine["certificate"])
    shutil.copy(second.key, mine["key"])
    gateway.tell(signal.SIGHUP)
    until(lambda: gateway.text("stderr").count("a new certificate is in use") == 2, "the certificate is renewed")
    for way in old:
        new = Way(way.uri, way.starttls, other.certificate)
        assert PythonLdap().bind(new, who).code == 0
    for connection in opened:
        assert connection.whoami_s() == f"dn:{who.dn}"
        connection.unbind_s()
