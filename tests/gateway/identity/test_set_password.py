"""Hashes that administrators send instead of passwords, and what happens to an account while its password changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from core_rig import PEER, RIGHT, Rig, login
from waiting import now, settled, start

from gateway.identity.change_password import PasswordWish
from gateway.identity.model import AccountState, Identity, Secret
from gateway.identity.outcome import Accepted, Reason, Rejected, Unavailable
from gateway.identity.password_outcome import Changed, Denied, PasswordOutcome, Why
from gateway.identity.password_rules import PasswordRules
from gateway.testing.memory_directory import MemoryDirectory
from gateway.testing.plain_hasher import PlainHasher

SSHA = "{SSHA}" + "W6ph5Mm5Pz8GgiULbPgzG37mj9hzYWx0"  # of nothing that is used here


def set_to(rig: Rig, value: str, by: str, **flags: bool) -> PasswordOutcome:
    person = now(rig.native.find(login(by)))
    assert isinstance(person, Identity)
    wish = PasswordWish(login("jdoe"), Secret(value.encode()), **{"may_be_hash": True, **flags})
    return now(rig.passwords.change(wish, person, PEER))


@pytest.fixture
def rig() -> Rig:
    rig = Rig(administrators=["admin"])
    rig.source.add("admin", RIGHT)
    for name in ("admin", "jdoe"):
        assert isinstance(rig.bind(name), Accepted)
    return rig


def test_an_administrator_may_send_a_hash_of_a_known_scheme(rig: Rig) -> None:
    assert isinstance(set_to(rig, SSHA, "admin"), Changed)
    assert not isinstance(rig.bind(password=SSHA.encode()), Accepted), "it is no password"


@pytest.mark.parametrize("value", ["{SSHA}x", "{NEW-SCHEME}abcdefgh", "{CRYPT}!", "{SSHA}"])
def test_a_hash_that_nothing_matches_is_refused_without_being_repeated(rig: Rig, value: str) -> None:
    """R15."""
    outcome = set_to(rig, value, "admin")
    assert isinstance(outcome, Denied)
    assert outcome.why is Why.TOO_WEAK
    assert value not in outcome.text
    assert isinstance(rig.bind(), Accepted)


def test_a_persons_own_hash_is_refused_since_it_would_lock_its_owner_out(rig: Rig) -> None:
    outcome = set_to(rig, SSHA, "jdoe")
    assert isinstance(outcome, Denied)
    assert outcome.why is Why.TOO_WEAK
    assert isinstance(rig.bind(), Accepted)


def test_what_only_looks_a_little_like_a_hash_is_a_password(rig: Rig) -> None:
    assert isinstance(set_to(rig, "{brace}yourself", "jdoe"), Changed)
    assert isinstance(rig.bind(password=b"{brace}yourself"), Accepted)


def test_where_the_protocol_knows_passwords_only_it_is_a_password(rig: Rig) -> None:
    """Password Modify, unicodePwd."""
    assert isinstance(set_to(rig, SSHA, "admin", may_be_hash=False), Changed)
    assert isinstance(rig.bind(password=SSHA.encode()), Accepted)


def test_an_administrator_is_one_for_the_own_password_too(rig: Rig) -> None:
    person = now(rig.native.find(login("admin")))
    wish = PasswordWish(login("admin"), Secret(SSHA.encode()), may_be_hash=True)
    assert isinstance(now(rig.passwords.change(wish, person, PEER)), Changed)
    assert not isinstance(rig.bind("admin", SSHA.encode()), Accepted), "a hash"


class Contested(MemoryDirectory):
    """A directory in which somebody else comes first, so many times: each time the account is locked or freed."""

    comes_first = 0

    async def update(self, identity, **more):  # type: ignore[no-untyped-def]  # as the port
        held = self._people[identity].identity
        if self.comes_first and more.get("password_hash"):
            self.comes_first -= 1
            await super().update(identity, state=replace(held.state, locked=not held.state.locked))
        return await super().update(identity, **more)


def contested(times: int) -> tuple[Rig, PasswordOutcome]:
    """jdoe changes the own password, and others come first."""
    native = Contested(PlainHasher())
    rig = Rig(native=native)
    assert isinstance(rig.bind(), Accepted)
    native.comes_first = times
    return rig, now(rig.passwords.change(PasswordWish(login("jdoe"), Secret(b"a new one")), rig.moved(), PEER))


def test_what_was_done_to_the_account_between_reading_and_writing_stays() -> None:
    """R19: a lock that comes in between is not undone by the new password."""
    rig, outcome = contested(1)
    assert isinstance(outcome, Changed)
    assert outcome.identity.state.locked
    assert rig.bind(password=b"a new one") == Rejected(Reason.LOCKED)


def test_who_never_comes_through_is_told_to_try_again_and_nothing_is_written() -> None:
    rig, outcome = contested(100)
    assert outcome == Unavailable("directory", busy=True)
    moved = rig.moved()
    assert moved is not None
    now(rig.native.update(moved.id, state=AccountState()))
    assert isinstance(rig.bind(), Accepted), "the old password is still the right one"


def test_a_reset_that_comes_while_the_owners_new_password_is_hashed_wins() -> None:
    """Else whoever an administrator shuts out could come in between."""
    rig = Rig(administrators=["admin"], changes=PasswordRules(reset_must_change=True))
    rig.source.add("admin", RIGHT)
    people = {name: rig.bind(name) for name in ("admin", "jdoe")}
    jdoe, admin = people["jdoe"], people["admin"]
    assert isinstance(jdoe, Accepted)
    assert isinstance(admin, Accepted)
    rig.hasher.slow = True
    own = start(rig.passwords.change(PasswordWish(login("jdoe"), Secret(b"a new one")), jdoe.identity, PEER))
    rig.hasher.slow = False
    assert isinstance(set_to(rig, "given by admin", "admin"), Changed)
    rig.hasher.finish()
    outcome = settled(own)
    assert isinstance(outcome, Denied)
    assert outcome.why is Why.NOT_ALLOWED
    assert isinstance(rig.bind(password=b"given by admin"), Accepted)
