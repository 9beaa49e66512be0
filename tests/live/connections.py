"""Connections of python-ldap and ldap3, and what it takes to make one. What is asked over them is in `clients.py`."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import ldap3

TIMEOUT = 30


@dataclass(frozen=True)
class Way:
    """How to reach a server: its URI, StartTLS or not, the authority to believe."""

    uri: str
    starttls: bool = False
    ca: Path | None = None


@dataclass(frozen=True)
class Login:
    """A bind: DN and password."""

    dn: str
    password: str


def python_ldap(way: Way, login: Login | None = None) -> Any:
    """A connection of python-ldap, bound if a login is given."""
    connection = ldap.initialize(way.uri)
    connection.set_option(ldap.OPT_PROTOCOL_VERSION, 3)
    connection.set_option(ldap.OPT_REFERRALS, 0)
    connection.set_option(ldap.OPT_NETWORK_TIMEOUT, TIMEOUT)
    connection.set_option(ldap.OPT_TIMEOUT, TIMEOUT)
    if way.ca is not None:
        connection.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
        connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(way.ca))
        connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    if way.starttls:
        connection.start_tls_s()
    if login is not None:
        connection.simple_bind_s(login.dn, login.password)
    return connection


def ldap3_connection(way: Way, login: Login, **more: Any) -> Any:
    """A connection of ldap3, in TLS where the way says so, and not yet bound.

    Strategies with a receiving thread need `receive_timeout=None`: with one, that thread takes a closed socket for a
    slow one and spins for ever.
    """
    more = {"receive_timeout": TIMEOUT, "get_info": ldap3.NONE, **more}
    trust = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(way.ca)) if way.ca else None
    server = ldap3.Server(way.uri, get_info=more.pop("get_info"), tls=trust, connect_timeout=TIMEOUT)
    connection = ldap3.Connection(server, login.dn, login.password, ldap3.AUTO_BIND_NONE, auto_referrals=False, **more)
    if way.starttls:
        connection.open()
        connection.start_tls()
    return connection
