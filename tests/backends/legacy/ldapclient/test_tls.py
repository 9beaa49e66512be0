"""`ldapclient.tls`: which authorities are trusted. Handshakes are in the live tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from live.certificates import Authority

from backends.legacy.ldapclient.tls import creators
from gateway.errors import ConfigError


def test_a_file_may_hold_several_authorities(tmp_path: Path) -> None:
    one, other = Authority(tmp_path, "One"), Authority(tmp_path, "Other")
    both = tmp_path / "both.pem"
    both.write_bytes(b"some words\n" + one.certificate.read_bytes() + other.certificate.read_bytes())
    assert creators(both, None, verify=True)("old.example") is not None


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        (None, "cannot be read"),
        (b"", "no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_fault_of_the_configuration(
    tmp_path: Path, contents: bytes | None, said: str
) -> None:
    path = tmp_path / "ca.pem"
    if contents is not None:
        path.write_bytes(contents)
    with pytest.raises(ConfigError, match=said):
        creators(path, None, verify=True)
