"""What a password was found to be a moment ago."""

from __future__ import annotations

from gateway.identity.model import Secret
from gateway.identity.proofs import Proofs

RIGHT = Secret(b"right")


def test_a_right_password_is_remembered_for_its_time_only() -> None:
    proofs = Proofs(remember=10, remember_wrong=5)
    proof = proofs.proof("someone.1", RIGHT)
    assert not proofs.is_right(proof, 0)
    proofs.note_right(proof, 0)
    assert proofs.is_right(proof, 9.9)
    assert not proofs.is_right(proof, 10)
    assert not proofs.is_wrong(proof, 0)


def test_a_wrong_password_is_remembered_for_its_time_only() -> None:
    """R20."""
    proofs = Proofs(remember=10, remember_wrong=5)
    proof = proofs.proof("someone.1", Secret(b"stale"))
    proofs.note_wrong(proof, 0)
    assert proofs.is_wrong(proof, 4.9)
    assert not proofs.is_wrong(proof, 5)


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
        proofs.note_wrong(proofs.proof("a.1", Secret(b"%d" % number)), 0)
    assert proofs.is_right(right, 1)
    assert not proofs.is_wrong(proofs.proof("a.1", Secret(b"0")), 1)
    assert proofs.is_wrong(proofs.proof("a.1", Secret(b"9")), 1)


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
