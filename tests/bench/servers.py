"""The servers of the benchmark, each a process of its own on loopback: started when a row first needs it."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.people import BASE, SERVICE, SERVICE_PASSWORD, Person, argon2id, hashes, ldif, people, ssha
from live.certificates import Authority, Files
from live.gateway_process import Gateway, until
from live.slapd import free_port, path_of
from sqlalchemy import Connection, insert

from backends.native import tables
from backends.native.engine import open_store
from backends.native.keys import lookup_keys
from backends.native.writing import origin_columns, person_columns
from gateway.identity.model import Attributes, Identity, Origin, derive_id
from gateway.identity.ports import Adoption
from gateway.wire.dn import normalise_dn

HERE = Path(__file__).parents[2]
CHEAP = {"memory": "64KiB", "time": 1}
"""Where every password is known hot at first, its hash is of no matter: 10,000 are warm in seconds."""

_SLAPD = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload back_ldap
moduleload argon2
moduleload remoteauth
pidfile {place}/slapd.pid
loglevel 0
sizelimit unlimited
{tls}
database {kind}
suffix "{base}"
rootdn "cn=root,{base}"
"""
_MDB = """\
directory {place}/data
maxsize 4294967296
index objectClass,uid eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{service}" read by self read by * none
"""
_REMOTEAUTH = """\
overlay remoteauth
remoteauth_tls starttls=no
remoteauth_mapping old 127.0.0.1:{port}
remoteauth_default_domain old
remoteauth_dn_attribute seeAlso
remoteauth_domain_attribute associatedDomain
remoteauth_store on
"""


@dataclass(frozen=True, slots=True)
class Server:
    """One that runs. `pids` are its processes; more may be below them."""

    port: int
    pids: Sequence[int]
    stop: Callable[[], object]
    tls_port: int = 0
    gateway: Gateway | None = None
    again: Callable[[], Server] | None = None


class Servers:
    """All that were started; `stop` ends them. `count` people are in each."""

    def __init__(self, place: Path, count: int, load: Path, workers: int | None = None) -> None:
        self.place, self.count, self.load, self.workers = place, count, load, workers
        self._running: dict[str, Server] = {}
        self._files: Files | None = None

    def get(self, name: str) -> Server:
        """The server of that name, running."""
        if name not in self._running:
            started: Server = KINDS[name](self, self.place / name.replace(" ", "-"))
            self._running[name] = started
        return self._running[name]

    def forget(self, name: str) -> Server:
        """The same server started again, where that can be: without what it had in memory, as proofs of passwords."""
        server = self.get(name)
        if server.again is not None:
            server.stop()
            self._running[name] = server = server.again()
        return server

    def stop(self) -> None:
        """End all, the latest first: it may stand before an earlier one."""
        while self._running:
            self._running.popitem()[1].stop()

    @property
    def files(self) -> Files:
        """A certificate for 127.0.0.1."""
        if self._files is None:
            place = self.place / "certificates"
            place.mkdir()
            self._files = Authority(place).issue()
        return self._files


def slapd(
    servers: Servers, place: Path, records: Iterator[str] | None, more: str = "", kind: str = "mdb", tls: bool = False
) -> Server:
    """OpenLDAP with these records."""
    (place / "data").mkdir(parents=True)
    files = servers.files if tls else None
    lines = f"TLSCertificateFile {files.certificate}\nTLSCertificateKeyFile {files.key}" if files else ""
    text = _SLAPD.format(place=place, kind=kind, base=BASE, tls=lines)
    text += _MDB.format(place=place, service=SERVICE) if kind == "mdb" else ""
    (place / "slapd.conf").write_text(text + more)
    if records is not None:
        source = place / "start.ldif"
        source.write_text("\n".join(records))
        _run(path_of("slapadd"), "-q", "-f", str(place / "slapd.conf"), "-l", str(source))
    return _slapd_started(place / "slapd.conf", tls)


