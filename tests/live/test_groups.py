"""Groups before a real OpenLDAP server: every class, nested, in each other; the same answers whoever has moved, and
when the server is gone (R18)."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from live.clients import CLIENTS, Client, Login, Way, python_ldap
from live.gateway_process import CHEAP, Gateway, until
from live.slapd import BASE, PEOPLE, SERVICE, SERVICE_PASSWORD, Slapd, person

pytestmark = pytest.mark.live

GROUPS = f"ou=Groups,{BASE}"
NAMES = ("anna", "bob", "cyn", "dee")
CHAIN = "1.2.840.113556.1.4.1941"
LARGE = 100_000


def dn(name: str) -> str:
    return f"uid={name},{PEOPLE}"


def group_dn(name: str) -> str:
    return f"cn={name},{GROUPS}"


def group(name: str, kind: str, *lines: str) -> str:
    record = [f"dn: {group_dn(name)}", "changetype: add", f"objectClass: {kind}", f"cn: {name}", *lines, ""]
    return "\n".join(record)


RECORDS = [
    f"dn: {GROUPS}\nchangetype: add\nobjectClass: organizationalUnit\nou: Groups\n",
    group("crew", "groupOfNames", f"member: {dn('anna')}"),
    group("fleet", "groupOfNames", f"member: {dn('bob')}", f"member: {group_dn('crew')}"),
    group("unique", "groupOfUniqueNames", f"uniqueMember: {dn('bob')}"),
    group("unix", "posixGroup", "gidNumber: 30001", "memberUid: anna", "memberUid: dee"),
    group("nobody", "posixGroup", "gidNumber: 30002"),
    group("ring", "groupOfNames", f"member: {group_dn('ring2')}"),
    group("ring2", "groupOfNames", f"member: {group_dn('ring')}", f"member: {dn('dee')}"),
]


def records(*, from_the_start: bool) -> str:
    text = "\n".join(RECORDS)
    return text.replace("changetype: add\n", "") if from_the_start else text


@pytest.fixture(params=["overlay", "no overlay"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Slapd]:
    """Its overlay writes memberOf when a group is added, and knows nothing of those that are there from the start."""
    people = [person(name, f"{name}-pw") for name in NAMES]
    late = request.param == "overlay"
    server = Slapd(tmp_path / "slapd", [*people, *([] if late else [records(from_the_start=True)])])
    server.start()
    if late:
        server.modify(records(from_the_start=False))
    yield server
    server.stop()


def source(server: Slapd) -> dict[str, object]:
    return {
        "name": "staff", "type": "ldap", "url": server.url, "base": BASE, "bind_dn": SERVICE,
        "bind_password": SERVICE_PASSWORD,
    }  # fmt: skip


def login(name: str) -> Login:
    return Login(dn(name), f"{name}-pw")


ASKED = {
    "crew": f"(memberOf={group_dn('crew')})",
    "in capitals": f"(memberOf={group_dn('crew').upper()})",
    "fleet": f"(&(objectClass=person)(memberOf={group_dn('fleet')}))",
    "not fleet": f"(&(objectClass=person)(!(memberOf={group_dn('fleet')})))",
    "unix": f"(memberOf={group_dn('unix')})",
    "nowhere": f"(memberOf={group_dn('nowhere')})",
    "one": f"(&(uid=anna)(memberOf={group_dn('crew')}))",
    "one through others": f"(&(uid=anna)(memberOf:{CHAIN}:={group_dn('fleet')}))",
    "through others": f"(memberOf:{CHAIN}:={group_dn('fleet')})",
    "round": f"(memberOf:{CHAIN}:={group_dn('ring')})",
    "all above": f"(member:{CHAIN}:={dn('anna')})",
    "member": f"(&(objectClass=groupOfNames)(member={dn('bob')}))",
    "uniqueMember": f"(uniqueMember={dn('bob')})",
    "memberUid": "(&(objectClass=posixGroup)(memberUid=dee))",
    "jenkins": "(&(cn=unix)(|(objectclass=groupOfNames)(objectclass=groupOfUniqueNames)(objectclass=posixGroup)))",
}


def answers(client: Client, gateway: Gateway) -> dict[str, object]:
    """What applications ask about groups, and what they are told."""
    way, who = Way(gateway.uri), login("anna")
    found: dict[str, object] = {}
    for name, text in ASKED.items():
        answer = client.search(way, who, BASE, "sub", text, ["cn"])
        found[name] = answer.code, sorted(answer.entries or {})
    for name in NAMES:
        ((_, shown),) = (
            client.search(way, who, dn(name), "base", "(objectClass=*)", ["memberOf"]).entries or {}
        ).items()
        found[f"memberOf of {name}"] = sorted(shown.get("memberOf", []))
        assert client.compare(way, who, dn("anna"), "memberOf", group_dn("Crew"))
    for one in ("crew", "fleet", "unique", "unix", "ring", "ring2"):
        ((_, shown),) = (client.search(way, who, group_dn(one), "base", "(objectClass=*)").entries or {}).items()
        found[one] = {attribute: sorted(values) for attribute, values in shown.items()}
    assert client.compare(way, who, group_dn("fleet"), "member", dn("bob"))
    assert not client.compare(way, who, group_dn("fleet"), "member", dn("anna"))
    return found


def test_every_question_has_one_answer_whoever_has_moved(server: Slapd, gateways: Callable[..., Gateway]) -> None:
    """R18: ldap-utils, python-ldap and ldap3; before, half way, after, and without the server."""
    gateway = gateways(source(server), passwords=CHEAP, migration={"enabled": False}).start()
    before = [answers(client, gateway) for client in CLIENTS]
    assert before[0]["memberOf of anna"] == sorted([group_dn("crew").encode(), group_dn("unix").encode()])
    assert before[0]["fleet"] != before[0]["not fleet"]
    assert before[0]["through others"] == (0, sorted([dn("anna"), dn("bob"), group_dn("crew")]))
    assert gateway.stop() == 0
    change(gateway, migration={"enabled": True})
    gateway.start()
    moved: list[str] = []
    for name in NAMES:
        assert CLIENTS[0].bind(Way(gateway.uri), login(name)).code == 0
        moved.append(name)
        gateway.settle(moved)
        if len(moved) in {2, 4}:
            time.sleep(1.1)  # what was known of memberships a moment ago is forgotten by then
            assert [answers(client, gateway) for client in CLIENTS] == before
    assert gateway.stop() == 0
    server.stop()
    change(gateway, sources=[])
    gateway.start()
    assert [answers(client, gateway) for client in CLIENTS] == before


def test_a_group_of_a_hundred_thousand(tmp_path: Path, gateways: Callable[..., Gateway]) -> None:
    """R18: shown, asked about, compared and copied; memory stays bounded."""
    members = "".join(f"member: uid=user{number:06},{PEOPLE}\n" for number in range(LARGE))
    large = f"dn: {group_dn('large')}\nobjectClass: groupOfNames\ncn: large\n{members}member: {dn('anna')}\n"
    units = f"dn: {GROUPS}\nobjectClass: organizationalUnit\nou: Groups\n"
    server = Slapd(tmp_path / "slapd", [person("anna", "anna-pw"), units, large])
    server.start()
    gateway = gateways(source(server), passwords=CHEAP).start()
    client, way, who = CLIENTS[1], Way(gateway.uri), login("anna")
    started = resident(gateway)
    assert client.bind(way, who).code == 0
    gateway.settle(["anna"])
    until(lambda: copied(gateway, LARGE + 1), "the group is copied")
    for source_is_there in (True, False):
        began, way = time.monotonic(), Way(gateway.uri)
        shown = client.search(way, who, dn("anna"), "base", "(objectClass=*)", ["memberOf"]).entries or {}
        assert [values["memberOf"] for values in shown.values()] == [[group_dn("large").encode()]]
        found = client.search(way, who, BASE, "sub", f"(member={dn('anna')})", ["cn"])
        assert list(found.entries or {}) == [group_dn("large")]
        assert client.compare(way, who, group_dn("large"), "member", dn("anna"))
        assert time.monotonic() - began < 30
        whole = client.search(way, who, group_dn("large"), "base", "(objectClass=*)").entries or {}
        assert [len(values["member"]) for values in whole.values()] == [LARGE + 1]
        if source_is_there:
            resident_most = resident(gateway)
            assert gateway.stop() == 0
            server.stop()
            assert resident_most - started < 200 << 20
            change(gateway, sources=[])
            gateway.start()


def told(gateway: Gateway, name: str, group_name: str, wanted: str) -> tuple[list[int], dict[str, object]]:
    """What cyn's application is told of one person and of a group: the codes of three searches, and their entries."""
    way, cyn = Way(gateway.uri), login("cyn")
    person = CLIENTS[0].search(way, cyn, dn(name), "base", "(objectClass=*)", ["memberOf"])
    found = CLIENTS[0].search(way, cyn, BASE, "sub", wanted, ["cn"])
    entry = CLIENTS[0].search(way, cyn, group_dn(group_name), "base", "(objectClass=*)")
    shown = {key.lower(): sorted(values) for one in (entry.entries or {}).values() for key, values in one.items()}
    groups = sorted(value for one in (person.entries or {}).values() for value in one.get("memberOf", []))
    members = {key: values for key, values in shown.items() if key in {"member", "memberuid"}}
    return [person.code, found.code, entry.code], {"groups": groups, "found": sorted(found.entries or {}), **members}


