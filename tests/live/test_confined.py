"""Somebody whose password an administrator has set, before slapd's ppolicy overlay (`pwdMustChange`) and before the
gateway: the same steps, the same codes and controls, but for what is listed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import pytest
from ldap.controls.ppolicy import PasswordPolicyControl  # type: ignore[import-untyped]
from live.certificates import Authority
from live.clients import Login
from live.connections import TIMEOUT
from live.gateway_process import CHEAP, Gateway
from live.slapd import BASE, PEOPLE, SERVICE, SERVICE_PASSWORD, Slapd, person

pytestmark = pytest.mark.live

GIVEN, OWN = "given-canary-31fe", "own-canary-6c0b"
AFTER_RESET, MAY_NOT = 2, 3
"""changeAfterReset and passwordModNotAllowed (draft-behera-ldap-password-policy-10, section 6.2)."""
MOVED = ("boss", "chief", "anna", "bob")
POLICY = [PasswordPolicyControl()]
Step = Callable[[Any], Any]


def dn(name: str) -> str:
    return f"uid={name},{PEOPLE}"


def may_administer(server: Slapd) -> None:
    """Let boss and chief do everything, as administrators of the gateway may."""
    configuration = server.directory / "slapd.conf"
    who = " ".join(f'by dn.exact="{dn(name)}" manage' for name in ("boss", "chief"))
    text = configuration.read_text().replace("access to attrs=userPassword ", f"access to attrs=userPassword {who} ")
    configuration.write_text(text.replace("access to * by", f"access to * {who} by users read by", 1))


@dataclass(frozen=True)
class Server:
    """Where to connect, in clear and by StartTLS."""

    uri: str
    ca: str

    def connection(self) -> Any:
        made = ldap.initialize(self.uri)
        made.set_option(ldap.OPT_NETWORK_TIMEOUT, TIMEOUT)
        made.set_option(ldap.OPT_TIMEOUT, TIMEOUT)
        made.set_option(ldap.OPT_X_TLS_CACERTFILE, self.ca)
        made.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        return made

    def bound(self, who: Login) -> Any:
        made = self.connection()
        made.simple_bind_s(who.dn, who.password)
        return made


def policy_of(controls: Any) -> int | None:
    return next((one.error for one in controls or () if one.controlType == PasswordPolicyControl.controlType), None)


def answer(step: Step, connection: Any) -> tuple[int, int | None]:
    """The result code, and what the password policy control says."""
    try:
        given = step(connection)
    except ldap.LDAPError as error:
        found = error.args[0]
        controls = ldap.controls.DecodeControlTuples(found.get("ctrls") or [])
        return int(found["result"]), policy_of(controls)
    return 0, policy_of(given[3]) if isinstance(given, tuple) and len(given) > 3 else None


@pytest.fixture(scope="module")
def servers(
    tmp_path_factory: pytest.TempPathFactory, gateways: Callable[..., Gateway], authority: Authority
) -> Iterator[tuple[Server, Server]]:
    files = authority.issue()
    slapd = Slapd(tmp_path_factory.mktemp("slapd"), [person(name, f"{name}-pw") for name in (*MOVED, "cyn")], files)
    may_administer(slapd)
    slapd.start()
    source = {
        "name": "staff", "type": "ldap", "url": slapd.url, "base": BASE, "bind_dn": SERVICE,
        "bind_password": SERVICE_PASSWORD,
    }  # fmt: skip
    pair = {"certificate": str(files.certificate), "key": str(files.key)}
    listen = {"ldap": {"address": "127.0.0.1", "port": 0, "starttls": "offered", "clear_text": "allowed", **pair}}
    access = {"administrators": [dn("boss"), dn("chief")]}
    gateway = gateways(source, listen=listen, access=access, changes={"reset_must_change": True}, passwords=CHEAP)
    gateway.start()
    theirs, ours = (Server(uri, str(authority.certificate)) for uri in (slapd.url, gateway.uri))
    for name in MOVED:
        ours.bound(Login(dn(name), f"{name}-pw")).unbind_s()
    gateway.settle(MOVED)
    yield theirs, ours
    slapd.stop()


def modify(name: str, *changes: tuple[str, str]) -> Step:
    mods = [(ldap.MOD_REPLACE, attribute, [value.encode()]) for attribute, value in changes]
    return lambda c: c.result3(c.modify_ext(dn(name), mods, POLICY))


def passwd(name: str | None, old: str | None, new: str) -> Step:
    whom = None if name is None else dn(name)
    return lambda c: c.result3(c.passwd(whom, old, new, POLICY))


def search(base: str, scope: int = ldap.SCOPE_BASE) -> Step:
    return lambda c: c.result3(c.search_ext(base, scope, "(objectClass=*)", ["1.1"], 0, POLICY))


def extended(oid: str) -> Step:
    return lambda c: c.result3(c.extop(ldap.extop.ExtendedRequest(oid, None)))


ADDED = [("objectClass", [b"inetOrgPerson"]), *((name, [b"new"]) for name in ("uid", "cn", "sn"))]
STEPS: dict[str, Callable[[str], Step]] = {
    "the own entry": lambda me: search(dn(me)),
    "everybody": lambda _: search(PEOPLE, ldap.SCOPE_SUBTREE),
    "the root DSE": lambda _: search(""),
    "the schema": lambda _: search("cn=Subschema"),
    "a compare": lambda me: lambda c: c.result3(c.compare_ext(dn(me), "uid", me.encode(), POLICY)),
    "an add": lambda _: lambda c: c.result3(c.add_ext(dn("new"), ADDED, POLICY)),
    "a delete": lambda _: lambda c: c.result3(c.delete_ext(dn("bob"), POLICY)),
    "a rename": lambda _: lambda c: c.result3(c.rename(dn("cyn"), "uid=c", None, 1, POLICY)),
    "the own description": lambda me: modify(me, ("description", "x")),
    "the own password and more": lambda me: modify(me, ("userPassword", OWN), ("description", "x")),
    "the own mark": lambda me: modify(me, ("pwdReset", "FALSE")),
    "who am I": lambda _: extended("1.3.6.1.4.1.4203.1.11.3"),
    "an operation that nobody knows": lambda _: extended("1.3.6.1.4.1.99999.1"),
    "another's password": lambda _: passwd("bob", None, OWN),
    "another's password by modify": lambda _: modify("bob", ("userPassword", OWN)),
    "the same password again": lambda _: passwd(None, None, GIVEN),
    "a wrong old password": lambda _: passwd(None, "wrong", OWN),
    "StartTLS": lambda _: lambda c: c.start_tls_s(),
    "the own password": lambda _: passwd(None, None, OWN),
    "the own password, with the old one": lambda me: passwd(me, GIVEN, OWN),
    "the own password by modify": lambda me: modify(me, ("userPassword", OWN)),
    "a bind of somebody else": lambda _: lambda c: c.result3(c.simple_bind(dn("boss"), "boss-pw", POLICY)),
}
DIFFERENT = {
    # slapd's overlay does not look at renames, nor at whose password it is, and takes that for the change of the own
    # one: an administrator's right would count before the own password does. Here it does not.
    ("chief", "a rename"): ((0, 50), (50, 50)),
    ("chief", "the own mark"): ((0, 50), (50, 50)),
    ("chief", "another's password"): ((0, 0), (50, 50)),
    ("chief", "another's password by modify"): ((0, 0), (50, 50)),
    # Without a history slapd takes the very password that the administrator knows.
    ("chief", "the same password again"): ((0, 0), (19, 50)),
    ("anna", "the same password again"): ((0, 0), (19, 50)),
    # Both may be (RFC 4513 section 3.1.5): slapd forgets who was bound, and here they stay who they are, and confined.
    ("chief", "StartTLS"): ((0, 32), (0, 50)),
    ("anna", "StartTLS"): ((0, 32), (0, 50)),
}
"""The code of the step, and of a search after it: slapd's, and ours."""


