"""A real OpenLDAP server on free loopback ports and in a directory of its own, started and stopped by process id."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from live.certificates import Files

BASE = "dc=corp,dc=example"
PEOPLE = f"ou=People,{BASE}"
ADMIN, ADMIN_PASSWORD = f"cn=admin,{BASE}", "admin-password"
SERVICE, SERVICE_PASSWORD = f"cn=gateway,{BASE}", "gateway-password"

_CONFIGURATION = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
pidfile {directory}/slapd.pid
sizelimit 100000
{tls}
database mdb
suffix "{base}"
rootdn "{admin}"
rootpw {admin_password}
directory {directory}/data
maxsize 104857600
index objectClass,uid,mail,member eq
limits dn.exact="{service}" size=unlimited size.pr=unlimited size.prtotal=unlimited
access to attrs=userPassword by anonymous auth by self write by * none
access to * by dn.exact="{service}" read by self read by * none
overlay memberof
overlay ppolicy
ppolicy_default "cn=default,{base}"
ppolicy_use_lockout
"""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Slapd:
    """One server. `ldif` are records of what is in it from the start, beside the base and the accounts above, `overlay`
    is one that it has besides, `clients` the authority of client certificates, which it asks for then."""

    def __init__(
        self,
        directory: Path,
        ldif: Iterable[str] = (),
        tls: Files | None = None,
        overlay: str = "",
        clients: Path | None = None,
    ) -> None:
        self.directory = directory
        self.port, self.tls_port = free_port(), free_port()
        self._tls = tls
        self._process: subprocess.Popen[bytes] | None = None
        (directory / "data").mkdir(parents=True)
        lines = f"TLSCertificateFile {tls.certificate}\nTLSCertificateKeyFile {tls.key}" if tls else ""
        lines += f"\nTLSCACertificateFile {clients}\nTLSVerifyClient try" if clients else ""
        self._configuration = directory / "slapd.conf"
        self._configuration.write_text(
            _CONFIGURATION.format(
                directory=directory,
                tls=lines,
                base=BASE,
                admin=ADMIN,
                admin_password=ADMIN_PASSWORD,
                service=SERVICE,
            )
            + (f"moduleload {overlay}\noverlay {overlay}\n" if overlay else "")
        )
        source = directory / "start.ldif"
        source.write_text("\n".join([*_start(), *ldif]))
        self._run("slapadd", "-q", "-l", str(source))

    @property
    def url(self) -> str:
        """Where it listens in clear (and for StartTLS)."""
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        """Where it listens under TLS."""
        return f"ldaps://127.0.0.1:{self.tls_port}"

    def start(self) -> None:
        """Start it, and wait until it accepts connections."""
        urls = f"{self.url} {self.tls_url}" if self._tls else self.url
        command = [path_of("slapd"), "-f", str(self._configuration), "-h", urls, "-d", "0"]
        self._process = subprocess.Popen(command)
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise
                time.sleep(0.02)

    def stop(self) -> None:
        """End it, if it runs. A frozen one is woken for that."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.send_signal(signal.SIGCONT)
            process.wait(10)

    def freeze(self) -> None:
        """It keeps its connections and takes new ones (the kernel does), and answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def modify(self, ldif: str) -> None:
        """Apply changes as the administrator."""
        subprocess.run(
            ["ldapmodify", "-x", "-H", self.url, "-D", ADMIN, "-w", ADMIN_PASSWORD],
            input=ldif.encode(),
            check=True,
            capture_output=True,
        )

    def _run(self, program: str, *arguments: str) -> None:
        command: Sequence[str] = [path_of(program), "-f", str(self._configuration), *arguments]
        subprocess.run(command, check=True, capture_output=True)


def person(uid: str, password: str, *more: str) -> str:
    """An LDIF record of somebody in `PEOPLE`; `more` are further lines."""
    lines = [
        f"dn: uid={uid},{PEOPLE}",
        "objectClass: inetOrgPerson",
        f"uid: {uid}",
        f"cn: {uid}",
        f"sn: {uid}",
        f"userPassword: {password}",
        *more,
        "",
    ]
    return "\n".join(lines)


def _start() -> list[str]:
    return [
        f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: corp\no: Corp\n",
        f"dn: {PEOPLE}\nobjectClass: organizationalUnit\nou: People\n",
        f"dn: {SERVICE}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: gateway\n"
        f"userPassword: {SERVICE_PASSWORD}\n",
        f"dn: cn=default,{BASE}\nobjectClass: device\nobjectClass: pwdPolicy\ncn: default\npwdAttribute: userPassword\n"
        "pwdLockout: TRUE\npwdMaxFailure: 1000\npwdMustChange: TRUE\n",
    ]


def path_of(name: str) -> str:
    found = shutil.which(name, path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/lib/openldap")
    assert found is not None, f"{name} is not installed: apt-get install slapd ldap-utils"
    return found
