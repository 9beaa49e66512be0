"""An old directory as applications know it: people with POSIX accounts, groups of every class, service accounts.

Who is who: `MOVED` have been moved before an application is let loose, `STAYED` have not, and `LATE` is left alone
until the old server is gone. `IN` are members of every group, `OUT` of none.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml
from live.certificates import Authority
from live.clients import Login, PythonLdap, Way
from live.gateway_process import CHEAP, Gateway, until
from live.legacy import PHOTO, dn_below, password_of
from live.slapd import BASE, PEOPLE, SERVICE, SERVICE_PASSWORD, Slapd

GROUPS = f"ou=Groups,{BASE}"
APPLICATIONS = f"ou=Applications,{BASE}"
APPLICATION = Login(f"cn=application,{APPLICATIONS}", "application-password")

MOVED, STAYED = ("anna", "carl"), ("berta", "dora")
IN, OUT = ("anna", "berta"), ("carl", "dora")
LATE, LOCKED = "late", "lola"
CROWD = tuple(f"p{number:03}" for number in range(60))
EVERYBODY = (*MOVED, *STAYED, LATE, LOCKED, "changes", "changed", *CROWD)
FIRST_ID = 20001


def dn_of(name: str) -> str:
    """A person's DN."""
    return dn_below(PEOPLE, name)


def who(name: str, password: str | None = None) -> Login:
    """The bind of a person."""
    return Login(dn_of(name), password_of(name) if password is None else password)


def uid_number(name: str) -> int:
    """A person's number in the POSIX world."""
    return FIRST_ID + EVERYBODY.index(name)


class Estate:
    """One OpenLDAP server. It can be stopped and comes back."""

    def __init__(self, place: Path) -> None:
        self.server = Slapd(place, [_tree(), *map(_person, EVERYBODY)])
        self.running = False
        self.restore()
        self.server.modify(_groups())  # not from the start: only then does the overlay write memberOf

    def source(self, **changes: Any) -> dict[str, Any]:
        """The section of a configuration. The base is the whole tree: service accounts are not among the people."""
        return {
            "name": "estate", "type": "ldap", "url": self.server.url, "base": BASE, "bind_dn": SERVICE,
            "bind_password": SERVICE_PASSWORD, "breaker": {"failures": 1000, "pause": "1s"}, **changes,
        }  # fmt: skip

    def stop(self) -> None:
        """As an administrator switches it off."""
        self.server.stop()
        self.running = False

    def restore(self) -> None:
        """It runs."""
        if not self.running:
            self.server.start()
            self.running = True


def settled(gateway: Gateway, *names: str) -> None:
    """These people and the application have moved."""
    client, way = PythonLdap(), Way(gateway.uri)
    for login in (APPLICATION, *map(who, names)):
        assert client.bind(way, login).code == 0
    gateway.settle(names)
    until(lambda: len(gateway.audit("adopt")) > len(names), "the application has moved")


def retire(estate: Estate, gateway: Gateway) -> None:
    """The old server is switched off for good: the configuration names it no more. Ports stay as they were."""
    estate.stop()
    settings = yaml.safe_load(gateway.configuration.read_text())
    settings["sources"] = []
    for name, port in gateway.ports.items():
        settings["listen"][name]["port"] = port
    gateway.configuration.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True))
    assert gateway.stop() == 0
    gateway.start()


def outcomes(gateway: Gateway, name: str) -> list[str]:
    """What was decided about this person's passwords, in order."""
    logins = {name, dn_of(name).lower()}
    return [str(record["outcome"]) for record in gateway.audit("bind") if str(record["login"]).lower() in logins]


def scene(estate: Estate, gateways: Callable[..., Gateway], authority: Authority, **sections: Any) -> Iterator[Gateway]:
    """A gateway before the estate, with `MOVED` moved, in clear, by StartTLS and by LDAPS; the estate runs again
    afterwards."""
    sections.setdefault("applications", [{"name": "application", "bind_dn": APPLICATION.dn, "bases": "all"}])
    files, here = authority.issue(names=("localhost",)), {"address": "127.0.0.1", "port": 0}
    pair = {"certificate": str(files.certificate), "key": str(files.key)}
    listen = {"ldap": {**here, **pair, "starttls": "offered"}, "ldaps": {**here, **pair}, "health": here}
    passwords = {**CHEAP, "remember": "0s"}
    gateway = gateways(estate.source(), listen=listen, passwords=passwords, **sections).start()
    settled(gateway, *MOVED)
    yield gateway
    estate.restore()
    assert gateway.stop() == 0


def _tree() -> str:
    units = "".join(
        f"dn: {dn}\nobjectClass: organizationalUnit\nou: {dn[3:].partition(',')[0]}\n\n"
        for dn in (GROUPS, APPLICATIONS)
    )
    return units + (
        f"dn: {APPLICATION.dn}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n"
        f"cn: application\nuserPassword: {APPLICATION.password}\n"
    )


def _person(name: str) -> str:
    number = uid_number(name)
    lines = [
        f"dn: {dn_of(name)}", "objectClass: inetOrgPerson", "objectClass: posixAccount",
        f"uid: {name}", f"cn: {name.title()} Müller", f"givenName: {name.title()}", "sn: Müller",
        f"displayName: {name.title()} Müller", f"mail: {name}@corp.example", f"gecos: {name.title()} Mueller",
        f"uidNumber: {number}", "gidNumber: 30000", f"homeDirectory: /home/{name}", "loginShell: /bin/sh",
        f"employeeType: {'staff' if name in IN else 'guest'}", f"userPassword: {password_of(name)}",
        *(["pwdAccountLockedTime: 000001010000Z"] if name == LOCKED else []),
        *([f"jpegPhoto:: {base64.b64encode(PHOTO).decode()}"] if name in MOVED + STAYED else []),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _groups() -> str:
    members = "".join(f"member: {dn_of(name)}\n" for name in IN)
    unique = members.replace("member:", "uniqueMember:")
    uids = "".join(f"memberUid: {name}\n" for name in IN)
    kinds = {
        "admins": f"objectClass: groupOfNames\n{members}",
        "editors": f"objectClass: groupOfUniqueNames\n{unique}",
        "operators": f"objectClass: posixGroup\ngidNumber: 30001\n{uids}",
        "users": "objectClass: posixGroup\ngidNumber: 30000\n",
        "nested": f"objectClass: groupOfNames\nmember: cn=admins,{GROUPS}\n",
    }
    return "\n".join(f"dn: cn={name},{GROUPS}\nchangetype: add\ncn: {name}\n{rest}" for name, rest in kinds.items())
