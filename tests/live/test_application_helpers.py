"""Squid's helpers, Postfix's tables and Cyrus SASL's daemon, each with its recipe of `config/applications`."""

from __future__ import annotations

import contextlib
import os
import shlex
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from live.certificates import Authority
from live.daemons import daemon, run
from live.estate import APPLICATION, IN, LATE, MOVED, OUT, STAYED, Estate, scene
from live.gateway_process import Gateway
from live.legacy import password_of
from live.recipes import AUTHORITY, HOST, ours, theirs

pytestmark = pytest.mark.live

EVERYBODY = (*MOVED, *STAYED)
_MAIN = """\
compatibility_level = 3.6
myhostname = mail.corp.example
mynetworks = 127.0.0.0/8
queue_directory = {place}
"""


@pytest.fixture(scope="module")
def gateway(estate: Estate, gateways: Callable[..., Gateway], authority: Authority, place: Path) -> Iterator[Gateway]:
    (place / "password").write_text(APPLICATION.password)
    (one,), *others = (ours(name)["applications"] for name in ("squid", "postfix", "saslauthd"))
    shown = {name for (other,) in others for name in other["attributes"]}  # they share a service account here
    both = {**one, "attributes": sorted({*one["attributes"], *shown})}
    yield from scene(estate, gateways, authority, applications=[both])


def helper(gateway: Gateway, place: Path, directive: str, *questions: str) -> list[str]:
    """What one of Squid's helpers answers, started as the recipe says."""
    changes = {HOST: f"127.0.0.1:{gateway.ports['ldap']}", "/etc/squid/ldap-password": str(place / "password")}
    lines = theirs("squid", "squid.conf", changes).splitlines()
    command = shlex.split(next(line for line in lines if line.startswith(directive)))
    program = next(number for number, word in enumerate(command) if word.startswith("/usr/lib/squid/"))
    feed = "".join(f"{question}\n" for question in questions)
    done = run(*command[program:], feed=feed, LDAPTLS_CACERT=str(place / "ca.pem"))
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    return [line.partition(" ")[0] for line in done.stdout.splitlines()]


def test_squid_takes_right_passwords_and_no_wrong_ones(gateway: Gateway, place: Path) -> None:
    """One connection that searches, binds as a user, and searches again without having become anybody else."""
    asked = [f"{name} {word}" for name in EVERYBODY for word in ("wrong", password_of(name), "wrong")]
    told = helper(gateway, place, "auth_param basic program", *asked)
    assert told == ["ERR", "OK", "ERR"] * len(EVERYBODY)
    strangers = helper(gateway, place, "auth_param basic program", "nobody x", "* x", LATE)
    assert "OK" not in strangers
    assert len(strangers) == 3


def test_squid_finds_the_members_of_a_group(gateway: Gateway, place: Path) -> None:
    """R18."""
    told = helper(gateway, place, "external_acl_type", *(f"{name} admins" for name in (*IN, *OUT, "nobody")))
    assert told == ["OK", "OK", "ERR", "ERR", "ERR"]


def postmap(gateway: Gateway, place: Path, table: str, key: str) -> str:
    """What Postfix finds; "?" where it was not told, so that it tries again later and bounces nothing."""
    changes = {HOST: f"127.0.0.1:{gateway.ports['ldap']}", AUTHORITY: str(place / "ca.pem")}
    (place / table).write_text(theirs("postfix", table, changes))
    (place / "main.cf").write_text(_MAIN.format(place=place))
    for name in (table, "main.cf"):
        os.utime(place / name, (0, 0))  # Postfix waits until a file has not been written to for two seconds
    done = run("/usr/sbin/postmap", "-c", place, "-q", key, f"ldap:{place / table}")
    assert done.returncode in {0, 1}, done.stderr
    return "?" if "Server is unavailable" in done.stderr else done.stdout.strip()


def test_postfix_finds_addresses_and_the_members_of_a_list(gateway: Gateway, place: Path) -> None:
    """R18: a list's members are DNs; each is read for its address, whether that person has moved or not."""
    for name in EVERYBODY:
        assert postmap(gateway, place, "ldap-aliases.cf", f"{name.upper()}@corp.example") == name
    assert postmap(gateway, place, "ldap-aliases.cf", "nobody@corp.example") == ""
    found = postmap(gateway, place, "ldap-lists.cf", "admins@lists.corp.example")
    assert sorted(found.split(",")) == [f"{name}@corp.example" for name in IN]


@contextlib.contextmanager
def saslauthd(gateway: Gateway, place: Path) -> Iterator[Path]:
    """One that runs; its directory."""
    changes = {HOST: f"127.0.0.1:{gateway.ports['ldap']}", AUTHORITY: str(place / "ca.pem")}
    (place / "saslauthd.conf").write_text(theirs("saslauthd", "saslauthd.conf", changes))
    socket_directory = place / "sasl"
    socket_directory.mkdir()
    command = ["/usr/sbin/saslauthd", "-d", "-n", "1", "-a", "ldap", "-O", place / "saslauthd.conf"]
    mux = socket_directory / "mux"
    with daemon([*command, "-m", socket_directory], place / "saslauthd.log", lambda: _answers(mux)):
        yield mux


def _answers(mux: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(mux)) == 0


def test_cyrus_sasl_lets_members_of_a_group_in(gateway: Gateway, place: Path) -> None:
    """R18: it compares the group's `member` with the DN that it found."""
    with saslauthd(gateway, place) as mux:
        told = {}
        for name in EVERYBODY:
            for word in (password_of(name), "wrong"):
                done = run("/usr/sbin/testsaslauthd", "-u", name, "-p", word, "-f", mux)
                told[name, word == "wrong"] = done.returncode
    assert told == {(name, wrong): 0 if name in IN and not wrong else 255 for name in EVERYBODY for wrong in (0, 1)}


def test_without_the_old_server_who_has_moved_is_there_and_nobody_else_is_gone(
    gateway: Gateway, place: Path, estate: Estate
) -> None:
    """R6, R9. Last: it takes the old server away. Postfix must not bounce what it cannot look up."""
    estate.stop()
    asked = [f"{name} {word}" for name in EVERYBODY for word in ("wrong", password_of(name))]
    assert helper(gateway, place, "auth_param basic program", *asked) == ["ERR", "OK"] * len(EVERYBODY)
    assert postmap(gateway, place, "ldap-aliases.cf", f"{LATE}@corp.example") == "?"
