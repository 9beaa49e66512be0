"""StartTLS and LDAPS with every client against an authority made for the test; and what must not pass."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import ldap3.core.exceptions
import pytest
from live.certificates import Authority
from live.clients import CLIENTS, Client, Ldap3, LdapUtils, PythonLdap, Way, ldap3_connection, python_ldap
from live.gateway_process import Gateway
from live.legacy import login
from live.legacytables import OldFile
from live.raw import NOTICE, START_TLS, bind_request, connected, extended_request, message, rest

pytestmark = pytest.mark.live

WHO_AM_I = b"1.3.6.1.4.1.4203.1.11.3"
SUCCESS, CONFIDENTIALITY_REQUIRED = 0, 13


@pytest.fixture(scope="module")
def gateway(old_sqlite: OldFile, gateways: Callable[..., Gateway], authority: Authority) -> Gateway:
    files = authority.issue()
    pair = {"address": "127.0.0.1", "port": 0, "certificate": str(files.certificate), "key": str(files.key)}
    return gateways(old_sqlite.source(), listen={"ldap": pair, "ldaps": pair}).start()


@pytest.fixture
def ways(gateway: Gateway, authority: Authority) -> dict[str, Way]:
    """The two ways in."""
    return {
        "starttls": Way(gateway.uri, starttls=True, ca=authority.certificate),
        "ldaps": Way(f"ldaps://127.0.0.1:{gateway.ports['ldaps']}", ca=authority.certificate),
    }


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
@pytest.mark.parametrize("kind", ["starttls", "ldaps"])
def test_every_client_gets_in_through_tls(old_sqlite: OldFile, ways: dict[str, Way], client: Client, kind: str) -> None:
    way, who = ways[kind], login(old_sqlite, "Jürgen")
    assert client.bind(way, who).code == SUCCESS
    assert client.bind(way, login(old_sqlite, "anna", "wrong")).code == 49
    assert client.whoami(way, who) == f"dn:{who.dn}"
    found = client.search(way, who, old_sqlite.people, "sub", "(uid=jürgen)", ["mail"])
    assert found.code == SUCCESS
    assert list(found.entries or {}) == [who.dn]
    assert client.compare(way, who, who.dn, "uid", "Jürgen")


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_where_starttls_is_required_a_password_in_clear_is_refused(
    old_sqlite: OldFile, gateway: Gateway, client: Client
) -> None:
    """13, and whoever sends it is not even checked."""
    before = len(gateway.audit())
    assert client.bind(Way(gateway.uri), login(old_sqlite, "app")).code == CONFIDENTIALITY_REQUIRED
    assert len(gateway.audit()) == before


def test_the_root_dse_may_be_read_in_clear_and_nothing_else(old_sqlite: OldFile, gateway: Gateway) -> None:
    connection = python_ldap(Way(gateway.uri))
    ((dn, shown),) = connection.search_s("", ldap.SCOPE_BASE, "(objectClass=*)", ["supportedExtension"])
    assert (dn, START_TLS in shown["supportedExtension"]) == ("", True)
    with pytest.raises(ldap.CONFIDENTIALITY_REQUIRED):
        connection.search_s(old_sqlite.people, ldap.SCOPE_SUBTREE, "(uid=app)")
    connection.unbind_s()


@pytest.mark.parametrize("kind", ["starttls", "ldaps"])
def test_a_client_that_trusts_somebody_else_does_not_come_in(
    old_sqlite: OldFile, ways: dict[str, Way], tmp_path: Path, kind: str
) -> None:
    """The clients' own doing; it proves that the tests above really verified."""
    way = Way(ways[kind].uri, ways[kind].starttls, Authority(tmp_path, "Stranger").certificate)
    who = login(old_sqlite, "app")
    assert LdapUtils().bind(way, who).code not in {0, 49}
    with pytest.raises(ldap.LDAPError):
        PythonLdap().bind(way, who)
    with pytest.raises(ldap3.core.exceptions.LDAPExceptionError):
        Ldap3().bind(way, who)


def test_what_is_put_behind_a_starttls_request_ends_the_connection(old_sqlite: OldFile, gateway: Gateway) -> None:
    """CVE-2011-0411 and its kin: it would be read as if it had come through TLS."""
    who = login(old_sqlite, "app")
    injected = bind_request(2, who.dn, who.password.encode())
    before = len(gateway.audit())
    for behind in (injected, injected[:9], b"\x00"):
        with connected(gateway.ports["ldap"]) as channel:
            channel.sendall(extended_request(1, START_TLS) + behind)
            said = rest(channel)
        assert NOTICE in said
        assert b"\x0a\x01\x02" in said, "protocol error"
    assert len(gateway.audit()) == before


