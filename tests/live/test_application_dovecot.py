"""Dovecot: real IMAP logins, with its recipe. One connection serves look-ups and binds."""

from __future__ import annotations

import imaplib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from live.certificates import Authority
from live.daemons import daemon, free_port, listening, run
from live.estate import CROWD, LATE, LOCKED, MOVED, STAYED, Estate, outcomes, retire, scene, uid_number
from live.gateway_process import PATIENCE, Gateway, until
from live.legacy import password_of
from live.recipes import AUTHORITY, HOST, ours, theirs

pytestmark = pytest.mark.live

LOGGED_IN, REFUSED, TEMPORARY = "OK", "AUTHENTICATIONFAILED", "UNAVAILABLE"

_CONFIGURATION = """\
base_dir = {place}/run
state_dir = {place}/run
log_path = {place}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
auth_failure_delay = 0
auth_verbose = yes
auth_debug = yes
first_valid_uid = 1000
mail_location = maildir:{place}/mail/%n
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
# Else whoever failed waits, and so does everybody else of that address: here all of them.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
!include {place}/auth-ldap.conf.ext
"""


@dataclass(frozen=True)
class Dovecot:
    """One that runs, and the gateway that it asks."""

    gateway: Gateway
    port: int
    place: Path

    def login(self, name: str, password: str | None = None) -> str:
        """`OK`, or the response code of the refusal (RFC 5530)."""
        client = imaplib.IMAP4("127.0.0.1", self.port, PATIENCE)
        try:
            client.login(name, password_of(name) if password is None else password)
            assert client.select("INBOX")[0] == "OK"
            return LOGGED_IN
        except imaplib.IMAP4.error as error:
            return str(error).partition("[")[2].partition("]")[0]
        finally:
            client.shutdown()

    def doveadm(self, *command: str) -> str:
        """What its administrator's command prints."""
        done = run("doveadm", "-c", self.place / "dovecot.conf", *command)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def dovecot(estate: Estate, gateways: Callable[..., Gateway], authority: Authority, place: Path) -> Iterator[Dovecot]:
    port = free_port()
    for gateway in scene(estate, gateways, authority, **ours("dovecot")):
        changes = {HOST: f"127.0.0.1:{gateway.ports['ldap']}", AUTHORITY: str(place / "ca.pem")}
        ldap = place / "dovecot-ldap.conf.ext"
        ldap.write_text(theirs("dovecot", ldap.name, changes))
        include = theirs("dovecot", "auth-ldap.conf.ext", {"/etc/dovecot/dovecot-ldap.conf.ext": str(ldap)})
        (place / "auth-ldap.conf.ext").write_text(include)
        (place / "mail").mkdir()
        (place / "mail").chmod(0o1777)
        configuration = place / "dovecot.conf"
        configuration.write_text(_CONFIGURATION.format(place=place, port=port))
        with daemon(["dovecot", "-F", "-c", configuration], place / "output.log", lambda: listening(port)):
            yield Dovecot(gateway, port, place)


@pytest.mark.parametrize("name", [*MOVED, *STAYED])
def test_a_login_reads_mail_and_a_wrong_password_does_not(dovecot: Dovecot, name: str) -> None:
    assert dovecot.login(name, "wrong") == REFUSED
    assert dovecot.login(name) == LOGGED_IN
    assert dovecot.login(f"{name}", "wrong") == REFUSED


def test_a_locked_account_and_a_stranger_are_refused(dovecot: Dovecot) -> None:
    """R7."""
    assert dovecot.login(LOCKED) == REFUSED
    assert dovecot.login("nobody", "x") == REFUSED


def test_many_logins_at_once_share_one_connection_and_nobody_gets_another_s(dovecot: Dovecot) -> None:
    """Searches are in flight together, a bind waits for them, and the service account is bound again after it."""
    names = CROWD[:24]
    asked = [(name, word) for name in names for word in (password_of(name), "wrong")]
    with ThreadPoolExecutor(12) as threads:
        told = list(threads.map(lambda each: dovecot.login(*each), asked))
    assert told == [LOGGED_IN, REFUSED] * len(names)
    dovecot.gateway.settle(names)


@pytest.mark.parametrize("name", [*MOVED, *STAYED])
def test_the_user_database_has_the_posix_account(dovecot: Dovecot, name: str) -> None:
    """R3."""
    number = uid_number(name)
    told = dict(
        line.split(maxsplit=1) for line in dovecot.doveadm("user", name).splitlines()[1:] if " " in line or "\t" in line
    )
    assert (told["uid"], told["gid"], told["home"]) == (str(number), "30000", f"/home/{name}")


def test_everybody_is_listed_once(dovecot: Dovecot) -> None:
    """R17: `doveadm user '*'` walks over people who have moved and people who have not."""
    listed = dovecot.doveadm("user", "*").split()
    assert sorted(set(listed)) == sorted(listed)
    assert {*MOVED, *STAYED, LATE, *CROWD} <= set(listed)


def test_an_outage_is_temporary_and_no_wrong_password(dovecot: Dovecot, estate: Estate) -> None:
    """R6, R9. It takes the old server away. Mail clients ask for a new password at any other refusal."""
    estate.stop()
    for name in (*MOVED, *STAYED):
        assert dovecot.login(name) == LOGGED_IN
    assert dovecot.login("anna", "wrong") == REFUSED
    assert dovecot.login(LATE) == TEMPORARY
    estate.restore()
    until(lambda: dovecot.login(LATE) == LOGGED_IN, "the old server is used again")
    assert "wrong-password" not in outcomes(dovecot.gateway, LATE)


def test_when_the_old_server_is_gone_for_good_who_has_moved_has_mail(dovecot: Dovecot, estate: Estate) -> None:
    """R3, R9. Last: Dovecot's own connections to the gateway are gone with it, and are made again."""
    retire(estate, dovecot.gateway)
    for name in (*MOVED, *STAYED, LATE):
        assert dovecot.login(name, "wrong") == REFUSED
        until(lambda name=name: dovecot.login(name) == LOGGED_IN, f"{name} reads mail")
        assert f"/home/{name}" in dovecot.doveadm("user", name)
    listed = dovecot.doveadm("user", "*").split()
    assert sorted(listed) == sorted({*MOVED, *STAYED, LATE, *CROWD[:24]})
