"""What administrators read: every entry, and no password; nobody else reads more for that there are some."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conversation import Client, search_request, values
from core_rig import RIGHT, Rig
from frontend_rig import ADMIN, over

from gateway.config.applications import Application
from gateway.errors import DirectoryUnavailable
from gateway.frontends.ldap.configured import configured
from gateway.identity.administrators import Administrators
from gateway.wire.dn import normalise_dn
from gateway.wire.messages import AddRequest, Change, ModifyOperation, ModifyRequest

CORP = "ou=people,o=corp"
ADMINS = "cn=admins,dc=example,dc=com"
JDOE = f"uid=jdoe,{CORP}"


class Site:
    """An old store with an administrator, jdoe and ann; `admin` is named, or is a member of a group that is."""

    def __init__(self, *named: str, applications: tuple[Application, ...] = ()) -> None:
        self.rig = Rig(administrators=named or ["admin", ADMINS])
        for name in ("admin", "ann"):
            self.rig.source.add(name, RIGHT)
        self.administrators = Administrators(named or ["admin", ADMINS], normalise_dn, self.rig.native)
        self.looked_up = 0
        self.services = replace(
            over(self.rig),
            naming_contexts=("dc=example,dc=com", CORP),
            applications=configured(applications),
            administers=self._include,
        )

    async def _include(self, person):  # type: ignore[no-untyped-def]  # as Administrators.include
        self.looked_up += 1
        return await self.administrators.include(person)

    def bound(self, dn: str = ADMIN) -> Client:
        client = Client(self.services, clock=self.rig.clock)
        assert client.bind(dn, RIGHT).code == 0
        return client


def names(client: Client, base: str = CORP) -> list[str]:
    return sorted(entry.name for entry in client.search(base) if entry.name.startswith("uid="))


def test_an_administrator_reads_every_entry_without_being_an_application_and_no_password() -> None:
    site = Site()
    client = site.bound()
    assert names(client) == [ADMIN, f"uid=ann,{CORP}", JDOE]
    assert names(site.bound(JDOE)) == [JDOE]
    for entry in client.search(CORP, None, "*", "+", "userPassword"):
        assert not {name.lower() for name in values(entry)} & {"userpassword", "unicodepwd"}


def test_an_administrator_reads_beyond_the_bases_and_the_filter_of_an_application() -> None:
    narrow = Application.model_validate(
        {"name": "tool", "bases": ["ou=elsewhere,o=corp"], "filter": "(cn=x)", "hidden": ["sn"]}
    )
    client = Site(applications=(narrow,)).bound()
    assert len(names(client)) == 3
    assert "sn" not in values(client.search(JDOE, None, scope=0)[0]), "its attributes are the application's"


def test_whoever_is_asked_for_is_looked_up_once_for_each_bind_and_a_bind_costs_nothing() -> None:
    site = Site()
    client = site.bound(JDOE)
    assert site.looked_up == 0
    for _ in range(3):
        names(client)
    assert site.looked_up == 1
    assert client.bind(JDOE, RIGHT).code == 0
    names(client)
    assert site.looked_up == 2


def test_whoever_leaves_the_group_of_administrators_reads_no_more_after_the_next_bind() -> None:
    site = Site("admin", ADMINS)
    admin = site.bound()
    group = (("objectClass", (b"groupOfNames",)), ("cn", (b"admins",)), ("member", (JDOE.encode(), ADMIN.encode())))
    assert admin.result(AddRequest(ADMINS, group)).code == 0
    client = site.bound(JDOE)
    assert len(names(client)) == 3
    gone = Change(ModifyOperation.DELETE, "member", (JDOE.encode(),))
    assert admin.result(ModifyRequest(ADMINS, (gone,))).code == 0
    assert client.bind(JDOE, RIGHT).code == 0
    assert names(client) == [JDOE]


def test_nobody_reads_more_while_it_cannot_be_told_who_administers() -> None:
    """R6: that is no "no", and never a "yes"."""
    site = Site("admin", ADMINS)
    client = site.bound(JDOE)
    site.rig.native.fail_with(DirectoryUnavailable("down"))
    assert client.result(search_request(CORP)).code == 52


@pytest.mark.parametrize("anonymous", [True, False])
def test_a_failed_bind_leaves_nothing_of_an_administrator(anonymous: bool) -> None:
    """RFC 4513 4."""
    site = Site(applications=(Application.model_validate({"name": "all", "anonymous": True, "bases": ["o=none"]}),))
    client = site.bound()
    assert len(names(client)) == 3
    client.bind("" if anonymous else ADMIN, b"" if anonymous else b"wrong")
    assert client.session.reach.bases == ("o=none",)
