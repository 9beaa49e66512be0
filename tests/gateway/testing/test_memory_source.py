"""`gateway.testing.memory_source`: it keeps every promise of a source, and does what a test tells it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from waiting import collect, now, settled, start, waiting

from gateway.errors import IdentityConflict, SourceMisbehaved, SourceUnavailable
from gateway.identity.model import AccountState, LoginName, Secret
from gateway.identity.outcome import Accepted, Reason, Rejected, Unknown
from gateway.identity.ports import Account, LegacySource
from gateway.identity.search import EVERYTHING, BaseNotFound, Query, Scope
from gateway.testing.conformance_groups import GroupsConformance, KnownGroup, value
from gateway.testing.conformance_source import Known, SourceConformance
from gateway.testing.memory_source import MemorySource
from gateway.wire.dn import escape_value, leaf

T = TypeVar("T")
BASE = "ou=people,o=corp"


@dataclass
class _Store:
    """A `Store` of the conformance suite round the double."""

    clock: Clock = field(default_factory=Clock)
    login_attribute: str = "uid"
    now: float = 1000.0

    def __post_init__(self) -> None:
        self.memory = MemorySource("old", BASE, clock=self.clock)
        self.source: LegacySource = self.memory
        self.people = (
            Known("JDoe", b"Winter2011!", f"uid=JDoe,{BASE}"),
            Known("zoë", "Grüße-und-Küsse".encode(), f"uid=zoë,{BASE}"),
            Known("a,b+c", b"comma-and-plus", None),
            Known("gone", b"password-gone", None, Reason.DISABLED),
            Known("shut", b"password-shut", None, Reason.LOCKED),
            Known("late", b"password-late", None, Reason.EXPIRED),
            Known("reset", b"password-reset", None, Reason.MUST_CHANGE),
        )
        states = {
            Reason.DISABLED: AccountState(disabled=True),
            Reason.LOCKED: AccountState(locked=True),
            Reason.EXPIRED: AccountState(expires_at=999.0),
            Reason.MUST_CHANGE: AccountState(must_change=True),
        }
        for known in self.people:
            state = states[known.refusal] if known.refusal else AccountState()
            self.memory.add(known.name, known.password, state=state)
        self.memory.add_entry(BASE, {"objectClass": [b"organizationalUnit"], "ou": [b"people"]})

    def run(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        deferred: Deferred[T] = Deferred.fromCoroutine(function())
        self.clock.pump([1.0] * 10)
        if waiting(deferred):
            deferred.cancel()
            raise TimeoutError
        return settled(deferred)

    def stop(self) -> None:
        self.memory.fail_with()

    def hang(self) -> None:
        self.memory.hang()


class TestMemorySource(SourceConformance):
    @pytest.fixture
    def store(self) -> _Store:
        return _Store()


class _GroupStore(_Store):
    """The same with groups of three classes."""

    groups = (
        KnownGroup(f"cn=Staff,{BASE}", ("JDoe", "zoë")),
        KnownGroup(f"cn=unix,{BASE}", ("JDoe",), ("memberUid",)),
        KnownGroup(f"cn=both,{BASE}", ("zoë",), ("uniqueMember", "memberUid")),
        KnownGroup(f"cn=empty,{BASE}", ()),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self.people = tuple(replace(one, dn=f"uid={escape_value(one.name)},{BASE}") for one in self.people)
        by_name = {one.name: one for one in self.people}
        for known in self.groups:
            shown = {"objectClass": [b"posixGroup"], "cn": [leaf(known.dn)[1].encode()]}
            if known.members:
                shown |= {name: [value(by_name[one], name) for one in known.members] for name in known.lists}
            self.memory.add_entry(known.dn, shown)


class TestMemorySourceWithGroups(GroupsConformance):
    @pytest.fixture
    def store(self) -> _GroupStore:
        return _GroupStore()


@pytest.fixture
def memory() -> MemorySource:
    source = MemorySource("old", BASE)
    source.add("jdoe", b"right", aliases=["j@corp.example"])
    return source


def _account(memory: MemorySource, name: str) -> Account:
    account = now(memory.lookup(LoginName.of(name)))
    assert account is not None
    return account


def test_an_alias_leads_to_the_person(memory: MemorySource) -> None:
    assert _account(memory, "J@Corp.Example").name == "jdoe"


def test_one_alias_of_two_people_is_a_conflict(memory: MemorySource) -> None:
    memory.add("other", b"x", aliases=["j@corp.example"])
    with pytest.raises(IdentityConflict):
        now(memory.lookup(LoginName.of("j@corp.example")))


def test_an_account_without_a_password_refuses_every_password(memory: MemorySource) -> None:
    memory.add("empty", b"")
    assert now(memory.verify(_account(memory, "empty"), Secret(b"x"))) == Rejected(Reason.NO_PASSWORD)


def test_somebody_removed_since_the_look_up_is_unknown(memory: MemorySource) -> None:
    account = _account(memory, "jdoe")
    memory.remove("jdoe")
    assert now(memory.verify(account, Secret(b"right"))) == Unknown()


def test_passwords_and_states_can_be_changed(memory: MemorySource) -> None:
    memory.change("jdoe", password=b"new", state=AccountState(disabled=True))
    outcome = now(memory.verify(_account(memory, "jdoe"), Secret(b"new")))
    assert isinstance(outcome, Accepted)
    assert outcome.identity.state.disabled


def test_it_raises_what_it_is_told_to_until_it_is_healed(memory: MemorySource) -> None:
    memory.fail_with(SourceMisbehaved("old", "nonsense"))
    with pytest.raises(SourceMisbehaved):
        now(memory.count())
    memory.heal()
    assert now(memory.count()) == 1


def test_who_waits_while_it_hangs_goes_on_when_it_is_healed(memory: MemorySource) -> None:
    memory.hang()
    count = start(memory.count())
    assert waiting(count)
    memory.heal()
    assert settled(count) == 1


def test_with_a_clock_it_hangs_only_for_its_timeout() -> None:
    clock = Clock()
    memory = MemorySource(clock=clock, timeout=5)
    memory.hang()
    count = start(memory.count())
    clock.advance(4.9)
    assert waiting(count)
    clock.advance(0.1)
    with pytest.raises(SourceUnavailable):
        settled(count)


def test_it_tells_what_it_was_asked_and_no_password(memory: MemorySource) -> None:
    """R15."""
    now(memory.verify(_account(memory, "jdoe"), Secret(b"right")))
    assert memory.asked == ["lookup jdoe", "verify jdoe"]


def test_a_search_above_and_below_its_base(memory: MemorySource) -> None:
    assert len(collect(memory.search(Query("o=corp", Scope.SUBTREE, EVERYTHING)))) == 1
    assert len(collect(memory.search(Query("uid=jdoe,ou=people,o=corp", Scope.BASE, EVERYTHING)))) == 1
    with pytest.raises(BaseNotFound):
        collect(memory.search(Query("uid=other,ou=people,o=corp", Scope.BASE, EVERYTHING)))


def test_a_store_may_look_at_the_first_bytes_only_and_says_so() -> None:
    """R14."""
    source = MemorySource(significant=8)
    jdoe = source.add("jdoe", b"12345678-and-more")
    account = now(source.lookup(LoginName.of("jdoe")))
    assert account is not None
    assert now(source.verify(account, Secret(b"12345678"))) == Accepted(jdoe, 8)
    assert now(source.verify(account, Secret(b"1234567"))) == Rejected(Reason.WRONG_PASSWORD)
