"""What a password was found to be a moment ago."""

from __future__ import annotations

from gateway.identity.model import Secret
from gateway.identity.outcome import Reason, Rejected, Unknown
from gateway.identity.proofs import Proofs

RIGHT = Secret(b"right")
WRONG = Rejected(Reason.WRONG_PASSWORD)


def test_a_right_password_is_remembered_for_its_time_only() -> None:
    proofs = Proofs(remember=10, remember_wrong=5)
    proof = proofs.proof("someone.1", RIGHT)
    assert not proofs.is_right(proof, 0)
    proofs.note_right(proof, 0)
    assert proofs.is_right(proof, 9.9)
    assert not proofs.is_right(proof, 10)
    assert proofs.refusal(proof, 0) is None


def test_a_wrong_password_is_remembered_for_its_time_only() -> None:
    """R20."""
    proofs = Proofs(remember=10, remember_wrong=5)
    proof = proofs.proof("someone.1", Secret(b"stale"))
    proofs.note_refusal(proof, WRONG, 0)
    assert proofs.refusal(proof, 4.9) == WRONG
    assert proofs.refusal(proof, 5) is None


def test_a_proof_is_of_one_subject_one_password_and_one_process() -> None:
    proofs = Proofs(10, 10)
    assert proofs.proof("a.1", RIGHT) == proofs.proof("a.1", Secret(b"right"))
    assert proofs.proof("a.1", RIGHT) != proofs.proof("a.2", RIGHT)
    assert proofs.proof("a", Secret(b"bright")) != proofs.proof("ab", RIGHT)
    assert proofs.proof("a.1", RIGHT) != Proofs(10, 10).proof("a.1", RIGHT)


def test_a_flood_of_wrong_passwords_drives_no_right_one_out() -> None:
    proofs = Proofs(10, 10, capacity=3)
    right = proofs.proof("a.1", RIGHT)
    proofs.note_right(right, 0)
    for number in range(10):
        proofs.note_refusal(proofs.proof("a.1", Secret(b"%d" % number)), WRONG, 0)
    assert proofs.is_right(right, 1)
    assert proofs.refusal(proofs.proof("a.1", Secret(b"0")), 1) is None
    assert proofs.refusal(proofs.proof("a.1", Secret(b"9")), 1) == WRONG


def test_nothing_kept_holds_the_password() -> None:
    """R15."""
    proofs = Proofs(10, 10)
    proof = proofs.proof("a.1", Secret(b"canary-9f2"))
    proofs.note_right(proof, 0)
    assert b"canary" not in proof
    assert "canary" not in repr(vars(proofs))


def test_remembering_for_no_time_remembers_nothing() -> None:
    proofs = Proofs(0, 0)
    proof = proofs.proof("a.1", RIGHT)
    proofs.note_right(proof, 5)
    assert not proofs.is_right(proof, 5)


def test_a_refusal_for_a_state_is_remembered_for_a_short_time() -> None:
    """R20: an administrator may unlock any moment, and a stuck client must still cost nothing."""
    proofs = Proofs(remember=300, remember_wrong=300)
    for number, reason in enumerate((Reason.LOCKED, Reason.DISABLED, Reason.EXPIRED, Reason.MUST_CHANGE)):
        proof = proofs.proof(f"a.{number}", RIGHT)
        proofs.note_refusal(proof, Rejected(reason), 0)
        assert proofs.refusal(proof, 29) == Rejected(reason)
        assert proofs.refusal(proof, 30) is None


def test_unknown_is_remembered_as_unknown() -> None:
    proofs = Proofs(300, 300)
    proof = proofs.proof("?nobody", RIGHT)
    proofs.note_refusal(proof, Unknown(), 0)
    assert proofs.refusal(proof, 299) == Unknown()


def test_a_clock_that_is_set_back_makes_no_proof_last_longer() -> None:
    proofs = Proofs(300, 60)
    proof = proofs.proof("jdoe", Secret(b"x"))
    proofs.note_right(proof, 5000)
    proofs.note_refusal(proof, Unknown(), 5000)
    assert not proofs.is_right(proof, 1000)
    assert proofs.refusal(proof, 1000) is None
