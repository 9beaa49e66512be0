"""The `sql` source over real databases: PostgreSQL and MariaDB, by their own drivers and by ODBC, SQLite by ODBC.

Every way passes the sources' suite; what follows it is what only a real server can show.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml
from live import oldtables
from live.clients import CLIENTS, Login, Way
from live.databases import MariaDB, PostgreSQL, Server
from live.gateway_process import CHEAP, Gateway
from live.oldtables import BASE, NOW, PEOPLE, options
from live.reactor import in_reactor, reactor

from backends.legacy.sql import PLUGIN, SqlSource
from gateway.errors import SourceMisbehaved, SourceUnavailable
from gateway.identity.claims import answers_to
from gateway.identity.model import Entry, LoginName, Secret
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unknown
from gateway.identity.search import Query, Scope
from gateway.plugins import Context
from gateway.testing.conformance_groups import GroupsConformance
from gateway.testing.conformance_source import SourceConformance
from gateway.testing.source_store import Known
from gateway.wire.filtertext import parse_filter

pytestmark = pytest.mark.live
T = TypeVar("T")


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQL]:
    server = PostgreSQL()
    try:
        server.start()
        oldtables.fill_postgresql(server)
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="module")
def mariadb() -> Iterator[MariaDB]:
    server = MariaDB()
    try:
        server.start()
        oldtables.fill_mariadb(server)
        yield server
    finally:
        server.remove()


@pytest.fixture(params=["postgresql psycopg", "postgresql odbc", "mariadb pymysql", "mariadb odbc"])
def way(request: pytest.FixtureRequest) -> Iterator[tuple[Server, str]]:
    """A server that runs, and a URL to its table; the server runs again afterwards."""
    product, driver = request.param.split()
    server: Server = request.getfixturevalue(product)
    urls = {"postgresql": oldtables.postgresql_ways, "mariadb": oldtables.mariadb_ways}[product](server.port)
    yield server, urls[driver]
    server.restore()


@contextmanager
def source_over(url: str, **changes: Any) -> Iterator[SqlSource]:
    given = PLUGIN.options.model_validate(options(url, **changes))
    source = PLUGIN.build(given, Context(reactor, None))  # type: ignore[arg-type]  # it hashes nothing
    assert isinstance(source, SqlSource)
    try:
        yield source
    finally:
        in_reactor(source.close)


def bind(source: SqlSource, name: str, password: str | bytes) -> Outcome:
    async def ask() -> Outcome:
        account = await source.lookup(LoginName.of(name))
        secret = Secret(password.encode() if isinstance(password, str) else password)
        return Unknown() if account is None else await source.verify(account, secret)

    return in_reactor(ask)


class LiveStore:
    """For the suite: the table of `oldtables` behind a real server."""

    login_attribute = "uid"
    now = NOW
    people = PEOPLE

    def __init__(self, source: SqlSource, stop: Callable[[], None], hang: Callable[[], None]) -> None:
        self.source = source
        self.stop = stop
        self.hang = hang

    def run(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """In the real reactor."""
        return in_reactor(function, 2 * 1.5 + 2)


class TestServers(SourceConformance):
    """PostgreSQL and MariaDB, stopped and frozen by signals."""

    @pytest.fixture
    def store(self, way: tuple[Server, str]) -> Iterator[LiveStore]:
        server, url = way
        with source_over(url) as source:
            yield LiveStore(source, server.stop, server.freeze)
            server.restore()


class LiveGroups(LiveStore):
    """The same with its groups."""

    groups = oldtables.KNOWN_GROUPS


class TestGroupsOfServers(GroupsConformance):
    """R18: one driver of each server."""

    @pytest.fixture(params=["postgresql psycopg", "mariadb odbc"])
    def way(self, request: pytest.FixtureRequest) -> tuple[Server, str]:
        product, driver = request.param.split()
        server: Server = request.getfixturevalue(product)
        return server, getattr(oldtables, f"{product}_ways")(server.port)[driver]

    @pytest.fixture
    def store(self, way: tuple[Server, str]) -> Iterator[LiveGroups]:
        server, url = way
        with source_over(url) as source:
            yield LiveGroups(source, server.stop, server.freeze)
            server.restore()


class TestSqliteByOdbc(SourceConformance):
    """SQLite's ODBC driver. To hang, the file is locked by somebody else; stopped, it is no database any more."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[LiveStore]:
        path = tmp_path / "users.db"
        oldtables.fill_sqlite(path)
        locker = oldtables.Locker(path)
        with source_over(f"odbc:Driver={{SQLite3}};Database={path};Timeout=100") as source:
            yield LiveStore(source, locker.lock, locker.lock)
            locker.close()


