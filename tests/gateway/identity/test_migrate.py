"""What is written after a first yes, and when."""

from __future__ import annotations

from core_rig import RIGHT, Rig
from waiting import now, settled, start, waiting

from gateway.identity.migrate import MigrationRules
from gateway.identity.outcome import Accepted, Reason, Rejected
from gateway.identity.ports import Adoption
from gateway.testing.memory_source import MemorySource


def test_the_answer_waits_for_the_adoption_a_short_time_only() -> None:
    """R12: then it goes out, and the adoption ends behind it."""
    rig = Rig(migration=MigrationRules(wait=0.25))
    rig.hasher.slow = True
    bind = rig.begin()
    assert waiting(bind)
    rig.clock.advance(0.3)
    assert isinstance(settled(bind), Accepted)
    assert rig.moved() is None
    assert rig.migrator.pending == 1
    rig.hasher.finish()
    assert rig.moved() is not None
    assert rig.migrator.pending == 0


def test_of_a_truncating_source_the_bytes_that_counted_are_hashed_and_go_on_counting() -> None:
    """R14: each application sends the tail that it always sent."""
    rig = Rig(MemorySource("staff", significant=8))
    rig.sources[0].add("jdoe", b"12345678")
    assert isinstance(rig.bind(password=b"12345678-mail"), Accepted)
    assert rig.moved() is not None
    for tail in (b"", b"-wiki", b"-mail"):
        assert isinstance(rig.bind(password=b"12345678" + tail), Accepted)
    assert rig.bind(password=b"1234567") == Rejected(Reason.WRONG_PASSWORD)
    assert rig.verified() == 1


def test_while_an_adoption_is_under_way_it_is_not_begun_again() -> None:
    rig = Rig()
    rig.hasher.slow = True
    for _ in range(3):
        bind = rig.begin()
        rig.clock.advance(1)
        assert isinstance(settled(bind), Accepted)
    assert len(rig.hasher.waiting) == 1
    rig.hasher.finish()
    assert now(rig.native.counts()) == {"staff": 1}


def test_who_does_not_fit_the_queue_is_adopted_at_the_next_bind() -> None:
    """R12: bounded, and reported."""
    rig = Rig(migration=MigrationRules(queue=1, wait=0.1))
    rig.source.add("mmuster", RIGHT)
    rig.hasher.slow = True
    first = rig.begin("jdoe")
    rig.clock.advance(1)
    assert isinstance(settled(first), Accepted)
    assert isinstance(rig.bind("mmuster"), Accepted)  # without waiting
    assert rig.trail[-2].event == "adopt-missed"
    assert "full" in rig.trail[-2].detail
    rig.hasher.slow = False
    rig.hasher.finish()
    assert isinstance(rig.bind("mmuster"), Accepted)
    assert rig.moved("mmuster") is not None


def test_no_more_adoptions_are_at_work_than_there_are_threads() -> None:
    rig = Rig(migration=MigrationRules(parallel=2, wait=0.1))
    rig.hasher.slow = True
    for number in range(5):
        rig.source.add(f"user{number}", RIGHT)
        bind = rig.begin(f"user{number}")
        rig.clock.advance(1)
        settled(bind)
    assert len(rig.hasher.waiting) == 2
    assert rig.migrator.pending == 5
    for _ in range(3):
        rig.hasher.finish()
    assert now(rig.native.counts()) == {"staff": 5}


