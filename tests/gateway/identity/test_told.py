"""What one process of a gateway makes of what another has counted."""

from __future__ import annotations

from gateway.identity.model import Secret
from gateway.identity.outcome import Reason, Rejected
from gateway.identity.proofs import Proofs
from gateway.identity.throttle import Throttle, ThrottleRules
from gateway.identity.told import Failed, Told, hear

RULES = ThrottleRules(failures=3, window=100, lock=10)
KEY = b"k" * 32
WRONG = Rejected(Reason.WRONG_PASSWORD)


class Process:
    """Throttle and memory of one, and what it has told."""

    def __init__(self) -> None:
        self.said: list[Told] = []
        self.throttle = Throttle(RULES, tell=self.said.append)
        self.proofs = Proofs(300, 60, key=KEY, tell=self.said.append)

    def refuse(self, password: bytes, at: float) -> None:
        """As the verifiers do."""
        proof = self.proofs.proof("jdoe", Secret(password))
        if self.proofs.refusal(proof, at) is not None:
            return
        self.throttle.failed("jdoe", "a", at, proof)
        self.proofs.note_refusal(proof, WRONG, at)

    def hear(self, other: Process) -> None:
        for told in other.said:
            hear(told, self.throttle, self.proofs)


def test_failures_of_all_processes_lock_a_name_together() -> None:
    """R20."""
    here, there = Process(), Process()
    here.refuse(b"one", 0.0)
    here.refuse(b"two", 0.0)
    there.hear(here)
    assert not there.throttle.locked("jdoe", "a", 1.0)
    there.refuse(b"three", 1.0)
    assert there.throttle.locked("jdoe", "a", 2.0)


def test_a_wrong_password_is_remembered_by_all() -> None:
    """R20: it costs no hash and no look-up in any of them."""
    here, there = Process(), Process()
    here.refuse(b"one", 0.0)
    there.hear(here)
    assert there.proofs.refusal(there.proofs.proof("jdoe", Secret(b"one")), 30.0) == WRONG
    assert there.proofs.refusal(there.proofs.proof("jdoe", Secret(b"two")), 30.0) is None
    assert there.said == [], "what is heard is not told again"


def test_the_same_wrong_password_at_two_processes_at_once_counts_once() -> None:
    """R20: neither had heard of the other when it refused."""
    here, there = Process(), Process()
    for password in (b"one", b"two"):
        here.refuse(password, 0.0)
        there.refuse(password, 0.0)
    there.hear(here)
    here.hear(there)
    for process in (here, there):
        assert not process.throttle.locked("jdoe", "a", 1.0)


def test_a_wrong_password_that_is_heard_of_while_it_is_hashed_counts_once() -> None:
    """R20."""
    here, there = Process(), Process()
    for password in (b"one", b"two"):
        here.refuse(password, 0.0)
    there.hear(here)
    for password in (b"one", b"two"):
        there.refuse(password, 0.1)
    assert there.said == []
    assert not there.throttle.locked("jdoe", "a", 1.0)


def test_a_right_password_is_hashed_by_one_process_only() -> None:
    here, there = Process(), Process()
    proof = here.proofs.proof("jdoe.1", Secret(b"right"))
    here.proofs.note_right(proof, 0.0)
    there.hear(here)
    assert there.proofs.is_right(there.proofs.proof("jdoe.1", Secret(b"right")), 1.0)
    assert not there.proofs.is_right(there.proofs.proof("jdoe.2", Secret(b"right")), 1.0), "R9: another revision"
    assert there.said == []


def test_what_has_no_proof_counts_each_time() -> None:
    throttle = Throttle(RULES)
    for _ in range(3):
        hear(Failed("\0staff:uid=j", "a", 0.0), throttle, Proofs(300, 60, key=KEY))
    assert throttle.locked("\0staff:uid=j", "a", 1.0)


def test_a_right_password_and_an_administrators_reset_end_the_count_everywhere() -> None:
    for mend in (lambda throttle: throttle.succeeded("jdoe", "a"), lambda throttle: throttle.forget("jdoe")):
        here, there = Process(), Process()
        for password in (b"one", b"two", b"three"):
            here.refuse(password, 0.0)
        there.hear(here)
        assert there.throttle.locked("jdoe", "a", 1.0)
        here.said.clear()
        mend(here.throttle)
        there.hear(here)
        assert not there.throttle.locked("jdoe", "a", 1.0)


def test_a_success_without_failures_is_not_worth_a_word() -> None:
    """Binds that go well must not cost anybody a message."""
    here = Process()
    here.throttle.succeeded("jdoe", "a")
    assert here.said == []


def test_a_process_that_begins_takes_over_what_was_counted() -> None:
    here, new = Process(), Process()
    for password in (b"one", b"two", b"three"):
        here.refuse(password, 0.0)
    for name, address, tally in here.throttle.tallies():
        new.throttle.take_over(name, address, tally)
    assert new.throttle.locked("jdoe", "a", 1.0)
    assert new.said == []


def test_no_repr_shows_a_proof() -> None:
    """R15."""
    here = Process()
    here.refuse(b"canary", 0.0)
    proof = here.proofs.proof("jdoe", Secret(b"canary"))
    assert repr(proof) not in repr(here.said)
    assert proof.hex() not in repr(here.said)
