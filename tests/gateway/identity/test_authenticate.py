"""The truth table of a bind: who is asked, in which order, and what the answer is."""

from __future__ import annotations

import pytest
from core_rig import PEER, RIGHT, WRONG, Rig
from twisted.internet.defer import CancelledError
from waiting import now, settled, waiting

from gateway.identity.guard import GuardRules
from gateway.identity.migrate import MigrationRules
from gateway.identity.model import AccountState, LoginName, PasswordCredential, Secret
from gateway.identity.outcome import Accepted, Reason, Rejected, Unavailable, Unknown
from gateway.identity.ports import Adoption
from gateway.identity.throttle import ThrottleRules
from gateway.testing.memory_source import MemorySource
from gateway.testing.plain_hasher import PlainHasher


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


def test_a_bind_that_nobody_waits_for_any_longer_is_audited() -> None:
    rig = Rig()
    rig.source.hang()
    bind = rig.begin()
    bind.cancel()
    with pytest.raises(CancelledError):
        settled(bind)
    assert [(record.event, record.outcome, record.via) for record in rig.trail] == [("bind", "unavailable", "gateway")]


def test_of_an_ambiguous_name_the_audit_names_both_people_who_have_moved() -> None:
    """R4."""
    rig = Rig()
    for name in ("ann", "bob"):
        person = rig.source.add(name, RIGHT, aliases=["both@corp.example"])
        now(rig.native.adopt(Adoption(person, PlainHasher.strong(RIGHT), "mail", 1.0)))
    rig.source.asked.clear()
    assert rig.bind("both@corp.example") == Rejected(Reason.AMBIGUOUS)
    record = rig.trail[-1]
    assert (record.outcome, record.via) == ("ambiguous-name", "directory")
    assert "'uid=ann,ou=people,o=corp' and 'uid=bob,ou=people,o=corp'" in record.detail
    assert rig.source.asked == []


def test_a_name_that_a_front_end_found_ambiguous_is_refused_for_the_price_of_any_refusal() -> None:
    """R4, R25."""
    rig = Rig()
    credential = PasswordCredential(LoginName.of("jdoe"), Secret(RIGHT), None, "it is 'a' and 'b'")
    assert now(rig.authenticator.bind(credential, PEER)) == Rejected(Reason.AMBIGUOUS)
    record = rig.trail[-1]
    assert (record.outcome, record.detail) == ("ambiguous-name", "it is 'a' and 'b'")
    assert (rig.hasher.work, rig.source.asked, rig.native.asked) == (1, [], [])
