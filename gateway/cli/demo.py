"""`bindferry demo`: two old stores, the gateway before them, and commands to paste; nothing of it stays behind."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from gateway.errors import BindferryError, ConfigError
from gateway.identity.audit import AuditRecord
from gateway.testing import oldstores

_CONFIG = """\
# What `bindferry demo` wrote for itself; every option is explained in config/bindferry.yaml.
directory:
  url: sqlite:///{place}/directory.db
  base: dc=example,dc=com
listen:
  ldap: {{address: 127.0.0.1, port: {ldap}, starttls: "off"}}
  health: {{address: 127.0.0.1, port: {health}}}
applications:
  - {{name: demo, bases: all}}
audit: {{file: {place}/audit.jsonl}}
log: {{level: warn, format: text}}
sources:
  - name: staff
    type: ldap
    url: ldap://127.0.0.1:{old}
    base: {staff}
    bind_dn: {service}
    bind_password: {{file: {place}/staff.secret}}
  - name: customers
    type: sql
    url: sqlite:///{place}/users.db
    query: SELECT * FROM users WHERE login = :name
    count: SELECT count(*) FROM users
    list: SELECT * FROM users WHERE id > :after ORDER BY id LIMIT :limit
    columns:
      key: id
      name: login
      password: pw
      disabled: {{column: status, values: [blocked]}}
      locked: {{column: failed_logins, values: [99]}}
      must_change: force_change
    attributes:
      cn: {{template: "{{first}} {{last}}"}}
      sn: last
      givenName: first
      mail: email
    dn: uid={{name}},{customers}
"""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the demo's gateway listens on 127.0.0.1."""

    ldap: int
    health: int


@click.command()
@click.option("--ldap-port", envvar="BINDFERRY_DEMO_LDAP_PORT", default=3890, show_default=True, show_envvar=True)
@click.option("--health-port", envvar="BINDFERRY_DEMO_HEALTH_PORT", default=8080, show_default=True, show_envvar=True)
@click.option("--off", type=click.Path(path_type=Path), metavar="DIR", help="Switch off the old stores of a demo.")
def command(ldap_port: int, health_port: int, off: Path | None) -> int:
    """Try it: two old stores, the gateway before them, on this machine.

    Starts an old LDAP directory (ldaptor's server) and an old SQL user table (SQLite), and the gateway before both on
    127.0.0.1. Prints commands to paste. Needs no root, and Ctrl-C leaves nothing behind.

    \b
    Examples:
      bindferry demo
      BINDFERRY_DEMO_LDAP_PORT=1389 bindferry demo
    """
    if off is not None:
        return switch_off(off)
    with _demo_directory() as place, _old_stores(place) as old:
        return _run(place, old, Ports(ldap_port, health_port))


def switch_off(place: Path) -> int:
    """End the old directory's process, and take the old table away."""
    try:
        pid = int((place / "old-directory.pid").read_text())
    except (OSError, ValueError):
        raise ConfigError(f"no demo runs in {place}: paste the command that the demo printed") from None
    try:
        os.kill(pid, signal.SIGTERM)
        (place / "old-directory.pid").write_text("0")
    except (ProcessLookupError, PermissionError):
        click.echo("the old directory is off already")
    with sqlite3.connect(place / "users.db") as table:
        table.execute("ALTER TABLE users RENAME TO users_switched_off")
    table.close()
    click.echo("Both old stores are off. Whoever has logged in before still gets in; try the same commands again.")
    return 0


