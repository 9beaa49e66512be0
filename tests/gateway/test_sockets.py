"""TLS of a listener whose certificate is renewed; both ends in memory."""

from __future__ import annotations

import contextlib
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from configuring import write_keypair
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from live.certificates import Authority, Files
from OpenSSL import SSL
from twisted.logger import LogEvent, formatEvent, globalLogPublisher

from gateway.config.clientcertificates import ClientCertificates
from gateway.config.tls import read_keypair
from gateway.sockets import TICKETS, ServerTls


class Place:
    """The file of certificate and key, and the listener's TLS over it."""

    def __init__(self, directory: Path, clients: ClientCertificates | None = None) -> None:
        self.file = directory / "tls.pem"
        self.write("old.example")
        self.now = 0.0
        files = (self.file, self.file)
        self.tls = ServerTls("ldaps", read_keypair(*files), files, clients, lambda: self.now)

    def write(self, name: str, days: int = 90) -> None:
        new = self.file.with_suffix(".new")
        write_keypair(new, begin=datetime.now(UTC), days=days, name=name)
        new.rename(self.file)

    def connect(self, files: Files | None = None, version: int | None = None) -> tuple[SSL.Connection, SSL.Connection]:
        """Client and server after a handshake; the client has this certificate."""
        server = self.tls.serverConnectionForTLS(None)
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        if version is not None:
            context.set_max_proto_version(version)
        if files is not None:
            context.use_certificate_file(str(files.certificate))
            context.use_privatekey_file(str(files.key))
        client = SSL.Connection(context, None)
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


SUBJECT = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "jdoe")])
BOTH = pytest.mark.parametrize("version", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])


class Clients:
    """A listener that asks for certificates of one authority."""

    def __init__(self, directory: Path, **options: Any) -> None:
        self.authority = Authority(directory, "CA")
        self.good = self.authority.issue_client(SUBJECT)
        self.place = Place(directory, ClientCertificates(ca=self.authority.certificate, **options))

    def shown(self, files: Files | None, version: int | None = None) -> str | None:
        """The subject that the server has verified; None where there is none. `SSL.Error` where it hangs up."""
        _, server = self.place.connect(files, version)
        held = server.get_peer_certificate(as_cryptography=True)
        return None if held is None else held.subject.rfc4514_string()


@BOTH
def test_a_certificate_of_the_authority_is_verified_and_none_is_none(tmp_path: Path, version: int) -> None:
    clients = Clients(tmp_path)
    assert clients.shown(clients.good, version) == "CN=jdoe"
    assert clients.shown(None, version) is None


@BOTH
def test_a_certificate_that_is_not_good_ends_the_handshake_and_the_log_says_why(
    tmp_path: Path, version: int, lines: Any
) -> None:
    """Even where none is required: it must never count as one that was not shown."""
    clients = Clients(tmp_path)
    (tmp_path / "other").mkdir()
    bad = {
        "its authority is not one of those in the file": Authority(tmp_path / "other", "CA").issue_client(SUBJECT),
        "it has expired": clients.authority.issue_client(SUBJECT, days=-1),
        "it was not issued for clients": clients.authority.issue_client(SUBJECT, usage=ExtendedKeyUsageOID.SERVER_AUTH),
    }
    for why, files in bad.items():
        with pytest.raises(SSL.Error):
            clients.shown(files, version)
        assert lines()[-1].startswith("ldaps: the certificate of CN=jdoe is refused: "), why
    told = "\n".join(lines())
    assert "it has expired" in told
    assert "it was not issued for clients" in told


@BOTH
def test_where_one_is_required_nobody_comes_in_without(tmp_path: Path, version: int) -> None:
    clients = Clients(tmp_path, required=True)
    assert clients.shown(clients.good, version) == "CN=jdoe"
    with pytest.raises(SSL.Error):
        clients.shown(None, version)


def test_a_revoked_certificate_is_refused_as_soon_as_the_list_says_so(tmp_path: Path, lines: Any) -> None:
    clients = Clients(tmp_path)
    revocations = tmp_path / "list.crl"
    clients.authority.revoke().rename(revocations)
    options = ClientCertificates(ca=clients.authority.certificate, crl=revocations)
    clients.place = Place(tmp_path, options)
    assert clients.shown(clients.good) == "CN=jdoe"
    clients.authority.revoke(clients.good).rename(revocations)
    clients.place.tls.refresh()
    with pytest.raises(SSL.Error):
        clients.shown(clients.good)
    assert lines()[-1] == "ldaps: the certificate of CN=jdoe is refused: it has been revoked"
    assert clients.shown(clients.authority.issue_client(SUBJECT)) == "CN=jdoe"


