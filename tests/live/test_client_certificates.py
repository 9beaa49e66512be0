"""SASL EXTERNAL over real TLS with three clients; the same certificates beside slapd."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import ldap3
import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from live.certificates import Authority, Files
from live.gateway_process import Gateway
from live.legacy import login
from live.legacytables import OldFile
from live.slapd import PEOPLE, Slapd, person

pytestmark = pytest.mark.live


def uid(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.USER_ID, name)])


def subject(dn: str) -> x509.Name:
    return x509.Name.from_rfc4514_string(re.sub(r"(?:^|(?<=,))\w+=", lambda kind: kind[0].upper(), dn))


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority of the clients, which is not that of the servers."""
    return Authority(tmp_path_factory.mktemp("clients"), "Clients CA")


@pytest.fixture(scope="module")
def gateway(old_sqlite: OldFile, gateways: Callable[..., Gateway], authority: Authority, clients: Authority) -> Gateway:
    """StartTLS by subjects; LDAPS by uid, and only with a certificate."""
    files = authority.issue()
    pair = {"address": "127.0.0.1", "port": 0, "certificate": str(files.certificate), "key": str(files.key)}
    asked = {"ca": str(clients.certificate)}
    listen = {
        "ldap": {**pair, "client_certificates": {**asked, "map": "subject"}},
        "ldaps": {**pair, "client_certificates": {**asked, "map": "subject-uid", "required": True}},
    }
    return gateways(old_sqlite.source(), listen=listen).start()


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory, authority: Authority, clients: Authority) -> Iterator[Slapd]:
    server = Slapd(
        tmp_path_factory.mktemp("beside"), [person("anna", "x")], authority.issue(), clients=clients.certificate
    )
    server.start()
    yield server
    server.stop()


def whoami(uri: str, authority: Authority, files: Files | None, *arguments: str) -> tuple[int, str]:
    """What `ldapwhoami` says by EXTERNAL, with StartTLS if it is `ldap:`."""
    shown = {"LDAPTLS_CERT": str(files.certificate), "LDAPTLS_KEY": str(files.key)} if files else {}
    tls = ["-ZZ"] if uri.startswith("ldap:") else []
    done = subprocess.run(
        ["ldapwhoami", "-H", uri, *tls, "-Q", "-Y", "EXTERNAL", *arguments],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LDAPTLS_CACERT": str(authority.certificate), **shown},
        capture_output=True,
        text=True,
        timeout=30,
    )
    return done.returncode, done.stdout.strip().lower()


def by_python_ldap(uri: str, authority: Authority, files: Files) -> str:
    connection = ldap.initialize(uri)
    connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(authority.certificate))
    connection.set_option(ldap.OPT_X_TLS_CERTFILE, str(files.certificate))
    connection.set_option(ldap.OPT_X_TLS_KEYFILE, str(files.key))
    connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    connection.set_option(ldap.OPT_NETWORK_TIMEOUT, 20)
    connection.sasl_non_interactive_bind_s("EXTERNAL")
    said: str = connection.whoami_s()
    connection.unbind_s()
    return said


def by_ldap3(uri: str, authority: Authority, files: Files) -> str:
    tls = ldap3.Tls(
        local_private_key_file=str(files.key),
        local_certificate_file=str(files.certificate),
        ca_certs_file=str(authority.certificate),
    )
    server = ldap3.Server(uri, tls=tls, get_info=ldap3.NONE, connect_timeout=20)
    connection = ldap3.Connection(
        server, authentication=ldap3.SASL, sasl_mechanism=ldap3.EXTERNAL, sasl_credentials="", receive_timeout=20
    )
    assert connection.bind(), connection.result
    said: str = connection.extend.standard.who_am_i()
    connection.unbind()
    return said


def without_a_certificate(uri: str, authority: Authority) -> int:
    """The code of EXTERNAL after StartTLS, by ldap3: libldap does not send it then."""
    server = ldap3.Server(uri, tls=ldap3.Tls(ca_certs_file=str(authority.certificate)), get_info=ldap3.NONE)
    connection = ldap3.Connection(
        server, authentication=ldap3.SASL, sasl_mechanism=ldap3.EXTERNAL, sasl_credentials="", receive_timeout=20
    )
    connection.open()
    connection.start_tls()
    connection.bind()
    code: int = connection.result["result"]
    connection.unbind()
    return code


