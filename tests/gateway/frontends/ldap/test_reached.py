"""Who may see what: the answers of a session to an application that sees only a part."""

from __future__ import annotations

import pytest
from conversation import Client, People, person, search_request, services
from twisted.logger import LogEvent, formatEvent, globalLogPublisher

from gateway.frontends.ldap.application import Application
from gateway.frontends.ldap.applications import Applications
from gateway.frontends.ldap.configured import UNKNOWN
from gateway.frontends.ldap.reach import Reach
from gateway.identity.model import Attributes, Entry
from gateway.identity.outcome import Accepted
from gateway.identity.search import BaseNotFound, Query
from gateway.wire.filter import parse_filter
from gateway.wire.messages import CompareRequest

TOP = "dc=example,dc=com"
PEOPLE, STAFF, GROUPS = f"ou=people,{TOP}", f"ou=staff,{TOP}", f"ou=groups,{TOP}"
JDOE, ANN, BOB, TEAM = f"uid=jdoe,{PEOPLE}", f"uid=ann,{PEOPLE}", f"uid=bob,{STAFF}", f"cn=team,{GROUPS}"


def entry(dn: str, *classes: bytes) -> Entry:
    return Entry(dn, dn, Attributes({"objectClass": classes, dn[:2]: [dn.split(",", maxsplit=1)[0][3:].encode()]}))


class Tree(People):
    """People in two units and a group; like a store, it knows which bases exist."""

    def __init__(self) -> None:
        units = [entry(dn, b"top", b"organizationalUnit") for dn in (PEOPLE, STAFF, GROUPS)]
        group = Entry(TEAM, TEAM, Attributes({"objectClass": [b"groupOfNames"], "cn": [b"team"]}))
        super().__init__(person("jdoe"), person("ann"), person("bob", base=STAFF), group, *units)

    async def search(self, query: Query):  # type: ignore[no-untyped-def,override]  # as People's
        if query.base and not any(e.dn_key == query.base or e.dn_key.endswith("," + query.base) for e in self.entries):
            self.queries.append(query)
            raise BaseNotFound
        async for found in super().search(query):
            yield found


def client(reach: Reach, *, name: str = JDOE, tree: Tree | None = None) -> Client:
    """Somebody bound, in an application with this reach."""
    made = Client(services(tree or Tree(), applications=Applications((), Application("app", reach=reach))))
    assert made.bind(name).code == 0
    return made


def seen(client: Client, base: str, wanted: str = "(objectClass=*)", scope: int = 2) -> list[str] | int:
    """The DNs that a search finds; its result code where that is not success."""
    answers = client.ask(search_request(base, parse_filter(wanted), scope=scope))
    code = answers[-1].operation.result.code  # type: ignore[union-attr]  # the end of a search has one
    return int(code) if code else sorted(answer.operation.name for answer in answers[:-1])  # type: ignore[union-attr]


def test_without_a_rule_people_read_themselves_and_nothing_else() -> None:
    client = Client(services(Tree(), applications=Applications((), UNKNOWN)))
    assert client.bind(JDOE).code == 0
    for base in ("", TOP, PEOPLE, JDOE):
        assert seen(client, base) == [JDOE]
    assert seen(client, PEOPLE, "(uid=jdoe)") == [JDOE]
    assert seen(client, PEOPLE, "(uid=ann)") == []
    assert seen(client, JDOE, "(uid=ann)", 0) == []
    for base in (ANN, BOB, STAFF, TEAM, f"uid=nobody,{PEOPLE}"):
        assert seen(client, base) == 32
        assert seen(client, base, scope=0) == 32
    assert seen(client, PEOPLE, scope=1) == [JDOE]
    assert seen(client, PEOPLE, scope=0) == 32


def test_what_may_not_be_seen_is_compared_like_what_is_not_there() -> None:
    some = client(Reach.of([PEOPLE]))
    hidden, missing = (some.result(CompareRequest(dn, "uid", b"bob")) for dn in (BOB, f"uid=nobody,{STAFF}"))
    assert hidden == missing
    assert hidden.code == 32
    assert some.result(CompareRequest(ANN, "uid", b"ann")).code == 6
    assert client(Reach(())).result(CompareRequest(JDOE, "uid", b"jdoe")).code == 6


