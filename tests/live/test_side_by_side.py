"""Side by side with OpenLDAP: the same searches over the same 5,000 entries, before, during and after the move (R17).

Every difference that is meant stands in `MEANT`, with its reason; all others are faults.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import ldap  # type: ignore[import-untyped]  # python-ldap has no types
import pytest
from live.connections import Login, Way, python_ldap
from live.corpus import Search, searches
from live.corpus_entries import BASE, PASSWORD, Person, ldif, people
from live.gateway_process import CHEAP, Gateway, until
from live.slapd import SERVICE, SERVICE_PASSWORD, Slapd

pytestmark = pytest.mark.live

Answer = tuple[int, dict[str, dict[str, list[bytes]]]]
"""A result code, and values by attribute by DN; values in no order, as a server may give them."""


@dataclass
class Both:
    """The gateway, and what OpenLDAP behind it answers: `theirs`, in the order of `asked`."""

    gateway: Gateway
    people: list[Person]
    asked: list[Search]
    theirs: list[Answer] = field(default_factory=list)

    def ask(self, uri: str) -> list[Answer]:
        """What a server answers to all of the searches."""
        connection = python_ldap(Way(uri), Login(SERVICE, SERVICE_PASSWORD))
        return [ask(connection, search) for search in self.asked]

    def move(self, some: list[Person]) -> None:
        """These people sign in."""

        def sign_in(part: list[Person]) -> None:
            connection = python_ldap(Way(self.gateway.uri))
            for person in part:
                connection.simple_bind_s(person.dn, PASSWORD)

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(sign_in, [some[start::8] for start in range(8)]))
        wanted = {person.uid for person in some}
        until(lambda: wanted <= {record["name"] for record in self.gateway.audit("adopt")}, "all have moved")


def ask(connection: Any, search: Search) -> Answer:
    """What a server answers."""
    try:
        found = connection.search_ext_s(
            search.base, search.scope, search.wanted, list(search.attributes) or None, int(search.types_only)
        )
    except ldap.LDAPError as error:
        return int(error.args[0]["result"]), {}
    return 0, {dn: {name: sorted(values) for name, values in entry.items()} for dn, entry in found if dn is not None}


def comparable(answer: Answer) -> Answer:
    """The answer without passwords, which the gateway never gives, and without memberOf: it computes that from the
    groups (R18), where OpenLDAP's overlay has written it only for groups that were changed since it is there."""
    code, found = answer
    left_out = {"userPassword", "memberOf"}
    return code, {dn: {k: v for k, v in entry.items() if k not in left_out} for dn, entry in found.items()}


MEANT = {
    "a password is asked for": re.compile(r"\(userPassword", re.IGNORECASE),
    "an approximate match": re.compile("~="),
    "a capital sigma": re.compile(r"\\ce\\a3|Σ"),
    "a substring with a blank at its end": re.compile(r"(?:\* [^*()]*|[^*()]* )\*[^()]*\)|=[^*()]*\*[^()]* \)"),
}
"""What may be answered in another way, and why.

*A password is asked for*: nobody may look at passwords, the old directory's service account included (R15). So
`userPassword`, which OpenLDAP shows to its owner, is not compared, either.

*A capital sigma*: Unicode folds it and both small ones to one letter, OpenLDAP leaves the final one apart.

*An approximate match*: what is approximate is for each server to say (RFC 4511 4.5.1.7.6). OpenLDAP compares sounds, by
which `(uid~=p0297)` is everybody whose name has a P in it. Ours compares letters and digits. Who has not moved is still
found by the old server's rule.

*A substring with a blank at its end*: RFC 4518 2.6.1 pads values with a blank at both ends, so that `* zeta *` finds
a last word, too. OpenLDAP does not.
"""


def meant(search: Search) -> bool:
    """Whether a difference may be."""
    return any(pattern.search(search.wanted) for pattern in MEANT.values())


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, gateways: Callable[..., Gateway]) -> Iterator[Both]:
    everybody = list(people())
    slapd = Slapd(tmp_path_factory.mktemp("side-by-side"), ldif(everybody))
    slapd.start()
    account = {"bind_dn": SERVICE, "bind_password": SERVICE_PASSWORD}
    gateway = gateways(
        {"name": "corp", "type": "ldap", "url": slapd.url, "base": BASE, **account}, passwords=CHEAP
    ).start()
    two = Both(gateway, everybody, list(searches(everybody)))
    two.theirs += two.ask(slapd.url)
    yield two
    slapd.stop()


def check(both: Both) -> None:
    """Nothing is different that is not meant to be."""
    different = [
        (search, theirs[0], ours[0], theirs[1].keys() ^ ours[1].keys())
        for search, theirs, ours in zip(both.asked, both.theirs, both.ask(both.gateway.uri), strict=True)
        if comparable(theirs) != comparable(ours) and not meant(search)
    ]
    assert different == []


def test_what_is_asked_is_worth_asking(both: Both) -> None:
    assert len(both.asked) >= 2000
    assert sum(map(meant, both.asked)) < len(both.asked) / 4
    assert sum(bool(found) for _, found in both.theirs) > len(both.asked) / 4
    assert {code for code, _ in both.theirs} >= {0, 32, 34}


def test_nobody_has_moved(both: Both) -> None:
    """R17."""
    check(both)


def test_half_of_them_have_moved(both: Both) -> None:
    """R17: each exactly once."""
    both.move(both.people[::2])
    check(both)


def test_everybody_has_moved(both: Both) -> None:
    """R17."""
    both.move(both.people[1::2])
    check(both)
