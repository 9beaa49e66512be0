"""The `ldap` source before a real OpenLDAP server, over real sockets and TLS."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from live.certificates import Authority
from live.reactor import in_reactor, reactor
from live.slapd import ADMIN, ADMIN_PASSWORD, BASE, PEOPLE, SERVICE, SERVICE_PASSWORD, Slapd, person
from twisted.internet.defer import Deferred

from backends.legacy.ldap import PLUGIN
from gateway.errors import SourceMisbehaved, SourceUnavailable
from gateway.identity.model import Identity, LoginName, Secret
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unknown
from gateway.identity.ports import LegacySource
from gateway.identity.search import Query, Scope
from gateway.plugins import Context
from gateway.testing.conformance_source import Known, SourceConformance
from gateway.wire.dn import leaf, normalise_dn
from gateway.wire.filter import Filter, Present, parse_filter

pytestmark = pytest.mark.live
T = TypeVar("T")
TIMEOUT = 2.0
LATIN = "Grüße-und-Küsse".encode("latin-1")

_PEOPLE = [
    person("JDoe", "Winter2011!", "mail: j.doe@corp.example", "telephoneNumber: +49 30 1"),
    person("zoe", "x").replace("userPassword: x", f"userPassword:: {base64.b64encode(LATIN).decode()}"),
    person("reset", "password-reset", "pwdReset: TRUE"),
    person("shut", "password-shut", "pwdAccountLockedTime: 000001010000Z"),
    f"dn: cn=wiki,{PEOPLE}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: wiki\n"
    "userPassword: password-wiki\n",
]


def build(*urls: str, **more: Any) -> LegacySource:
    """A source as the daemon would build it."""
    account: dict[str, Any] = {"bind_dn": SERVICE, "bind_password": SERVICE_PASSWORD}
    if "direct_bind" in more or more.get("bind_dn", "") is None:
        account = {}
        more.pop("bind_dn", None)
    options = PLUGIN.options.model_validate(
        {"name": "old", "type": "ldap", "urls": urls, "base": PEOPLE, "timeout": TIMEOUT, **account, **more}
    )
    return PLUGIN.build(options, Context(reactor, hasher=None))  # type: ignore[arg-type]  # no hashing in this source


class Server:
    """One slapd and one source before it; a `Store` of the conformance suite."""

    login_attribute = "uid"
    people = (
        Known("JDoe", b"Winter2011!", f"uid=JDoe,{PEOPLE}"),
        Known("zoe", LATIN, f"UID = zoe , {PEOPLE}"),
        Known("reset", b"password-reset", None, Reason.MUST_CHANGE),
        Known("shut", b"password-shut", None, Reason.LOCKED),
    )

    def __init__(self, directory: Path) -> None:
        self.now = time.time()
        self.slapd = Slapd(directory, _PEOPLE)
        self.slapd.start()
        self.source = build(self.slapd.url)

    def run(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return in_reactor(function, timeout=2 * TIMEOUT)

    def stop(self) -> None:
        self.slapd.stop()

    def hang(self) -> None:
        self.slapd.freeze()

    def close(self) -> None:
        in_reactor(self.source.close)
        self.slapd.stop()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "slapd")
    yield server
    server.close()


class TestLdapSourceWithSlapd(SourceConformance):
    """Every test has a server of its own."""


def verify(source: LegacySource, name: str, password: bytes) -> Outcome:
    async def ask() -> Outcome:
        login = LoginName.of_dn(name, normalise_dn(name), leaf(name)) if "=" in name else LoginName.of(name)
        account = await source.lookup(login)
        return Unknown() if account is None else await source.verify(account, Secret(password))

    return in_reactor(ask)


def accepted(outcome: Outcome) -> Identity:
    assert isinstance(outcome, Accepted), outcome
    return outcome.identity


def found(source: LegacySource, wanted: Filter, base: str = PEOPLE) -> list[str]:
    async def ask() -> list[str]:
        return [entry.dn async for entry in source.search(Query(normalise_dn(base), Scope.SUBTREE, wanted))]

    return in_reactor(ask)


def test_operational_attributes_are_told_apart_by_the_servers_own_schema(store: Server) -> None:
    identity = accepted(verify(store.source, "jdoe", b"Winter2011!"))
    assert {"entryUUID", "createTimestamp", "structuralObjectClass"} <= {
        name for name, _ in identity.operational.items()
    }
    assert {name for name, _ in identity.attributes.items()} == {
        *("objectClass", "uid", "cn", "sn", "mail", "telephoneNumber")
    }
    assert str(identity.id).encode() == identity.operational.get("entryUUID")[0]


def test_a_mail_address_and_another_spelling_of_the_dn_lead_to_the_same_person(store: Server) -> None:
    """R1."""
    by_name = accepted(verify(store.source, "jdoe", b"Winter2011!"))
    for name in ("J.Doe@Corp.Example", f"userid=jdoe, {PEOPLE.upper()}"):
        assert accepted(verify(store.source, name, b"Winter2011!")).id == by_name.id


def test_a_dn_that_is_not_there_is_unknown(store: Server) -> None:
    assert verify(store.source, f"uid=nobody,{PEOPLE}", b"x") == Unknown()


def test_an_applications_account_is_accepted_by_its_dn(store: Server) -> None:
    assert accepted(verify(store.source, f"cn=wiki,{PEOPLE}", b"password-wiki")).dn == f"cn=wiki,{PEOPLE}"


def test_a_right_password_without_an_entry_is_no_yes(store: Server) -> None:
    source = build(store.slapd.url, base=BASE)
    with pytest.raises(SourceMisbehaved, match="no entry can be read"):
        verify(source, ADMIN, ADMIN_PASSWORD.encode())
    in_reactor(source.close)


def test_a_locked_account_is_told_from_a_wrong_password(store: Server) -> None:
    """R7, by the password policy control."""
    store.slapd.modify(f"dn: cn=default,{BASE}\nchangetype: modify\nreplace: pwdMaxFailure\npwdMaxFailure: 3\n")
    # slapd counts failures by the time of each, and drops one that has the same time as another: not always three.
    outcomes = [verify(store.source, "jdoe", b"wrong") for _ in range(10)]
    assert outcomes[0] == Rejected(Reason.WRONG_PASSWORD)
    assert outcomes[-1] == Rejected(Reason.LOCKED)
    assert verify(store.source, "jdoe", b"Winter2011!") == Rejected(Reason.LOCKED)


def test_must_change_is_accepted_and_shown(store: Server) -> None:
    """R7."""
    assert accepted(verify(store.source, "reset", b"password-reset")).state.must_change


def test_direct_bind_reads_the_entry_as_the_user(store: Server) -> None:
    source = build(store.slapd.url, direct_bind=f"uid={{name}},{PEOPLE}")
    identity = accepted(verify(source, "jdoe", b"Winter2011!"))
    assert (identity.name, identity.dn) == ("JDoe", f"uid=JDoe,{PEOPLE}")
    assert "entryUUID" in identity.operational
    assert verify(source, "jdoe", b"wrong") == Rejected(Reason.WRONG_PASSWORD)
    assert verify(source, "reset", b"password-reset") == Rejected(Reason.MUST_CHANGE)
    in_reactor(source.close)


def test_a_wrong_password_of_the_service_account_is_an_outage(store: Server) -> None:
    """R6."""
    source = build(store.slapd.url, bind_password="wrong")
    with pytest.raises(SourceUnavailable, match="refuses the service account"):
        verify(source, "jdoe", b"Winter2011!")
    in_reactor(source.close)


def test_groups_are_found_from_the_entry_and_by_search(store: Server) -> None:
    """R18."""
    group = f"cn=staff,ou=People,{BASE}"
    store.slapd.modify(
        f"dn: {group}\nchangetype: add\nobjectClass: groupOfNames\ncn: staff\nmember: uid=JDoe,{PEOPLE}\n"
    )
    assert accepted(verify(store.source, "jdoe", b"Winter2011!")).groups == (group,)
    searching = build(store.slapd.url, group_attribute=None, group_search={"base": BASE})
    assert accepted(verify(searching, "jdoe", b"Winter2011!")).groups == (group,)
    in_reactor(searching.close)


def test_a_source_comes_back_when_its_server_does(store: Server) -> None:
    accepted(verify(store.source, "jdoe", b"Winter2011!"))
    store.slapd.stop()
    with pytest.raises(SourceUnavailable):
        verify(store.source, "jdoe", b"Winter2011!")
    store.slapd.start()
    time.sleep(1.1)  # the moment for which a server that failed is left alone
    accepted(verify(store.source, "jdoe", b"Winter2011!"))


def test_one_that_hangs_is_unavailable_in_time_and_then_at_once(store: Server) -> None:
    """R6."""
    accepted(verify(store.source, "jdoe", b"Winter2011!"))
    store.slapd.freeze()
    began = time.monotonic()
    with pytest.raises(SourceUnavailable):
        verify(store.source, "jdoe", b"Winter2011!")
    assert time.monotonic() - began < TIMEOUT + 0.5
    began = time.monotonic()
    with pytest.raises(SourceUnavailable):
        verify(store.source, "jdoe", b"Winter2011!")
    assert time.monotonic() - began < 0.5


def test_another_server_takes_over(store: Server, tmp_path: Path) -> None:
    second = Slapd(tmp_path / "second", _PEOPLE)
    second.start()
    source = build(store.slapd.url, second.url)
    try:
        accepted(verify(source, "jdoe", b"Winter2011!"))
        store.slapd.stop()
        accepted(verify(source, "jdoe", b"Winter2011!"))
        assert verify(source, "zoe", b"wrong") == Rejected(Reason.WRONG_PASSWORD)
        second.freeze()
        with pytest.raises(SourceUnavailable):
            verify(source, "jdoe", b"Winter2011!")
    finally:
        in_reactor(source.close)
        second.stop()


def test_a_hanging_first_server_costs_less_than_the_deadline(store: Server, tmp_path: Path) -> None:
    second = Slapd(tmp_path / "second", _PEOPLE)
    second.start()
    source = build(store.slapd.url, second.url)
    try:
        store.slapd.freeze()
        began = time.monotonic()
        accepted(verify(source, "jdoe", b"Winter2011!"))
        assert time.monotonic() - began < TIMEOUT
        began = time.monotonic()
        accepted(verify(source, "jdoe", b"Winter2011!"))
        assert time.monotonic() - began < 0.5
    finally:
        in_reactor(source.close)
        second.stop()


def test_a_thousand_people_come_in_pages(tmp_path: Path) -> None:
    server = Slapd(tmp_path / "slapd", [person(f"u{number}", "x") for number in range(1000)])
    server.start()
    source = build(server.url, page_size=100)
    try:
        people = found(source, parse_filter("(objectClass=inetOrgPerson)"))
        assert len(people) == len(set(people)) == 1000
        assert in_reactor(source.count) == 1000
        assert found(source, parse_filter("(&(uid=u7)(objectClass=*))")) == [f"uid=u7,{PEOPLE}"]
    finally:
        in_reactor(source.close)
        server.stop()


def test_a_server_that_shows_less_than_there_is_is_not_believed(tmp_path: Path) -> None:
    """R6."""
    server = Slapd(tmp_path / "slapd", [person(f"u{number}", "x") for number in range(30)])
    server.start()
    source = build(server.url, size_limit=10)
    try:
        with pytest.raises(SourceMisbehaved, match="more than it shows"):
            found(source, Present("objectClass"))
    finally:
        in_reactor(source.close)
        server.stop()


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[Slapd, Authority]]:
    authority = Authority(tmp_path)
    server = Slapd(tmp_path / "slapd", _PEOPLE, authority.issue())
    server.start()
    yield server, authority
    server.stop()


def test_ldaps_and_starttls_verify_the_certificate(secure: tuple[Slapd, Authority]) -> None:
    server, authority = secure
    tls = {"ca": str(authority.certificate)}
    for source in (build(server.tls_url, tls=tls), build(server.url, starttls=True, tls=tls)):
        accepted(verify(source, "jdoe", b"Winter2011!"))
        sight = in_reactor(source.inspect)
        assert sight.usable
        assert "TLSv1.3, certificate valid until" in "\n".join(sight.lines)
        in_reactor(source.close)


def test_a_certificate_of_another_authority_is_an_outage_and_no_password_is_sent(
    secure: tuple[Slapd, Authority], tmp_path: Path
) -> None:
    """R6."""
    server, _ = secure
    tls = {"ca": str(Authority(tmp_path, "Other CA").certificate)}
    for source in (build(server.tls_url, tls=tls), build(server.url, starttls=True, tls=tls)):
        with pytest.raises(SourceUnavailable, match="TLS failed: certificate verify failed"):
            verify(source, "jdoe", b"Winter2011!")
        in_reactor(source.close)


def test_a_certificate_for_another_server_is_an_outage(tmp_path: Path) -> None:
    """R6."""
    authority = Authority(tmp_path)
    server = Slapd(tmp_path / "slapd", _PEOPLE, authority.issue(addresses=("127.0.0.9",), names=("old.example",)))
    server.start()
    tls = {"ca": str(authority.certificate)}
    wrong, named = build(server.tls_url, tls=tls), build(server.tls_url, tls={**tls, "server_name": "old.example"})
    try:
        with pytest.raises(SourceUnavailable, match="TLS failed: the certificate is not for this server"):
            verify(wrong, "jdoe", b"Winter2011!")
        accepted(verify(named, "jdoe", b"Winter2011!"))
    finally:
        in_reactor(wrong.close)
        in_reactor(named.close)
        server.stop()


def test_a_server_without_tls_is_not_used_in_clear(store: Server) -> None:
    source = build(store.slapd.url, starttls=True, tls={"verify": False})
    with pytest.raises(SourceUnavailable, match="refused StartTLS"):
        verify(source, "jdoe", b"Winter2011!")
    in_reactor(source.close)


def test_two_hundred_logins_at_once_share_few_connections(store: Server) -> None:
    async def many() -> int:
        async def one() -> Outcome:
            account = await store.source.lookup(LoginName.of("jdoe"))
            assert account is not None
            return await store.source.verify(account, Secret(b"Winter2011!"))

        waiting = [Deferred.fromCoroutine(one()) for _ in range(200)]
        return sum([isinstance(await each, Accepted) for each in waiting])

    assert in_reactor(many) == 200