def test_a_restart_of_the_server_between_two_binds_is_nobodys_error(way: tuple[Server, str]) -> None:
    server, url = way
    with source_over(url) as source:
        for how in (signal.SIGINT if isinstance(server, PostgreSQL) else signal.SIGTERM, signal.SIGKILL):
            assert isinstance(bind(source, "ada", "bcrypt of ada"), Accepted)
            server.stop(how)
            server.start()
            assert isinstance(bind(source, "ada", "bcrypt of ada"), Accepted)


def test_a_stopped_server_is_an_outage_and_its_return_is_noticed(way: tuple[Server, str]) -> None:
    """R6."""
    server, url = way
    with source_over(url) as source:
        assert isinstance(bind(source, "ada", "bcrypt of ada"), Accepted)
        server.stop()
        for name in ("ada", "stranger"):
            with pytest.raises(SourceUnavailable):
                bind(source, name, "bcrypt of ada")
        server.start()
        assert isinstance(bind(source, "ada", "bcrypt of ada"), Accepted)
        assert bind(source, "stranger", "x") == Unknown()


@pytest.mark.parametrize("warm", [True, False], ids=["connected before", "not yet connected"])
def test_a_frozen_server_is_an_outage_in_time_and_its_return_is_noticed(way: tuple[Server, str], warm: bool) -> None:
    """R6: also with a driver that knows no timeout (MariaDB's ODBC)."""
    server, url = way
    with source_over(url) as source:
        if warm:
            assert isinstance(bind(source, "ada", "bcrypt of ada"), Accepted)
        server.freeze()
        for _ in range(2):
            began = time.monotonic()
            with pytest.raises(SourceUnavailable):
                bind(source, "ada", "bcrypt of ada")
            assert time.monotonic() - began < 1.5 + 1
        server.thaw()
        assert isinstance(_patiently(source, "ada", "bcrypt of ada"), Accepted)


def _patiently(source: SqlSource, name: str, password: str) -> Outcome:
    """A bind, repeated for as long as threads are still on their way back."""
    deadline = time.monotonic() + 15
    while True:
        try:
            return bind(source, name, password)
        except SourceUnavailable:
            if time.monotonic() > deadline:
                raise


@pytest.mark.parametrize("sent", ["grünes 漢字 pbkdf2".encode(), "gru\u0308nes 漢字 pbkdf2".encode()])
def test_names_and_passwords_beyond_ascii(way: tuple[Server, str], sent: bytes) -> None:
    """R3, R13."""
    with source_over(way[1]) as source:
        outcome = bind(source, "JÜRGEN", sent)
        assert isinstance(outcome, Accepted)
        shown = outcome.identity.attributes
        assert (outcome.identity.name, shown.first("cn"), shown.first("sn")) == ("jürgen", "Jürgen 漢字 😀", "漢字 😀")
        assert outcome.identity.groups == ("cn=staff,ou=groups,dc=example,dc=com",)


def test_every_way_to_a_table_shows_the_same_bytes(postgresql: PostgreSQL, mariadb: MariaDB) -> None:
    """R3: whoever changes the driver changes nobody."""
    seen = []
    for url in (*oldtables.postgresql_ways(postgresql.port).values(), *oldtables.mariadb_ways(mariadb.port).values()):
        with source_over(url) as source:
            people = [bind(source, person.name, person.password) for person in PEOPLE[:4]]
            seen.append([
                (one.identity.id, one.identity.dn, one.identity.attributes, one.identity.state)
                for one in people
                if isinstance(one, Accepted)
            ])  # fmt: skip
    assert all(len(one) == 4 for one in seen)
    assert all(one == seen[0] for one in seen)


def test_every_way_to_a_table_shows_the_same_groups(postgresql: PostgreSQL, mariadb: MariaDB, tmp_path: Path) -> None:
    """R3, R18: and they show who they list, whether asked for by name or by member."""
    oldtables.fill_sqlite(tmp_path / "users.db")
    sqlite = f"sqlite:///{tmp_path / 'users.db'}", f"odbc:Driver={{SQLite3}};Database={tmp_path / 'users.db'}"
    servers = *oldtables.postgresql_ways(postgresql.port).values(), *oldtables.mariadb_ways(mariadb.port).values()
    filters = ["(objectClass=groupOfNames)", "(cn=STAFF)", f"(member=uid=jürgen,{BASE})", "(member=*)"]
    seen = []
    for url in (*servers, *sqlite):
        with source_over(url) as source:
            shown = [groups(source, text) for text in filters]
            assert [len(found) for found in shown] == [2, 1, 1, 2], url
            assert shown[1] == shown[2]
            seen.append(shown)
    assert all(one == seen[0] for one in seen)