@contextmanager
def _demo_directory() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="bindferry-demo-"))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _old_stores(place: Path) -> Iterator[int]:
    """Both old stores; the port of the directory. Its process ends with ours, whatever ends us."""
    oldstores.write_table(place / "users.db")
    tree = place / "old.ldif"
    tree.write_text(oldstores.ldif())
    process = subprocess.Popen(  # noqa: S603 (our own module)
        [sys.executable, "-m", "gateway.testing.olddirectory", str(tree)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        port = process.stdout.readline() if process.stdout is not None else b""
        if not port.strip().isdigit():
            reason = (process.communicate(timeout=5)[1].decode(errors="replace").strip().splitlines() or ["?"])[-1]
            raise BindferryError(f"the demo's old directory does not start: {reason}")
        (place / "old-directory.pid").write_text(str(process.pid))
        yield int(port)
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate()


def _run(place: Path, old: int, ports: Ports) -> int:
    secret = place / "staff.secret"
    secret.touch(0o600)
    secret.write_text(oldstores.SERVICE_PASSWORD)
    config = place / "bindferry.yaml"
    config.write_text(
        _CONFIG.format(
            place=place,
            old=old,
            ldap=ports.ldap,
            health=ports.health,
            staff=oldstores.BASE,
            service=oldstores.SERVICE_DN,
            customers=oldstores.CUSTOMERS,
        )
    )
    from gateway.cli.running import run_async
    from gateway.config import load
    from gateway.logs import start_logging

    settings = load(config)
    start_logging(sys.stderr, settings.log.level, settings.log.format)
    try:
        return run_async(lambda reactor: _serve(settings, reactor, place, ports))
    except ConfigError as error:
        raise ConfigError(f"{error.text}; other ports: see bindferry demo --help") from error
    except KeyboardInterrupt:
        click.echo("\nThe demo has ended; nothing of it is left.")
        return 0


async def _serve(settings: Any, reactor: Any, place: Path, ports: Ports) -> int:
    from twisted.internet.defer import Deferred

    from gateway.daemon import Daemon

    daemon = Daemon(settings, reactor, watchers=[_Screen()])
    await daemon.start()
    try:
        click.echo(_welcome(place, ports))
        await Deferred()
    finally:
        await daemon.stop()
    return 0


class _Screen:
    """Shows each decision on one line as it is made."""

    def record(self, record: AuditRecord) -> None:
        """One line."""
        time = datetime.fromtimestamp(record.at).astimezone().strftime("%H:%M:%S")
        good = record.outcome in {"accepted", "written"}
        word = click.style(f"{record.outcome:<14}", fg="green" if good else "yellow")
        login = record.login.encode("ascii", "backslashreplace").decode()[:60]
        took = f"{record.seconds * 1000:.1f} ms" if record.event == "bind" else ""
        click.echo("  ".join(filter(None, (time, f"{record.event:<6} {word}", login, record.via, took, record.detail))))


def _welcome(place: Path, ports: Ports) -> str:
    """What to paste, one command a line, and what to watch."""
    staff, customers = oldstores.staff(), oldstores.customers()
    me = Path(shutil.which(sys.argv[0]) or sys.argv[0]).absolute()  # another terminal is in another folder
    uri = f"ldap://127.0.0.1:{ports.ldap}"

    def whoami(dn: str, password: str) -> str:
        return f"ldapwhoami -x -H {uri} -D {dn} -w {password}"

    anna, customer, late = staff[0], customers[0], staff[1]
    anna_dn = f"uid={anna.uid},{oldstores.STAFF}"
    customer_dn = f"uid={customer.uid},{oldstores.CUSTOMERS}"
    first, second = whoami(anna_dn, anna.password), whoami(customer_dn, customer.password)
    search = f"ldapsearch -LLL -x -H {uri} -D {anna_dn} -w {anna.password} -b {oldstores.BASE} '(uid={anna.uid})'"
    lines = [
        f"Bindferry is ready on {uri}, before an old LDAP directory ({len(staff)} people, {oldstores.BASE})",
        f"and an old SQL user table ({len(customers)} people, {oldstores.CUSTOMERS}).",
        "" if shutil.which("ldapwhoami") else "(The commands need ldap-utils: apt install ldap-utils.)",
        "Paste into another terminal. Somebody of the old directory logs in, somebody of the old table, and a search:",
        "",
        first,
        second,
        search,
        "",
        "Both have moved now, with fresh Argon2id hashes. A wrong password is refused; who has moved, and who is next:",
        "",
        whoami(anna_dn, "not-my-password"),
        f"{me} status -c {place}/bindferry.yaml",
        f"{me} explain {late.uid} -c {place}/bindferry.yaml",
        "",
        "Now switch both old stores off, and try the first three again: they still work. Who has not moved is told",
        "'server unavailable', never 'wrong password':",
        "",
        f"{me} demo --off {place}",
        first,
        second,
        search,
        whoami(f"uid={late.uid},{oldstores.STAFF}", late.password),
        "",
        "Watch: every decision appears below (and in the audit file), figures and health here:",
        "",
        f"tail -f {place}/audit.jsonl",
        f"curl -s http://127.0.0.1:{ports.health}/metrics",
        f"curl -s http://127.0.0.1:{ports.health}/health",
        "",
        "Ctrl-C ends the demo and removes everything.",
        "",
    ]
    return "\n".join(lines)
