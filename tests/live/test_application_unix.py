"""Unix machines by nslcd and by SSSD, with their recipes: people and groups by `getent` and `id`, logins and changes of
passwords by PAM. nslcd sees groups of names (RFC 2307), SSSD groups of DNs (RFC 2307bis)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import pytest
import yaml
from live import unixlogin
from live.certificates import Authority
from live.clients import PythonLdap, Way, python_ldap
from live.estate import (
    APPLICATION,
    CROWD,
    EVERYBODY,
    GROUPS,
    IN,
    LATE,
    LOCKED,
    MOVED,
    OUT,
    STAYED,
    Estate,
    dn_of,
    outcomes,
    scene,
    uid_number,
    who,
)
from live.gateway_process import Gateway, until
from live.legacy import password_of
from live.recipes import ours
from live.unixlogin import Machine

pytestmark = pytest.mark.live

LOGGED_IN, WRONG, CHANGED = "account management done", "Authentication failure", "token altered successfully"
NEW = "new-canary-83c1"
MUST_CHANGE = "new one required"
ASKS = {"nslcd": 2, "sssd": 1}
"""How often each asks for one change: nslcd without the old password and, where that is refused, with it."""
CANNOT_TELL = {"nslcd": "cannot retrieve authentication info", "sssd": "Permission denied"}
"""What PAM says of a password that nobody can prove now; SSSD, where it has not kept it. No wrong password."""
START = {"nslcd": unixlogin.nslcd, "sssd": unixlogin.sssd}
IN_OUTAGE = {"nslcd": unixlogin.nslcd, "sssd": partial(unixlogin.sssd, lists=False)}
"""Lists cannot be told then, and take SSSD offline."""
_GROUP_OF_DNS = f"dn: cn=managers,{GROUPS}\nchangetype: "


@dataclass(frozen=True)
class Unix:
    """A machine that runs, the gateway that it asks, and the group of `IN` that it can see."""

    application: str
    gateway: Gateway
    machine: Machine
    group: tuple[int, str]


@pytest.fixture(scope="module", params=["nslcd", "sssd"])
def unix(
    request: pytest.FixtureRequest,
    estate: Estate,
    gateways: Callable[..., Gateway],
    authority: Authority,
    place: Path,
) -> Iterator[Unix]:
    name = request.param
    members = "".join(f"member: {dn_of(each)}\n" for each in IN)
    kind = "objectClass: groupOfNames\nobjectClass: extensibleObject\ngidNumber: 30002\n"
    estate.server.modify(f"{_GROUP_OF_DNS}add\ncn: managers\n{kind}{members}")
    group = {"nslcd": (30001, "operators"), "sssd": (30002, "managers")}[name]
    access = {"administrators": [APPLICATION.dn]}
    for gateway in scene(estate, gateways, authority, access=access, **ours(name)):
        with START[name](gateway, place) as machine:
            yield Unix(name, gateway, machine, group)
    estate.server.modify(f"{_GROUP_OF_DNS}delete\n")


def account(name: str) -> str:
    """A person's line of `getent passwd`."""
    return f"{name}:*:{uid_number(name)}:30000:{name.title()} Mueller:/home/{name}:/bin/sh"


@pytest.mark.parametrize("name", [*MOVED, *STAYED])
def test_somebody_is_found_by_name_and_by_number(unix: Unix, name: str) -> None:
    """R3, R17."""
    for key in (name, str(uid_number(name))):
        assert unix.machine.lines("getent", "passwd", key) == [account(name)]
    assert unix.machine.run("getent", "passwd", "nobody-at-all").returncode != 0


@pytest.mark.parametrize("name", [*MOVED, *STAYED])
def test_id_tells_the_groups(unix: Unix, name: str) -> None:
    """R18."""
    number, group = unix.group
    assert unix.machine.groups(name) == {30000: "users", **({number: group} if name in IN else {})}


def test_groups_are_listed_with_their_members(unix: Unix) -> None:
    """R18."""
    number, group = unix.group
    for key in (group, str(number)):
        (line,) = unix.machine.lines("getent", "group", key)
        assert line.rpartition(":")[0] == f"{group}:*:{number}"
        assert sorted(line.rpartition(":")[2].split(",")) == sorted(IN)
    listed = [line.split(":")[0] for line in unix.machine.lines("getent", "group")]
    assert {"users", group} <= set(listed)
    assert listed.count(group) == 1


def test_everybody_is_listed_once(unix: Unix) -> None:
    """R17: page after page, people who have moved and people who have not."""
    until(lambda: account(LATE) in unix.machine.lines("getent", "passwd"), "everybody has been read")
    listed = Counter(unix.machine.lines("getent", "passwd"))
    assert {account(name): listed[account(name)] for name in EVERYBODY} == {account(name): 1 for name in EVERYBODY}


@pytest.mark.parametrize("name", [*MOVED, *STAYED])
def test_a_login_with_the_right_password_is_let_in_and_moves(unix: Unix, name: str) -> None:
    assert WRONG in unix.machine.login(name, "wrong")
    assert LOGGED_IN in unix.machine.login(name)
    assert WRONG in unix.machine.login(name, "wrong")
    unix.gateway.settle([name])


def test_a_locked_account_and_a_stranger_are_refused(unix: Unix) -> None:
    """R7."""
    assert WRONG in unix.machine.login(LOCKED)
    assert outcomes(unix.gateway, LOCKED) == ["locked"]
    assert LOGGED_IN not in unix.machine.login("nobody-at-all", "x")