def groups(source: SqlSource, text: str) -> list[tuple[object, ...]]:
    async def collect() -> list[Entry]:
        wanted = Query("ou=groups,dc=example,dc=com", Scope.SUBTREE, parse_filter(text))
        return [entry async for entry in source.search(wanted)]

    found = sorted(in_reactor(collect), key=lambda entry: entry.dn)
    return [(one.dn, sorted(one.attributes.get("member")), one.attributes.get("cn"), one.operational) for one in found]


def test_groups_of_a_table_hold_before_during_and_after_the_move_and_without_the_database(
    postgresql: PostgreSQL, gateways: Callable[..., Gateway]
) -> None:
    """R18: members, memberOf, filters and compares; what was copied is what is shown at the end."""
    url = oldtables.postgresql_ways(postgresql.port)["psycopg"]
    gateway = gateways({**options(url), "type": "sql"}, passwords=CHEAP).start()
    before, moved = answers(gateway), list[str]()
    assert before["memberOf of ada"] == sorted(known.dn.encode() for known in oldtables.KNOWN_GROUPS)
    for person in (PEOPLE[2], PEOPLE[0]):
        assert CLIENTS[0].bind(Way(gateway.uri), login(person)).code == 0
        moved.append(person.name)
        gateway.settle(moved)
        time.sleep(1.1)  # what was known of memberships a moment ago is forgotten by then
        assert answers(gateway) == before
    assert gateway.stop() == 0
    settings = yaml.safe_load(gateway.configuration.read_text())
    gateway.configuration.write_text(yaml.safe_dump({**settings, "sources": []}, allow_unicode=True))
    gateway.start()
    assert answers(gateway) == before


def login(person: Known) -> Login:
    assert person.dn is not None
    return Login(person.dn, person.password.decode())


def answers(gateway: Gateway) -> dict[str, object]:
    """What an application asks about the groups, bound as somebody who is in none."""
    way, who, found = Way(gateway.uri), login(PEOPLE[3]), dict[str, object]()
    client = CLIENTS[0]
    for known in oldtables.KNOWN_GROUPS:
        answer = client.search(way, who, known.dn, "base", "(objectClass=*)")
        found[known.dn] = sorted((answer.entries or {}).items())
        ada = f"uid=ada,{BASE}"
        assert client.compare(way, who, known.dn, "member", ada)
        for text in (f"(memberOf={known.dn})", f"(&(objectClass=groupOfNames)(member={ada}))"):
            asked = client.search(way, who, "dc=example,dc=com", "sub", text, ["cn"])
            found[f"{text} of {known.dn}"] = asked.code, sorted(asked.entries or {})
    for person in PEOPLE[:3:2]:
        answer = client.search(way, who, person.dn or "", "base", "(uid=*)", ["memberOf"])
        ((_, shown),) = (answer.entries or {}).items()
        found[f"memberOf of {person.name}"] = sorted(shown["memberOf"])
    return found


@pytest.mark.parametrize("typed", ["groß", "grós", "GROS\u0301"])
def test_a_loose_collation_finds_somebody_else_and_the_core_sees_it(mariadb: MariaDB, typed: str) -> None:
    """R2: MariaDB takes ß for s and ó for o; the account that comes back does not answer to what was typed."""
    for url in oldtables.mariadb_ways(mariadb.port).values():
        with source_over(url, query="SELECT * FROM users WHERE username = :name") as source:
            login = LoginName.of(typed)
            account = in_reactor(lambda source=source, login=login: source.lookup(login))  # type: ignore[misc]  # mypy infers no type for the defaults
            assert account is not None
            assert account.name == "gros"
            assert not answers_to(login, account.name, account.aliases, account.dn)


def test_trailing_blanks_are_not_a_second_name(mariadb: MariaDB) -> None:
    """R1, R2."""
    with source_over(oldtables.mariadb_ways(mariadb.port)["pymysql"]) as source:
        assert isinstance(bind(source, "ada   ", "bcrypt of ada"), Accepted)


DATABASE_VERIFIES = {
    "postgresql": "SELECT secret = crypt(:password, secret) FROM users WHERE username = :name",
    "mariadb": "SELECT 1 FROM users WHERE username = :name AND secret = SHA2(CONCAT(id, :password), 256)",
}


