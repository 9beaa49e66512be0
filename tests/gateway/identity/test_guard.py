"""A source behind bulkhead, deadline and breaker."""

from __future__ import annotations

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.logger import globalLogPublisher
from waiting import collect, now, settled, start, waiting

from gateway.errors import BusyError, IdentityConflict, SourceMisbehaved, SourceUnavailable
from gateway.identity.guard import GuardedSource, GuardRules
from gateway.identity.model import LoginName, Secret
from gateway.identity.outcome import Accepted, Outcome, Rejected, Unavailable
from gateway.identity.ports import Account
from gateway.identity.search import EVERYTHING, BaseNotFound, Query, Scope
from gateway.testing.memory_source import MemorySource

LOGIN = LoginName.of("jdoe")
RULES = GuardRules(timeout=5, concurrency=2, queue=2, breaker_failures=3, breaker_pause=10)


def guarded(source: MemorySource | None = None, rules: GuardRules = RULES) -> tuple[GuardedSource, MemorySource, Clock]:
    source = source or MemorySource()
    source.add("jdoe", b"right")
    clock = Clock()
    return GuardedSource(source, rules, clock), source, clock


def test_answers_pass_through() -> None:
    guard, source, _ = guarded()
    account = now(guard.lookup(LOGIN))
    assert account is not None
    assert isinstance(now(guard.verify(account, Secret(b"right"))), Accepted)
    assert isinstance(now(guard.verify(account, Secret(b"wrong"))), Rejected)
    assert now(guard.read(account)) is not None
    assert now(guard.count()) == 1
    assert now(guard.inspect()).usable
    assert [entry.dn for entry in collect(guard.search(Query("ou=people,o=corp", Scope.SUBTREE, EVERYTHING)))] == [
        "uid=jdoe,ou=people,o=corp"
    ]
    now(guard.close())
    assert (guard.name, guard.bases, guard.charset) == (source.name, source.bases, source.charset)


def test_a_call_that_hangs_ends_at_its_deadline() -> None:
    """R6."""
    guard, source, clock = guarded()
    source.hang()
    call = start(guard.lookup(LOGIN))
    clock.advance(4.9)
    assert waiting(call)
    clock.advance(0.2)
    with pytest.raises(SourceUnavailable, match="within 5 seconds"):
        settled(call)


def test_an_outage_while_verifying_is_an_outcome_and_no_exception() -> None:
    """R6."""
    guard, source, _ = guarded()
    account = now(guard.lookup(LOGIN))
    assert account is not None
    source.fail_with()
    assert now(guard.verify(account, Secret(b"right"))) == Unavailable("old")


class Trusting(MemorySource):
    """Takes every name at its word, as an LDAP source takes a DN: only the bind asks the server."""

    async def lookup(self, login: LoginName) -> Account | None:
        return Account(login.key)


def test_a_lookup_that_asked_nobody_does_not_close_the_breaker() -> None:
    """Each bind of an LDAP source by DN begins with one, so that outages would never come in a row."""
    guard, source, clock = guarded(Trusting())
    source.fail_with()

    def bind() -> Outcome:
        account = now(guard.lookup(LOGIN))
        assert account is not None
        return now(guard.verify(account, Secret(b"right")))

    for _ in range(3):
        assert bind() == Unavailable("old")
    assert guard.open
    with pytest.raises(SourceUnavailable, match="left alone"):
        now(guard.lookup(LOGIN))
    clock.advance(10)
    assert bind() == Unavailable("old")
    assert guard.open
    clock.advance(10)
    source.heal()
    assert not isinstance(bind(), Unavailable)
    assert not guard.open


def test_repeated_outages_leave_the_source_alone_for_a_while() -> None:
    guard, source, clock = guarded()
    source.fail_with()
    for _ in range(3):
        with pytest.raises(SourceUnavailable):
            now(guard.lookup(LOGIN))
    source.heal()
    source.asked.clear()
    assert guard.open
    with pytest.raises(SourceUnavailable, match="left alone"):
        now(guard.lookup(LOGIN))
    assert source.asked == []
    clock.advance(10)
    assert now(guard.lookup(LOGIN)) is not None
    assert not guard.open


