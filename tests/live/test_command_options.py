"""The options of ldap-utils that no other live test uses, beside the slapd that is the old store.

=================================================  =============================================================
Options                                            Where
=================================================  =============================================================
`-E pr= sss= mv= subentries domainScope`,          `test_controls.py`
`-e ppolicy assert= preread= postread=`
`manageDSAit`, `-z`, `-P 2`, `ldapvc`'s operation
`ldappasswd`, all forms                            `test_changes.py`
`ldapadd`, `ldapmodify`, `ldapdelete`,             `test_directory_work.py`
`ldapmodrdn`, each without options
`-Y PLAIN -U -X`                                   `test_edge.py`
`-ZZ` with each operation                          `test_tls.py`
all others                                         here
=================================================  =============================================================
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from live.certificates import Authority
from live.estate import APPLICATION, MOVED, STAYED, Estate, dn_of, scene, who
from live.gateway_process import BASE, Gateway
from live.legacy import password_of
from live.slapd import PEOPLE, SERVICE, SERVICE_PASSWORD

from gateway.wire.controls import PASSWORD_MODIFY, PasswordModifyRequest, encode_password_modify

pytestmark = pytest.mark.live

Done = tuple[int, str, str]
BOUND = ("-x", "-D", APPLICATION.dn, "-w", APPLICATION.password)
READER = ("-x", "-D", SERVICE, "-w", SERVICE_PASSWORD)
MARY = f"uid=mary,{BASE}"
NEW = "new-canary-61ee"


@pytest.fixture(scope="module")
def gateway(estate: Estate, gateways: Callable[..., Gateway], authority: Authority) -> Iterator[Gateway]:
    yield from scene(estate, gateways, authority, access={"administrators": [APPLICATION.dn]})


def run(uri: str, program: str, *arguments: str | Path, typed: str = "", **environment: str) -> Done:
    """Exit status, output, complaints."""
    done = subprocess.run(
        [program, "-H", uri, *arguments],
        env={"PATH": os.environ["PATH"], "LDAPCONF": "/dev/null", "HOME": "/nonexistent", **environment},
        input=typed,
        capture_output=True,
        text=True,
        timeout=30,
    )
    return done.returncode, done.stdout, done.stderr


SEARCHES = [
    *(("-s", scope) for scope in ("base", "one", "sub", "children")),
    *(("-a", rule) for rule in ("never", "search", "find", "always")),
    *(("-e", control) for control in ("abandon", "cancel", "ignore")),  # what is sent if somebody presses ^C
    ("-l", "5"), ("-l", "max"), ("-z", "3"), ("-z", "none"), ("-s", "children", "-z", "10"),
    ("-A",), ("-S", "uid"), ("-u",), ("-t",), ("-c",), ("-P", "3"), ("-M",), ("-MM",),
    ("-E", "sync=ro"), ("-E", "!sync=ro"), ("-E", "!vlv=1/1/1/0", "-E", "sss=uid"),
    ("-E", "deref=member:uid"), ("-E", "!deref=member:uid"), ("-E", "accountUsability"),
    ("-e", "chaining"), ("-e", "!chaining"), ("-e", "sessiontracking"), ("-e", "noop"), ("-e", "relax"),
    ("-e", "!relax"), ("-e", "bauthzid"), ("-e", "!bauthzid"), ("-e", "1.2.3.4"), ("-E", "1.2.3.4"), ("-e", "!1.2.3.4"),
    ("-E", "!1.2.3.4=value"), ("-E", "pr=4/noprompt", "-s", "children"),
]  # fmt: skip


@pytest.mark.parametrize("options", SEARCHES, ids=" ".join)
def test_ldapsearch_prints_what_it_prints_of_slapd(gateway: Gateway, estate: Estate, options: tuple[str, ...]) -> None:
    """Of ten people who have not moved, and two who have."""
    asked = ("-LLL", "-b", PEOPLE, *options, "(|(uid=p00*)(uid=anna)(uid=carl)(ou=*))", "uid", "cn")
    code, here, _ = run(gateway.uri, "ldapsearch", *BOUND, *asked)
    expected, there, _ = run(estate.server.url, "ldapsearch", *READER, *asked)
    assert code == expected
    if "-z" in options and code == 4:  # which of them is the servers' choice
        assert here.count("dn: ") == there.count("dn: ")
        return
    assert records(here) == records(there)
    assert code or there.count("dn: ") >= (1 if "base" in options else 12)


def records(text: str) -> list[str]:
    """What ldapsearch printed of entries, in the order of their DNs; where it kept files, not their names."""
    text = re.sub("(?<=file://).*", "", text)
    found = (block for block in text.replace("# pagedresults: cookie=\n", "").split("\n\n") if "dn: " in block)
    return sorted("\n".join(line for line in block.splitlines() if not line.startswith("# ")) for block in found)


UNSUPPORTED = {
    "every entry here is a copy": ("-E", "!dontUseCopy"),
    "slapd ignores it in searches": ("-e", "!noop"),
    "nobody may speak for others here": ("-e", f"!authzid=dn:{dn_of('anna')}"),
    "only slapd's ppolicy keeps that": ("-E", "!accountUsability"),
}


@pytest.mark.parametrize("options", UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_what_is_not_supported_is_12_where_slapd_has_another_answer(gateway: Gateway, options: tuple[str, ...]) -> None:
    done = run(gateway.uri, "ldapsearch", *BOUND, "-LLL", "-b", PEOPLE, *options, "(uid=anna)")
    assert done[:2] == (12, "")


COMMANDS = [
    ("ldapcompare", "-z", dn_of("anna"), "uid:anna"),
    ("ldapcompare", dn_of("p001"), "uid::cDAwMQ=="),
    ("ldapcompare", dn_of("p001"), "uid:other"),
    ("ldapcompare", "-e", "!relax", dn_of("p001"), "uid:p001"),
    ("ldapcompare", "-M", dn_of("p001"), "uid:p001"),
    ("ldapwhoami", "-e", "!bauthzid"),
    ("ldapwhoami", "-e", "!ppolicy"),
    ("ldapexop", "cancel", "5"),
    ("ldapexop", "refresh", dn_of("anna"), "60"),
    ("ldapexop", "1.2.3.4"),
    ("ldapexop", "1.2.3.4:value"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_other_commands_end_as_before_slapd(gateway: Gateway, estate: Estate, command: tuple[str, ...]) -> None:
    program, *arguments = command
    code, here, complaint = run(gateway.uri, program, *BOUND, *arguments)
    expected, there, other = run(estate.server.url, program, *READER, *arguments)
    assert code == expected
    assert first_line(here + complaint) == first_line(there + other)


def first_line(text: str) -> str:
    return text.partition("\n")[0]


@pytest.mark.parametrize("name", [MOVED[0], STAYED[0]])
def test_a_password_comes_from_a_file_and_starttls_is_tried_or_demanded(
    gateway: Gateway, estate: Estate, authority: Authority, tmp_path: Path, name: str
) -> None:
    """`-y`, `-Z`, `-ZZ`; slapd has no certificate here, and `-Z` goes on without."""
    secret = tmp_path / "password"
    secret.write_text(password_of(name))
    login, trust = ("-x", "-D", dn_of(name), "-y", secret), {"LDAPTLS_CACERT": str(authority.certificate)}
    for option in ((), ("-Z",), ("-ZZ",)):
        assert run(gateway.uri, "ldapwhoami", *login, *option, **trust)[:2] == (0, f"dn:{dn_of(name)}\n")
    assert run(gateway.uri, "ldapwhoami", *login, "-ZZ")[0] != 0, "nobody trusts it without the authority"
    assert run(gateway.uri, "ldapexop", *login, "whoami")[:2] == (0, f"dn:{dn_of(name)}\n")
    secret.write_text("wrong")
    assert run(gateway.uri, "ldapwhoami", *login)[0] == 49


def test_ldapexop_changes_a_password(gateway: Gateway) -> None:
    """R19; of somebody who has not moved, and then has. The tool takes any operation with a value in base64."""
    old = password_of("p010")
    for fresh in (NEW, NEW + "2"):
        wish = PasswordModifyRequest(dn_of("p010"), old.encode(), fresh.encode())
        value = base64.b64encode(encode_password_modify(wish)).decode()
        login = ("-x", "-D", dn_of("p010"), "-w", old)
        assert run(gateway.uri, "ldapexop", *login, f"{PASSWORD_MODIFY}::{value}")[0] == 0
        assert run(gateway.uri, "ldapwhoami", *login)[0] == 49
        old = fresh
    assert run(gateway.uri, "ldapwhoami", "-x", "-D", dn_of("p010"), "-w", old)[0] == 0


ADD = f"""\
dn: {MARY}
objectClass: inetOrgPerson
uid: mary
cn: Mary
sn: Stone
"""
CHANGE = f"dn: {MARY}\nchangetype: modify\nreplace: sn\nsn: Rock\n"
SHOWN = ("-e", "!preread=sn", "-e", "!postread=sn,uid")


def test_entries_are_shown_before_and_after_every_kind_of_change(gateway: Gateway, tmp_path: Path) -> None:
    """RFC 4527: after an add, before a delete, both of a modify and a rename. Also `-n`, `-v`, `-c` and `-f`."""
    ldif = tmp_path / "add.ldif"
    ldif.write_text(ADD)
    assert run(gateway.uri, "ldapadd", *BOUND, "-n", "-v", "-f", ldif)[0] == 0  # `-n` sends nothing
    code, told, complaint = run(gateway.uri, "ldapadd", *BOUND, "-e", "!postread=sn,uid", "-f", ldif)
    assert (code, complaint, values(told)) == (0, "", ["Stone", "mary"])
    two = CHANGE.replace("mary", "none") + "\n" + CHANGE
    code, told, _ = run(gateway.uri, "ldapmodify", *BOUND, *SHOWN, "-c", typed=two)
    assert (code, values(told)) == (32, ["Rock", "Stone", "mary"])  # `-c`: the first is 32, and it goes on
    code, told, _ = run(gateway.uri, "ldapmodrdn", *BOUND, *SHOWN, "-r", MARY, "uid=maria")
    assert (code, values(told)) == (0, ["Rock", "Rock", "maria"])
    code, told, _ = run(gateway.uri, "ldapdelete", *BOUND, "-e", "!preread=uid", f"uid=maria,{BASE}")
    assert (code, values(told)) == (0, ["maria"])


def values(text: str) -> list[str]:
    """Of `sn` and `uid`, whatever the tools print besides."""
    return sorted(line.partition(": ")[2] for line in text.splitlines() if line.startswith(("sn: ", "uid: ")))


REFUSED = {
    "noop": ("-e", "!noop"),
    "relax": ("-e", "!relax"),
    "chaining": ("-e", "!chaining"),
    "authzid": ("-e", "!authzid=u:anna"),
    "unknown": ("-e", "!1.2.3.4"),
}


@pytest.mark.parametrize("options", REFUSED.values(), ids=REFUSED)
def test_a_change_with_an_unsupported_critical_control_is_12_and_not_made(
    gateway: Gateway, options: tuple[str, ...]
) -> None:
    assert run(gateway.uri, "ldapadd", *BOUND, *options, typed=ADD)[0] == 12
    assert run(gateway.uri, "ldapsearch", *BOUND, "-b", MARY, "-s", "base")[0] == 32


def test_transactions_are_refused_before_anything_is_changed(gateway: Gateway) -> None:
    """`-E txn=`, RFC 5805: the tool begins one by an extended operation that is not known here."""
    for end in ("commit", "abort"):
        code, _, complaint = run(gateway.uri, "ldapadd", *BOUND, "-E", f"!txn={end}", typed=ADD)
        assert (code, "Protocol error (2)" in complaint) == (1, True), complaint
    assert run(gateway.uri, "ldapsearch", *BOUND, "-b", MARY, "-s", "base")[0] == 32


def test_ldapdelete_takes_a_whole_tree_leaf_by_leaf(gateway: Gateway) -> None:
    """`-r`; with `-M`, and never into people of the old store."""
    tree = [f"ou=crew,{BASE}", f"ou=deck,ou=crew,{BASE}"]
    units = "\n".join(f"dn: {dn}\nobjectClass: organizationalUnit\nou: {dn[3:7]}\n" for dn in tree)
    people = ADD.replace(MARY, f"uid=mary,{tree[1]}")
    assert run(gateway.uri, "ldapadd", *BOUND, typed=f"{units}\n{people}")[0] == 0
    assert run(gateway.uri, "ldapdelete", *BOUND, tree[0])[0] == 66
    assert run(gateway.uri, "ldapdelete", *BOUND, "-M", "-r", tree[0])[0] == 0
    assert run(gateway.uri, "ldapsearch", *BOUND, "-b", tree[0])[0] == 32
    assert run(gateway.uri, "ldapdelete", *BOUND, dn_of("p011"))[0] == 53
    assert run(gateway.uri, "ldapwhoami", "-x", "-D", dn_of("p011"), "-w", who("p011").password)[0] == 0