def after_a_reset(server: Server, me: str, step: Step) -> list[tuple[int, int | None]]:
    """What an administrator is told who sets the password, the owner who binds by it, does this, and then searches."""
    boss = server.bound(Login(dn("boss"), "boss-pw"))
    told = [answer(passwd(me, None, GIVEN), boss)]
    boss.unbind_s()
    connection = server.connection()
    told.append(answer(lambda c: c.result3(c.simple_bind(dn(me), GIVEN, POLICY)), connection))
    told += [answer(step, connection), answer(search(PEOPLE), connection)]
    connection.unbind_s()
    return told


@pytest.mark.parametrize("what", STEPS)
@pytest.mark.parametrize("me", ["anna", "chief"])
def test_after_a_reset_each_step_has_slapds_answer(servers: tuple[Server, Server], me: str, what: str) -> None:
    """R7. anna is nobody special, chief an administrator."""
    theirs, ours = (after_a_reset(server, me, STEPS[what](me)) for server in servers)
    assert theirs[:2] == ours[:2] == [(0, None), (0, AFTER_RESET)]
    codes = tuple(tuple(code for code, _ in told[2:]) for told in (theirs, ours))
    assert codes == DIFFERENT.get((me, what), (codes[0], codes[0]))
    for (_, told), (code, policy) in zip(theirs[2:], ours[2:], strict=True):
        assert policy == told or told is None  # slapd says nothing where a search, a compare or a delete is refused
        assert code != 50 or policy in {AFTER_RESET, MAY_NOT}
