"""Real database servers for live tests: PostgreSQL and MariaDB on free loopback ports, data in a temporary directory.

Each is started, stopped, killed and frozen by its own process ids. What is not here: schemas and people.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
import pymysql  # type: ignore[import-untyped]  # there are none

PATIENCE = 60.0
"""Seconds for a server to start or stop on a busy machine."""


def free_port() -> int:
    """A loopback port that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert isinstance(port, int)
    return port


class Server:
    """A server process of an unprivileged user. A class for each product says how it is made, run and asked."""

    user: str
    """The system user that it runs as where the tests run as root: database servers refuse root."""

    def __init__(self) -> None:
        self.port = free_port()
        self.directory = Path(tempfile.mkdtemp(prefix=f"{type(self).__name__.lower()}-"))
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            try:
                entry = pwd.getpwnam(self.user)
            except KeyError:
                raise RuntimeError(f"there is no user {self.user!r}: install the server's package") from None
            os.chown(self.directory, entry.pw_uid, entry.pw_gid)
        self._make()

    def start(self) -> None:
        """Run it and wait until it answers."""
        log = (self.directory / "server.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                self._as_user(self._command()),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._until(self._answers, "start")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it by signal and wait until all its processes are gone."""
        process, self._process = self._process, None
        if process is None:
            return
        pids = _family(process.pid)
        for pid in pids if how is signal.SIGKILL else [process.pid]:
            _send(pid, how)
        process.wait(PATIENCE)
        self._until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "stop")

    def freeze(self) -> None:
        """SIGSTOP to every process: connections stand, and nothing answers."""
        assert self._process is not None
        for pid in _family(self._process.pid):
            _send(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        assert self._process is not None
        for pid in _family(self._process.pid):
            _send(pid, signal.SIGCONT)

    def restore(self) -> None:
        """Running and answering again, whatever a test has done to it."""
        if self._process is None:
            self.start()
        self.thaw()
        self._until(self._answers, "come back")

    def remove(self) -> None:
        """Kill it if it runs, and delete its data."""
        if self._process is not None:
            self.stop(signal.SIGKILL)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _make(self) -> None:
        raise NotImplementedError

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _ask(self) -> None:
        raise NotImplementedError

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"{type(self).__name__} ended at once: {self._log()}")
        try:
            self._ask()
        except (psycopg.Error, pymysql.Error, OSError):
            return False
        return True

    def _as_user(self, command: Sequence[str]) -> list[str]:
        """As the server's user, and dead as soon as the tests are: `setpriv` becomes the command. (`su` stays before
        it, stops itself when the server is stopped, and then never sees its end.)"""
        setpriv = _binary("setpriv")
        drop = [setpriv, f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups"]
        # Second, because the kernel forgets that signal when the user changes.
        return [*(drop if os.geteuid() == 0 else []), setpriv, "--pdeathsig=KILL", *command]

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            self._as_user(command), cwd="/", capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"cannot run {command[0]} as {self.user}: {done.stdout[-500:]} {done.stderr[-500:]}")

    def _until(self, reached: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not reached():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{type(self).__name__} did not {what} in {PATIENCE:g} s: {self._log()}")
            time.sleep(0.05)

    def _log(self) -> str:
        path = self.directory / "server.log"
        return path.read_text(errors="replace")[-800:] if path.exists() else "no log"


class PostgreSQL(Server):
    """`postgres` with the superuser `postgres`, no passwords, no fsync."""

    user = "postgres"

    def _make(self) -> None:
        self._run(_binary("initdb", "/usr/lib/postgresql/*/bin"), "-D", self._data, "-U", "postgres", "-A", "trust",
                  "-E", "UTF8", "--locale=C.UTF-8", "-N")  # fmt: skip

    @property
    def _data(self) -> str:
        return str(self.directory / "data")

    def _command(self) -> list[str]:
        settings = ["listen_addresses=127.0.0.1", f"unix_socket_directories={self.directory}", "fsync=off"]
        server = _binary("postgres", "/usr/lib/postgresql/*/bin")
        return [server, "-D", self._data, "-p", str(self.port), *(part for one in settings for part in ("-c", one))]

    def _ask(self) -> None:
        self.execute("SELECT 1")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is its fast shutdown; SIGTERM would wait for clients to leave."""
        super().stop(how)

    def execute(self, *statements: str) -> None:
        """Run statements as the superuser."""
        where = f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres connect_timeout=5"
        with psycopg.connect(where, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


class MariaDB(Server):
    """`mariadbd` with `root` without a password."""

    user = "mysql"

    def _make(self) -> None:
        self._run(_binary("mariadb-install-db"), "--no-defaults", f"--datadir={self.directory / 'data'}",
                  "--auth-root-authentication-method=normal", "--skip-test-db")  # fmt: skip

    def _command(self) -> list[str]:
        return [
            _binary("mariadbd", "/usr/sbin"), "--no-defaults", f"--datadir={self.directory / 'data'}",
            f"--port={self.port}", "--bind-address=127.0.0.1", f"--socket={self.directory / 'socket'}",
            f"--pid-file={self.directory / 'pid'}", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0",
            "--innodb-buffer-pool-size=32M",
        ]  # fmt: skip

    def _ask(self) -> None:
        self.execute("SELECT 1")

    def execute(self, *statements: str) -> None:
        """Run statements as root."""
        with (
            pymysql.connect(
                host="127.0.0.1", port=self.port, user="root", connect_timeout=5, read_timeout=30, autocommit=True
            ) as connection,
            connection.cursor() as cursor,
        ):
            for statement in statements:
                cursor.execute(statement)


def _binary(name: str, *places: str) -> str:
    found = shutil.which(name)
    if found is not None:
        return found
    for place in places:
        for directory in sorted(Path("/").glob(place.lstrip("/")), reverse=True):
            if (directory / name).exists():
                return str(directory / name)
    raise RuntimeError(f"{name} is not installed (looked on PATH and in {', '.join(places) or 'no other place'})")


def _family(pid: int) -> list[int]:
    """The process and all below it, parents first, each level by age."""
    children: dict[int, list[int]] = {}
    for entry in sorted(int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()):
        try:
            stat = Path(f"/proc/{entry}/stat").read_text()
        except OSError:
            continue  # it ended while we looked
        children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(entry)
    found = [pid]
    for parent in found:
        found.extend(children.get(parent, []))
    return found


def _send(pid: int, how: signal.Signals) -> None:
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return  # it ended by itself
