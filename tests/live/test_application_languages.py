"""PHP, Node.js, Perl and Ruby: what applications in these languages do with their LDAP library."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from live.certificates import Authority
from live.daemons import run
from live.estate import APPLICATION, CROWD, MOVED, STAYED, Estate, dn_of, outcomes, scene
from live.gateway_process import Gateway
from live.legacy import PHOTO
from live.programs import PROGRAMS, facts, surroundings
from live.slapd import PEOPLE

pytestmark = pytest.mark.live

COMMANDS = {
    "php": ["php", str(PROGRAMS / "client.php")],
    "ldapts": ["node", str(PROGRAMS / "ldapts.js")],
    "ldapjs": ["node", str(PROGRAMS / "ldapjs.js")],
    "perl": ["perl", str(PROGRAMS / "client.pl")],
    "ruby": ["ruby", str(PROGRAMS / "client.rb")],
}
INVALID, TRUE = 49, 6
MEMBERS = len(CROWD)


@pytest.fixture(scope="module")
def gateway(estate: Estate, gateways: Callable[..., Gateway], authority: Authority) -> Iterator[Gateway]:
    yield from scene(estate, gateways, authority)


def expected(language: str, name: str) -> dict[str, Any]:
    """What a program says about a person who may be in, whether they have moved or not."""
    dn, photo = dn_of(name), base64.b64encode(PHOTO).decode()
    person = {"found": 1, "dn": dn, "photo": photo, "wrong": INVALID, "right": 0}
    named = {**person, "cn": f"{name.title()} Müller"}
    pages = [3, MEMBERS, MEMBERS]
    told: dict[str, dict[str, Any]] = {
        "php": {
            **named, "starttls": True, "service": True, "whoami": f"dn:{APPLICATION.dn}", "compare": True, "read": 1,
            "pages": pages,
        },
        "ldapts": {**named, "references": 0, "compare": True, "paged": pages[1:], "limited": 5},
        "ldapjs": {**named, "compare": True, "paged": pages[1:]},
        "perl": {
            **person, "starttls": 0, "service": 0, "compare": TRUE, "pages": pages,
            "schema": "0.9.2342.19200300.100.1.3",
        },
        "ruby": {
            "found": 1, "photo": photo, "wrong": INVALID, "right": dn, "all": pages[1:], "root": ["3"],
        },
    }  # fmt: skip
    return told[language]


@pytest.mark.parametrize("name", [MOVED[0], STAYED[0], STAYED[1]])
@pytest.mark.parametrize("language", COMMANDS)
def test_a_program_sees_binds_compares_and_pages(
    gateway: Gateway, authority: Authority, language: str, name: str
) -> None:
    """R17: the same of people who have moved and who have not; whoever has not moves with it."""
    assert facts(COMMANDS[language], surroundings(gateway, authority, name)) == expected(language, name)
    assert outcomes(gateway, name)[-2:] == ["wrong-password", "accepted"] or language == "ruby"


def test_curl_reads_an_entry_by_url(gateway: Gateway) -> None:
    """Shell scripts and monitoring do. In clear text: under TLS, curl 7 waits for more when it has not looked at all
    that came in one record, so that two messages in one hang it."""
    for name in (MOVED[0], "p001"):
        url = f"{gateway.uri}/{PEOPLE}?mail?sub?(uid={name})"
        login = f"{APPLICATION.dn}:{APPLICATION.password}"
        done = run("curl", "--silent", "--show-error", "--max-time", "20", "--user", login, url)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.split("\n")[:2] == [f"DN: {dn_of(name)}", f"\tmail: {name}@corp.example"]
