"""What a listener stands on: a bound socket, and a TLS context. Who listens with them is in `gateway.daemon`."""

from __future__ import annotations

import socket

from OpenSSL import crypto
from twisted.internet.ssl import CertificateOptions, TLSVersion

from gateway.config.tls import Keypair
from gateway.errors import ConfigError

_BACKLOG = 1024


def bound(name: str, address: str, port: int) -> socket.socket:
    """A listening socket; `ConfigError` says which port cannot be had and why."""
    taken = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    try:
        taken.setblocking(False)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((address, port))
        taken.listen(_BACKLOG)
    except OSError as error:
        taken.close()
        text = f"cannot listen on {address} port {port}: {error.strerror}"
        raise ConfigError(text, where=f"listen.{name}") from None
    return taken


def server_context(keypair: Keypair) -> CertificateOptions:
    """A TLS 1.2+ server context, made now so that a fault of it shows before anybody connects."""
    options = CertificateOptions(
        privateKey=crypto.PKey.from_cryptography_key(keypair.key),
        certificate=crypto.X509.from_cryptography(keypair.certificate),
        extraCertChain=[crypto.X509.from_cryptography(one) for one in keypair.chain],
        raiseMinimumTo=TLSVersion.TLSv1_2,
    )
    options.getContext()
    return options
