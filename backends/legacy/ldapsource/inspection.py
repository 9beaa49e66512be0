"""What `bindferry check` says of an LDAP source: each server contacted, in sentences for an administrator."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Iterator

from cryptography import x509
from OpenSSL import crypto
from twisted.internet.interfaces import ISSLTransport

from backends.legacy.ldapclient.client import LdapClient
from backends.legacy.ldapclient.connection import LdapConnection
from backends.legacy.ldapclient.facts import read_facts
from backends.legacy.ldapclient.servers import Server
from backends.legacy.ldapsource.options import LdapOptions
from gateway.errors import BusyError, SourceError
from gateway.identity.ports import Sight
from gateway.wire.controls import WHO_AM_I
from gateway.wire.filter import Present
from gateway.wire.messages import ResultCode, Scope, SearchRequest

WARN_DAYS = 30
"""Days before its end from which on a certificate is worth a warning."""


async def inspect(client: LdapClient, options: LdapOptions) -> Sight:
    """Contact every server anew. Usable if one of them is, and shows the base where it must."""
    lines = list(_warnings(options))
    usable = False
    for server in options.servers:
        try:
            connection = await client.connector.open(server, options.timeout, client.sign_in)
        except (SourceError, BusyError) as error:
            lines.append(f"{server}: cannot be used: {error}")
            continue
        try:
            ok, said = await _look(connection, client, options)
        except (SourceError, BusyError) as error:
            ok, said = False, [f"stopped answering: {error}"]
        finally:
            connection.close()
        usable = usable or ok
        lines.extend(f"{server}: {one}" for one in said)
    return Sight(usable, tuple(lines))


async def _look(connection: LdapConnection, client: LdapClient, options: LdapOptions) -> tuple[bool, list[str]]:
    facts = await read_facts(connection)
    said = [f"{facts.vendor or 'a server that does not name its make'}, {_security(connection)}"]
    said.append(await _whom(connection, client))
    if facts.active_directory and options.dialect == "generic":
        said.append(
            "warning: this is an Active Directory: set dialect: active-directory, or its locked and expired "
            "accounts are all reported as wrong passwords"
        )
    if options.direct_bind is not None:
        said.append("people are looked at only after their own bind: nobody is found by a search before")
        return True, said
    if not facts.pages and options.page_size:
        said.append("warning: it does not know paged results: large searches end at its size limit")
    request = SearchRequest(options.base, Scope.BASE, Present("objectClass"), ("1.1",))
    answer = await connection.search(request)
    if answer.result.code != ResultCode.SUCCESS or not answer.entries:
        said.append(f"the base {options.base!r} is not there, or may not be seen by this account")
        return False, said
    return True, said


async def _whom(connection: LdapConnection, client: LdapClient) -> str:
    account = client.account.dn if client.account is not None else "nobody (anonymous)"
    answer = await connection.extended(WHO_AM_I)
    if answer.result.code == ResultCode.SUCCESS and answer.value:
        return f"bound as {answer.value.decode('utf-8', 'backslashreplace')}"
    return f"bound as {account}"


def _security(connection: LdapConnection) -> str:
    transport = connection.tls
    if transport is None:
        return "in clear"
    version = _protocol(transport)
    certificate = transport.getPeerCertificate()
    if not isinstance(certificate, crypto.X509):
        return version
    return f"{version}, certificate {_validity(certificate.to_cryptography())}"


def _protocol(transport: ISSLTransport) -> str:
    handle = getattr(transport, "getHandle", None)  # no interface declares it; TLS transports have it
    tls = handle() if handle is not None else None
    name = getattr(tls, "get_protocol_version_name", None)
    return str(name()) if name is not None else "TLS"


def _validity(certificate: x509.Certificate) -> str:
    end = certificate.not_valid_after_utc
    left = (end - datetime.datetime.now(datetime.UTC)).days
    text = f"valid until {end:%Y-%m-%d}"
    return f"{text} (warning: {left} days left)" if left < WARN_DAYS else text


def _warnings(options: LdapOptions) -> Iterator[str]:
    encrypted = options.starttls or all(server.tls for server in options.servers)
    if not options.tls.verify and encrypted:
        yield "WARNING: tls.verify is false: anybody on the way can read and change every password"
    if not encrypted and not all(map(_local, options.servers)):
        yield "WARNING: passwords go over the network in clear: use ldaps:// or starttls: true"
    if options.bind_dn is None and options.direct_bind is None:
        yield "no service account: the servers are read anonymously"


def _local(server: Server) -> bool:
    if server.host == "localhost":
        return True
    try:
        return ipaddress.ip_address(server.host).is_loopback
    except ValueError:
        return False