def test_no_more_calls_at_once_than_configured_and_no_endless_queue() -> None:
    guard, source, _ = guarded()
    source.hang()
    calls = [start(guard.lookup(LOGIN)) for _ in range(6)]
    assert len(source.asked) == 2
    with pytest.raises(BusyError):
        now(guard.lookup(LOGIN))
    source.heal()
    assert [settled(call) is not None for call in calls] == [True] * 6


class Stubborn(MemorySource):
    """Never answers, and does not let go either."""

    async def lookup(self, login):  # type: ignore[no-untyped-def]
        self.asked.append("lookup")
        while True:
            try:
                await Deferred()
            except CancelledError:
                continue


def test_a_call_that_ignores_its_deadline_keeps_its_place_and_our_own_queue_is_no_outage() -> None:
    """So a stuck driver cannot be asked without limit. R6: whoever got no place is told to come back, and the breaker
    counts the two that were really asked."""
    guard, source, clock = guarded(Stubborn(), GuardRules(timeout=1, concurrency=2, breaker_failures=3))
    calls = [start(guard.lookup(LOGIN)) for _ in range(6)]
    clock.advance(1)
    for call in calls[:2]:
        with pytest.raises(SourceUnavailable):
            settled(call)
    for call in calls[2:]:
        with pytest.raises(BusyError):
            settled(call)
    assert len(source.asked) == 2
    assert not guard.open


def test_only_what_was_sent_may_have_been_counted() -> None:
    """R20: what the breaker holds back has not reached the source."""
    guard, source, clock = guarded(rules=GuardRules(timeout=5, breaker_failures=1))
    account = now(guard.lookup(LOGIN))
    assert account is not None
    source.hang()
    hanging = start(guard.verify(account, Secret(b"x")))
    clock.advance(5.1)
    sent, held_back = settled(hanging), now(guard.verify(account, Secret(b"x")))
    assert isinstance(sent, Unavailable)
    assert isinstance(held_back, Unavailable)
    assert (sent.untried, held_back.untried) == (False, True)


def test_a_source_that_does_not_answer_an_inspection_is_said_to_be_unusable() -> None:
    guard, source, clock = guarded()
    source.hang()
    look = start(guard.inspect())
    clock.advance(61)
    assert not settled(look).usable


def test_a_tuple_awaited_inside_a_search_harms_nobody() -> None:
    """CPython 3.11's `anext` with a default takes it for arguments."""

    class Pairs(MemorySource):
        async def search(self, query):  # type: ignore[no-untyped-def]
            pair: Deferred[tuple[int, int]] = Deferred()
            pair.callback((1, 2))
            assert await pair == (1, 2)
            yield self.add_entry("cn=one,ou=people,o=corp", {"cn": [b"one"]})

    guard, _, _ = guarded(Pairs())
    assert len(collect(guard.search(Query("", Scope.SUBTREE, EVERYTHING)))) == 1


def test_a_plug_in_that_fails_unforeseen_has_misbehaved_and_its_words_stay_unsaid() -> None:
    """R15: the text of a foreign exception may hold a password."""

    class Broken(MemorySource):
        async def lookup(self, login):  # type: ignore[no-untyped-def]
            raise ValueError("password=canary-1a2")

    guard, _, _ = guarded(Broken())
    events: list[object] = []
    globalLogPublisher.addObserver(events.append)
    try:
        with pytest.raises(SourceMisbehaved) as error:
            now(guard.lookup(LOGIN))
    finally:
        globalLogPublisher.removeObserver(events.append)
    assert error.value.__cause__ is None
    assert "ValueError" in str(error.value)
    assert len(events) == 1
    assert "canary" not in str(error.value) + repr(events)


