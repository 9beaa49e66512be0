"""The `ldap` source before a real domain controller, Samba's: what of Active Directory was only proven in memory."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest
from live.reactor import in_reactor, reactor
from live.samba import DomainController
from live.sambapeople import (
    BASE,
    BY_NAME,
    CREW,
    CROWD,
    CROWD_SIZE,
    EVERYBODY,
    PEOPLE,
    PERSONS,
    SERVICES,
    password_of,
    record,
)

from backends.legacy.ldap import PLUGIN
from gateway.errors import SourceUnavailable
from gateway.identity.model import Entry, Identity, LoginName, Secret
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected, Unknown
from gateway.identity.ports import LegacySource
from gateway.identity.search import Query, Scope
from gateway.plugins import Context
from gateway.testing.conformance_source import Known, SourceConformance
from gateway.wire.dn import leaf, normalise_dn
from gateway.wire.filter import parse_filter

pytestmark = pytest.mark.live
T = TypeVar("T")
TIMEOUT = 3.0
_REASONS = {
    "": None,
    "disabled": Reason.DISABLED,
    "locked": Reason.LOCKED,
    "password-expired": Reason.MUST_CHANGE,
    "must-change": Reason.MUST_CHANGE,
    "account-expired": Reason.EXPIRED,
    "hours": Reason.HOURS,
    "workstation": Reason.WORKSTATION,
}


def build(dc: DomainController, **more: Any) -> LegacySource:
    """A source as the daemon would build it."""
    options = PLUGIN.options.model_validate(dc.source(timeout=TIMEOUT, **more))
    return PLUGIN.build(options, Context(reactor, hasher=None))  # type: ignore[arg-type]  # no hashing in this source


class Server:
    """The session's domain controller and a source of its own before it; a `Store` of the conformance suite."""

    login_attribute = "sAMAccountName"
    people = tuple(
        Known(person.name, password_of(person.name).encode(), person.dn, _REASONS[person.state])
        for person in PERSONS
        if person.place != SERVICES
    )

    def __init__(self, dc: DomainController) -> None:
        self.now = time.time()
        self.dc = dc
        self.source = build(dc, base=PEOPLE)

    def run(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return in_reactor(function, timeout=2 * TIMEOUT)

    def stop(self) -> None:
        self.dc.stop()

    def hang(self) -> None:
        self.dc.freeze()

    def close(self) -> None:
        in_reactor(self.source.close)
        self.dc.restore()


@pytest.fixture
def store(samba: DomainController) -> Iterator[Server]:
    server = Server(samba)
    yield server
    server.close()


class TestLdapSourceWithSamba(SourceConformance):
    """One server for all, a source for each."""


def verify(source: LegacySource, name: str, password: bytes) -> Outcome:
    async def ask() -> Outcome:
        login = LoginName.of_dn(name, normalise_dn(name), leaf(name)) if "=" in name else LoginName.of(name)
        account = await source.lookup(login)
        return Unknown() if account is None else await source.verify(account, Secret(password))

    return in_reactor(ask)


def found(source: LegacySource, wanted: str, base: str = BASE, scope: Scope = Scope.SUBTREE) -> list[Entry]:
    async def ask() -> list[Entry]:
        return [entry async for entry in source.search(Query(normalise_dn(base), scope, parse_filter(wanted)))]

    return in_reactor(ask)


def accepted(outcome: Outcome) -> Identity:
    assert isinstance(outcome, Accepted), outcome
    return outcome.identity


@pytest.mark.parametrize("name", [person.name for person in PERSONS if person.state])
def test_every_sub_code_means_what_it_says(store: Server, name: str) -> None:
    """R7: 530, 531, 532, 533, 701, 773 and 775, each to the right password."""
    person = BY_NAME[name]
    for form in (person.name, person.upn, person.mail, person.dn):
        outcome = verify(store.source, form, password_of(name).encode())
        reason = _REASONS[person.state]
        if reason is Reason.MUST_CHANGE:
            assert accepted(outcome).state.must_change  # adopted with that state, not lost
        else:
            assert outcome == Rejected(reason)


def test_to_a_wrong_password_the_domain_tells_nothing_but_a_lockout(store: Server) -> None:
    """525 and 52e, and 775 whatever the password is."""
    for person in PERSONS:
        if person.place != SERVICES:
            expected = Reason.LOCKED if person.state == "locked" else Reason.WRONG_PASSWORD
            assert verify(store.source, person.name, b"wrong") == Rejected(expected)
    assert verify(store.source, "nobody", b"wrong") == Unknown()
    assert verify(store.source, f"CN=Nobody,{PEOPLE}", b"wrong") == Unknown()


def test_guesses_lock_an_account_and_the_domain_says_so(store: Server) -> None:
    """R7, R20: the lockout is the domain's own; a right password after it is refused, too."""
    policy = f"dn: {BASE}\nchangetype: modify\nreplace: lockoutThreshold\nlockoutThreshold: {{}}\n"
    carl = BY_NAME["carl"]
    store.dc.modify(policy.format(3))
    try:
        outcomes = [verify(store.source, "carl", b"wrong-%d" % number) for number in range(5)]
        assert outcomes[0] == Rejected(Reason.WRONG_PASSWORD)
        assert outcomes[-1] == Rejected(Reason.LOCKED)
        assert verify(store.source, "carl", password_of("carl").encode()) == Rejected(Reason.LOCKED)
    finally:
        store.dc.modify(policy.format(0))
        store.dc.modify(record(carl.dn, "changetype: modify", "replace: lockoutTime", "lockoutTime: 0"))
    accepted(verify(store.source, "carl", password_of("carl").encode()))


@pytest.mark.parametrize("name", [person.name for person in PERSONS if not person.state])
def test_all_names_of_a_person_lead_to_one_identity_whose_id_is_the_object_guid(store: Server, name: str) -> None:
    """R1, R3."""
    source, person = build(store.dc), BY_NAME[name]
    forms = (person.name, person.name.upper(), person.upn, person.mail, person.dn, person.dn.replace(",OU=", " , ou="))
    people = [accepted(verify(source, form, password_of(name).encode())) for form in forms]
    in_reactor(source.close)
    assert {one.id for one in people} == {uuid.UUID(bytes_le=people[0].attributes.get("objectGUID")[0])}
    assert {(one.name, one.dn, one.origin.key) for one in people} == {(person.name, person.dn, str(people[0].id))}


def test_groups_come_with_the_person(store: Server) -> None:
    """R18: those in which the person is listed, as the domain says them."""
    anna = accepted(verify(store.source, "anna", password_of("anna").encode()))
    assert set(anna.groups) == {CREW, EVERYBODY}


def test_references_to_other_partitions_are_left_out(store: Server) -> None:
    """The domain's answer to a search of all of it ends with references to its other naming contexts."""
    source = build(store.dc)
    assert [one.dn for one in found(source, "(sAMAccountName=anna)")] == [BY_NAME["anna"].dn]
    everything = found(source, "(objectClass=*)")
    in_reactor(source.close)
    assert len(everything) > CROWD_SIZE
    assert len({one.dn_key for one in everything}) == len(everything)


def test_more_than_a_page_comes_in_pages_each_entry_once(store: Server) -> None:
    source = build(store.dc, page_size=100)
    crowd = found(source, "(objectClass=contact)", CROWD)
    assert len({one.dn_key for one in crowd}) == len(crowd) == CROWD_SIZE
    assert in_reactor(source.count) == len(PERSONS) + 5  # gateway, Administrator, Guest, krbtgt, dns-dc1
    in_reactor(source.close)


def test_filters_are_evaluated_by_the_domain(store: Server) -> None:
    """Bits, in-chain, category and GUID as clients write them for Active Directory."""
    source = build(store.dc)
    anna = accepted(verify(source, "anna", password_of("anna").encode()))
    guid = "".join(f"\\{byte:02x}" for byte in anna.attributes.get("objectGUID")[0])
    expected = {
        "(&(sAMAccountType=805306368)(userAccountControl:1.2.840.113556.1.4.803:=2)(mail=*))": ["dora"],
        f"(memberOf:1.2.840.113556.1.4.1941:=CN=Staff,OU=Groups,{BASE})": ["anna", "bert", "jürgen", "mary", "smith"],
        "(&(objectCategory=person)(objectClass=user)(sAMAccountName=jürgen))": ["jürgen"],
        f"(objectGUID={guid})": ["anna"],
        "(&(objectCategory=person)(anr=Anna))": ["anna"],
    }
    for wanted, names in expected.items():
        people = [one for one in found(source, wanted) if isinstance(one, Identity)]
        assert sorted(one.name for one in people) == names, wanted
    in_reactor(source.close)


def test_a_group_shows_all_its_members(store: Server) -> None:
    source = build(store.dc)
    (group,) = found(source, "(objectClass=*)", EVERYBODY, Scope.BASE)
    in_reactor(source.close)
    assert len(set(group.attributes.get("member"))) == CROWD_SIZE + 1


def test_in_clear_the_domain_takes_no_password_and_that_is_an_outage(store: Server) -> None:
    """R6: "stronger authentication required" says nothing about anybody's password."""
    source = build(store.dc, url=store.dc.clear_url, tls={})
    with pytest.raises(SourceUnavailable, match="result code 8"):
        verify(source, "anna", password_of("anna").encode())
    in_reactor(source.close)


def test_starttls_serves_as_well(store: Server) -> None:
    source = build(store.dc, url=store.dc.clear_url, starttls=True)
    assert accepted(verify(source, "anna", password_of("anna").encode())).name == "anna"
    in_reactor(source.close)


def test_an_inspection_knows_an_active_directory(store: Server) -> None:
    source = build(store.dc, dialect="generic", login_attributes=["sAMAccountName"])
    sight = in_reactor(source.inspect)
    in_reactor(source.close)
    assert sight.usable
    assert "set dialect: active-directory" in "\n".join(sight.lines)
