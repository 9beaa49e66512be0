"""A real Active Directory domain controller as far as there is one here: Samba's, made anew, ended by process id.

It takes the ports 389 and 636 and no others. So that it is in nobody's way it has a loopback address of its own
(Linux answers for all of 127.0.0.0/8), chosen by chance among those on which both are free; and so it needs root.
What stands in it is in `sambapeople.py`.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from live.certificates import Authority
from live.sambapeople import BASE, GATEWAY, GATEWAY_PASSWORD, REALM, changes, records

PATIENCE = 60.0
_MODULES = "samba/ldb/samba_dsdb.so"
_NETBIOS, _SHORT = "CORP", "DC1"
_ADMINISTRATOR_PASSWORD = "Adm1nistrator-pw"
_AS_WRITTEN = "1.3.6.1.4.1.7165.4.3.20"
"""Samba's own control: take pwdLastSet as it stands, and not as a wish to expire the password now."""
_OPTIONS = {
    "server services": "ldap",
    "bind interfaces only": "yes",
    "pid directory": "{place}/run",
    "ncalrpc dir": "{place}/run",
    "log file": "{place}/log",
    "tls certfile": "{certificate}",
    "tls keyfile": "{key}",
    "tls cafile": "{authority}",
}


class DomainController:
    """One domain with one server. It holds from the start what `sambapeople.records` says, and `ldif` besides."""

    def __init__(self, place: Path, authority: Authority, ldif: Iterable[str] = ()) -> None:
        if os.geteuid() != 0:
            raise RuntimeError("Samba's domain controller listens on 389 and 636: run the live tests as root")
        self.place = place
        self.address = _free_address()
        self.ca = authority.certificate
        self._process: subprocess.Popen[bytes] | None = None
        files = authority.issue(addresses=(self.address,), names=(f"{_SHORT}.{REALM}".lower(),))
        files.key.chmod(0o600)  # Samba refuses a key that others may read
        values = {"place": place, "certificate": files.certificate, "key": files.key, "authority": self.ca}
        self._options = [f"--option={name}={value.format(**values)}" for name, value in _OPTIONS.items()]
        self._options.append(f"--option=interfaces={self.address}/8")
        self._provision()
        (place / "run").mkdir(exist_ok=True)
        self.add([*records(), *ldif])
        self.modify(*changes())

    @property
    def url(self) -> str:
        """Under TLS: it takes no password in clear."""
        return f"ldaps://{self.address}"

    @property
    def clear_url(self) -> str:
        """In clear: for what needs no password, and for StartTLS."""
        return f"ldap://{self.address}"

    def source(self, **changes: object) -> dict[str, object]:
        """The section of a configuration."""
        return {
            "name": "ad", "type": "ldap", "dialect": "active-directory", "url": self.url, "tls": {"ca": str(self.ca)},
            "base": BASE, "bind_dn": GATEWAY, "bind_password": GATEWAY_PASSWORD, **changes,
        }  # fmt: skip

    def start(self) -> None:
        """Run it, and wait until it takes connections."""
        log = (self.place / "output").open("ab")
        with log:
            self._process = subprocess.Popen(
                ["samba", "-i", "--no-process-group", "--debug-stdout", "-s", self._smb_conf, "--model=single",
                 *self._options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Samba did not start: {(self.place / 'output').read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it, if it runs. A frozen one is woken for that."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.wait(PATIENCE)

    def freeze(self) -> None:
        """It keeps its connections and answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def restore(self) -> None:
        """Running and answering, whatever a test has done to it."""
        if self._process is None:
            self.start()
        self.thaw()

    def add(self, ldif: Iterable[str]) -> None:
        """Add records to the database itself, in one transaction."""
        self._ldb("ldbadd", ldif)

    def modify(self, *ldif: str) -> None:
        """Apply changes to the database itself, in one transaction; a running server sees them."""
        self._ldb("ldbmodify", ldif, f"--controls=local_oid:{_AS_WRITTEN}:0")

    def _ldb(self, program: str, ldif: Iterable[str], *arguments: str) -> None:
        blocks, file = list(ldif), self.place / "changes.ldif"
        file.write_text("\n".join(blocks))
        environment = {"LDB_MODULES_PATH": str(_library(_MODULES).parent), "SMB_CONF_PATH": self._smb_conf}
        said = self._run([program, "-H", str(self.place / "private/sam.ldb"), *arguments, str(file)], environment)
        if f" {len(blocks)} records successfully" not in said:  # it stops without an error where it cannot read a DN
            raise RuntimeError(f"{program} has not done all of {len(blocks)}: {said}")

    @property
    def _smb_conf(self) -> str:
        return str(self.place / "etc/smb.conf")

    def _provision(self) -> None:
        command = [
            "samba-tool", "domain", "provision", f"--realm={REALM}", f"--domain={_NETBIOS}", f"--host-name={_SHORT}",
            "--server-role=dc", "--dns-backend=NONE", f"--adminpass={_ADMINISTRATOR_PASSWORD}",
            f"--targetdir={self.place}", *self._options,
        ]  # fmt: skip
        self._run(command, {})

    def _run(self, command: list[str], environment: dict[str, str]) -> str:
        if shutil.which(command[0]) is None:
            raise RuntimeError(f"{command[0]} is not installed: sh tests/install.sh")
        done = subprocess.run(
            command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=2 * PATIENCE
        )
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout + done.stderr

    def _listens(self) -> bool:
        try:
            for port in (389, 636):
                socket.create_connection((self.address, port), 1).close()
        except OSError:
            return False
        return True


def _free_address() -> str:
    while True:
        address = f"127.{random.randrange(64, 250)}.{random.randrange(1, 250)}.{random.randrange(1, 250)}"
        try:
            for port in (389, 636):
                with socket.socket() as probe:
                    probe.bind((address, port))
        except OSError:
            continue
        return address


def _library(name: str) -> Path:
    for found in Path("/usr/lib").glob(f"*/{name}"):
        return found
    raise RuntimeError(f"{name} is not installed: sh tests/install.sh")
