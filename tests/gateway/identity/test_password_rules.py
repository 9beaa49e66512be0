from __future__ import annotations

import pytest

from gateway.identity.model import Secret
from gateway.identity.password_outcome import Denied, Why
from gateway.identity.password_rules import ALPHABET, LONGEST, PasswordRules
from gateway.testing.directory_hooks import person

JDOE = person("jdoe.longname", aliases=["j.doe@corp.example"])


def why(rules: PasswordRules, password: bytes, *, by_administrator: bool = False) -> Why | None:
    fault = rules.fault(JDOE, Secret(password), charset="latin-1", by_administrator=by_administrator)
    return fault.why if isinstance(fault, Denied) else None


def test_length_is_counted_in_characters() -> None:
    rules = PasswordRules(minimum_length=4)
    assert why(rules, "äöü".encode()) is Why.TOO_SHORT
    assert why(rules, "äöüß".encode()) is None
    assert why(rules, "äöüß".encode("latin-1")) is None


@pytest.mark.parametrize("name", [b"JDoe.LongName", b"j.doe@corp.example", b" jdoe.longname"])
def test_a_login_name_is_no_password(name: bytes) -> None:
    assert why(PasswordRules(), name) is Why.TOO_WEAK
    assert why(PasswordRules(refuse_login_name=False), name) is None


def test_what_an_administrator_sets_keeps_the_rules_only_where_that_is_wanted() -> None:
    assert why(PasswordRules(), b"short", by_administrator=True) is None
    assert why(PasswordRules(for_administrators=True), b"short", by_administrator=True) is Why.TOO_SHORT


@pytest.mark.parametrize("by_administrator", [True, False])
def test_empty_and_endless_passwords_are_nobodys(by_administrator: bool) -> None:
    """R5; and a bind with more than that is refused unread."""
    assert why(PasswordRules(), b"", by_administrator=by_administrator) is Why.TOO_SHORT
    assert why(PasswordRules(), b"x" * (LONGEST + 1), by_administrator=by_administrator) is Why.TOO_WEAK
    assert why(PasswordRules(), b"x" * LONGEST, by_administrator=by_administrator) is None


def test_a_password_that_is_made_up_keeps_the_rules_and_has_no_look_alikes() -> None:
    rules = PasswordRules(minimum_length=40)
    made = {rules.made_up().reveal() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        assert why(rules, password) is None
        assert set(password.decode()) <= set(ALPHABET)
    assert not set(ALPHABET) & set("0O1lIio")
    assert len(PasswordRules(minimum_length=1).made_up().reveal()) == 16