def test_who_is_renamed_here_stays_in_the_groups_of_the_old_server(
    tmp_path: Path, gateways: Callable[..., Gateway]
) -> None:
    """R18: to an application that is chosen by its bind DN; by DN and by login name, with the server and without."""
    server = Slapd(tmp_path / "slapd", [*(person(name, f"{name}-pw") for name in NAMES), records(from_the_start=True)])
    server.start()
    applications = [{"name": "desk", "bind_dn": dn("cyn"), "bases": "all"}]
    access = {"administrators": [dn("anna")]}
    gateway = gateways(source(server), passwords=CHEAP, applications=applications, access=access).start()
    for name in NAMES:
        assert CLIENTS[1].bind(Way(gateway.uri), login(name)).code == 0
    gateway.settle(NAMES)
    administrator = python_ldap(Way(gateway.uri), login("anna"))
    administrator.rename_s(dn("bob"), "uid=bert")
    administrator.rename_s(dn("dee"), "uid=dora")
    administrator.unbind_s()
    bert = {
        "groups": sorted(group_dn(name).encode() for name in ("fleet", "unique")),
        "found": sorted([group_dn("fleet"), group_dn("unique")]),
        "member": sorted([dn("bert").encode(), group_dn("crew").encode()]),
    }
    dora = {
        "groups": sorted(group_dn(name).encode() for name in ("ring2", "unix")),
        "found": [group_dn("unix")],
        "memberuid": [b"anna", b"dora"],
    }
    until(lambda: copied(gateway, 9), "every group is copied")
    by_dn = f"(|(member={dn('bert')})(uniqueMember={dn('bert')})(member={dn('bob')}))"
    by_name = "(memberUid=dora)"
    for is_there in (True, False):
        until(lambda: told(gateway, "bert", "fleet", by_dn)[1] == bert, "bert is in his groups")
        for name, one, wanted, everything in (("bert", "fleet", by_dn, bert), ("dora", "unix", by_name, dora)):
            codes, shown = told(gateway, name, one, wanted)
            assert shown == everything
            assert codes[0] == 0
            assert set(codes) <= ({0} if is_there else {0, 52})
        assert told(gateway, "bob", "unix", "(memberUid=dee)")[1]["found"] == []
        server.stop()
    applications_of = {(record["login"], record["application"]) for record in gateway.audit("bind")}
    assert {name for login, name in applications_of if login == dn("cyn")} == {"desk"}
    assert {name for login, name in applications_of if login == dn("bob")} != {"desk"}


def change(gateway: Gateway, **sections: object) -> None:
    """Other sections of the configuration, for the next start."""
    settings = yaml.safe_load(gateway.configuration.read_text())
    gateway.configuration.write_text(yaml.safe_dump({**settings, **sections}, sort_keys=False, allow_unicode=True))


def resident(gateway: Gateway) -> int:
    """Bytes of memory."""
    status = Path(f"/proc/{gateway.pid}/statm").read_text().split()
    return int(status[1]) * 4096


def copied(gateway: Gateway, members: int) -> bool:
    with closing(sqlite3.connect(f"file:{gateway.database}?mode=ro", uri=True)) as database:
        return bool(database.execute("SELECT count(*) FROM member").fetchone()[0] >= members)
