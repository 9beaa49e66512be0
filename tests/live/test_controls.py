"""Controls of real clients, beside a slapd that has them too, over people who have moved and people who have not.

Each command goes to the gateway and, where slapd can do the same, to slapd: the answers must be equal.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import ldif  # type: ignore[import-untyped]  # python-ldap's
import pytest
from ldap.controls import SimplePagedResultsControl  # type: ignore[import-untyped]
from ldap.controls.libldap import AssertionControl, MatchedValuesControl  # type: ignore[import-untyped]
from ldap.controls.ppolicy import PasswordPolicyControl  # type: ignore[import-untyped]
from ldap.controls.sss import SSSRequestControl  # type: ignore[import-untyped]
from live.clients import Login, Way
from live.connections import TIMEOUT, ldap3_connection, python_ldap
from live.gateway_process import CHEAP, PATIENCE, Gateway, until
from live.libldap import verify_credentials
from live.slapd import PEOPLE, SERVICE, SERVICE_PASSWORD, Slapd, person

from gateway.wire.controls import PASSWORD_POLICY

pytestmark = pytest.mark.live

NAMES = [f"p{number:02}" for number in range(12)]
SURNAMES = ["Zeta", "alpha", "Beta", "", "omega", "Alpha 2", "beta 2", "", "Kappa", "kappa 2", "Xi", "Mu"]
READER = Login(SERVICE, SERVICE_PASSWORD)
MOVED = {"nobody": 0, "half": 6, "everybody": 12}


def _dn(name: str) -> str:
    return f"uid={name},{PEOPLE}"


def _records() -> Iterator[str]:
    for number, (name, title) in enumerate(zip(NAMES, SURNAMES, strict=True)):
        lines = [f"mail: {name}@corp.example", f"mail: {name}@other.example", f"employeeNumber: {number}"]
        yield person(name, f"{name}-pw", *lines, *([f"title: {title}"] if title else []))
    yield person("app", "app-pw")


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    server = Slapd(tmp_path_factory.mktemp("slapd"), _records(), overlay="sssvlv")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module", params=MOVED)
def gateway(request: pytest.FixtureRequest, slapd: Slapd, gateways: Callable[..., Gateway]) -> Gateway:
    source = {
        "name": "staff", "type": "ldap", "url": slapd.url, "base": PEOPLE,
        "bind_dn": SERVICE, "bind_password": SERVICE_PASSWORD,
    }  # fmt: skip
    made = gateways(source, passwords=CHEAP).start()
    movers = ["app", *NAMES[: MOVED[request.param]]]
    _move(made, *movers)
    made.settle(movers)
    return made


def _move(gateway: Gateway, *names: str) -> None:
    for name in names:
        python_ldap(Way(gateway.uri), Login(_dn(name), f"{name}-pw")).unbind_s()


APP = Login(_dn("app"), "app-pw")


def _run(program: str, uri: str, who: Login, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, "-x", "-H", uri, "-D", who.dn, "-w", who.password, *arguments],
        env={"PATH": os.environ["PATH"], "LDAPCONF": "/dev/null", "HOME": "/nonexistent"},
        input=typed,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )


def _search(uri: str, who: Login, *arguments: str) -> tuple[int, list[tuple[str, dict[str, list[bytes]]]]]:
    """The exit status of ldapsearch, which is the result code, and what it found, in order."""
    done = _run("ldapsearch", uri, who, "-LLL", "-b", PEOPLE, *arguments)
    text = "\n".join(line for line in done.stdout.splitlines() if not line.startswith("# "))
    parser = ldif.LDIFRecordList(io.StringIO(re.sub(r"\n{2,}", "\n\n", text.lstrip("\n"))))
    parser.parse()
    return done.returncode, parser.all_records


ORDERED = [
    ("-E", "sss=title:caseIgnoreOrderingMatch"),
    ("-E", "sss=-title:caseIgnoreOrderingMatch/uid:caseIgnoreOrderingMatch"),
    ("-E", "!sss=-uid:caseIgnoreOrderingMatch"),
    ("-E", "sss=-uid:2.5.13.3"),
    ("-E", "!sss=-uid:caseIgnoreOrderingMatch", "-E", "pr=5/noprompt"),
]
UNORDERED = [
    ("-E", "pr=2/noprompt"),
    ("-E", "!pr=5/noprompt"),
    ("-E", "pr=12/noprompt"),
    ("-E", "pr=1000/noprompt"),
    ("-E", "pr=3/noprompt", "-z", "7"),
    ("-E", "pr=5/noprompt", "-z", "5"),
    ("-E", "mv=(mail=*@corp.example)"),
    ("-E", "!mv=((title=alpha)(uid=*))"),
    ("-E", "subentries=true"),
    ("-E", "!subentries=false"),
    ("-E", "!domainScope"),
    ("-e", "manageDSAit"),
    ("-e", "!manageDSAit"),
    ("-e", "assert=(ou=People)"),
    ("-e", "!assert=(ou=People)"),
    ("-e", "!assert=(ou=Other)"),
    ("-e", "!assert=(userPassword=*)"),
    ("-e", "ppolicy"),
    ("-e", "relax"),
    ("-e", "!preread=uid"),
    ("-e", "postread=uid"),
    ("-e", "!postread=uid"),
]


@pytest.mark.parametrize("options", UNORDERED, ids=" ".join)
def test_ldapsearch_gets_what_slapd_gives(slapd: Slapd, gateway: Gateway, options: tuple[str, ...]) -> None:
    asked = (*options, "(&(uid=*)(!(uid=app)))", "uid", "cn", "mail", "title")
    code, found = _search(gateway.uri, APP, *asked)
    expected, there = _search(slapd.url, READER, *asked)
    assert code == expected
    if code == 4:  # which of them is the servers' choice
        assert len(found) == len(there)
        return
    assert sorted(found) == sorted(there)
    assert len({dn for dn, _ in found}) == len(found)


@pytest.mark.parametrize("options", ORDERED, ids=" ".join)
def test_ldapsearch_gets_it_in_the_order_of_slapd(slapd: Slapd, gateway: Gateway, options: tuple[str, ...]) -> None:
    asked = (*options, "(&(uid=*)(!(uid=app)))", "uid", "title")
    code, found = _search(gateway.uri, APP, *asked)
    expected, there = _search(slapd.url, READER, *asked)
    deadline = time.monotonic() + PATIENCE
    while expected == 51 and time.monotonic() < deadline:  # slapd has not forgotten the order of the last connection
        expected, there = _search(slapd.url, READER, *asked)
    assert (code, len(found)) == (expected, 12)
    if "title:caseIgnoreOrderingMatch" in options[1] and "/" not in options[1]:  # equal ones as they come
        assert [values.get("title") for _, values in found] == [values.get("title") for _, values in there]
        return
    assert found == there


def test_sorting_by_what_has_no_order_is_answered_unsorted_unless_it_is_critical(gateway: Gateway) -> None:
    """RFC 2891 2; slapd answers 18 in place of the search, critical or not."""
    assert _search(gateway.uri, APP, "-E", "sss=objectClass", "(uid=p*)", "uid")[0] == 0
    assert _search(gateway.uri, APP, "-E", "!sss=objectClass", "(uid=p*)", "uid")[0] == 12


def test_an_attribute_sorts_by_its_own_order_where_none_is_named(gateway: Gateway) -> None:
    """slapd knows one for few attributes, and answers 18 for all others."""
    _, found = _search(gateway.uri, APP, "-E", "!sss=-title", "(title=*)", "uid")
    assert [values["uid"][0].decode() for _, values in found] == [
        "p00", "p10", "p04", "p11", "p09", "p08", "p06", "p02", "p05", "p01",
    ]  # fmt: skip


def test_the_subschema_is_our_subentry(gateway: Gateway) -> None:
    """A search for it by name finds it in any case, as slapd's."""
    for shown in ("true", "false"):
        options = ("-LLL", "-E", f"!subentries={shown}", "-b", "cn=Subschema", "-s", "base", "cn")
        done = _run("ldapsearch", gateway.uri, APP, *options)
        assert (done.returncode, done.stdout.count("dn: ")) == (0, 1)