def _slapd_started(file: Path, tls: bool) -> Server:
    port, tls_port = free_port(), free_port()
    urls = f"ldap://127.0.0.1:{port}" + (f" ldaps://127.0.0.1:{tls_port}" if tls else "")
    command = [path_of("slapd"), "-f", str(file), "-h", urls, "-d", "0"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    until(lambda: _listens(port) or process.poll() is not None, "slapd listens")
    return Server(port, [process.pid], lambda: _end(process), tls_port, again=lambda: _slapd_started(file, tls))


def remoteauth(servers: Servers, place: Path) -> Server:
    """OpenLDAP with everybody and no password: each is taken from the old server at the first bind."""

    def there(person: Person) -> dict[str, list[str]]:
        return {"objectClass": ["domainRelatedObject"], "associatedDomain": ["old"], "seeAlso": [person.dn]}

    old = servers.get("old slapd")
    return slapd(servers, place, ldif(servers.count, [], there), _REMOTEAUTH.format(port=old.port))


def back_ldap(servers: Servers, place: Path) -> Server:
    """OpenLDAP as a proxy."""
    uri = f'uri "ldap://127.0.0.1:{servers.get("old slapd").port}"\n'
    return slapd(servers, place, None, uri, "ldap")


def python(servers: Servers, place: Path, *arguments: str, module: str = "bench.ldaptor_peer") -> Server:
    """A Python process of ours that prints its port."""
    paths = os.pathsep.join([str(HERE), str(HERE / "tests")])
    return _prints_port([sys.executable, "-W", "ignore", "-m", module, *arguments], {"PYTHONPATH": paths})


def ldaptor_directory(servers: Servers, place: Path) -> Server:
    """ldaptor's own server, in memory."""
    place.mkdir()
    file = place / "tree.ldif"
    file.write_text("\n".join([*ldif(servers.count, hashes(ssha)), ""]))
    return python(servers, place, "directory", str(file))


def null(servers: Servers, place: Path) -> Server:
    """The server that does nothing but answer."""
    return _prints_port([str(servers.load), "null"], {})


def null_tls(servers: Servers, place: Path) -> Server:
    """The same behind OpenSSL."""
    files = servers.files
    return _prints_port([str(servers.load), "null", f"certificate={files.certificate}", f"key={files.key}"], {})


def bindferry(
    servers: Servers, place: Path, *sources: dict[str, Any], stored: Sequence[str] = (), count: int = 0, **sections: Any
) -> Server:
    """The gateway with these sections; `stored` are the hashes of people who are in its directory."""
    place.mkdir(parents=True)
    files = servers.files
    here = {"address": "127.0.0.1", "port": 0}
    tls = {**here, "certificate": str(files.certificate), "key": str(files.key)}
    if servers.workers is not None:
        sections["workers"] = servers.workers
    gateway = Gateway(place, *sources, **{
        "directory": {"base": BASE, **sections.pop("directory", {})},
        "listen": {"ldap": {**here, "starttls": "off"}, "ldaps": tls, "health": here},
        "log": {"level": "info", "format": "json"},
        "limits": {"connections": 20_000, "idle": "1h"},
        **sections,
    })  # fmt: skip
    if stored:
        fill(gateway.database, count or servers.count, stored)
    return _started(gateway)


def _started(gateway: Gateway) -> Server:
    gateway.start()
    ldap, ldaps = gateway.ports["ldap"], gateway.ports["ldaps"]
    return Server(ldap, [gateway.pid], gateway.kill, ldaps, gateway, lambda: _started(gateway))


_TOGETHER = 5000


def fill(database: Path, count: int, stored: Sequence[str]) -> None:
    """Everybody and the service account, as if they had moved, with these hashes in turn: table by table, many rows at
    a time, so that a million take minutes."""
    store = open_store(f"sqlite:///{database}", busy_timeout=5, readers=1)
    service = _moved(SERVICE, "service", {"cn": ["service"]}, argon2id(SERVICE_PASSWORD, 64, 1))
    everybody = (
        _moved(person.dn, person.uid, person.attributes(), stored[person.number % len(stored)])
        for person in people(count)
    )
    numbered = enumerate(itertools.chain([service], everybody), 1)
    while some := list(itertools.islice(numbered, _TOGETHER)):
        with store.writing() as connection:
            _insert(connection, some)
    store.close()


def _insert(connection: Connection, some: list[tuple[int, Adoption]]) -> None:
    """The same rows as `insert_person` makes; nobody here is in a group."""
    connection.execute(insert(tables.identity), [{"id": number, **person_columns(one)} for number, one in some])
    connection.execute(insert(tables.origin), [{"identity": number, **origin_columns(one)} for number, one in some])
    found_by = [
        {"attribute": name, "key": key, "identity": number}
        for number, one in some
        for name, key in lookup_keys(one.identity)
    ]
    connection.execute(insert(tables.lookup), found_by)


def _moved(dn: str, name: str, attributes: dict[str, list[str]], hashed: str) -> Adoption:
    origin = Origin("old", name)
    values = {key: [value.encode() for value in each] for key, each in attributes.items()}
    identity = Identity(dn, normalise_dn(dn), Attributes(values), id=derive_id(origin), name=name, origin=origin)
    return Adoption(identity, hashed, "bench", 1_000_000.0)


def _hot(servers: Servers, place: Path) -> Server:
    cheap = hashes(lambda password: argon2id(password, 64, 1))
    return bindferry(servers, place, stored=cheap, passwords={**CHEAP, "remember": "1d", "remember_wrong": "1d"})


def _large(count: int | None, cache: int) -> Callable[[Servers, Path], Server]:
    """So many people, and so few of them in memory."""

    def start(servers: Servers, place: Path) -> Server:
        cheap = hashes(lambda password: argon2id(password, 64, 1))
        return bindferry(servers, place, stored=cheap, count=count or 0, passwords=CHEAP, directory={"cache": cache})

    return start


def _cold(servers: Servers, place: Path) -> Server:
    return bindferry(servers, place, stored=hashes(argon2id))


def _before(**migration: Any) -> Callable[[Servers, Path], Server]:
    def start(servers: Servers, place: Path) -> Server:
        old = {
            "name": "old", "type": "ldap", "url": f"ldap://127.0.0.1:{servers.get('old slapd').port}", "base": BASE,
            "starttls": False, "bind_dn": SERVICE, "bind_password": SERVICE_PASSWORD,
        }  # fmt: skip
        return bindferry(servers, place, old, migration=migration)

    return start


KINDS: dict[str, Callable[[Servers, Path], Server]] = {
    "null": null,
    "null TLS": null_tls,
    "slapd": lambda servers, place: slapd(servers, place, ldif(servers.count, hashes(ssha)), tls=True),
    "old slapd": lambda servers, place: slapd(servers, place, ldif(servers.count, hashes(ssha))),
    "slapd argon2": lambda servers, place: slapd(
        servers, place, ldif(servers.count, ["{ARGON2}" + one for one in hashes(argon2id)])
    ),
    "back-ldap": back_ldap,
    "remoteauth": remoteauth,
    "ldaptor": ldaptor_directory,
    "ldaptor proxy": lambda servers, place: python(servers, place, "proxy", str(servers.get("old slapd").port)),
    "ldaptor codec": lambda servers, place: python(servers, place, "codec"),
    "our codec": lambda servers, place: python(servers, place, "codec-ours"),
    "Bindferry": _hot,
    "Bindferry cold": _cold,
    "Bindferry many": _large(100_000, 100_000),
    "slapd many": lambda servers, place: slapd(servers, place, ldif(100_000, hashes(ssha))),
    "Bindferry small": _large(None, 1000),
    "Bindferry million": _large(1_000_000, 100_000),
    "Bindferry million small": _large(1_000_000, 1000),
    "Bindferry before": _before(enabled=False),
    "Bindferry moving": _before(),
}


def _prints_port(command: Sequence[str], environment: dict[str, str]) -> Server:
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    )
    line = process.stdout.readline() if process.stdout is not None else ""
    if not line.strip().isdecimal():
        _end(process)
        raise RuntimeError(f"{command} did not start: {line}")
    return Server(int(line), [process.pid], lambda: _end(process))


def _end(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
        return
    process.kill()
    process.wait(10)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr}")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
