"""Directory work by the tools of administrators: the same LDIF to slapd and to the gateway, the same codes.

What the gateway takes and slapd does not is listed with its reason in `TOLERATED`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import pytest
from live.clients import CLIENTS, Login, Way, python_ldap
from live.gateway_process import Gateway
from live.legacy import login
from live.legacytables import OldFile
from live.slapd import ADMIN, ADMIN_PASSWORD, BASE, Slapd

pytestmark = pytest.mark.live

TOP = f"ou=work,{BASE}"
ZARA, ZENO = f"uid=zara,{TOP}", f"uid=zeno,{TOP}"
CREW = f"cn=crew,{TOP}"
PASSWORD = "work-canary-77aa"
CLASSES = "objectClass: inetOrgPerson\nobjectClass: posixAccount\n"
POSIX = "uidNumber: 1000\ngidNumber: 100\nhomeDirectory: /home/x\n"


def added(dn: str, *lines: str) -> str:
    return "\n".join([f"dn: {dn}", "changetype: add", *lines, ""])


def modified(dn: str, *lines: str) -> str:
    return "\n".join([f"dn: {dn}", "changetype: modify", *lines, ""])


def person(dn: str, name: str, *more: str) -> str:
    return added(dn, CLASSES + POSIX + f"uid: {name}\ncn: {name}\nsn: {name}", *more)


NEW_CREW = ("ldapmodify", added(CREW, "objectClass: groupOfNames", "cn: crew", f"member: {ZARA}"))
STEPS: list[tuple[str, str]] = [
    ("ldapmodify", added(TOP, "objectClass: organizationalUnit", "ou: work")),
    ("ldapmodify", added(TOP, "objectClass: organizationalUnit", "ou: work")),
    ("ldapadd", person(ZARA, "zara", f"userPassword: {PASSWORD}").replace("changetype: add\n", "")),
    ("ldapadd", person(f"uid=nowhere,ou=none,{BASE}", "nowhere")),
    ("ldapadd", added(f"uid=less,{TOP}", "objectClass: inetOrgPerson", "uid: less", "cn: less")),
    ("ldapadd", added(f"uid=none,{TOP}", "uid: none", "cn: none")),
    ("ldapadd", person(f"uid=own,{TOP}", "own", "modifyTimestamp: 20200101000000Z")),
    ("ldapadd", person(f"uid=twice,{TOP}", "twice", "mail: a@x.example", "mail: A@X.example")),
    ("ldapadd", person(f"uid=two,{TOP}", "two", "uidNumber: 1001")),
    ("ldapadd", person(f"uid=word,{TOP}", "word").replace("uidNumber: 1000", "uidNumber: many")),
    ("ldapadd", person("uid=zeno,,", "zeno")),
    ("ldapmodify", modified(ZARA, "add: mail", "mail: zara@corp.example")),
    ("ldapmodify", modified(ZARA, "add: mail", "mail: ZARA@corp.example")),
    ("ldapmodify", modified(ZARA, "delete: mail", "mail: other@corp.example")),
    ("ldapmodify", modified(ZARA, "delete: title")),
    ("ldapmodify", modified(ZARA, "replace: title")),
    ("ldapmodify", modified(ZARA, "delete: sn")),
    ("ldapmodify", modified(ZARA, "replace: entryUUID", "entryUUID: 11111111-1111-1111-1111-111111111111")),
    ("ldapmodify", modified(ZARA, "replace: uidNumber", "uidNumber: x")),
    ("ldapmodify", modified(ZARA, "add: uidNumber", "uidNumber: 5")),
    ("ldapmodify", modified(ZARA, "increment: uidNumber", "uidNumber: 7")),
    ("ldapmodify", modified(ZARA, "increment: sn", "sn: 7")),
    ("ldapmodify", modified(ZARA, "replace: description", "description: one", "-", "delete: l")),
    ("ldapmodify", modified(f"uid=nobody,{TOP}", "replace: description", "description: x")),
    ("ldapmodify", person(ZENO, "zeno")),
    NEW_CREW,
    ("ldapmodify", modified(CREW, "add: member", f"member: {ZENO}")),
    ("ldapmodify", modified(CREW, "add: member", f"member: {ZENO.upper()}")),
    ("ldapmodify", modified(CREW, "delete: member", f"member: uid=nobody,{TOP}")),
    ("ldapdelete", f"{TOP}\n"),
    ("ldapdelete", f"uid=nobody,{TOP}\n"),
    ("ldapmodrdn -r", f"{ZENO}\nuid=zenobia\n"),
    ("ldapmodrdn -r", f"{ZENO}\nuid=zenobia\n"),
    ("ldapmodrdn", f"uid=zenobia,{TOP}\nuid=zara\n"),
    ("ldapmodrdn", f"uid=zenobia,{TOP}\ncn=other,ou=x\n"),
    (f"ldapmodrdn -s ou=none,{BASE}", f"uid=zenobia,{TOP}\nuid=zenobia\n"),
    ("ldapmodify", added(f"ou=sub,{TOP}", "objectClass: organizationalUnit", "ou: sub")),
    (f"ldapmodrdn -s ou=sub,{TOP}", f"uid=zenobia,{TOP}\nuid=zenobia\n"),
    ("ldapdelete", f"uid=zenobia,ou=sub,{TOP}\n"),
    ("ldapdelete", f"ou=sub,{TOP}\n"),
    ("ldapdelete", f"{CREW}\n"),
]
TOLERATED = {
    "an attribute that no schema has": modified(ZARA, "replace: siteNumber", "siteNumber: 5"),
    "an attribute that its classes do not allow": modified(ZARA, "replace: c", "c: DE"),
}
"""A site's own schema stays in the old store: what the gateway does not know, it keeps as text (R3)."""