@pytest.mark.parametrize("oid", ["1.3.6.1.1.22", "1.2.3.4", "1.3.6.1.4.1.21008.108.63.1"])
def test_a_control_that_is_not_known_is_12_if_it_is_critical(gateway: Gateway, oid: str) -> None:
    """The first is Don't Use Copy: every entry here is a copy, so it cannot be kept."""
    assert _search(gateway.uri, APP, "-e", f"!{oid}", "(uid=p01)")[0] == 12
    assert _search(gateway.uri, APP, "-e", oid, "(uid=p01)")[0] == 0


def test_ldapcompare_with_an_assertion(slapd: Slapd, gateway: Gateway) -> None:
    for uri, who in ((gateway.uri, APP), (slapd.url, READER)):
        for assertion, value, code in (("(uid=p01)", "p01", 6), ("(uid=p01)", "x", 5), ("(uid=x)", "p01", 122)):
            done = _run("ldapcompare", uri, who, "-e", f"!assert={assertion}", _dn("p01"), f"uid:{value}")
            assert done.returncode == code, done.stderr


def test_ldapwhoami_with_the_policy_control(gateway: Gateway) -> None:
    done = _run("ldapwhoami", gateway.uri, Login(_dn("p03"), "p03-pw"), "-e", "ppolicy")
    assert (done.returncode, done.stdout.strip()) == (0, f"dn:{_dn('p03')}")
    assert _run("ldapwhoami", gateway.uri, Login(_dn("p03"), "wrong"), "-e", "ppolicy").returncode == 49


