"""The truth table of a bind: who is asked, in which order, and what the answer is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from core_rig import PEER, RIGHT, WRONG, Rig
from twisted.internet.defer import CancelledError
from waiting import now, settled, waiting

from gateway.errors import SourceMisbehaved
from gateway.identity.guard import GuardRules
from gateway.identity.migrate import MigrationRules
from gateway.identity.model import AccountState, LoginName, PasswordCredential, Secret
from gateway.identity.outcome import Accepted, Reason, Rejected, Unavailable, Unknown
from gateway.identity.throttle import ThrottleRules
from gateway.testing.memory_source import MemorySource


def test_a_right_password_at_the_source_is_a_yes_and_moves_the_person() -> None:
    """R11."""
    rig = Rig()
    outcome = rig.bind()
    assert isinstance(outcome, Accepted)
    moved = rig.moved()
    assert moved is not None
    assert (moved.dn, moved.name, moved.origin) == (rig.jdoe.dn, "jdoe", rig.jdoe.origin)
    assert moved.attributes == rig.jdoe.attributes
    assert rig.trail.events() == [("adopt", "written"), ("bind", "accepted")]


def test_once_moved_the_source_is_never_asked_again() -> None:
    """R9."""
    rig = Rig()
    rig.bind()
    rig.source.asked.clear()
    rig.source.fail_with()
    assert isinstance(rig.bind(), Accepted)
    assert rig.bind(password=WRONG) == Rejected(Reason.WRONG_PASSWORD)
    assert rig.source.asked == []


def test_a_wrong_password_writes_nothing() -> None:
    """R11."""
    rig = Rig()
    assert rig.bind(password=WRONG) == Rejected(Reason.WRONG_PASSWORD)
    assert rig.moved() is None


@pytest.mark.parametrize("name", ["jdoe", "uid=jdoe,ou=people,o=corp", "nobody", ""])
def test_an_empty_password_is_refused_before_anybody_is_asked(name: str) -> None:
    """R5."""
    rig = Rig()
    assert rig.bind(name, b"") == Rejected(Reason.EMPTY_PASSWORD)
    assert (rig.source.asked, rig.native.asked) == ([], [])


def test_a_name_that_nobody_knows_is_unknown() -> None:
    rig = Rig()
    assert rig.bind("nobody") == Unknown()


@pytest.mark.parametrize(
    ("state", "reason", "adopted"),
    [
        (AccountState(disabled=True), Reason.DISABLED, False),
        (AccountState(locked=True), Reason.LOCKED, False),
        (AccountState(expires_at=1.0), Reason.EXPIRED, False),
        (AccountState(must_change=True), Reason.MUST_CHANGE, True),
    ],
)
def test_a_right_password_is_not_yet_a_yes(state: AccountState, reason: Reason, adopted: bool) -> None:
    """R7: and whoever must change is carried over with that state, not lost."""
    rig = Rig()
    rig.source.change("jdoe", state=state)
    assert rig.bind() == Rejected(reason)
    moved = rig.moved()
    assert (moved is not None) is adopted
    if moved is not None:
        assert moved.state == state
        rig.source.fail_with()
        assert rig.bind() == Rejected(reason)


@pytest.mark.parametrize(
    "state", [AccountState(disabled=True), AccountState(locked=True), AccountState(expires_at=1.0)]
)
def test_the_directorys_own_state_refuses_a_right_password_at_once(state: AccountState) -> None:
    """R7, R9: a credential event ends what was remembered of the password."""
    rig = Rig()
    rig.bind()
    moved = rig.moved()
    assert moved is not None
    assert isinstance(rig.bind(), Accepted)
    now(rig.native.update(moved.id, state=state))
    assert isinstance(rig.bind(), Rejected)


def test_a_changed_password_ends_the_old_one_at_once() -> None:
    """R9, R19."""
    rig = Rig()
    rig.bind()
    moved = rig.moved()
    assert moved is not None
    now(rig.native.update(moved.id, password_hash=rig.hasher.strong(b"new")))
    assert rig.bind() == Rejected(Reason.WRONG_PASSWORD)
    assert isinstance(rig.bind(password=b"new"), Accepted)


def test_an_outage_is_never_a_wrong_password() -> None:
    """R6."""
    rig = Rig()
    rig.source.fail_with()
    assert rig.bind() == Unavailable("staff")
    assert rig.bind(password=WRONG) == Unavailable("staff")


def test_an_outage_ends_the_search_for_the_owner() -> None:
    """R8: whether the silent source owns the name cannot be told, so the next is not asked."""
    first, second = MemorySource("first"), MemorySource("second", "ou=other,o=corp")
    second.add("jdoe", RIGHT)
    first.fail_with()
    assert Rig(first, second).bind() == Unavailable("first")
    assert second.asked == []


def test_only_unknown_goes_on_to_the_next_source() -> None:
    """R8."""
    first, second = MemorySource("first"), MemorySource("second", "ou=other,o=corp")
    first.add("jdoe", b"other")
    second.add("jdoe", RIGHT)
    second.add("mmuster", RIGHT)
    rig = Rig(first, second)
    assert rig.bind() == Rejected(Reason.WRONG_PASSWORD)
    assert second.asked == []
    assert isinstance(rig.bind("mmuster"), Accepted)


def test_a_source_that_hangs_is_unavailable_after_its_deadline_and_slows_nobody_who_has_moved() -> None:
    """R6, and the promise of the bulkhead."""
    rig = Rig(guard=GuardRules(timeout=5))
    rig.bind()
    rig.source.add("mmuster", RIGHT)
    rig.source.hang()
    stuck = rig.begin("mmuster")
    assert isinstance(rig.bind(), Accepted)
    rig.clock.advance(4.9)
    assert waiting(stuck)
    rig.clock.advance(0.2)
    assert settled(stuck) == Unavailable("staff")


def test_a_source_that_talks_nonsense_is_unavailable() -> None:
    rig = Rig()
    rig.source.fail_with(SourceMisbehaved("staff", "column password is gone"))
    assert rig.bind() == Unavailable("staff")


def test_a_name_that_leads_to_two_people_is_refused() -> None:
    """The source answers twice."""
    rig = Rig()
    rig.source.add("other", b"x", aliases=["double"])
    rig.source.add("third", b"x", aliases=["double"])
    assert rig.bind("double", b"x") == Rejected(Reason.AMBIGUOUS)
    assert "2 people" in rig.trail[-1].detail


class LooseSource(MemorySource):
    """A database whose collation finds `straße` for `strasse`."""

    async def lookup(self, login):  # type: ignore[no-untyped-def]
        return await super().lookup(replace(login, key=login.key.replace("ss", "ß")))


def test_the_sources_name_counts_and_never_the_typed_one() -> None:
    """R2: refused and audited, and the password was not even tried on the other account."""
    source = LooseSource("loose")
    source.add("straße", RIGHT)
    rig = Rig(source)
    assert rig.bind("strasse") == Rejected(Reason.NAME_MISMATCH)
    assert rig.verified() == 0
    assert rig.moved("strasse") is None
    assert "straße" in rig.trail[-1].detail


@pytest.mark.parametrize(
    "name",
    [
        "JDOE ",
        "CORP\\jdoe",
        "jdoe@corp.example",
        "UID=JDoe, OU=people,O=corp",
        "john.doe@CORP.example",
        "uid=jdoe,dc=example,dc=com",
        "uid=jdoe",
    ],
)
def test_every_form_of_a_name_leads_to_one_person(name: str) -> None:
    """R1: whichever form comes first, and whichever comes then."""
    rig = Rig()
    first = rig.bind(name)
    assert isinstance(first, Accepted)
    rig.source.fail_with()
    again = rig.bind("jdoe")
    assert isinstance(again, Accepted)
    assert first.identity.id == again.identity.id
    assert sum(now(rig.native.counts()).values()) == 1


def test_somebody_who_moved_under_another_name_is_still_the_directorys() -> None:
    """R9: renamed in the source after the move; the old password there must not open the door again."""
    rig = Rig()
    rig.bind()
    moved = rig.moved()
    assert moved is not None
    now(rig.native.update(moved.id, password_hash=rig.hasher.strong(b"new")))
    rig.source.remove("jdoe")
    rig.source.add("jsmith", RIGHT, key=rig.jdoe.origin.key)
    assert rig.bind("jsmith") == Rejected(Reason.WRONG_PASSWORD)
    assert isinstance(rig.bind("jsmith", b"new"), Accepted)
    assert rig.verified() == 1


def test_a_second_person_of_the_same_name_is_a_collision_and_overwrites_nobody() -> None:
    """R4."""
    first, second = MemorySource("first"), MemorySource("second", "ou=other,o=corp")
    first.add("jdoe", RIGHT)
    second.add("jdoe", b"other")
    rig = Rig(first, second)
    rig.bind("uid=jdoe,ou=people,o=corp")
    assert isinstance(rig.bind("uid=jdoe,ou=other,o=corp", b"other"), Accepted)
    assert ("collision", "not-written") in rig.trail.events()
    moved = rig.moved()
    assert moved is not None
    assert moved.origin.source == "first"
    assert isinstance(rig.bind(), Accepted)


def test_a_directory_that_cannot_be_read_cannot_tell() -> None:
    """R6, R9: without the directory nobody knows who has moved, so no source may decide."""
    rig = Rig()
    rig.native.fail_with()
    assert rig.bind() == Unavailable("directory")
    assert rig.source.asked == []


def test_a_directory_that_cannot_be_written_refuses_nobody() -> None:
    """R12: read-only or full."""
    rig = Rig()
    rig.native.fail_with(only_writes=True)
    assert isinstance(rig.bind(), Accepted)
    assert ("adopt-missed", "not-written") in rig.trail.events()
    rig.native.heal()
    assert isinstance(rig.bind(), Accepted)
    assert rig.moved() is not None


def test_fifty_first_binds_at_once_are_one_question_and_one_identity() -> None:
    """R11, R20."""
    rig = Rig()
    rig.source.hang()
    binds = [rig.begin() for _ in range(50)]
    rig.source.heal()
    assert all(isinstance(settled(bind), Accepted) for bind in binds)
    assert rig.verified() == 1
    assert now(rig.native.counts()) == {"staff": 1}
    assert rig.native.asked.count("adopt jdoe") == 1


def test_a_right_password_is_hashed_once_and_not_once_a_bind() -> None:
    rig = Rig()
    rig.bind()
    work = rig.hasher.work
    for _ in range(10):
        assert isinstance(rig.bind(), Accepted)
    assert rig.hasher.work == work
    rig.clock.advance(301)
    rig.bind()
    assert rig.hasher.work == work + 1


@pytest.mark.parametrize("moved", [True, False])
def test_repeating_one_wrong_password_costs_no_hash_and_no_source(moved: bool) -> None:
    """R20: and counts once toward a lockout."""
    rig = Rig(throttle=ThrottleRules(failures=2, lock=100))
    if moved:
        rig.bind()
    rig.bind(password=WRONG)
    work, verified = rig.hasher.work, rig.verified()
    for _ in range(50):
        assert rig.bind(password=WRONG) == Rejected(Reason.WRONG_PASSWORD)
    assert (rig.hasher.work, rig.verified()) == (work, verified)
    assert isinstance(rig.bind(), Accepted)


def test_different_wrong_passwords_lock_and_time_unlocks() -> None:
    rig = Rig(throttle=ThrottleRules(failures=3, window=900, lock=60))
    for number in range(3):
        rig.bind(password=b"guess %d" % number)
    assert rig.bind() == Rejected(Reason.LOCKED)
    rig.clock.advance(61)
    assert isinstance(rig.bind(), Accepted)


def test_a_lock_holds_for_somebody_who_has_moved_whatever_the_form_of_the_name() -> None:
    rig = Rig(throttle=ThrottleRules(failures=3, lock=60))
    rig.bind()
    for number, name in enumerate(("jdoe", "CORP\\jdoe", "uid=jdoe,ou=people,o=corp")):
        rig.bind(name, b"guess %d" % number)
    assert rig.bind("john.doe@corp.example") == Rejected(Reason.LOCKED)


def test_outages_lock_nobody() -> None:
    """R6."""
    rig = Rig(throttle=ThrottleRules(failures=2), lockout=(2, 900))
    rig.source.fail_with()
    for number in range(5):
        assert isinstance(rig.bind(password=b"p%d" % number), Unavailable)
    rig.clock.advance(100)
    rig.source.heal()
    assert isinstance(rig.bind(), Accepted)


def test_failures_forwarded_stay_one_short_of_the_sources_lockout() -> None:
    """R20: whatever form of the name is tried."""
    rig = Rig(lockout=(4, 900))
    for number, name in enumerate(["jdoe", "CORP\\jdoe", "uid=jdoe,ou=people,o=corp", "john.doe@corp.example"] * 3):
        assert isinstance(rig.bind(name, b"guess %d" % number), Rejected)
    assert rig.verified() == 3


def test_every_refusal_does_the_work_of_one_hash() -> None:
    """R25: unknown, wrong at the source, disabled there, without a hash; and wrong in the directory."""
    rig = Rig()
    rig.source.add("disabled", RIGHT, state=AccountState(disabled=True))
    rig.source.add("hashless", b"")
    rig.source.add("moved", RIGHT)
    rig.bind("moved")
    costs = {}
    for name, password in [
        ("nobody", WRONG),
        ("jdoe", WRONG),
        ("disabled", RIGHT),
        ("hashless", WRONG),
        ("moved", WRONG),
    ]:
        before = rig.hasher.work
        assert isinstance(rig.bind(name, password), Rejected | Unknown)
        costs[name] = rig.hasher.work - before
    assert set(costs.values()) == {1}, costs


def test_repeated_refusals_of_known_and_unknown_names_cost_the_same() -> None:
    """R25: else repeating a bind would tell whether the name exists."""
    rig = Rig()
    for name in ("nobody", "jdoe"):
        rig.bind(name, WRONG)
        before = rig.hasher.work
        rig.bind(name, WRONG)
        assert rig.hasher.work == before


def test_hashing_over_its_budget_is_busy_for_who_has_moved_and_no_obstacle_for_who_has_not() -> None:
    """R6, R12."""
    rig = Rig()
    rig.source.add("mmuster", RIGHT)
    rig.bind()
    rig.hasher.busy = True
    assert rig.bind(password=WRONG) == Unavailable("directory", busy=True)
    assert isinstance(rig.bind("mmuster"), Accepted)
    assert ("adopt-missed", "not-written") in rig.trail.events()


def test_without_migration_sources_are_asked_and_nothing_is_written() -> None:
    rig = Rig(migration=MigrationRules(enabled=False))
    assert isinstance(rig.bind(), Accepted)
    assert rig.moved() is None


def test_no_record_holds_a_password() -> None:
    """R15."""
    rig = Rig(throttle=ThrottleRules(failures=2))
    for name in ("jdoe", "nobody", "uid=jdoe,ou=people,o=corp"):
        for password in (RIGHT, WRONG, b""):
            rig.bind(name, password)
    rig.source.fail_with()
    rig.bind("else")
    assert "canary" not in repr(rig.trail) + repr(vars(rig)) + repr(rig.source.asked) + repr(rig.native.asked)


def test_the_audit_says_who_decided() -> None:
    rig = Rig()
    rig.bind()
    rig.bind()
    rig.clock.advance(400)
    rig.bind()
    rig.bind("nobody")
    assert [(r.via, r.name) for r in rig.trail if r.event == "bind"] == [
        ("source:staff", "jdoe"),
        ("memory", "jdoe"),
        ("directory", "jdoe"),
        ("source:staff", ""),
    ]
    assert {(r.address, r.application) for r in rig.trail} == {("192.0.2.1", "mail")}


def test_who_changes_the_password_in_the_old_store_as_told_gets_in() -> None:
    """R7: somebody who moved with *must change* set is not locked out by having moved."""
    rig = Rig()
    rig.source.change("jdoe", state=AccountState(must_change=True))
    assert rig.bind() == Rejected(Reason.MUST_CHANGE)
    assert rig.moved() is not None
    rig.source.change("jdoe", password=b"changed", state=AccountState())
    assert rig.bind() == Rejected(Reason.MUST_CHANGE)
    assert isinstance(rig.bind(password=b"changed"), Accepted)
    moved = rig.moved()
    assert moved is not None
    assert moved.state == AccountState()
    rig.source.fail_with()
    rig.clock.advance(400)
    assert isinstance(rig.bind(password=b"changed"), Accepted)
    assert rig.bind() == Rejected(Reason.WRONG_PASSWORD)


def test_who_must_change_and_has_not_is_refused_and_repeats_for_nothing() -> None:
    """R7, R20."""
    rig = Rig()
    rig.source.change("jdoe", state=AccountState(must_change=True))
    rig.bind()
    rig.bind(password=WRONG)
    asked = len(rig.source.asked)
    for _ in range(5):
        assert rig.bind() == Rejected(Reason.MUST_CHANGE)
        assert rig.bind(password=WRONG) == Rejected(Reason.WRONG_PASSWORD)
    assert len(rig.source.asked) <= asked + 2


def test_whether_a_must_change_password_was_changed_cannot_be_told_in_an_outage() -> None:
    """R6."""
    rig = Rig()
    rig.source.change("jdoe", state=AccountState(must_change=True))
    rig.bind()
    rig.source.fail_with()
    assert rig.bind(password=b"changed") == Unavailable("staff")
    assert rig.bind() == Rejected(Reason.MUST_CHANGE)


def test_a_refusal_for_a_state_of_the_source_is_not_forwarded_again_at_once() -> None:
    """R20."""
    rig = Rig()
    rig.source.change("jdoe", state=AccountState(locked=True))
    for _ in range(20):
        assert rig.bind() == Rejected(Reason.LOCKED)
    assert rig.verified() == 1
    rig.source.change("jdoe", state=AccountState())
    rig.clock.advance(31)
    assert isinstance(rig.bind(), Accepted)


def test_a_source_that_hangs_may_have_counted_what_was_forwarded() -> None:
    """R20, R6: the budget is spent, and that is no verdict."""
    rig = Rig(lockout=(3, 900), guard=GuardRules(timeout=5, breaker_failures=100))
    rig.bind("nobody")
    for number in range(4):
        rig.source.heal()
        bind = rig.begin(password=b"guess %d" % number) if number > 1 else None
        if bind is None:
            rig.source.asked.clear()
            hanging = HangsInVerify(rig)
            stuck = rig.begin(password=b"guess %d" % number)
            rig.clock.advance(5.1)
            assert settled(stuck) == Unavailable("staff")
            hanging.end()
        else:
            assert settled(bind) == Unavailable("staff")
    assert rig.bind("uid=jdoe,ou=people,o=corp") == Unavailable("staff")
    rig.clock.advance(901)
    assert isinstance(rig.bind(), Accepted)


class HangsInVerify:
    """From now on the source answers look-ups and hangs when a password is to be verified."""

    def __init__(self, rig: Rig) -> None:
        self._source = rig.source
        self._lookup = rig.source.lookup

        async def lookup_then_hang(login):  # type: ignore[no-untyped-def]
            account = await self._lookup(login)
            self._source.hang()
            return account

        rig.source.lookup = lookup_then_hang  # type: ignore[method-assign]

    def end(self) -> None:
        self._source.heal()
        self._source.lookup = self._lookup  # type: ignore[method-assign]


def test_a_bind_that_nobody_waits_for_any_longer_is_audited() -> None:
    rig = Rig()
    rig.source.hang()
    bind = rig.begin()
    bind.cancel()
    with pytest.raises(CancelledError):
        settled(bind)
    assert [(record.event, record.outcome, record.via) for record in rig.trail] == [("bind", "unavailable", "gateway")]


def test_somebody_removed_and_adopted_again_has_no_proofs_of_before() -> None:
    """R9."""
    rig = Rig()
    rig.bind()
    moved = rig.moved()
    assert moved is not None
    rig.native.remove(moved.id)
    rig.source.change("jdoe", password=b"new")
    rig.clock.advance(1)
    assert isinstance(rig.bind(password=b"new"), Accepted)
    assert rig.bind() == Rejected(Reason.WRONG_PASSWORD)


def test_a_right_password_that_must_be_changed_spends_nothing_of_the_budget() -> None:
    """R20: the source counts it as no failure, and after the change it is the new password's turn."""

    class Strict(MemorySource):
        async def verify(self, account, password):  # type: ignore[no-untyped-def]
            outcome = await super().verify(account, password)
            return Rejected(Reason.MUST_CHANGE) if password.reveal() == b"old" else outcome

    source = Strict("staff")
    source.add("jdoe", RIGHT)
    rig = Rig(source, lockout=(3, 900))
    for _ in range(5):
        assert rig.bind(password=b"old") == Rejected(Reason.MUST_CHANGE)
        rig.clock.advance(60)
    assert isinstance(rig.bind(), Accepted)


def test_no_name_that_anybody_can_type_locks_an_account_of_a_source() -> None:
    rig = Rig(throttle=ThrottleRules(failures=2))
    typed = LoginName.of("staff:uid=jdoe,ou=people,o=corp")
    for number in range(2):
        now(rig.authenticator.bind(PasswordCredential(typed, Secret(b"guess %d" % number)), PEER))
    assert isinstance(rig.bind(), Accepted)


def test_a_password_that_was_changed_in_the_old_store_is_cut_as_that_store_cuts_it() -> None:
    """R14, R7: DES crypt looks at eight bytes, also at those of the new password."""
    source = MemorySource("des", significant=8)
    source.add("jdoe", b"12345678")
    rig = Rig(source)
    source.change("jdoe", state=AccountState(must_change=True))
    assert rig.bind(password=b"12345678") == Rejected(Reason.MUST_CHANGE)
    source.change("jdoe", password=b"abcdefgh", state=AccountState())
    assert isinstance(rig.bind(password=b"abcdefgh"), Accepted)
    source.fail_with()
    assert isinstance(rig.bind(password=b"abcdefgh and more"), Accepted)
    assert rig.bind(password=b"abcdefg") == Rejected(Reason.WRONG_PASSWORD)
