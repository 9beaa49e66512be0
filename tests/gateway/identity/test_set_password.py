"""Hashes that administrators send instead of passwords."""

from __future__ import annotations

import pytest
from core_rig import PEER, RIGHT, Rig, login
from waiting import now

from gateway.identity.change_password import PasswordWish
from gateway.identity.model import Identity, Secret
from gateway.identity.outcome import Accepted
from gateway.identity.password_outcome import Changed, Denied, PasswordOutcome, Why

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