def test_ldapexop_cancels_nothing_that_is_not_there(slapd: Slapd, gateway: Gateway) -> None:
    for uri, who in ((gateway.uri, APP), (slapd.url, READER)):
        done = _run("ldapexop", uri, who, "cancel", "99")
        assert "(119)" in done.stderr + done.stdout


def test_python_ldap_cancels_a_search_that_hangs(slapd: Slapd, gateway: Gateway) -> None:
    connection = python_ldap(Way(gateway.uri), APP)
    slapd.freeze()
    try:
        number = connection.search(PEOPLE, ldap.SCOPE_SUBTREE, "(title=*)")
        connection.cancel_s(number)
        with pytest.raises(ldap.CANCELLED):
            connection.result(number)
        assert connection.whoami_s() == f"dn:{_dn('app')}"
    finally:
        slapd.thaw()
        connection.unbind_s()


def test_libldap_verifies_credentials(gateway: Gateway) -> None:
    """What `ldapvc` does."""
    assert verify_credentials(gateway.uri, _dn("p01"), "p01-pw").verdict == 0
    refused = verify_credentials(gateway.uri, _dn("p01"), "wrong", PASSWORD_POLICY)
    assert (refused.code, refused.verdict) == (0, 49)
    assert refused.controls == {PASSWORD_POLICY: b"\x30\x00"}
    assert "bind" in {record["event"] for record in gateway.audit()}


def _pages(connection: Any, size: int, between: Callable[[int], object], wanted: str = "(uid=p*)") -> list[str]:
    control = SimplePagedResultsControl(True, size=size, cookie="")
    found: list[str] = []
    while True:
        number = connection.search_ext(PEOPLE, ldap.SCOPE_SUBTREE, wanted, ["uid"], serverctrls=[control])
        _, entries, _, answered = connection.result3(number)
        found += [values["uid"][0].decode() for _, values in entries]
        control.cookie = next(one.cookie for one in answered if one.controlType == control.controlType)
        if not control.cookie:
            return found
        between(len(found))


