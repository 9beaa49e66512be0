"""An application before the whole core, in memory: our side of its recipe in `config/applications`, an old directory as
applications know it, and as many of its people moved as a test wants.

anna and berta are in every group, carl and dora in none.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from conversation import Client, search_request, values
from core_rig import RIGHT, Rig
from frontend_rig import over
from paging import Page, page
from waiting import now

from gateway.config.applications import Application
from gateway.config.names import Names
from gateway.frontends.ldap.configured import configured
from gateway.frontends.ldap.services import Services
from gateway.identity.model import AccountState, Origin, derive_id
from gateway.identity.names import NameRules
from gateway.testing.memory_directory import MemoryDirectory
from gateway.testing.memory_source import MemorySource
from gateway.wire.dn import normalise_dn
from gateway.wire.filter import parse_filter
from gateway.wire.messages import SearchResultEntry

RECIPES = Path(__file__).parent.parent / "config/applications"
TOP = "dc=corp,dc=example"
PEOPLE = f"ou=People,{TOP}"
GROUPS = f"ou=Groups,{TOP}"
SERVICE, SERVICE_PASSWORD = f"cn=application,ou=Applications,{TOP}", b"application-password"
EVERYBODY = ("anna", "berta", "carl", "dora")
IN = ("anna", "berta")
STAGES = {"nobody": (), "anna": ("anna",), "everybody": EVERYBODY, "everybody, and the store is gone": EVERYBODY}
"""How far the move is: who has moved."""


def dn(name: str) -> str:
    """A person's DN."""
    return f"uid={name},{PEOPLE}"


def group_dn(name: str) -> str:
    """A group's DN."""
    return f"cn={name},{GROUPS}"


def names(entries: Iterable[SearchResultEntry]) -> list[str]:
    """The first value of each DN, sorted."""
    return sorted(entry.name.partition(",")[0].partition("=")[2] for entry in entries)


def shown(entries: Iterable[SearchResultEntry]) -> dict[str, dict[str, list[bytes]]]:
    """Attributes by DN."""
    return {entry.name: values(entry) for entry in entries}


class Office:
    """The gateway with the sections of one recipe (or these), at one of the `STAGES`."""

    def __init__(self, recipe: str = "", stage: str = "nobody", **sections: Any) -> None:
        if recipe:
            sections = {**yaml.safe_load((RECIPES / recipe / "bindferry.yaml").read_text()), **sections}
        rules = Names.model_validate({"domains": ["CORP"], "suffixes": ["corp.example"], **sections.get("names", {})})
        trees = (TOP, "dc=example,dc=com", *rules.trees)
        self._names = NameRules.of(rules.domains, rules.suffixes, rules.dn_attributes, map(normalise_dn, trees))
        self._logins = tuple(name.lower() for name in rules.login_attributes)
        listed = [Application.model_validate(one) for one in sections["applications"]]
        self._applications = configured(listed, self._logins)
        self._administrators = sections.get("access", {}).get("administrators", ())
        self.store = _old_store()
        self._open(self.store)
        for name in STAGES[stage]:
            self.move(name)
        if stage.endswith("gone"):
            self.service().leave()
            self.lose_the_store()

    def move(self, name: str) -> None:
        """This person comes over, by a first right password."""
        self.connect(dn(name), RIGHT).leave()
        assert self.rig.moved(name) is not None

    def lose_the_store(self) -> None:
        """The old store is switched off, and taken out of the configuration."""
        self.store.fail_with()
        self._open(MemorySource("elsewhere", "o=elsewhere"), self.rig.native)

    def _open(self, source: MemorySource, native: MemoryDirectory | None = None) -> None:
        names, administrators = self._names, self._administrators
        self.rig = Rig(source, names=names, administrators=administrators, carries=True, native=native)
        self.services: Services = replace(
            over(self.rig, applications=self._applications),
            naming_contexts=("dc=example,dc=com", TOP),
            login_attributes=self._logins,
            searcher=self.rig.search,
            spelled_out=self.rig.search.spelled_out,
        )

    def change(self, name: str, state: AccountState) -> None:
        """This is the state of an account from now on: in the store, and in the directory if that person has moved."""
        person = self.rig.moved(name)
        self.store.change(name, state=state)
        if person is not None:
            assert now(self.rig.native.update(person.id, state=state)) is not None

    def connect(self, name: str = "", password: bytes = b"", **more: Any) -> Client:
        """A connection that is bound by this name; without one, nothing has been asked on it yet."""
        client = Client(self.services, clock=self.rig.clock, **more)
        if name:
            assert client.bind(name, password).code == 0
        return client

    def service(self, **more: Any) -> Client:
        """A connection of the application's own account."""
        return self.connect(SERVICE, SERVICE_PASSWORD, **more)


