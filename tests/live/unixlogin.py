"""Machines whose people come from the directory, by nslcd or by SSSD: each in a mount namespace of its own, with its
recipe's files in the place of this machine's. `getent`, `id` and PAM see there what the daemon says."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from live.daemons import daemon, run
from live.estate import uid_number
from live.gateway_process import Gateway, until
from live.legacy import password_of
from live.recipes import AUTHORITY, HOST, theirs

_SERVICE = "login-by-test"
_STACKS = "".join(f"{kind} include system-auth\n" for kind in ("auth", "account", "password", "session"))
_ONLY_FOR_ROOT = ("nslcd.conf", "sssd.conf")


@dataclass(frozen=True)
class Machine:
    """One that runs, as long as its daemon's process does."""

    pid: int

    def run(self, *command: str, feed: str = "") -> subprocess.CompletedProcess[str]:
        """A command there, to its end."""
        return run("nsenter", "--mount", f"--target={self.pid}", *command, feed=feed)

    def lines(self, *command: str) -> list[str]:
        """What a command prints."""
        return self.run(*command).stdout.splitlines()

    def groups(self, name: str) -> dict[int, str]:
        """The groups of somebody, as `id` tells them: "" for one without a name."""
        names = self.run("id", "-Gn", name).stdout.split()
        found = zip(map(int, self.run("id", "-G", name).stdout.split()), names, strict=True)
        return {number: "" if group.isdigit() else group for number, group in found}

    def login(self, name: str, password: str | None = None) -> str:
        """What PAM says to somebody who logs in."""
        return self._pam(0, name, password_of(name) if password is None else password, "authenticate", "acct_mgmt")

    def passwd(self, name: str, old: str, new: str) -> str:
        """What PAM says to somebody who changes the own password, with that person's rights."""
        return self._pam(uid_number(name), name, f"{old}\n{new}\n{new}", "chauthtok")

    def go_online(self) -> None:
        """SSSD asks its server again at once, and not after a minute."""
        os.kill(self.pid, signal.SIGUSR2)

    def _pam(self, uid: int, name: str, answers: str, *deeds: str) -> str:
        # As root without `setpriv`: that asks who is called "0", and nobody can tell of an unknown name in an outage.
        rights = ("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups") if uid else ()
        done = self.run(*rights, "pamtester", _SERVICE, name, *deeds, feed=f"{answers}\n")
        print(done.stdout, done.stderr)
        return done.stdout + done.stderr


@contextlib.contextmanager
def nslcd(gateway: Gateway, place: Path) -> Iterator[Machine]:
    """A machine with nslcd. A page is small enough for several to be read."""
    changes = {f"{HOST}/": f"127.0.0.1:{gateway.ports['ldap']}/", AUTHORITY: str(place / "ca.pem")}
    files = {
        "/etc/nslcd.conf": theirs("nslcd", "nslcd.conf", {**changes, "pagesize 1000": "pagesize 10"}),
        **_logins("nslcd"),
    }
    command = ["nslcd", "--debug", "--nofork"]
    with _machine(place, command, files, {"/run": {"nslcd": "nslcd"}}, "/run/nslcd/socket") as made:
        yield made


@contextlib.contextmanager
def sssd(gateway: Gateway, place: Path, *, lists: bool = True) -> Iterator[Machine]:
    """A machine with SSSD. A page is small. Where it `lists`, it lists everybody at once, and not when it has found the
    time."""
    changes = {HOST: f"127.0.0.1:{gateway.ports['ldap']}", AUTHORITY: str(place / "ca.pem")}
    if lists:
        changes["#enumerate = true"] = "enumerate = true"
    text = theirs("sssd", "sssd.conf", changes)
    text += "ldap_page_size = 10\nldap_enumeration_refresh_offset = 0\n[nss]\nenum_cache_timeout = 0\n"
    directories = ("db", "mc", "pipes", "pipes/private", "pubconf", "secrets", "deskprofile", "gpo_cache")
    volatile = {"/run": {}, "/var/log/sssd": {}, "/etc/sssd": {}, "/var/lib/sss": dict.fromkeys(directories, "root")}
    files = {"/etc/sssd/sssd.conf": text, **_logins("sssd")}
    command = ["sssd", "--interactive", "--logger=stderr", "--debug-level=6"]
    with _machine(place, command, files, volatile, "/var/lib/sss/pipes/pam") as made:
        until(lambda: made.run("getent", "passwd", "anna").returncode == 0, "SSSD is online")
        yield made


def _logins(application: str) -> dict[str, str]:
    return {
        "/etc/nsswitch.conf": theirs(application, "nsswitch.conf", {}),
        # Else whoever is refused waits for two seconds.
        "/etc/pam.d/system-auth": theirs(application, "system-auth", {"pam_unix.so": "pam_unix.so nodelay"}),
        f"/etc/pam.d/{_SERVICE}": _STACKS,
    }


@contextlib.contextmanager
def _machine(
    place: Path,
    command: list[str],
    files: Mapping[str, str],
    volatile: Mapping[str, Mapping[str, str]],
    socket: str,
) -> Iterator[Machine]:
    """`files` are what it has in the place of this machine's, by their paths. `volatile` are directories that it has
    to itself, with the directories in them and their owners. `socket` is there when it is ready."""
    steps = []
    for path, made in {**volatile, "/etc/pam.d": {}}.items():
        steps.append(f"mount -t tmpfs -o mode=755 tmpfs {path}")
        steps += [f"install -d -o {owner} {path}/{name}" for name, owner in made.items()]
    for path, text in files.items():
        kept = place / path.strip("/").replace("/", "-")
        kept.write_text(text)
        kept.chmod(0o600 if path.endswith(_ONLY_FOR_ROOT) else 0o644)
        steps.append(f"[ -e {path} ] || touch {path}; mount --bind {kept} {path}")
    steps.append(f"exec {shlex.join(command)}")
    script = ["unshare", "--mount", "--propagation=private", "sh", "-ec", "\n".join(steps)]
    with daemon(script, place / f"{command[0]}.log", lambda: True) as pid:
        there = Path(f"/proc/{pid}/root")
        until(lambda: (there / socket.lstrip("/")).exists() or not there.exists(), f"{command[0]} is ready")
        yield Machine(pid)
