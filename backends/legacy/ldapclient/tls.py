"""TLS as a client of an LDAP server: what is trusted, and why a handshake failed. Handshakes are in `connection`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import cast

from OpenSSL import SSL, crypto
from service_identity import VerificationError
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import (
    Certificate,
    CertificateOptions,
    optionsForClientTLS,
    platformTrust,
    trustRootFromCertificates,
)
from twisted.python.failure import Failure

from gateway.errors import ConfigError

Creator = IOpenSSLClientConnectionCreator
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def creators(ca: Path | None, server_name: str | None, verify: bool) -> Callable[[str], Creator]:
    """How the certificate of a host is judged: by the authorities in the PEM file `ca` (else those that the machine
    trusts), for `server_name` (else the host's own name or address). `ConfigError` if `ca` cannot be used.

    Without `verify` anybody can read and change what is sent; `bindferry check` says so.
    """
    if not verify:
        return lambda _host: cast(Creator, CertificateOptions())  # a context factory, which startTLS takes as well
    # Neither function is annotated in Twisted.
    trust = (
        platformTrust()  # type: ignore[no-untyped-call]
        if ca is None
        else trustRootFromCertificates(_certificates(ca))  # type: ignore[no-untyped-call]
    )
    return lambda host: optionsForClientTLS(server_name or host, trustRoot=trust)


def _certificates(path: Path) -> list[Certificate]:
    try:
        blocks = _PEM.findall(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"the file {path} cannot be read: {error.strerror}", where="tls.ca") from None
    try:
        found = [Certificate.loadPEM(block) for block in blocks]
    except (crypto.Error, ValueError):
        raise ConfigError(f"the file {path} holds a certificate that cannot be read", where="tls.ca") from None
    if not found:
        raise ConfigError(f"the file {path} holds no certificate in PEM form", where="tls.ca")
    return found


def explain(reason: Failure) -> str:
    """Why a connection failed, in words."""
    error = reason.value
    if isinstance(error, SSL.Error):
        words = [str(item[-1]) for item in error.args[0]] if error.args and isinstance(error.args[0], list) else []
        return f"TLS failed: {', '.join(filter(None, words)) or 'the handshake was broken off'}"
    if isinstance(error, VerificationError):
        wanted = ", ".join(str(fault.mismatched_id) for fault in error.errors)
        return f"TLS failed: the certificate is not for this server ({wanted})"
    return reason.getErrorMessage() or type(error).__name__