def test_new_authorities_are_believed_without_a_restart_and_a_broken_file_changes_nothing(
    tmp_path: Path, lines: Any
) -> None:
    clients = Clients(tmp_path)
    other = Authority(tmp_path, "Other")
    file = clients.authority.certificate
    file.write_text("half a file")
    clients.place.tls.refresh()
    assert "the old certificate stays in use: the authorities file" in lines()[-1]
    assert clients.shown(clients.good) == "CN=jdoe"
    file.write_bytes(other.certificate.read_bytes())
    clients.place.tls.refresh()
    assert clients.shown(other.issue_client(SUBJECT)) == "CN=jdoe"
    with pytest.raises(SSL.Error):
        clients.shown(clients.good)


class Resuming:
    """A client of the standard library, which can tell whether a session was resumed."""

    def __init__(
        self, place: Place, version: ssl.TLSVersion, files: Files | None = None, *, tickets: bool = True
    ) -> None:
        self.place = place
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.check_hostname, self._context.verify_mode = False, ssl.CERT_NONE
        self._context.maximum_version = version
        if files is not None:
            self._context.load_cert_chain(files.certificate, files.key)
        if not tickets:
            self._context.options |= ssl.OP_NO_TICKET

    def connect(self, session: ssl.SSLSession | None = None) -> ssl.SSLObject:
        """After a handshake, one byte from the server, behind which its tickets have come, and a proper end: a session
        that was cut off is forgotten."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = self._context.wrap_bio(incoming, outgoing, session=session)
        server = self.place.tls.serverConnectionForTLS(None)
        server.set_accept_state()
        for _ in range(4):
            with contextlib.suppress(ssl.SSLWantReadError):
                client.do_handshake()
            if outgoing.pending:
                server.bio_write(outgoing.read())
            with contextlib.suppress(SSL.WantReadError):
                server.do_handshake()
            with contextlib.suppress(SSL.WantReadError):
                incoming.write(server.bio_read(65536))
        server.send(b"x")
        incoming.write(server.bio_read(65536))
        assert client.read(1) == b"x"
        server.shutdown()
        return client


OLD_AND_NEW = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])


@OLD_AND_NEW
def test_a_client_that_was_here_takes_its_session_up_again(place: Place, version: ssl.TLSVersion) -> None:
    client = Resuming(place, version)
    first = client.connect()
    assert not first.session_reused
    again = client.connect(first.session)
    assert again.session_reused
    assert client.connect(again.session).session_reused


def test_a_client_of_tls_1_2_that_takes_no_tickets_resumes_by_its_session_id(place: Place) -> None:
    """As Java did for many years."""
    client = Resuming(place, ssl.TLSVersion.TLSv1_2, tickets=False)
    first = client.connect()
    assert first.session is not None
    assert not first.session.has_ticket
    assert client.connect(first.session).session_reused


@OLD_AND_NEW
def test_after_an_hour_the_keys_of_tickets_are_new_and_nothing_is_logged(
    place: Place, version: ssl.TLSVersion, lines: Any
) -> None:
    """A ticket is good for an hour at most, and its key is gone then."""
    client = Resuming(place, version)
    session = client.connect().session
    assert session is not None
    assert session.ticket_lifetime_hint == TICKETS == 3600
    place.now += TICKETS - 1
    place.tls.refresh()
    assert client.connect(session).session_reused
    session = client.connect().session
    place.now += 1
    place.tls.refresh()
    second = client.connect(session)
    assert not second.session_reused
    place.now += TICKETS - 1
    place.tls.refresh()
    assert client.connect(second.session).session_reused, "an hour from the last renewal"
    assert lines() == []


@OLD_AND_NEW
def test_no_ticket_outlives_the_certificate_that_it_was_given_under(place: Place, version: ssl.TLSVersion) -> None:
    client = Resuming(place, version)
    session = client.connect().session
    place.write("new.example")
    place.tls.refresh()
    assert not client.connect(session).session_reused


@OLD_AND_NEW
def test_the_ticket_of_another_listener_or_process_is_a_handshake_more_and_no_failure(
    place: Place, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    (tmp_path / "other").mkdir()
    client = Resuming(place, version)
    session = client.connect().session
    client.place = Place(tmp_path / "other")
    second = client.connect(session)
    assert not second.session_reused
    assert client.connect(second.session).session_reused


@OLD_AND_NEW
@pytest.mark.parametrize("tickets", [True, False])
def test_where_certificates_are_asked_for_no_session_is_resumed_so_each_connection_shows_its_own(
    tmp_path: Path, version: ssl.TLSVersion, tickets: bool
) -> None:
    """The owner of a resumed session would be known by a certificate that may have been revoked since."""
    clients = Clients(tmp_path)
    client = Resuming(clients.place, version, clients.good, tickets=tickets)
    first = client.connect()
    assert not client.connect(first.session).session_reused
