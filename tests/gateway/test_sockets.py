"""TLS of a listener whose certificate is renewed; both ends in memory."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from configuring import write_keypair
from OpenSSL import SSL
from twisted.logger import LogEvent, formatEvent, globalLogPublisher

from gateway.config.tls import read_keypair
from gateway.sockets import ServerTls


class Place:
    """The file of certificate and key, and the listener's TLS over it."""

    def __init__(self, directory: Path) -> None:
        self.file = directory / "tls.pem"
        self.write("old.example")
        self.tls = ServerTls("ldaps", read_keypair(self.file, self.file), (self.file, self.file))

    def write(self, name: str, days: int = 90) -> None:
        new = self.file.with_suffix(".new")
        write_keypair(new, begin=datetime.now(UTC), days=days, name=name)
        new.rename(self.file)

    def connect(self) -> tuple[SSL.Connection, SSL.Connection]:
        """Client and server after a handshake."""
        server = self.tls.serverConnectionForTLS(None)
        client = SSL.Connection(SSL.Context(SSL.TLS_CLIENT_METHOD), None)
        server.set_accept_state()
        client.set_connect_state()
        for _ in range(4):
            for end, other in ((client, server), (server, client)):
                with contextlib.suppress(SSL.WantReadError):
                    end.do_handshake()
                carry(end, other)
        return client, server


def carry(here: SSL.Connection, there: SSL.Connection) -> None:
    try:
        there.bio_write(here.bio_read(65536))
    except SSL.WantReadError:
        return


def shown(client: SSL.Connection) -> str:
    certificate = client.get_peer_certificate(as_cryptography=True)
    assert certificate is not None
    return certificate.subject.rfc4514_string().removeprefix("CN=")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def lines() -> Any:
    events: list[LogEvent] = []
    globalLogPublisher.addObserver(events.append)
    yield lambda: [formatEvent(event) for event in events]
    globalLogPublisher.removeObserver(events.append)


def test_a_renewed_certificate_is_for_new_connections_and_open_ones_live_on(place: Place, lines: Any) -> None:
    client, server = place.connect()
    assert shown(client) == "old.example"
    place.write("new.example")
    place.tls.refresh()
    assert shown(place.connect()[0]) == "new.example"
    client.send(b"still here")
    carry(client, server)
    assert server.recv(100) == b"still here"
    assert lines() == ["ldaps: a new certificate is in use"]


def test_files_that_have_not_changed_are_left_alone(place: Place, lines: Any) -> None:
    place.tls.refresh()
    assert lines() == []


def test_what_cannot_be_used_is_said_once_and_the_old_certificate_stays(place: Place, lines: Any) -> None:
    place.file.write_text("half a file")
    place.tls.refresh()
    place.tls.refresh()
    (line,) = lines()
    assert line.startswith("ldaps: the old certificate stays in use: the certificate file")
    assert shown(place.connect()[0]) == "old.example"
    place.file.unlink()
    place.tls.refresh()
    assert "cannot be read" in lines()[-1]
    place.write("new.example")
    place.tls.refresh()
    assert shown(place.connect()[0]) == "new.example"


def test_when_it_expires_is_known_of_the_certificate_in_use(place: Place) -> None:
    before = place.tls.expires
    place.write("new.example", days=30)
    assert place.tls.expires == before
    place.tls.refresh()
    assert place.tls.expires < before
