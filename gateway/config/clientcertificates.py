"""Option `client_certificates` of a listener: whose certificates are believed, and whom one names (SASL EXTERNAL).

Reading a name out of a certificate is `gateway.frontends.ldap.certificates`'s, verifying it OpenSSL's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography import x509
from pydantic import PrivateAttr, model_validator

from gateway.config.tls import read_pem
from gateway.options import Options

Naming = Literal["subject", "subject-cn", "subject-uid", "email", "upn", "fingerprint"]


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose certificates are believed, and which of them have been revoked."""

    authorities: tuple[x509.Certificate, ...]
    revoked: x509.CertificateRevocationList | None = None


def read_trust(ca: Path, crl: Path | None) -> Trust:
    """Both files; `ValueError` says in one sentence what is wrong with them."""
    held = read_pem(ca, "authorities")
    try:
        authorities = x509.load_pem_x509_certificates(held)
    except ValueError:
        raise ValueError(f"the authorities file {ca} holds no PEM certificate") from None
    if crl is None:
        return Trust(tuple(authorities))
    held = read_pem(crl, "revocation list")
    try:
        return Trust(tuple(authorities), x509.load_pem_x509_crl(held))
    except ValueError:
        raise ValueError(f"the revocation list {crl} holds no PEM revocation list") from None


class ClientCertificates(Options):
    """Clients may sign in by a certificate from one of the authorities in `ca`. `map` says where it names its owner.

    `required`: without a certificate there is no connection. `crl` is one revocation list in PEM, of the one authority
    that issues. `fingerprints` is for `map: fingerprint`: SHA-256 in hexadecimal digits -> name.
    """

    ca: Path
    crl: Path | None = None
    required: bool = False
    map: Naming = "subject"
    fingerprints: dict[str, str] = {}
    _trust: Trust | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _read_files(self) -> ClientCertificates:
        self._trust = read_trust(self.ca, self.crl)
        if (self.map == "fingerprint") != bool(self.fingerprints):
            raise ValueError("fingerprints and map: fingerprint belong together")
        for written in self.fingerprints:
            digits = plain_fingerprint(written)
            if len(digits) != 64 or set(digits) - set("0123456789abcdef"):
                raise ValueError(f"{written} is no SHA-256 fingerprint: 64 hexadecimal digits, with colons or without")
        return self

    @property
    def trust(self) -> Trust:
        """The files as they were read when the configuration was loaded."""
        assert self._trust is not None
        return self._trust

    @property
    def files(self) -> tuple[Path, ...]:
        """What is looked at again when certificates are renewed."""
        return (self.ca,) if self.crl is None else (self.ca, self.crl)


def plain_fingerprint(written: str) -> str:
    """Digits alone, in lower case, however a tool shows them."""
    return written.replace(":", "").strip().lower()