def find(client: Client, base: str, text: str, *attributes: str, **more: Any) -> list[SearchResultEntry]:
    """The entries that a filter selects, as the application writes it."""
    return client.search(base, parse_filter(text), *attributes, **more)


def pages(client: Client, size: int, base: str, text: str, *attributes: str) -> list[SearchResultEntry]:
    """All pages of a search, and each with its control."""
    found: list[SearchResultEntry] = []
    cookie = b""
    while True:
        request = search_request(base, parse_filter(text), *attributes)
        answers = client.ask(request, page(size, cookie))
        one = Page(answers)
        assert one.result.code == 0
        assert one.cookie is not None
        found += [answer.operation for answer in answers if isinstance(answer.operation, SearchResultEntry)]
        if not one.cookie:
            return found
        cookie = one.cookie


def _old_store() -> MemorySource:
    store = MemorySource("staff", TOP)
    for ou in ("People", "Groups", "Applications"):
        store.add_entry(f"ou={ou},{TOP}", {"objectClass": [b"organizationalUnit"], "ou": [ou.encode()]})
    role = {"objectClass": [b"organizationalRole", b"simpleSecurityObject"], "cn": [b"application"]}
    store.add("application", SERVICE_PASSWORD, dn=SERVICE, key="application", attributes=role)
    for number, name in enumerate(EVERYBODY):
        _person(store, number, name)
    members, logins = [dn(name) for name in IN], list(IN)
    _group(store, "admins", "groupOfNames", "member", members)
    _group(store, "editors", "groupOfUniqueNames", "uniqueMember", members)
    _group(store, "operators", "posixGroup", "memberUid", logins)
    _group(store, "nested", "groupOfNames", "member", [group_dn("admins")])
    return store


def _person(store: MemorySource, number: int, name: str) -> None:
    text = {
        "uid": name, "cn": f"{name.title()} Müller", "sn": "Müller", "givenName": name.title(),
        "displayName": f"{name.title()} Müller", "mail": f"{name}@corp.example", "uidNumber": str(20001 + number),
        "gidNumber": "30000", "homeDirectory": f"/home/{name}", "loginShell": "/bin/sh", "o": "Corp",
        "ou": "Sales" if name in IN else "Stores", "telephoneNumber": f"+49 30 100{number}",
    }  # fmt: skip
    classes = ["top", "person", "organizationalPerson", "inetOrgPerson", "posixAccount"]
    store.add(
        name,
        RIGHT,
        dn=dn(name),
        key=name,
        attributes={"objectClass": [one.encode() for one in classes], **{key: [v.encode()] for key, v in text.items()}},
        operational={
            "entryUUID": [
                str(derive_id(Origin(store.name, name))).encode()
            ],  # as a source has it that knows them by it
            "createTimestamp": [b"20190101120000Z"],
            "modifyTimestamp": [f"202{number}0601120000Z".encode()],
        },
        aliases=[text["mail"]],
    )


def _group(store: MemorySource, name: str, kind: str, attribute: str, members: Iterable[str]) -> None:
    shown = {"objectClass": [kind.encode()], "cn": [name.encode()], attribute: [one.encode() for one in members]}
    store.add_entry(group_dn(name), shown, {"entryUUID": [str(uuid.uuid5(uuid.NAMESPACE_DNS, name)).encode()]})
