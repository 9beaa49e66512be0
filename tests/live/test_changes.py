"""Passwords changed through the gateway by real clients: afterwards only the new one is right (R19)."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import pytest
from live.certificates import Authority
from live.clients import CLIENTS, Login, Way, ldap3_connection, python_ldap
from live.gateway_process import Gateway, until
from live.legacy import OldStore, dn_below, login
from live.native_file import half_done

pytestmark = pytest.mark.live

NEW, NEWER = "new-canary-5d2f", "newer-canary-91ab"
ADMINISTRATOR = "app"
Change = Callable[[Gateway, Way, Login, str], str]
"""Changes a password by one client; gives the password that is meant to be right now."""


def run(gateway: Gateway, program: str, *arguments: str, who: Login | None = None, text: str = "") -> Any:
    """A command of ldap-utils to its end."""
    bind = ["-D", who.dn, "-w", who.password] if who is not None else []
    environment = {"PATH": os.environ["PATH"], "LDAPCONF": "/dev/null", "HOME": "/nonexistent"}
    command = [program, "-x", "-H", gateway.uri, *bind, *arguments]
    return subprocess.run(command, env=environment, input=text, capture_output=True, text=True, timeout=60)


def done(result: Any) -> Any:
    assert result.returncode == 0, result.stderr
    return result


def own(gateway: Gateway, _way: Way, who: Login, new: str) -> str:
    done(run(gateway, "ldappasswd", "-s", new, who=who))
    return new


def with_the_old_one(gateway: Gateway, _way: Way, who: Login, new: str) -> str:
    done(run(gateway, "ldappasswd", "-a", who.password, "-s", new, who.dn, who=who))
    return new


def from_files(gateway: Gateway, _way: Way, who: Login, new: str) -> str:
    old_file, new_file = gateway.place / "old", gateway.place / "new"
    old_file.write_text(who.password)
    new_file.write_text(new)
    done(run(gateway, "ldappasswd", "-t", str(old_file), "-T", str(new_file), "-e", "ppolicy", who=who))
    return new


def without_a_bind(gateway: Gateway, _way: Way, who: Login, new: str) -> str:
    done(run(gateway, "ldappasswd", "-a", who.password, "-s", new, who.dn))
    return new


def made_up(gateway: Gateway, _way: Way, who: Login, _new: str) -> str:
    found = re.search(r"New password: (\S+)", done(run(gateway, "ldappasswd", who=who)).stdout)
    assert found is not None
    return found[1]


def delete_and_add(gateway: Gateway, _way: Way, who: Login, new: str) -> str:
    changes = f"delete: userPassword\nuserPassword: {who.password}\n-\nadd: userPassword\nuserPassword: {new}\n"
    done(run(gateway, "ldapmodify", who=who, text=f"dn: {who.dn}\nchangetype: modify\n{changes}"))
    return new


def replace(gateway: Gateway, _way: Way, who: Login, new: str) -> str:
    changes = f"replace: userPassword\nuserPassword: {new}\n"
    done(run(gateway, "ldapmodify", who=who, text=f"dn: {who.dn}\nchangetype: modify\n{changes}"))
    return new


def by_python_ldap(gateway: Gateway, _way: Way, who: Login, new: str) -> str:
    connection = python_ldap(Way(gateway.uri), who)
    connection.passwd_s(who.dn, who.password, new)
    connection.unbind_s()
    return new


def made_up_by_python_ldap(gateway: Gateway, _way: Way, who: Login, _new: str) -> str:
    connection = python_ldap(Way(gateway.uri), who)
    _, answer = connection.passwd_s(None, None, None, extract_newpw=True)
    connection.unbind_s()
    return str(answer.genPasswd.decode())


def by_ldap3(gateway: Gateway, _way: Way, who: Login, new: str) -> str:
    with ldap3_connection(Way(gateway.uri), who) as connection:
        assert connection.bind(), connection.result
        assert connection.extend.standard.modify_password(who.dn, who.password, new), connection.result
    return new


def as_active_directory(_gateway: Gateway, way: Way, who: Login, new: str) -> str:
    with ldap3_connection(way, who) as connection:
        assert connection.bind(), connection.result
        assert connection.extend.microsoft.modify_password(who.dn, new, who.password), connection.result
    return new


WAYS: dict[Change, tuple[str, str]] = {
    own: ("slapd", "anna"),
    with_the_old_one: ("sqlite", "anna"),
    from_files: ("slapd", "Jürgen"),
    without_a_bind: ("sqlite", "Jürgen"),
    made_up: ("slapd", "Smith, John"),
    delete_and_add: ("sqlite", "late"),
    replace: ("slapd", "late"),
    by_python_ldap: ("sqlite", "hang"),
    made_up_by_python_ldap: ("slapd", "hang"),
    by_ldap3: ("sqlite", "storm"),
    as_active_directory: ("slapd", "storm"),
}
Place = Callable[[str], tuple[OldStore, Gateway, Way]]


@pytest.fixture(scope="module")
def place(
    request: pytest.FixtureRequest, gateways: Callable[..., Gateway], authority: Authority
) -> Callable[[str], tuple[OldStore, Gateway, Way]]:
    """An old store, the gateway before it, and the way to it in TLS."""
    places: dict[str, tuple[OldStore, Gateway, Way]] = {}
    files = authority.issue()
    pair = {"address": "127.0.0.1", "port": 0, "certificate": str(files.certificate), "key": str(files.key)}
    listen = {"ldap": {"address": "127.0.0.1", "port": 0, "starttls": "off"}, "ldaps": pair}

    def at(name: str) -> tuple[OldStore, Gateway, Way]:
        if name not in places:
            store: OldStore = request.getfixturevalue(f"old_{name}")
            access = {"administrators": [login(store, ADMINISTRATOR).dn]}
            gateway = gateways(store.source(), listen=listen, access=access).start()
            way = Way(f"ldaps://127.0.0.1:{gateway.ports['ldaps']}", ca=authority.certificate)
            places[name] = (store, gateway, way)
        return places[name]

    return at


def holds(gateway: Gateway, who: Login) -> None:
    """This password is right, whichever client asks."""
    assert [client.bind(Way(gateway.uri), who).code for client in CLIENTS] == [0, 0, 0]


def is_wrong(gateway: Gateway, who: Login) -> None:
    assert [client.bind(Way(gateway.uri), who).code for client in CLIENTS] == [49, 49, 49]


@pytest.mark.parametrize("change", WAYS, ids=lambda change: change.__name__)
def test_every_way_changes_the_password_before_and_after_the_move(change: Change, place: Place) -> None:
    """R19: the first change finds somebody who has not moved, the second one who has."""
    name, person = WAYS[change]
    store, gateway, way = place(name)
    first = login(store, person)
    second = Login(first.dn, change(gateway, way, first, NEW))
    is_wrong(gateway, first)
    holds(gateway, second)
    third = Login(first.dn, change(gateway, way, second, NEWER))
    is_wrong(gateway, second)
    holds(gateway, third)


def test_it_stays_changed_without_the_old_store_and_after_a_restart(place: Place) -> None:
    """R9, R19: nobody asks the old store, which has the old password still."""
    store, gateway, way = place("sqlite")
    old = login(store, "slow")
    new = Login(old.dn, own(gateway, way, old, NEW))
    store.stop()
    try:
        is_wrong(gateway, old)
        holds(gateway, new)
        assert gateway.stop() == 0
        gateway.start()
        is_wrong(gateway, old)
        holds(gateway, new)
    finally:
        store.restore()


def test_who_must_change_the_password_does_it_without_a_bind(place: Place) -> None:
    store, gateway, way = place("slapd")
    mia = login(store, "mia")
    is_wrong(gateway, mia)
    without_a_bind(gateway, way, mia, NEW)
    holds(gateway, Login(mia.dn, NEW))
    is_wrong(gateway, mia)


def test_an_administrator_sets_a_password_and_is_told_of_who_has_not_moved(place: Place) -> None:
    store, gateway, _ = place("sqlite")
    admin, who = login(store, ADMINISTRATOR), login(store, "Smith, John")
    refused = run(gateway, "ldappasswd", "-s", NEW, who.dn, who=admin)
    assert "unwilling to perform (53)" in refused.stdout
    assert "kept by source" in refused.stdout
    holds(gateway, who)
    done(run(gateway, "ldappasswd", "-s", NEW, who.dn, who=admin))
    is_wrong(gateway, who)
    holds(gateway, Login(who.dn, NEW))


def test_an_administrator_stores_a_hash_and_it_is_made_strong_at_the_first_right_password(place: Place) -> None:
    """R14."""
    store, gateway, way = place("slapd")
    admin, who = login(store, ADMINISTRATOR), login(store, "app")
    assert own(gateway, way, who, who.password) == who.password  # the same again is no fault
    hashed = b"{SHA}" + base64.b64encode(hashlib.sha1(NEW.encode()).digest())
    connection = python_ldap(Way(gateway.uri), admin)
    with pytest.raises(ldap.CONSTRAINT_VIOLATION):
        connection.modify_s(who.dn, [(ldap.MOD_REPLACE, "userPassword", b"{SHA}garbage")])
    holds(gateway, who)
    connection.modify_s(who.dn, [(ldap.MOD_REPLACE, "userPassword", hashed)])
    connection.unbind_s()
    is_wrong(gateway, who)
    holds(gateway, Login(who.dn, NEW))
    until(lambda: half_done(gateway.database) == [], "no weak hash rests in the directory")
    connection = python_ldap(Way(gateway.uri), Login(admin.dn, NEW))
    connection.modify_s(who.dn, [(ldap.MOD_REPLACE, "userPassword", who.password.encode())])
    connection.unbind_s()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("-a", "wrong", "-s", NEW), 53),
        (("-s", "short"), 19),
        (("-s", NEW, "OTHER"), 50),
    ],
)
def test_refusals_have_slapds_codes_and_change_nothing(place: Place, arguments: tuple[str, ...], code: int) -> None:
    store, gateway, _ = place("slapd")
    who = login(store, "slow")
    other = dn_below(store.people, "app")
    result = run(gateway, "ldappasswd", *(other if one == "OTHER" else one for one in arguments), who=who)
    assert f"({code})" in result.stdout, result
    holds(gateway, who)


def test_no_password_is_in_the_log_or_the_audit(place: Place, tmp_path: Path) -> None:
    """R15."""
    for name in ("slapd", "sqlite"):
        _, gateway, _ = place(name)
        written = gateway.text("stderr") + gateway.text("stdout") + gateway.audit_file.read_text()
        assert '"event": "password"' in written
        assert not re.search(r"canary-(5d2f|91ab)", written)