OTHER_CODES = {
    "RFC 4511 4.6 has a code of its own for it": (modified(ZARA, "replace: uid", "uid: other"), 67, 64),
    "a group that its last member leaves stays (R18)": (modified(CREW, "delete: member"), 0, 65),
    "there is no superior to ask, and none of that name": (modified("dc=elsewhere", "replace: o", "o: x"), 32, 53),
}
"""The other differences: why, what, our code and slapd's."""


def codes(uri: str, who: Login, steps: list[tuple[str, str]]) -> list[tuple[str, int]]:
    """What the tools said to each step."""
    environment = {"PATH": os.environ["PATH"], "LDAPCONF": "/dev/null", "HOME": "/nonexistent"}
    said = []
    for command, text in steps:
        program, *options = command.split()
        line = [program, "-x", "-H", uri, "-D", who.dn, "-w", who.password, *options]
        done = subprocess.run(line, env=environment, input=text.encode(), capture_output=True, timeout=60)
        said.append((f"{command} {text}", done.returncode))
    return said


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    server = Slapd(tmp_path_factory.mktemp("beside"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def gateway(old_sqlite: OldFile, gateways: Callable[..., Gateway]) -> Gateway:
    access = {"administrators": ["app"]}
    return gateways(old_sqlite.source(), directory={"base": BASE}, access=access).start()


def test_the_same_work_gets_the_same_codes_as_from_slapd(slapd: Slapd, gateway: Gateway, old_sqlite: OldFile) -> None:
    beside = codes(slapd.url, Login(ADMIN, ADMIN_PASSWORD), STEPS)
    ours = codes(gateway.uri, login(old_sqlite, "app"), STEPS)
    different = [(mine, theirs) for mine, theirs in zip(ours, beside, strict=True) if mine != theirs]
    assert different == []
    assert {0, 16, 19, 20, 32, 65, 66, 68} <= {code for _, code in ours}, "and they are not all the same"
    events = [(record["event"], record["outcome"]) for record in gateway.audit() if record.get("by") == "app"]
    assert len(events) >= len(STEPS) - 6, "all but what could not be read"
    assert PASSWORD not in gateway.audit_file.read_text()


def test_what_slapd_refuses_for_its_schema_is_taken(slapd: Slapd, gateway: Gateway, old_sqlite: OldFile) -> None:
    first = [STEPS[0], STEPS[2]]
    tolerated = [("ldapmodify", text) for text in TOLERATED.values()]
    codes(slapd.url, Login(ADMIN, ADMIN_PASSWORD), first)
    assert all(code for _, code in codes(slapd.url, Login(ADMIN, ADMIN_PASSWORD), tolerated))
    assert all(code == 0 for _, code in codes(gateway.uri, login(old_sqlite, "app"), [*first, *tolerated]))


@pytest.mark.parametrize("reason", OTHER_CODES)
def test_other_codes_have_a_reason(slapd: Slapd, gateway: Gateway, old_sqlite: OldFile, reason: str) -> None:
    text, ours, theirs = OTHER_CODES[reason]
    for uri, who, code in [
        (slapd.url, Login(ADMIN, ADMIN_PASSWORD), theirs),
        (gateway.uri, login(old_sqlite, "app"), ours),
    ]:
        said = codes(uri, who, [STEPS[0], STEPS[2], NEW_CREW, ("ldapmodify", text)])
        assert said[-1][1] == code


def test_a_person_made_here_lives_through_disabling_freeing_and_a_restart(
    gateway: Gateway, old_sqlite: OldFile
) -> None:
    admin, who = login(old_sqlite, "app"), Login(ZARA, PASSWORD)
    assert [code for _, code in codes(gateway.uri, admin, [STEPS[0], STEPS[2]])] == [0, 0]

    def all_say(code: int) -> None:
        assert [client.bind(Way(gateway.uri), who).code for client in CLIENTS] == [code] * len(CLIENTS)

    all_say(0)
    connection = python_ldap(Way(gateway.uri), admin)
    for switch, value in [
        ("pwdAccountLockedTime", b"000001010000Z"),
        ("nsAccountLock", b"TRUE"),
        ("loginDisabled", b"TRUE"),
    ]:
        connection.modify_s(ZARA, [(ldap.MOD_REPLACE, switch, value)])
        all_say(49)
        connection.modify_s(ZARA, [(ldap.MOD_REPLACE, switch, None)])
        all_say(0)
    connection.modify_s(ZARA, [(ldap.MOD_REPLACE, "userAccountControl", b"514")])
    all_say(49)
    connection.unbind_s()
    assert gateway.stop() == 0
    gateway.start()
    all_say(49)
    connection = python_ldap(Way(gateway.uri), admin)
    connection.modify_s(ZARA, [(ldap.MOD_REPLACE, "userAccountControl", b"512")])
    all_say(0)
    ((_, shown),) = connection.search_s(ZARA, ldap.SCOPE_BASE, "(objectClass=*)", ["*", "+"])
    assert shown["creatorsName"] == [admin.dn.encode()]
    assert shown["userAccountControl"] == [b"512"]
    assert {"createTimestamp", "modifyTimestamp", "modifiersName", "entryUUID"} <= set(shown)
    connection.unbind_s()


def test_whom_a_source_holds_is_explained(gateway: Gateway, old_sqlite: OldFile, tmp_path: Path) -> None:
    """And nothing is written."""
    connection = python_ldap(Way(gateway.uri), login(old_sqlite, "app"))
    dn = login(old_sqlite, "anna").dn
    for attempt in (
        lambda: connection.modify_s(dn, [(ldap.MOD_REPLACE, "title", b"x")]),
        lambda: connection.delete_s(dn),
        lambda: connection.rename_s(dn, "uid=other"),
    ):
        with pytest.raises(ldap.UNWILLING_TO_PERFORM, match="still in source"):
            attempt()
    with pytest.raises(ldap.ALREADY_EXISTS):
        connection.add_s(dn, [("objectClass", b"person"), ("cn", b"x"), ("sn", b"x")])
    connection.unbind_s()
    assert CLIENTS[0].bind(Way(gateway.uri), login(old_sqlite, "anna")).code == 0
