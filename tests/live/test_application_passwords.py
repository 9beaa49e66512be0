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
============  ================  ===================  ================  ==================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from live.certificates import Authority
from live.clients import PythonLdap, Way
from live.estate import CROWD, Estate, dn_of, scene, who
from live.gateway_process import Gateway
from live.legacy import password_of
from live.programs import PROGRAMS, output, surroundings

pytestmark = pytest.mark.live

NEW, NEWER = "new-canary-11c4", "newer-canary-3e0d"
REFUSED = {"wrong-old": 53, "wrong-delete": 53, "somebody-else": 50}
MODIFIED, EXTENDED = ("replace", "delete-add"), ("exop", "exop-generated", "wrong-old")
PROGRAM = {
    "php": (
        ["php", "passwords.php"],
        ("exop", "exop-own", "exop-generated", "replace", "batch", "wrong-old", "somebody-else"),
    ),
    "java": (["java", "-XX:TieredStopAtLevel=1", "Passwords.java"], (*MODIFIED, "bytes", *EXTENDED, "exop-own")),
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
