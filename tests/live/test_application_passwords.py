"""Passwords changed by people through the LDAP library of a program, before they have moved and afterwards (R19).

Who does what; the names are those of the ways in `programs/passwords*` and `Passwords.java`, E is Password Modify
(RFC 3062), and the other tests of changes by clients are in `test_changes.py`.

============  ================  ===================  ================  ==================
Library       Modify: replace   Modify: delete, add  E, given          E, made up here
============  ================  ===================  ================  ==================
PHP           replace           batch                exop, exop-own    exop-generated
Java (JNDI)   replace, bytes    delete-add           exop, exop-own    exop-generated
ldapts        replace           delete-add           exop              (as exop)
ldapjs        replace           delete-add           exop              (as exop)
Perl          replace           delete-add           exop              exop-generated
Ruby          replace           delete-add           exop              exop-generated
python-ldap   here, below       here, below          test_changes.py   test_changes.py
ldap3         here, below       here, below          test_changes.py   here, below
============  ================  ===================  ================  ==================

SASL PLAIN is what python-ldap, ldap3, PHP and JNDI offer beside simple binds; ldap-utils' is in `test_edge.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import ldap.sasl  # type: ignore[import-untyped]  # as above
import ldap3
import pytest
from live.certificates import Authority
from live.clients import Login, PythonLdap, Way, ldap3_connection, python_ldap
from live.estate import CROWD, MOVED, Estate, dn_of, scene, who
from live.gateway_process import Gateway
from live.legacy import password_of
from live.programs import PROGRAMS, output, surroundings

pytestmark = pytest.mark.live

NEW, NEWER = "new-canary-11c4", "newer-canary-3e0d"
REFUSED = {"wrong-old": 53, "wrong-delete": 53, "somebody-else": 50}
MODIFIED, EXTENDED = ("replace", "delete-add"), ("exop", "exop-generated", "wrong-old")
JAVA = ["java", "-XX:TieredStopAtLevel=1"]
PROGRAM = {
    "php": (
        ["php", "passwords.php"],
        ("exop", "exop-own", "exop-generated", "replace", "batch", "wrong-old", "somebody-else"),
    ),
    "java": ([*JAVA, "Passwords.java"], (*MODIFIED, "bytes", *EXTENDED, "exop-own")),
    "ldapts": (["node", "passwords_ldapts.js"], (*MODIFIED, "exop", "wrong-old", "wrong-delete", "somebody-else")),
    "ldapjs": (["node", "passwords_ldapjs.js"], (*MODIFIED, "exop", "wrong-delete")),
    "perl": (["perl", "passwords.pl"], (*MODIFIED, *EXTENDED)),
    "ruby": (["ruby", "passwords.rb"], (*MODIFIED, *EXTENDED)),
}


@pytest.fixture(scope="module")
def gateway(estate: Estate, gateways: Callable[..., Gateway], authority: Authority) -> Iterator[Gateway]:
    yield from scene(estate, gateways, authority)


def asked(language: str) -> dict[str, str]:
    """Each way of a program, and the person who goes it."""
    first = 8 * list(PROGRAM).index(language)
    return dict(zip(PROGRAM[language][1], CROWD[first : first + 8], strict=False))


def lines(gateway: Gateway, authority: Authority, language: str, *words: str) -> list[list[str]]:
    """What a program says of its jobs: way, result, with the new password, with the old one, what it is now."""
    command, file = PROGRAM[language][0][:-1], PROGRAM[language][0][-1]
    environment = surroundings(gateway, authority, CROWD[0])
    return [line.split("\t") for line in output([*command, str(PROGRAMS / file), *words], environment).splitlines()]


@pytest.mark.parametrize("language", PROGRAM)
def test_only_the_new_password_is_right_afterwards(gateway: Gateway, authority: Authority, language: str) -> None:
    """R19: first of people who have not moved, and then of the same when they have."""
    people = asked(language)
    assert not {*people.values()} & {record["name"] for record in gateway.audit("adopt")}
    known = {way: password_of(name) for way, name in people.items()}
    for fresh in (NEW, NEWER):
        words = [word for way, name in people.items() for word in (way, dn_of(name), known[way], fresh)]
        told = lines(gateway, authority, language, *words)
        for way, *codes, password in told:
            code = REFUSED.get(way, 0)
            assert codes == ([str(code), "49", "0"] if code else ["0", "0", "49"]), (way, fresh, codes)
            assert code or (password == fresh) != way.endswith("generated"), way
            known[way] = known[way] if code else password
        assert [way for way, *_ in told] == list(people)
        gateway.settle(list(people.values()))
    logins = [who(name, known[way]) for way, name in people.items()]
    assert {PythonLdap().bind(Way(gateway.uri), login).code for login in logins} == {0}


def _replace(way: Way, login: Login, new: str) -> str:
    python_ldap(way, login).modify_s(login.dn, [(ldap.MOD_REPLACE, "userPassword", new.encode())])
    return new


def _delete_and_add(way: Way, login: Login, new: str) -> str:
    changes = [(ldap.MOD_DELETE, "userPassword", login.password.encode()), (ldap.MOD_ADD, "userPassword", new.encode())]
    python_ldap(way, login).modify_s(login.dn, changes)
    return new


def _replace_by_ldap3(way: Way, login: Login, new: str) -> str:
    with ldap3_connection(way, login) as connection:
        assert connection.bind()
        assert connection.modify(login.dn, {"userPassword": [(ldap3.MODIFY_REPLACE, [new])]}), connection.result
    return new


def _delete_and_add_by_ldap3(way: Way, login: Login, new: str) -> str:
    changes = [(ldap3.MODIFY_DELETE, [login.password]), (ldap3.MODIFY_ADD, [new])]
    with ldap3_connection(way, login) as connection:
        assert connection.bind()
        assert connection.modify(login.dn, {"userPassword": changes}), connection.result
    return new


def _made_up_for_ldap3(way: Way, login: Login, _new: str) -> str:
    with ldap3_connection(way, login) as connection:
        assert connection.bind()
        return str(connection.extend.standard.modify_password(old_password=login.password))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (_replace, CROWD[50]),
        (_delete_and_add, CROWD[51]),
        (_replace_by_ldap3, CROWD[52]),
        (_delete_and_add_by_ldap3, CROWD[53]),
        (_made_up_for_ldap3, CROWD[54]),
    ],
)
def test_python_s_libraries_change_a_password_by_modify(
    gateway: Gateway, authority: Authority, change: Callable[[Way, Login, str], str], name: str
) -> None:
    """R19; and no password can be compared, whoever asks."""
    way, client, login = Way(gateway.uri, starttls=True, ca=authority.certificate), PythonLdap(), who(name)
    for fresh in (NEW, NEWER):
        changed = Login(login.dn, change(way, login, fresh))
        assert [client.bind(way, one).code for one in (login, changed)] == [49, 0]
        login = changed
    assert client.compare(way, login, login.dn, "uid", name)
    with pytest.raises(ldap.NO_SUCH_ATTRIBUTE):
        client.compare(way, login, login.dn, "userPassword", login.password)


Told = tuple[int, str]
"""The result code of a bind, and whom the connection then speaks for."""


def plain_by_python_ldap(gateway: Gateway, _authority: Authority, name: str, password: str) -> Told:
    connection = python_ldap(Way(gateway.uri))
    connection.set_option(ldap.OPT_X_SASL_SECPROPS, "none")
    try:
        asked = {ldap.sasl.CB_AUTHNAME: name, ldap.sasl.CB_PASS: password}
        connection.sasl_interactive_bind_s("", ldap.sasl.sasl(asked, "PLAIN"))
    except ldap.INVALID_CREDENTIALS:
        return 49, ""
    return 0, str(connection.whoami_s())


def plain_by_ldap3(gateway: Gateway, authority: Authority, name: str, password: str) -> Told:
    way = Way(gateway.uri, starttls=True, ca=authority.certificate)
    sasl = {"authentication": ldap3.SASL, "sasl_mechanism": "PLAIN", "sasl_credentials": (None, name, password)}
    with ldap3_connection(way, Login("", ""), **sasl) as connection:
        connection.bind()
        return connection.result["result"], str(connection.extend.standard.who_am_i() or "")


@pytest.mark.parametrize("bind", [plain_by_python_ldap, plain_by_ldap3])
def test_python_s_libraries_bind_by_sasl_plain(
    gateway: Gateway, authority: Authority, bind: Callable[[Gateway, Authority, str, str], Told]
) -> None:
    """RFC 4616, with a bare name: of somebody who has moved, and of somebody who moves by it."""
    newcomer = CROWD[56] if bind is plain_by_ldap3 else CROWD[57]
    for name in (MOVED[0], newcomer):
        assert bind(gateway, authority, name, "wrong") == (49, "")
        assert bind(gateway, authority, name, password_of(name)) == (0, f"dn:{dn_of(name)}")
    gateway.settle([newcomer])


@pytest.mark.parametrize(
    ("newcomer", "command"), [(CROWD[58], ["php", "plain.php"]), (CROWD[59], [*JAVA, "Plain.java"])]
)
def test_php_and_jndi_bind_by_sasl_plain(
    gateway: Gateway, authority: Authority, newcomer: str, command: list[str]
) -> None:
    people = (MOVED[0], newcomer)
    words = [word for name in people for each in ("wrong", password_of(name)) for word in (name, each)]
    program = [*command[:-1], str(PROGRAMS / command[-1])]
    told = output([*program, *words], surroundings(gateway, authority, newcomer)).splitlines()
    assert told == [line for name in people for line in ("49", f"0 dn:{dn_of(name)}")]
    gateway.settle([newcomer])