def test_an_answer_does_not_wait_for_an_adoption_that_would_come_too_late() -> None:
    """R12: in a storm it goes out first; when the storm is over, answers wait for their adoptions again."""
    rig = Rig(migration=MigrationRules(parallel=2, wait=0.25))
    rig.hasher.slow = True
    for number in range(12):
        rig.source.add(f"user{number}", RIGHT)
    first = rig.begin("user0")
    rig.clock.advance(1)
    rig.hasher.finish()  # it took a second: a fifth of that is the average now
    assert isinstance(settled(first), Accepted)
    binds = [rig.begin(f"user{number}") for number in range(1, 12)]
    assert [waiting(bind) for bind in binds] == [True] * 2 + [False] * 9
    assert rig.migrator.pending == 11
    while rig.hasher.waiting:
        rig.hasher.finish()
    assert now(rig.native.counts()) == {"staff": 12}
    last = rig.begin("jdoe")
    assert waiting(last)
    rig.hasher.finish()
    assert isinstance(settled(last), Accepted)
    assert rig.moved() is not None


def test_an_adoption_makes_the_next_bind_cost_nothing() -> None:
    rig = Rig()
    rig.bind()
    work = rig.hasher.work
    rig.bind()
    assert rig.hasher.work == work


def test_a_clean_end_waits_for_what_is_under_way() -> None:
    rig = Rig(migration=MigrationRules(wait=0))
    rig.hasher.slow = True
    rig.begin()
    rig.clock.advance(0)
    drained = start(rig.migrator.drain(5))
    assert waiting(drained)
    rig.hasher.finish()
    assert settled(drained) == 0
    assert rig.moved() is not None


def test_an_end_that_lasts_too_long_says_what_was_left_undone() -> None:
    rig = Rig(migration=MigrationRules(wait=0))
    rig.hasher.slow = True
    rig.begin()
    drained = start(rig.migrator.drain(5))
    rig.clock.advance(5.1)
    assert settled(drained) == 1


def test_latin1_and_utf8_are_one_password_after_the_move() -> None:
    """R13."""
    rig = Rig()
    rig.source.add("mueller", "pässwort".encode("latin-1"))
    assert isinstance(rig.bind("mueller", "pässwort".encode("latin-1")), Accepted)
    rig.source.fail_with()
    assert isinstance(rig.bind("mueller", "pässwort".encode()), Accepted)


def test_the_last_password_that_was_accepted_is_the_one_that_is_written() -> None:
    """R9: it was changed in the old store while the adoption waited in the queue; the old one must not come back."""
    rig = Rig(migration=MigrationRules(wait=0))
    rig.hasher.slow = True
    rig.begin()
    rig.clock.advance(0)
    rig.source.change("jdoe", password=b"new-canary-1f2")
    rig.begin(password=b"new-canary-1f2")
    rig.clock.advance(0)
    for _ in range(3):
        rig.hasher.finish()
    assert rig.migrator.pending == 0
    assert isinstance(rig.bind(password=b"new-canary-1f2"), Accepted)
    assert rig.bind() == Rejected(Reason.WRONG_PASSWORD)


def test_who_was_written_by_another_process_is_not_believed_our_password() -> None:
    """R9: adopted there and the password changed, while our adoption waited."""
    rig = Rig(migration=MigrationRules(wait=0))
    rig.hasher.slow = True
    rig.begin()
    rig.clock.advance(0)
    adoption = Adoption(rig.jdoe, rig.hasher.strong(RIGHT), "", rig.clock.seconds())
    adopted = now(rig.native.adopt(adoption))
    now(rig.native.update(adopted.id, password_hash=rig.hasher.strong(b"new")))
    rig.hasher.finish()
    assert rig.migrator.pending == 0
    assert rig.bind() == Rejected(Reason.WRONG_PASSWORD)
    assert isinstance(rig.bind(password=b"new"), Accepted)


def test_who_moves_while_the_source_is_thinking_is_the_directorys() -> None:
    """R9: and the password was changed there meanwhile."""
    rig = Rig()
    rig.source.hang()
    late = rig.begin()
    adopted = now(rig.native.adopt(Adoption(rig.jdoe, rig.hasher.strong(RIGHT), "", rig.clock.seconds())))
    now(rig.native.update(adopted.id, password_hash=rig.hasher.strong(b"new")))
    rig.source.heal()
    assert settled(late) == Rejected(Reason.WRONG_PASSWORD)
