"""The same session over real TLS, both ends in memory."""

from __future__ import annotations

import datetime
from functools import cache
from ipaddress import ip_network
from typing import Any

from conversation import People, bind_request, person, result_of, services
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import ISSLTransport
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import Certificate, CertificateOptions, PrivateCertificate, optionsForClientTLS
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.protocols.tls import TLSMemoryBIOFactory

from gateway.frontends.ldap.balanced import Balanced
from gateway.frontends.ldap.listener import Listener
from gateway.wire.controls import START_TLS
from gateway.wire.ldap import MessageBuffer, decode_message, encode_message
from gateway.wire.messages import ExtendedRequest, LdapMessage, Operation, UnbindRequest

JDOE = "uid=jdoe,ou=people,dc=example,dc=com"


@cache
def certificate() -> PrivateCertificate:
    """Our own, for gateway.example, valid for an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "gateway.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("gateway.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return PrivateCertificate.loadPEM(made.public_bytes(serialization.Encoding.PEM) + pem)


class Asking(Protocol):
    """The client's end inside TLS."""

    def __init__(self) -> None:
        self.answers: list[LdapMessage] = []
        self._buffer = MessageBuffer(1 << 20)

    def dataReceived(self, data: bytes) -> None:
        self.answers += [decode_message(message) for message in self._buffer.feed(data)]


class Connection:
    """A TLS client and an LDAPS port, and the bytes between them."""

    def __init__(self, listener: Listener) -> None:
        trusted = Certificate(certificate().original)
        client = optionsForClientTLS("gateway.example", trustRoot=trusted)
        self.clock = Clock()
        self.asking = Asking()
        self.ends = [
            TLSMemoryBIOFactory(client, True, Factory.forProtocol(lambda: self.asking), self.clock).buildProtocol(None),
            TLSMemoryBIOFactory(options(), False, listener, self.clock).buildProtocol(None),
        ]
        self.transports = [StringTransport(), StringTransport()]
        for end, transport in zip(self.ends, self.transports, strict=True):
            end.makeConnection(transport)

    def pump(self) -> None:
        """Carry bytes until both are silent."""
        for _ in range(20):
            self.clock.advance(0)
            for here, there in ((0, 1), (1, 0)):
                data = self.transports[here].value()
                self.transports[here].clear()
                if data:
                    self.ends[there].dataReceived(data)

    def ask(self, number: int, operation: Operation) -> list[LdapMessage]:
        self.asking.answers.clear()
        assert self.asking.transport is not None
        self.asking.transport.write(encode_message(LdapMessage(number, operation)))
        self.pump()
        return self.asking.answers


def options() -> CertificateOptions:
    return certificate().options()


def test_ldaps_is_the_same_session_over_tls() -> None:
    listener = Listener(services(People(person()), starttls="required", tls=options()), Clock())
    connection = Connection(listener)
    connection.pump()
    assert ISSLTransport.providedBy(next(iter(listener.sessions)).transport)
    assert [result_of(one).code for one in connection.ask(1, bind_request(JDOE, b"secret"))] == [0]
    assert [result_of(one).code for one in connection.ask(2, ExtendedRequest(START_TLS))] == [1]
    connection.ask(3, UnbindRequest())
    assert connection.transports[1].disconnecting


def test_behind_a_balancer_the_header_comes_before_tls_and_the_core_sees_the_client() -> None:
    people = People(person())
    listener = Listener(services(people), Clock())
    connection = Connection(listener)
    inside = TLSMemoryBIOFactory(options(), False, listener, connection.clock)
    port = Balanced(inside, [ip_network("10.0.0.1")], connection.clock, seconds=5, most=9)
    waiting = port.buildProtocol(IPv4Address("TCP", "10.0.0.1", 40000))
    assert waiting is not None
    transport: Any = StringTransport(peerAddress=IPv4Address("TCP", "10.0.0.1", 40000))
    waiting.makeConnection(transport)
    waiting.dataReceived(b"PROXY TCP4 203.0.113.9 10.0.0.5 56324 636\r\n")
    connection.ends[1], connection.transports[1] = transport.protocol, transport
    assert [result_of(one).code for one in connection.ask(1, bind_request(JDOE, b"secret"))] == [0]
    assert [peer.address for peer in people.peers] == ["203.0.113.9"]


def test_many_answers_come_through_tls_whole() -> None:
    listener = Listener(services(People(person())), Clock())
    connection = Connection(listener)
    for number in range(1, 200):
        assert connection.asking.transport is not None
        connection.asking.transport.write(encode_message(LdapMessage(number, bind_request(JDOE, b"secret"))))
    connection.pump()
    assert [one.id for one in connection.asking.answers] == list(range(1, 200))


def test_drain_says_goodbye_through_tls() -> None:
    listener = Listener(services(People(person())), Clock())
    connection = Connection(listener)
    connection.ask(1, bind_request(JDOE, b"secret"))
    next(iter(listener.sessions)).drain()
    connection.pump()
    assert connection.asking.answers[-1].id == 0
    assert connection.transports[1].disconnecting
