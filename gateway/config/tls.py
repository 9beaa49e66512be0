"""Certificate and key of a listener: read, checked against each other, kept for whoever opens the listener.

What is not here: contexts and protocol versions; those belong to the listener itself.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

_MOST = 1 << 20
_SOON = timedelta(days=21)

ServerKey = RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey | Ed448PrivateKey


@dataclass(frozen=True, slots=True)
class Keypair:
    """A server certificate, the certificates between it and its root in the order of the file, and its key."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    key: ServerKey = field(repr=False)
    open_to_others: bool = False  # the file of the key is readable by everybody

    def complaint(self, now: datetime) -> str | None:
        """Why clients refuse the certificate at `now`, or soon will; None where the dates are good."""
        begin, end = self.certificate.not_valid_before_utc, self.certificate.not_valid_after_utc
        if now < begin:
            return f"the certificate is not valid before {begin:%Y-%m-%d %H:%M} UTC"
        if now >= end:
            return f"the certificate expired on {end:%Y-%m-%d %H:%M} UTC"
        if end - now < _SOON:
            return f"the certificate expires on {end:%Y-%m-%d %H:%M} UTC"
        return None


def read_keypair(certificate: Path, key: Path) -> Keypair:
    """Both files, which may be the same; `ValueError` says in one sentence what is wrong with them."""
    try:
        certificates = x509.load_pem_x509_certificates(read_pem(certificate, "certificate"))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(_text(error, f"the certificate file {certificate} holds no PEM certificate")) from None
    try:
        private = load_pem_private_key(read_pem(key, "key"), password=None)
    except TypeError:
        raise ValueError(f"the key in {key} is encrypted: store it decrypted, readable only by the daemon") from None
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(_text(error, f"the key file {key} holds no PEM private key")) from None
    if not isinstance(private, ServerKey):
        raise ValueError(f"the key in {key} is not of a kind that TLS servers use")  # noqa: TRY004 (a fault of the file)
    if _public(private.public_key()) != _public(certificates[0].public_key()):
        raise ValueError(f"the key in {key} does not belong to the first certificate in {certificate}")
    open_to_others = bool(key.stat().st_mode & stat.S_IROTH)
    return Keypair(certificates[0], tuple(certificates[1:]), private, open_to_others)


class _UnreadableError(ValueError):
    """The file itself cannot be had; its text is already the sentence."""


def read_pem(path: Path, what: str) -> bytes:
    """The beginning of the file, as much as such files have; `ValueError` where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST)
    except OSError as error:
        raise _UnreadableError(f"the {what} file {path} cannot be read: {error.strerror}") from None


def _text(error: Exception, otherwise: str) -> str:
    return str(error) if isinstance(error, _UnreadableError) else otherwise


def _public(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def utc_now() -> datetime:
    """The time that certificates are compared with."""
    return datetime.now(UTC)
