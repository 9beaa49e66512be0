"""`gateway.config.listen`, `.tls` and `.warnings`: listeners, their certificates, and what is worth a warning."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from configuring import MINIMAL, NOW, faults, loaded, write_keypair
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

DIRECTORY = MINIMAL[: MINIMAL.index("listen")]


def listening(tmp_path: Path, listen: str) -> str:
    return f"{DIRECTORY}listen: {listen}\n".replace("DIR", str(tmp_path))


def warnings(tmp_path: Path, listen: str) -> list[str]:
    return [str(one).removeprefix(f"{tmp_path}/") for one in loaded(tmp_path, listening(tmp_path, listen)).warnings]


def test_certificate_and_key_are_read_when_the_configuration_is(tmp_path: Path) -> None:
    write_keypair(tmp_path / "tls.pem", name="ldap.example.com")
    listen = loaded(
        tmp_path, listening(tmp_path, "{ldap: {certificate: DIR/tls.pem}, ldaps: {certificate: DIR/tls.pem}}")
    )
    (tmp_path / "tls.pem").unlink()
    assert listen.listen.ldap is not None
    assert listen.listen.ldaps is not None
    assert (listen.listen.ldap.port, listen.listen.ldap.starttls, listen.listen.ldaps.port) == (389, "required", 636)
    assert listen.listen.ldaps.keypair is not None
    assert "ldap.example.com" in listen.listen.ldaps.keypair.certificate.subject.rfc4514_string()
    assert listen.warnings == ()


def test_a_listener_is_open_only_if_it_is_written_down(tmp_path: Path) -> None:
    assert loaded(tmp_path, MINIMAL).listen.health is None
    health = loaded(tmp_path, MINIMAL + "  health:\n").listen.health
    assert health is not None
    assert (health.address, health.port) == ("127.0.0.1", 8080)


@pytest.mark.parametrize(("listen", "fault"), [
    ("{ldap: {}}", "listen.ldap: starttls is required: it needs a certificate (or write starttls: off)"),
    ("{ldaps: {}}", "listen.ldaps: needs a certificate"),
    ("{ldap: {starttls: off, key: x}}", "listen.ldap: there is a key and no certificate"),
    ("{ldaps: {certificate: DIR/none.pem}}",
     "listen.ldaps: the certificate file DIR/none.pem cannot be read: No such file or directory"),
    ("{ldaps: {certificate: DIR/a.pem, key: DIR/none.pem}}",
     "listen.ldaps: the key file DIR/none.pem cannot be read: No such file or directory"),
    ("{ldaps: {certificate: DIR/junk.pem}}",
     "listen.ldaps: the certificate file DIR/junk.pem holds no PEM certificate"),
    ("{ldaps: {certificate: DIR/a.pem, key: DIR/junk.pem}}",
     "listen.ldaps: the key file DIR/junk.pem holds no PEM private key"),
    ("{ldaps: {certificate: DIR/a.pem, key: DIR/b.pem}}",
     "listen.ldaps: the key in DIR/b.pem does not belong to the first certificate in DIR/a.pem"),
    ("{ldaps: {certificate: DIR/a.pem, key: DIR/locked.pem}}",
     "listen.ldaps: the key in DIR/locked.pem is encrypted: store it decrypted, readable only by the daemon"),
    ("{ldap: {starttls: off, address: everywhere}}",
     "listen.ldap.address: not an IP address: write for example 127.0.0.1, 0.0.0.0 or ::"),
    ("{ldap: {starttls: off, clear_text: yes}}",
     "listen.ldap.clear_text: write refused, allowed, or a list of networks such as [10.0.0.0/8]"),
    ("{ldap: {starttls: off, clear_text: [10.0.0.1/8]}}",
     "listen.ldap.clear_text.0: not a network: write for example 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32"),
    ("{ldap: {certificate: DIR/a.pem, clear_text: allowed}}",
     "listen.ldap: clear_text means nothing where starttls is required: write starttls: offered, or off"),
    ("{ldap: {starttls: off, proxy: {}}}", "listen.ldap.proxy.from: is required"),
    ("{ldap: {starttls: off, proxy: {from: []}}}", "listen.ldap.proxy.from: must name at least one network"),
    ("{ldap: {starttls: off, proxy: {from: [everybody]}}}",
     "listen.ldap.proxy.from.0: not a network: write for example 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32"),
    ("{ldap: {starttls: off, port: 70000}}", "listen.ldap.port: must be less than or equal to 65535"),
    ("{ldap: {starttls: off, port: 636}, ldaps: {certificate: DIR/a.pem}}",
     "listen: two listeners have the same address and port"),
])  # fmt: skip
def test_a_listener_that_could_not_open_is_refused_with_the_reason(tmp_path: Path, listen: str, fault: str) -> None:
    write_keypair(tmp_path / "a.pem")
    write_keypair(tmp_path / "b.pem")
    (tmp_path / "junk.pem").write_text("-----BEGIN nothing")
    locked = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")
    )
    (tmp_path / "locked.pem").write_bytes(locked)
    found = faults(tmp_path, listening(tmp_path, listen))
    assert found == [f"bindferry.yaml:4: {fault}".replace("DIR/", "")]


@pytest.mark.parametrize(("begin", "days", "text"), [
    (-90, 89, "the certificate expired on 2026-11-21 00:00 UTC"),
    (1, 90, "the certificate is not valid before 2026-11-23 00:00 UTC"),
    (-80, 90, "the certificate expires on 2026-12-02 00:00 UTC"),
])  # fmt: skip
def test_a_certificate_out_of_date_is_a_warning_and_stops_nothing(
    tmp_path: Path, begin: int, days: int, text: str
) -> None:
    write_keypair(tmp_path / "a.pem", begin=NOW + timedelta(days=begin), days=days)
    assert warnings(tmp_path, "\n  ldaps:\n    certificate: DIR/a.pem") == [
        f"bindferry.yaml:6: listen.ldaps.certificate: {text}"
    ]


def test_a_key_that_everybody_can_read_is_a_warning(tmp_path: Path) -> None:
    write_keypair(tmp_path / "a.pem")
    (tmp_path / "a.pem").chmod(0o644)
    assert warnings(tmp_path, "{ldaps: {certificate: DIR/a.pem}}") == [
        "bindferry.yaml:4: listen.ldaps.key: every user of this machine can read the private key: chmod o-r"
    ]


def test_passwords_in_clear_over_the_network_are_a_warning(tmp_path: Path) -> None:
    for allowed in ("allowed", "[10.0.0.0/8]"):
        assert warnings(tmp_path, f"{{ldap: {{starttls: off, clear_text: {allowed}}}}}") == [
            "bindferry.yaml:4: listen.ldap.clear_text: passwords may cross the network in clear text"
        ]
    assert warnings(tmp_path, "{ldap: {starttls: off, clear_text: allowed, address: '::1'}}") == []


def test_a_listener_for_the_network_at_which_nobody_there_can_bind_is_a_warning(tmp_path: Path) -> None:
    assert warnings(tmp_path, "{ldap: {starttls: off}}") == [
        "bindferry.yaml:4: listen.ldap.starttls: without it and clear_text, only this machine can bind here"
    ]
    assert warnings(tmp_path, "{ldap: {starttls: off, address: 127.0.0.1}}") == []


@pytest.mark.parametrize(("written", "networks"), [
    ("refused", []),
    ("allowed", ["0.0.0.0/0", "::/0"]),
    ("[10.1.0.0/16, 192.0.2.7, '2001:db8::/32']", ["10.1.0.0/16", "192.0.2.7/32", "2001:db8::/32"]),
])  # fmt: skip
def test_clear_text_is_a_word_or_a_list_of_networks(tmp_path: Path, written: str, networks: list[str]) -> None:
    ldap = loaded(tmp_path, listening(tmp_path, f"{{ldap: {{starttls: off, clear_text: {written}}}}}")).listen.ldap
    assert ldap is not None
    assert [str(network) for network in ldap.clear_text] == networks


def test_who_may_send_a_proxy_header_is_told_for_each_listener(tmp_path: Path) -> None:
    write_keypair(tmp_path / "a.pem")
    proxy = "proxy: {from: [10.0.0.1], timeout: 2s}"
    text = f"{{ldap: {{starttls: off, address: '::1'}}, ldaps: {{certificate: DIR/a.pem, {proxy}}}}}"
    listen = loaded(tmp_path, listening(tmp_path, text)).listen
    assert listen.ldap is not None
    assert listen.ldaps is not None
    assert listen.ldap.proxy is None
    assert listen.ldaps.proxy is not None
    assert ([str(one) for one in listen.ldaps.proxy.networks], listen.ldaps.proxy.timeout) == (["10.0.0.1/32"], 2)


def test_health_for_the_whole_network_is_a_warning(tmp_path: Path) -> None:
    assert warnings(tmp_path, "{ldap: {starttls: off, address: 127.0.0.1}, health: {address: 0.0.0.0}}") == [
        "bindferry.yaml:4: listen.health.address: health and metrics are open to the network, without a password"
    ]