def test_what_is_foreseen_passes_and_is_no_outage() -> None:
    guard, source, _ = guarded(rules=GuardRules(breaker_failures=1))
    source.add("other", b"x", aliases=["jdoe2"])
    source.add("third", b"x", aliases=["jdoe2"])
    with pytest.raises(IdentityConflict):
        now(guard.lookup(LoginName.of("jdoe2")))
    with pytest.raises(BaseNotFound):
        collect(guard.search(Query("o=elsewhere", Scope.SUBTREE, EVERYTHING)))
    assert not guard.open
    assert now(guard.lookup(LOGIN)) is not None


def test_a_search_that_stops_answering_ends_at_the_deadline_of_its_next_step() -> None:
    class Stalls(MemorySource):
        async def search(self, query):  # type: ignore[no-untyped-def]
            yield self.add_entry("cn=one,ou=people,o=corp", {"cn": [b"one"]})
            await Deferred()

    guard, _, clock = guarded(Stalls())
    found: list[str] = []

    async def read() -> None:
        async for entry in guard.search(Query("", Scope.SUBTREE, EVERYTHING)):
            found.append(entry.dn)

    reading = start(read())
    assert found == ["cn=one,ou=people,o=corp"]
    clock.advance(59.9)
    assert waiting(reading)
    clock.advance(0.2)
    with pytest.raises(SourceUnavailable):
        settled(reading)


def test_searches_that_take_too_long_keep_nobody_from_signing_in() -> None:
    """They have a breaker of their own, and never all the places."""

    class SlowToSearch(MemorySource):
        async def search(self, query):  # type: ignore[no-untyped-def]
            self.asked.append("search")
            await Deferred()
            yield self.add_entry("cn=one,ou=people,o=corp", {"cn": [b"one"]})

    guard, source, clock = guarded(SlowToSearch())
    searches = [start(anext(guard.search(Query("", Scope.SUBTREE, EVERYTHING)))) for _ in range(5)]
    assert source.asked == ["search"]
    assert now(guard.lookup(LOGIN)) is not None
    for _ in range(5):
        clock.advance(60)
    for search in searches:
        with pytest.raises((SourceUnavailable, BusyError)):
            settled(search)
    assert not guard.open
    assert now(guard.lookup(LOGIN)) is not None


def test_a_source_that_does_not_close_keeps_nothing_else_open() -> None:
    class Clinging(MemorySource):
        async def close(self) -> None:
            await Deferred()

    class Failing(MemorySource):
        async def close(self) -> None:
            raise ValueError("canary-1a2")

    guard, _, clock = guarded(Clinging())
    closing = start(guard.close())
    clock.advance(10)
    settled(closing)
    guard, _, _ = guarded(Failing())
    now(guard.close())


def test_a_search_that_does_not_end_when_told_is_left_behind() -> None:
    class Clinging(MemorySource):
        async def search(self, query):  # type: ignore[no-untyped-def]
            try:
                yield self.add_entry("cn=one,ou=people,o=corp", {"cn": [b"one"]})
            finally:
                await Deferred()

    guard, _, clock = guarded(Clinging())
    found = guard.search(Query("", Scope.SUBTREE, EVERYTHING))
    now(anext(found))
    ending = start(found.aclose())
    clock.advance(5)
    settled(ending)


def test_who_has_waited_here_and_not_there_is_no_outage_of_the_source() -> None:
    """A burst on a source that is slow and well: those whose turn came late run out of time together."""

    class Slow(MemorySource):
        async def lookup(self, login):  # type: ignore[no-untyped-def]
            answer: Deferred[None] = Deferred()
            clock.callLater(2, answer.callback, None)
            await answer
            return await super().lookup(login)

    source, clock = Slow(), Clock()
    source.add("jdoe", b"right")
    guard = GuardedSource(source, GuardRules(timeout=5, concurrency=2, queue=10, breaker_failures=3), clock)
    calls = [start(guard.lookup(LOGIN)) for _ in range(20)]
    for _ in range(10):
        clock.advance(1)
    for call in calls[:4]:
        assert settled(call) is not None
    for call in calls[4:]:
        with pytest.raises((SourceUnavailable, BusyError)):
            settled(call)
    assert not guard.open
