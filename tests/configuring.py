"""Configurations for tests: plug-ins that open nothing, and files with certificates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import Field, field_validator

from gateway.config import Settings, load
from gateway.errors import ConfigError, ConfigErrors
from gateway.options import Options, SecretValue
from gateway.plugins import DirectoryPlugin, SourceOptions, SourcePlugin

NOW = datetime(2026, 11, 22, tzinfo=UTC)

MINIMAL = """\
directory:
  url: memory://
  base: dc=example,dc=com
listen:
  ldap: {starttls: off, address: 127.0.0.1}
"""


class Flag(Options):
    column: str
    inverted: bool = Field(False, alias="not")


class OldOptions(SourceOptions):
    url: str
    bind_password: SecretValue | None = None
    flags: list[Flag] = []

    @field_validator("url")
    @classmethod
    def _talkative(cls, value: str) -> str:
        if "," in value:
            raise ValueError(f"cannot make sense of {value}")
        return value


class NewOptions(Options):
    url: SecretValue


def build(options: object, context: object) -> Any:
    raise NotImplementedError("nothing is built by the tests of the configuration")


def find(group: str, name: str) -> Any:
    """Knows one source, `old`, and one directory, `memory`."""
    known = {
        ("bindferry.sources", "old"): SourcePlugin(OldOptions, build),
        ("bindferry.directories", "memory"): DirectoryPlugin(NewOptions, build),
    }
    if (group, name) not in known:
        raise ConfigError(f"there is no {name!r} here")
    return known[group, name]


def loaded(tmp_path: Path, text: str | bytes) -> Settings:
    """The settings in this text."""
    path = tmp_path / "bindferry.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load(path, find=find, now=lambda: NOW)


def faults(tmp_path: Path, text: str | bytes) -> list[str]:
    """Its faults as they are printed, less the directory."""
    try:
        loaded(tmp_path, text)
    except ConfigErrors as error:
        return [str(fault).replace(f"{tmp_path}/", "") for fault in error.errors]
    return []


def write_keypair(path: Path, *, begin: datetime = NOW, days: int = 90, name: str = "localhost") -> None:
    """A self-signed certificate and its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + private)
    path.chmod(0o600)