@pytest.mark.parametrize(("name", "moved"), [(CROWD[0], False), (CROWD[1], True)], ids=["stayed", "moved"])
def test_people_change_their_password(unix: Unix, name: str, moved: bool) -> None:
    """R19: the proof of the old password moves whoever has not. nslcd asks without and with it, SSSD with it."""
    if moved:
        assert LOGGED_IN in unix.machine.login(name)
        unix.gateway.settle([name])
    old = password_of(name)
    assert CHANGED not in unix.machine.passwd(name, "wrong", NEW)
    refused = unix.machine.passwd(name, old, "short")
    assert CHANGED not in refused
    assert "a password needs at least 8 characters" in refused
    asked = [record["outcome"] for record in unix.gateway.audit("password") if record.get("name") == name]
    assert asked == ["refused"] * ASKS[unix.application]
    assert CHANGED in unix.machine.passwd(name, old, NEW)
    assert WRONG in unix.machine.login(name, old)
    assert LOGGED_IN in unix.machine.login(name, NEW)
    way = Way(unix.gateway.uri)
    assert [PythonLdap().bind(way, who(name, word)).code for word in (old, NEW)] == [49, 0]


def test_who_must_change_the_password_is_told_so_and_can(unix: Unix) -> None:
    """R7: by the password policy control."""
    name = CROWD[2]
    assert LOGGED_IN in unix.machine.login(name)
    unix.gateway.settle([name])
    administrator = python_ldap(Way(unix.gateway.uri), APPLICATION)
    administrator.modify_s(dn_of(name), [(ldap.MOD_REPLACE, "pwdReset", [b"TRUE"])])
    administrator.unbind_s()
    told = unix.machine.login(name)
    assert MUST_CHANGE in told
    assert LOGGED_IN not in told
    assert CHANGED in unix.machine.passwd(name, password_of(name), NEW)
    assert LOGGED_IN in unix.machine.login(name, NEW)
    assert WRONG in unix.machine.login(name)


def test_an_outage_of_the_old_server_is_no_wrong_password(unix: Unix, estate: Estate) -> None:
    """R6, R9. SSSD takes its server for gone then, and lives on what it has kept; afterwards both go on."""
    assert unix.machine.lines("getent", "passwd", LATE) == [account(LATE)]
    estate.stop()
    for name in (*MOVED, *STAYED):
        assert LOGGED_IN in unix.machine.login(name)
        assert WRONG in unix.machine.login(name, "wrong")
        assert unix.machine.lines("getent", "passwd", name) == [account(name)]
        assert 30000 in unix.machine.groups(name)
    for word in (password_of(LATE), "wrong"):
        assert CANNOT_TELL[unix.application] in unix.machine.login(LATE, word)
    assert CHANGED not in unix.machine.passwd(LATE, password_of(LATE), NEW)
    assert unix.machine.lines("getent", "passwd", LATE) == ([account(LATE)] if unix.application == "sssd" else [])
    assert set(outcomes(unix.gateway, LATE)) <= {"unavailable"}
    estate.restore()
    if unix.application == "sssd":
        unix.machine.go_online()
    until(lambda: LOGGED_IN in unix.machine.login(CROWD[3]), "the old server is used again")
    unix.gateway.settle([CROWD[3]])


def test_in_an_outage_a_new_machine_lets_in_who_has_moved(unix: Unix, estate: Estate, place: Path) -> None:
    """R6, R9, R18: it has kept nothing, and is told all groups; of who has not moved, that nobody can tell."""
    number, group = unix.group
    estate.stop()
    with IN_OUTAGE[unix.application](unix.gateway, place) as machine:
        for name in (*MOVED, *STAYED):
            assert LOGGED_IN in machine.login(name)
            assert machine.lines("getent", "passwd", name) == [account(name)]
            assert machine.groups(name) == {30000: "users", **({number: group} if name in IN else {})}
        assert WRONG in machine.login(OUT[0], "wrong")
        assert LOGGED_IN not in machine.login(LATE)
    assert PythonLdap().bind(Way(unix.gateway.uri), who(LATE)).code == 52
    assert set(outcomes(unix.gateway, LATE)) <= {"unavailable"}
    estate.restore()


def test_without_the_old_server_who_has_moved_has_everything(unix: Unix, estate: Estate, place: Path) -> None:
    """R9, R18. Last: the source is taken out of the configuration; a new machine, which has kept nothing, asks."""
    estate.stop()
    retire(unix.gateway)
    number, group = unix.group
    with START[unix.application](unix.gateway, place) as machine:
        for name in (*MOVED, *STAYED):
            assert machine.lines("getent", "passwd", name) == [account(name)]
            assert machine.groups(name) == {30000: "users", **({number: group} if name in IN else {})}
            assert WRONG in machine.login(name, "wrong")
            assert LOGGED_IN in machine.login(name)
        until(lambda: account(OUT[1]) in machine.lines("getent", "passwd"), "everybody has been read")
        listed = machine.lines("getent", "passwd")
        assert [name for name in EVERYBODY if account(name) in listed] == [*MOVED, *STAYED, *CROWD[:4]]
        assert machine.run("getent", "passwd", LATE).returncode != 0
        assert CHANGED in machine.passwd(OUT[0], password_of(OUT[0]), NEW)
        assert WRONG in machine.login(OUT[0])
        assert LOGGED_IN in machine.login(OUT[0], NEW)


def retire(gateway: Gateway) -> None:
    """The same gateway, on the same port, without a source."""
    settings = yaml.safe_load(gateway.configuration.read_text())
    settings["sources"] = []
    settings["listen"]["ldap"]["port"] = gateway.ports["ldap"]
    gateway.configuration.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True))
    assert gateway.stop() == 0
    gateway.start()
