"""Option `client_certificates` of a listener: its files are read with the rest, and what cannot work is a fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from configuring import MINIMAL, faults, loaded, write_keypair
from live.certificates import Authority

DIRECTORY = MINIMAL[: MINIMAL.index("listen")]


def configuration(tmp_path: Path, clients: str, more: str = "certificate: DIR/tls.pem", door: str = "ldaps") -> str:
    write_keypair(tmp_path / "tls.pem")
    authority = Authority(tmp_path, "CA")
    authority.revoke().rename(tmp_path / "empty.crl")
    (tmp_path / "text.pem").write_text("nothing of the kind\n")
    options = ", ".join(filter(None, [more, f"client_certificates: {{{clients}}}"]))
    return f"{DIRECTORY}listen: {{{door}: {{{options}}}}}\n".replace("DIR", str(tmp_path))


def test_authorities_and_revocation_list_are_read_when_the_configuration_is(tmp_path: Path) -> None:
    for door in ("ldap", "ldaps"):
        text = configuration(tmp_path, "ca: DIR/CA.pem, crl: DIR/empty.crl, required: true, map: upn", door=door)
        clients = loaded(tmp_path, text).listen.doors()[door].client_certificates
        assert clients is not None
        assert (clients.required, clients.map) == (True, "upn")
        (tmp_path / "CA.pem").unlink()
        assert [one.subject.rfc4514_string() for one in clients.trust.authorities] == ["CN=CA"]
        assert clients.trust.revoked is not None


@pytest.mark.parametrize(("clients", "fault"), [
    ("map: upn", "ca"),
    ("ca: DIR/none.pem", "cannot be read: No such file"),
    ("ca: DIR/text.pem", "holds no PEM certificate"),
    ("ca: DIR/CA.pem, crl: DIR/CA.pem", "holds no PEM revocation list"),
    ("ca: DIR/CA.pem, map: serial", "map"),
    ("ca: DIR/CA.pem, map: fingerprint", "belong together"),
    ("ca: DIR/CA.pem, fingerprints: {aa: jdoe}", "belong together"),
    ("ca: DIR/CA.pem, map: fingerprint, fingerprints: {aa: jdoe}", "64 hexadecimal digits"),
])  # fmt: skip
def test_what_cannot_be_used_is_a_fault(tmp_path: Path, clients: str, fault: str) -> None:
    (told,) = faults(tmp_path, configuration(tmp_path, clients))
    assert "client_certificates" in told
    assert fault in told


@pytest.mark.parametrize(("more", "fault"), [
    ("starttls: off", "mean nothing without a certificate"),
    ("certificate: DIR/tls.pem, starttls: off", "mean nothing where starttls is off"),
])  # fmt: skip
def test_where_there_is_no_tls_they_are_a_fault(tmp_path: Path, more: str, fault: str) -> None:
    (told,) = faults(tmp_path, configuration(tmp_path, "ca: DIR/CA.pem", more, "ldap"))
    assert fault in told


def test_a_fingerprint_may_be_written_as_openssl_shows_it(tmp_path: Path) -> None:
    shown = ":".join(["AB"] * 32)
    text = configuration(tmp_path, f'ca: DIR/CA.pem, map: fingerprint, fingerprints: {{"{shown}": jdoe}}')
    assert loaded(tmp_path, text).listen.doors()["ldaps"].client_certificates is not None