@pytest.mark.parametrize("driver", ["native", "odbc"])
@pytest.mark.parametrize("product", list(DATABASE_VERIFIES))
def test_the_database_may_compare_passwords_itself(request: pytest.FixtureRequest, product: str, driver: str) -> None:
    server = request.getfixturevalue(product)
    ways = {"postgresql": oldtables.postgresql_ways, "mariadb": oldtables.mariadb_ways}[product](server.port)
    url = ways["odbc"] if driver == "odbc" else next(iter(ways.values()))
    columns = {"key": "id", "name": "username", "disabled": "disabled"}
    with source_over(url, verify=DATABASE_VERIFIES[product], columns=columns) as source:
        for sent in ("in the database ü".encode(), "in the database ü".encode("latin-1")):
            assert isinstance(bind(source, "ADA", sent), Accepted)
        for wrong in ("in the database", "' OR '1'='1", "x\0y", "in the database ü\0", "' OR 1=1 -- "):
            assert bind(source, "ada", wrong) == Rejected(Reason.WRONG_PASSWORD)
        outcome = bind(source, "dis", "in the database ü")
        assert isinstance(outcome, Accepted)
        assert outcome.identity.state.disabled


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("SELECT missing FROM users WHERE username = :name", "missing"),
        ("SELECT * FROM nowhere WHERE username = :name", "nowhere"),
        ("SELECT * FROM hidden WHERE :name = :name", "hidden"),
        ("SELECT username FROM users WHERE username = :name", "'id'"),
    ],
)
def test_a_wrong_statement_is_misbehaviour_and_says_what(way: tuple[Server, str], query: str, named: str) -> None:
    """Not an outage: nobody would look for the reason."""
    with source_over(way[1], query=query) as source, pytest.raises(SourceMisbehaved, match=named):
        bind(source, "ada", "hunter2")


def test_a_slow_statement_is_ended_by_the_server_too(postgresql: PostgreSQL) -> None:
    """R6: the thread comes back soon after the deadline."""
    query = "SELECT users.*, pg_sleep(60) FROM users WHERE username = :name"
    for url in oldtables.postgresql_ways(postgresql.port).values():
        with source_over(url, query=query, concurrency=1) as source:
            with pytest.raises(SourceUnavailable):
                bind(source, "ada", "x")
            assert in_reactor(source.count) is not None or _patiently(source, "nobody", "x")


def test_nothing_can_be_written(way: tuple[Server, str]) -> None:
    """Read only whatever the rights."""
    server, url = way
    url = url.replace("legacy@", "postgres@" if isinstance(server, PostgreSQL) else "root@")
    url = url.replace("UID=legacy", "UID=postgres" if isinstance(server, PostgreSQL) else "UID=root")
    write = {
        PostgreSQL: "WITH gone AS (DELETE FROM users RETURNING *) SELECT * FROM gone WHERE username = :name",
        MariaDB: "SELECT * FROM users WHERE username = :name FOR UPDATE",
    }[type(server)]
    with source_over(url, query=write) as source:
        with pytest.raises(SourceMisbehaved, match="25006"):
            bind(source, "ada", "x")
        sight = in_reactor(source.inspect)
        assert any("may write" in line for line in sight.lines), sight.lines
    with source_over(way[1]) as source:
        assert in_reactor(source.count) == len(PEOPLE)


def test_a_look_at_the_source(way: tuple[Server, str]) -> None:
    with source_over(way[1]) as source:
        sight = in_reactor(source.inspect)
    assert sight.usable
    shown = "\n".join(sight.lines)
    assert f"{len(PEOPLE)} people" in shown
    assert "6 ldap_ssha" in shown
    assert "1 bcrypt" in shown
    assert "may write" not in shown
    assert "salt" not in shown


def test_a_search_streams_from_one_cursor(way: tuple[Server, str]) -> None:
    with source_over(way[1], list="SELECT * FROM users ORDER BY id", batch=2) as source:

        async def names(most: int) -> list[str]:
            wanted = Query(BASE, Scope.SUBTREE, parse_filter("(sn=*)"), limit=most)
            return [entry.name async for entry in source.search(wanted)]  # type: ignore[attr-defined]  # all are people

        everybody = [person.name for person in PEOPLE if person.name != "Bob"]
        assert in_reactor(lambda: names(0)) == everybody
        for _ in range(5):
            assert in_reactor(lambda: names(1)) == everybody[:1]
        assert in_reactor(lambda: names(0)) == everybody