def test_an_application_sees_what_is_below_its_bases() -> None:
    some = client(Reach.of([PEOPLE, GROUPS]), name=BOB)
    assert seen(some, TOP) == sorted([ANN, JDOE, PEOPLE, TEAM, GROUPS, BOB])  # and itself
    assert seen(some, TOP, scope=1) == sorted([PEOPLE, GROUPS])
    assert seen(some, PEOPLE) == sorted([ANN, JDOE, PEOPLE])
    assert seen(some, STAFF) == [BOB]
    assert seen(client(Reach.of([PEOPLE])), STAFF) == 32
    assert seen(client(Reach.of([PEOPLE])), TOP) == sorted([ANN, JDOE, PEOPLE])


def test_a_base_that_is_nowhere_is_one_that_is_not_there() -> None:
    assert seen(client(Reach.of([f"ou=typo,{TOP}"])), f"ou=typo,{TOP}") == 32
    assert seen(client(Reach.of([f"ou=typo,{TOP}"])), TOP) == [JDOE]


@pytest.mark.parametrize(("base", "scope", "dns"), [
    (PEOPLE, 2, [ANN]),
    (PEOPLE, 1, [ANN]),
    (TOP, 2, [ANN]),
    (ANN, 0, [ANN]),
    (JDOE, 0, 32),
    (JDOE, 2, 32),
    (f"uid=x,{PEOPLE}", 0, 32),
    (PEOPLE, 0, 32),
])  # fmt: skip
def test_a_rules_filter_hides_the_rest(base: str, scope: int, dns: list[str] | int) -> None:
    """What it hides is answered like what is not there, also as a base."""
    some = client(Reach.of([PEOPLE], parse_filter("(uid=ann)")), name=BOB)
    found = seen(some, base, scope=scope)
    assert (found if isinstance(found, int) else [dn for dn in found if dn != BOB]) == dns


def test_a_search_that_finds_nothing_at_a_visible_base_is_a_success() -> None:
    some = client(Reach.of([PEOPLE], parse_filter("(uid=ann)")), name=BOB)
    assert seen(some, PEOPLE, "(uid=zoe)") == []
    assert seen(some, ANN, "(uid=zoe)", 0) == []


def test_one_person_is_found_by_one_question_as_if_everything_were_seen() -> None:
    """The hot path: below its bases an application costs nothing."""
    tree = Tree()
    some = client(Reach.of([PEOPLE]), name=BOB, tree=tree)
    tree.queries.clear()
    assert seen(some, PEOPLE, "(uid=ann)") == [ANN]
    (query,) = tree.queries
    assert query.person is not None
    assert query.filter == parse_filter("(uid=ann)")


def test_an_entry_comes_once_though_it_is_ones_own() -> None:
    assert seen(client(Reach.of([PEOPLE], parse_filter("(uid=*)"))), TOP) == [ANN, JDOE]


def test_anonymous_reads_what_its_application_shows_and_only_where_that_is_allowed() -> None:
    for application, expected in (
        (Application(anonymous=True, reach=Reach.of([PEOPLE])), sorted([ANN, JDOE, PEOPLE])),
        (Application(anonymous=True, reach=Reach(())), []),
        (Application(reach=Reach.of([PEOPLE])), 50),
    ):
        assert seen(Client(services(Tree(), applications=Applications((), application))), TOP) == expected


def test_tls_may_be_required_of_one_application() -> None:
    settings = services(Tree(), applications=Applications((), Application(needs_tls=True)))
    for tls, code in ((False, 13), (True, 0)):
        some = Client(settings, tls=tls)
        assert some.bind(JDOE).code == 0
        assert some.result(search_request(TOP)).code == code


def test_the_log_says_once_why_an_application_finds_nothing() -> None:
    events: list[LogEvent] = []
    globalLogPublisher.addObserver(events.append)
    try:
        settings = services(Tree(), applications=Applications((), UNKNOWN))
        for _ in range(3):
            some = Client(settings)
            some.bind(BOB)
            seen(some, PEOPLE)
        seen(some, STAFF)
    finally:
        globalLogPublisher.removeObserver(events.append)
    (event,) = [event for event in events if event["log_level"].name == "warn"]
    assert formatEvent(event) == (
        f"application default searched as {BOB} and is shown nothing but that entry: give it bases under applications"
    )


def test_the_own_entry_is_asked_for_as_it_is_spelled() -> None:
    """R17: a store that folds less than we do would not find it by its normalised name."""
    tree = Tree()
    jdoe = person("JDoe", base="ou=People,dc=example,dc=com")
    tree.entries.append(jdoe)
    made = Client(services(tree, applications=Applications((), UNKNOWN)))
    tree.answer = Accepted(jdoe)
    assert made.bind(jdoe.dn).code == 0
    tree.queries.clear()
    seen(made, TOP)
    (own,) = (query for query in tree.queries if query.base == jdoe.dn_key)
    assert own.spelled_base == jdoe.dn