def test_every_client_comes_in_by_its_certificate_before_and_after_the_move(
    old_sqlite: OldFile, gateway: Gateway, authority: Authority, clients: Authority
) -> None:
    """And moves by a password only (R11)."""
    who = login(old_sqlite, "anna")
    by_subject, by_uid = clients.issue_client(subject(who.dn)), clients.issue_client(uid("anna"))
    ldaps = f"ldaps://127.0.0.1:{gateway.ports['ldaps']}"
    for moved in (False, True):
        if moved:
            assert not gateway.audit("adopt")
            plain = ["ldapwhoami", "-ZZ", "-H", gateway.uri, "-x", "-D", who.dn, "-w", who.password]
            environment = {"PATH": os.environ["PATH"], "LDAPTLS_CACERT": str(authority.certificate)}
            subprocess.run(plain, env=environment, check=True, capture_output=True, timeout=30)
            gateway.settle(["anna"])
        assert whoami(gateway.uri, authority, by_subject) == (0, f"dn:{who.dn}".lower())
        assert whoami(ldaps, authority, by_uid) == (0, f"dn:{who.dn}".lower())
        assert by_python_ldap(ldaps, authority, by_uid) == f"dn:{who.dn}"
        assert by_ldap3(ldaps, authority, by_uid) == f"dn:{who.dn}"
    records = [record for record in gateway.audit("bind") if record["via"] == "certificate"]
    assert {(record["outcome"], record["name"]) for record in records} == {("accepted", "anna")}
    assert len(records) == 8


@pytest.mark.parametrize("name", ["dora", "emil", "lola"])
def test_an_account_that_may_not_be_used_may_not_be_used_by_a_certificate(
    gateway: Gateway, authority: Authority, clients: Authority, name: str
) -> None:
    """R7: disabled, expired, locked."""
    ldaps = f"ldaps://127.0.0.1:{gateway.ports['ldaps']}"
    assert whoami(ldaps, authority, clients.issue_client(uid(name)))[0] == 49


def test_where_a_certificate_is_required_or_is_not_good_there_is_no_connection(
    gateway: Gateway, authority: Authority, clients: Authority, tmp_path: Path
) -> None:
    ldaps = f"ldaps://127.0.0.1:{gateway.ports['ldaps']}"
    bad = [
        None,
        clients.issue_client(uid("anna"), days=-1),
        Authority(tmp_path, "Clients CA").issue_client(uid("anna")),
    ]
    for files in bad:
        assert whoami(ldaps, authority, files)[0] not in {0, 7, 49}, files  # libldap's own: no connection


def test_the_same_certificates_mean_the_same_to_slapd(
    old_sqlite: OldFile, gateway: Gateway, slapd: Slapd, authority: Authority, clients: Authority
) -> None:
    """Whose subject is a DN of the tree, who acts as themselves, who acts as somebody else (there 50, here 49 as after
    a right password), and who shows nothing."""
    theirs, ours = f"uid=anna,{PEOPLE}", login(old_sqlite, "anna").dn
    for url, dn, denied in ((slapd.url, theirs, 50), (gateway.uri, ours, 49)):
        files = clients.issue_client(subject(dn))
        told = f"dn:{dn}".lower()
        assert whoami(url, authority, files) == (0, told)
        assert whoami(url, authority, files, "-X", f"dn:{dn}") == (0, told)
        assert whoami(url, authority, files, "-X", "dn:uid=somebody,ou=people,o=else")[0] == denied
        assert without_a_certificate(url, authority) == 7


def test_a_subject_without_an_entry_is_nobody_here_and_a_name_to_slapd(
    gateway: Gateway, slapd: Slapd, authority: Authority, clients: Authority
) -> None:
    """The one difference: slapd lets in whoever the authority names; here an entry is needed."""
    files = clients.issue_client(subject("cn=stranger,o=elsewhere"))
    assert whoami(slapd.url, authority, files) == (0, "dn:cn=stranger,o=elsewhere")
    assert whoami(gateway.uri, authority, files)[0] == 49