@pytest.mark.parametrize("size", [1, 5, 12, 13])
def test_python_ldap_gets_pages(gateway: Gateway, size: int) -> None:
    connection = python_ldap(Way(gateway.uri), APP)
    assert sorted(_pages(connection, size, lambda _: None)) == NAMES
    assert sorted(_pages(connection, size, lambda _: None)) == NAMES
    connection.unbind_s()


@pytest.mark.parametrize("size", [1, 4])
def test_people_who_move_between_two_pages_are_found_once(
    slapd: Slapd, gateways: Callable[..., Gateway], size: int
) -> None:
    """R17."""
    source = {
        "name": "staff", "type": "ldap", "url": slapd.url, "base": PEOPLE, "page_size": 2, "search_connections": 1,
        "bind_dn": SERVICE, "bind_password": SERVICE_PASSWORD,
    }  # fmt: skip
    gateway = gateways(source, passwords=CHEAP).start()
    connection = python_ldap(Way(gateway.uri), APP)

    def moves(count: int) -> None:
        movers = NAMES[count // 2 : count // 2 + 2] + NAMES[-count // 2 :][:2]
        _move(gateway, *movers)
        gateway.settle(movers)

    assert sorted(_pages(connection, size, moves)) == NAMES
    connection.unbind_s()
    assert len(gateway.audit("adopt")) >= 4


def test_a_cookie_is_of_one_connection_and_of_one_use(slapd: Slapd, gateway: Gateway) -> None:
    one, other = python_ldap(Way(gateway.uri), APP), python_ldap(Way(gateway.uri), APP)
    control = SimplePagedResultsControl(True, size=5, cookie="")

    def ask(connection: Any) -> Any:
        number = connection.search_ext(PEOPLE, ldap.SCOPE_SUBTREE, "(uid=p*)", ["uid"], serverctrls=[control])
        return connection.result3(number)

    control.cookie = ask(one)[3][0].cookie
    for connection in (other, one):
        if connection is one:
            ask(one)
        with pytest.raises(ldap.UNWILLING_TO_PERFORM):
            ask(connection)
        connection.unbind_s()


def test_python_ldap_sends_the_other_controls(gateway: Gateway) -> None:
    connection = python_ldap(Way(gateway.uri), APP)

    def ask(*controls: Any, wanted: str = "(uid=p*)") -> list[dict[str, list[bytes]]]:
        found = connection.search_ext_s(PEOPLE, ldap.SCOPE_SUBTREE, wanted, serverctrls=list(controls))
        return [values for _, values in found]

    sort = SSSRequestControl(True, ["-uid"])
    assert [values["uid"][0].decode() for values in ask(sort)] == NAMES[::-1]
    assert ask(MatchedValuesControl(True, "((mail=*@other.example))"), wanted="(uid=p07)") == [
        {"mail": [b"p07@other.example"]}
    ]
    assert len(ask(AssertionControl(True, "(ou=People)"))) == 12
    with pytest.raises(ldap.ASSERTION_FAILED):
        ask(AssertionControl(True, "(ou=Other)"))
    connection.unbind_s()


@pytest.mark.parametrize("size", [1, 5, 100])
def test_ldap3_gets_pages(gateway: Gateway, size: int) -> None:
    with ldap3_connection(Way(gateway.uri), APP) as connection:
        assert connection.bind()
        found = connection.extend.standard.paged_search(
            PEOPLE, "(uid=p*)", attributes=["uid"], paged_size=size, paged_criticality=True, generator=True
        )
        assert sorted(entry["attributes"]["uid"][0] for entry in found) == NAMES


@pytest.mark.parametrize("spoken", [True, False])
def test_version_2_is_spoken_where_that_is_allowed(
    slapd: Slapd, gateways: Callable[..., Gateway], spoken: bool
) -> None:
    source = {
        "name": "staff", "type": "ldap", "url": slapd.url, "base": PEOPLE,
        "bind_dn": SERVICE, "bind_password": SERVICE_PASSWORD,
    }  # fmt: skip
    gateway = gateways(source, passwords=CHEAP, access={"ldapv2": spoken}).start()
    for _ in range(2):  # not moved, and moved
        code, found = _search(gateway.uri, APP, "-P", "2", "(uid=p01)", "uid")
        assert (code, len(found)) == ((0, 1) if spoken else (2, 0))


CHANGE = f"""\
dn: {_dn("p08")}
changetype: modify
replace: userPassword
userPassword: p08-new-pw-canary
"""


def test_ldapmodify_sees_the_entry_before_and_after_and_only_if_it_is_as_asserted(
    slapd: Slapd, gateways: Callable[..., Gateway]
) -> None:
    """Of a change of password by its owner, who has moved with the bind."""
    source = {
        "name": "staff", "type": "ldap", "url": slapd.url, "base": PEOPLE,
        "bind_dn": SERVICE, "bind_password": SERVICE_PASSWORD,
    }  # fmt: skip
    gateway = gateways(source, passwords=CHEAP).start()
    _move(gateway, "p08")
    gateway.settle(["p08"])
    who = Login(_dn("p08"), "p08-pw")
    shown = ("-e", "!preread=uid,userPassword", "-e", "!postread=uid")
    other = _run("ldapmodify", gateway.uri, who, *shown, "-e", "!assert=(uid=other)", typed=CHANGE)
    assert other.returncode == 122, other.stderr
    done = _run("ldapmodify", gateway.uri, who, *shown, "-e", "!assert=(uid=p08)", typed=CHANGE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(f"dn: {_dn('p08')}") == 2
    assert done.stdout.count("uid: p08") == 2
    assert "userPassword" not in done.stdout
    assert _run("ldapwhoami", gateway.uri, Login(who.dn, "p08-new-pw-canary")).returncode == 0


EXPIRING = f"""\
dn: cn=short,dc=corp,dc=example
changetype: add
objectClass: device
objectClass: pwdPolicy
cn: short
pwdAttribute: userPassword
pwdMaxAge: 1000
pwdExpireWarning: 5000

dn: {_dn("p11")}
changetype: modify
add: pwdPolicySubentry
pwdPolicySubentry: cn=short,dc=corp,dc=example

dn: {_dn("p11")}
changetype: modify
replace: userPassword
userPassword: p11-pw

"""


def test_the_old_server_s_word_on_the_end_of_a_password_is_passed_on(
    slapd: Slapd, gateways: Callable[..., Gateway]
) -> None:
    """Of people who have not moved; Netscape's control says the same, unasked."""
    slapd.modify(EXPIRING)
    source = {
        "name": "staff", "type": "ldap", "url": slapd.url, "base": PEOPLE,
        "bind_dn": SERVICE, "bind_password": SERVICE_PASSWORD,
    }  # fmt: skip
    gateway = gateways(source, passwords=CHEAP, migration={"enabled": False}).start()
    connection = python_ldap(Way(gateway.uri))
    number = connection.simple_bind(_dn("p11"), "p11-pw", serverctrls=[PasswordPolicyControl()])
    policy = next(one for one in connection.result3(number)[3] if one.controlType == PASSWORD_POLICY)
    connection.unbind_s()
    assert policy.error is None
    assert 900 < policy.timeBeforeExpiration <= 1000
    done = _run("ldapwhoami", gateway.uri, Login(_dn("p11"), "p11-pw"), "-e", "ppolicy")
    assert "expires in" in done.stderr
    assert "PasswordExpiring control" in done.stdout
    until(lambda: "bind" in {record["event"] for record in gateway.audit()}, "the binds are in the audit")
