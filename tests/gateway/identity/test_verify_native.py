"""Passwords of people who have moved: the directory alone decides."""

from __future__ import annotations

import pytest
from core_rig import WRONG, Rig
from waiting import now

from gateway.identity.model import AccountState
from gateway.identity.outcome import Accepted, Reason, Rejected
from gateway.identity.throttle import ThrottleRules


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


def test_somebody_removed_and_adopted_again_has_no_proofs_of_before() -> None:
    """R9."""
    rig = Rig()
    rig.bind()
    moved = rig.moved()
    assert moved is not None
    rig.native.forget(moved.id)
    rig.source.change("jdoe", password=b"new")
    rig.clock.advance(1)
    assert isinstance(rig.bind(password=b"new"), Accepted)
    assert rig.bind() == Rejected(Reason.WRONG_PASSWORD)