def test_starttls_twice_and_on_ldaps_is_an_operations_error(old_sqlite: OldFile, ways: dict[str, Way]) -> None:
    """RFC 4511 4.14.2."""
    connection = python_ldap(ways["starttls"], login(old_sqlite, "app"))
    with pytest.raises(ldap.LDAPError):
        connection.start_tls_s()
    assert connection.whoami_s() == f"dn:{login(old_sqlite, 'app').dn}"
    connection.unbind_s()
    with ldap3_connection(ways["ldaps"], login(old_sqlite, "app")) as other:
        assert other.bind()
        other.extended(START_TLS.decode())
        assert other.result["result"] == ldap.OPERATIONS_ERROR.errnum


def test_tls_1_1_is_refused_and_1_2_and_1_3_are_spoken(gateway: Gateway, authority: Authority) -> None:
    spoken = []
    for version in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = ssl.create_default_context(cafile=str(authority.certificate))
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.maximum_version = context.minimum_version = version
        try:
            with socket.create_connection(("127.0.0.1", gateway.ports["ldaps"]), 10) as plain:
                spoken.append(context.wrap_socket(plain, server_hostname="127.0.0.1").version())
        except (ssl.SSLError, ConnectionError):
            spoken.append(None)
    assert spoken == [None, "TLSv1.2", "TLSv1.3"]


def s_client(port: int, *options: str) -> str:
    """What OpenSSL's own client tells of a connection that it ends by an unbind, so that the tickets have come."""
    command = ["openssl", "s_client", "-ign_eof", "-connect", f"127.0.0.1:{port}", *options]
    said = subprocess.run(command, input=message(2, b"\x42\x00"), capture_output=True, timeout=30)
    return said.stdout.decode(errors="replace")


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize("kind", ["starttls", "ldaps"])
def test_openssl_takes_its_session_up_again_and_is_never_offered_early_data(
    gateway: Gateway, tmp_path: Path, kind: str, version: str
) -> None:
    port, options = gateway.ports["ldaps"], [version]
    if kind == "starttls":
        port, options = gateway.ports["ldap"], [version, "-starttls", "ldap"]
    kept = tmp_path / "session.pem"
    assert "\nNew, TLSv1." in s_client(port, *options, "-sess_out", str(kept))
    assert "\nReused, TLSv1." in s_client(port, *options, "-sess_in", str(kept))
    text = subprocess.run(
        ["openssl", "sess_id", "-noout", "-text", "-in", kept], capture_output=True, text=True, check=True
    ).stdout
    assert "lifetime hint: 3600 (seconds)" in text
    assert "Max Early Data: 0" in text or version == "-tls1_2"


def test_a_program_that_binds_again_and_again_pays_one_handshake(
    old_sqlite: OldFile, gateway: Gateway, authority: Authority
) -> None:
    """And a resumed connection is nobody's until it binds."""
    context = ssl.create_default_context(cafile=str(authority.certificate))
    who, session, resumed = login(old_sqlite, "app"), None, []
    for _ in range(3):
        with (
            socket.create_connection(("127.0.0.1", gateway.ports["ldaps"]), 30) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1", session=session) as channel,
        ):
            channel.sendall(extended_request(1, WHO_AM_I))
            assert b"dn:" not in channel.recv(4096)
            channel.sendall(bind_request(2, who.dn, who.password.encode()))
            assert b"\x61\x07\x0a\x01\x00" in channel.recv(4096)
            resumed.append(channel.session_reused)
            session = channel.session
    assert resumed == [False, True, True]


def test_garbage_on_the_tls_port_and_a_client_hello_on_the_plain_one_harm_nobody(
    old_sqlite: OldFile, gateway: Gateway, ways: dict[str, Way]
) -> None:
    for port in gateway.ports.values():
        with connected(port) as channel:
            channel.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(60))
            channel.shutdown(socket.SHUT_WR)
            rest(channel)
        with connected(port):
            pass  # a load balancer's look
    assert PythonLdap().bind(ways["ldaps"], login(old_sqlite, "app")).code == SUCCESS
    assert "Traceback" not in gateway.text("stderr")
