"""What a listener stands on: a bound socket, and TLS with a certificate that can be renewed.

Who listens with them is in `gateway.daemon`.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from OpenSSL import SSL, crypto
from twisted.internet import tcp
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from twisted.internet.ssl import CertificateOptions, TLSVersion
from twisted.logger import Logger
from zope.interface import implementer

from gateway.config.clientcertificates import ClientCertificates, Trust, read_trust
from gateway.config.tls import Keypair, read_keypair
from gateway.errors import ConfigError

_BACKLOG = 1024
TICKETS = 3600
"""Seconds that a TLS session can be resumed, and after which the keys of tickets are replaced."""
_COURTESY = 0.002
"""Seconds for which a process that has more connections than others leaves the next one to them."""
_MOST_TOLD = 256
_FAULTS = {  # X509_V_ERR_… of OpenSSL
    3: "there is no revocation list of its authority",
    9: "it is not valid yet",
    10: "it has expired",
    12: "the revocation list has expired",
    18: "it is signed by itself",
    19: "its authority is not one of those in the file",
    20: "its authority is not one of those in the file",
    21: "its authority is not one of those in the file",
    23: "it has been revoked",
    26: "it was not issued for clients",
}
_log = Logger(namespace="bindferry")


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


class _SharedPort(tcp.Port):
    """A listening socket that several processes accept from. One connection at a time: who took all that wait would
    leave nothing to others that are idle. Whoever is ahead of them lets them go first for a moment."""

    numberAccepts = property(lambda _: 1, lambda _self, _value: None)  # noqa: N815 (Twisted adapts it by itself)
    clock: Any
    is_ahead: Callable[[], bool]
    _has_waited = False

    def doRead(self) -> None:  # noqa: N802 (Twisted's name)
        """A connection waits."""
        if not self._has_waited and self.is_ahead():
            self.stopReading()  # type: ignore[no-untyped-call]  # Twisted has no types there
            self.clock.callLater(_COURTESY, self._go_on)
            return
        self._has_waited = False
        super().doRead()  # type: ignore[no-untyped-call]  # as above

    def _go_on(self) -> None:
        if self.connected and not self.disconnecting:
            self._has_waited = True
            self.startReading()  # type: ignore[no-untyped-call]  # as above


def shared_port(reactor: Any, taken: socket.socket, factory: Any, is_ahead: Callable[[], bool]) -> tcp.Port:
    """Listen on a socket together with other processes; `is_ahead` says whether this one has more connections."""
    port = _SharedPort._fromListeningDescriptor(reactor, taken.fileno(), taken.family, factory)  # type: ignore[no-untyped-call]  # as above
    assert isinstance(port, _SharedPort)
    port.clock, port.is_ahead = reactor, is_ahead
    port.startListening()
    return port


@implementer(IOpenSSLServerConnectionCreator)
class ServerTls:
    """The TLS end of each new connection of one listener. Its certificate can be replaced: connections that are open
    keep the one that they have seen, new ones get the other. `clock`: seconds from any beginning.

    Clients may resume a session where nobody is asked for a certificate. The keys of tickets are OpenSSL's own: random,
    of one context, nowhere but in memory. A new context has new ones, and a ticket that it cannot read is a handshake
    more; so it is with a ticket of another process.
    """

    def __init__(
        self,
        name: str,
        keypair: Keypair,
        files: tuple[Path, Path],
        clients: ClientCertificates | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.name = name
        self._clock = clock
        self._files = files
        self._clients = clients
        self._seen = self._look()
        self._use(keypair, None if clients is None else clients.trust)

    def serverConnectionForTLS(self, protocol: object) -> SSL.Connection:  # noqa: N802 - the interface's name
        """What Twisted asks at each handshake."""
        return SSL.Connection(self._context, None)

    @property
    def expires(self) -> float:
        """When the certificate in use ends, in seconds since the epoch."""
        return self._keypair.certificate.not_valid_after_utc.timestamp()

    def refresh(self) -> None:
        """Use the files as they are now, if they have changed since they were last looked at, and new keys for tickets
        if those in use are old. What is wrong with the files is said once, and the certificate in use stays: a renewal
        may be half written."""
        seen = self._look()
        if seen == self._seen:
            self._renew_keys()
            return
        self._seen = seen
        try:
            clients = self._clients
            self._use(read_keypair(*self._files), None if clients is None else read_trust(clients.ca, clients.crl))
        except (ValueError, SSL.Error) as error:
            _log.error("{name}: the old certificate stays in use: {text}", name=self.name, text=str(error))
        else:
            _log.info("{name}: a new certificate is in use", name=self.name)

    def _renew_keys(self) -> None:
        """Of tickets. In TLS 1.2, who has such a key can read what was recorded of the sessions in its tickets."""
        if self._clients is None and self._clock() - self._made >= TICKETS:
            self._use(self._keypair, None)

    def _use(self, keypair: Keypair, trust: Trust | None) -> None:
        context = _server_context(keypair, resumes=self._clients is None)
        if trust is not None and self._clients is not None:
            _ask_for_certificates(context, trust, self.name, required=self._clients.required)
        self._context = context
        self._keypair = keypair
        self._made = self._clock()

    def _look(self) -> tuple[tuple[int, int, int] | None, ...]:
        """What changes when a file is written or replaced."""
        return tuple(map(_mark, (*self._files, *(() if self._clients is None else self._clients.files))))


def _ask_for_certificates(context: SSL.Context, trust: Trust, name: str, *, required: bool) -> None:
    """Believe these authorities and no other. A certificate that is shown must be good, whether one is required or not:
    OpenSSL ends the handshake else. Sessions are not resumed (`_server_context`), so each connection is asked."""

    def note(_: object, certificate: crypto.X509, number: int, depth: int, good: int) -> bool:
        if not good:
            _log.info(
                "{name}: the certificate of {subject} is refused: {why}",
                name=name,
                subject=certificate.to_cryptography().subject.rfc4514_string()[:_MOST_TOLD],
                why=_FAULTS.get(number, f"OpenSSL's verification error {number} at depth {depth}"),
            )
        return bool(good)

    store = context.get_cert_store()
    assert store is not None
    for authority in trust.authorities:
        store.add_cert(crypto.X509.from_cryptography(authority))
    if trust.revoked is not None:
        store.add_crl(trust.revoked)
        store.set_flags(crypto.X509StoreFlags.CRL_CHECK)
    context.set_verify(SSL.VERIFY_PEER | (SSL.VERIFY_FAIL_IF_NO_PEER_CERT if required else 0), note)


def _mark(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


def _server_context(keypair: Keypair, *, resumes: bool) -> SSL.Context:
    """A TLS 1.2+ server context, made now so that a fault of it shows before anybody connects. `resumes`: sessions, by
    tickets, or by their ids where a client of TLS 1.2 takes none; OpenSSL keeps at most 20,480 of those. Early data
    (0-RTT) is off as ever: it can be replayed."""
    options = CertificateOptions(
        privateKey=crypto.PKey.from_cryptography_key(keypair.key),
        certificate=crypto.X509.from_cryptography(keypair.certificate),
        extraCertChain=[crypto.X509.from_cryptography(one) for one in keypair.chain],
        raiseMinimumTo=TLSVersion.TLSv1_2,
        enableSessions=resumes,
        enableSessionTickets=resumes,
    )
    context: SSL.Context = options.getContext()
    context.set_timeout(TICKETS)
    return context
