"""The first right password of somebody about whom something is unusual: the path that is least travelled."""

from __future__ import annotations

import pytest
from conversation import Client
from core_rig import RIGHT, Rig
from frontend_rig import JDOE, over

from gateway.identity.model import AccountState
from gateway.identity.password_rules import PasswordRules
from gateway.wire.controls import PASSWORD_MODIFY, PasswordModifyRequest, encode_password_modify
from gateway.wire.messages import ExtendedRequest

STRICT = PasswordRules(minimum_length=40)
UNUSUAL = {
    "one character": b"x",
    "the login name": b"jdoe",
    "blanks": b"   ",
    "Latin-1": "Grün€".encode("cp1252"),
    "not UTF-8 and not text": b"\xff\xfe\x00",
    "a kilobyte": b"ab" * 512,
}


@pytest.mark.parametrize("password", UNUSUAL.values(), ids=UNUSUAL)
def test_a_password_that_no_rule_for_new_ones_would_allow_moves_all_the_same(password: bytes) -> None:
    """The rules are for whoever sets a password from now on. Nobody is left outside, or half moved (R11)."""
    rig = Rig(changes=STRICT)
    rig.source.change("jdoe", password=password)
    assert Client(over(rig)).bind(JDOE, password).code == 0
    assert rig.moved() is not None
    rig.source.fail_with()
    assert Client(over(rig)).bind(JDOE, password).code == 0
    assert Client(over(rig)).bind(JDOE, password + b"y").code == 49


def test_only_a_new_password_keeps_the_rules() -> None:
    rig = Rig(changes=STRICT)
    client = Client(over(rig))
    assert client.bind(JDOE, RIGHT).code == 0
    change = encode_password_modify(PasswordModifyRequest(None, RIGHT, b"too short"))
    assert client.result(ExtendedRequest(PASSWORD_MODIFY, change)).code == 19
    assert client.bind(JDOE, RIGHT).code == 0


@pytest.mark.parametrize(
    ("state", "moves"),
    [(AccountState(must_change=True), True), (AccountState(disabled=True), False), (AccountState(locked=True), False)],
    ids=["must change", "disabled", "locked"],
)
def test_whoever_may_not_in_at_the_first_login_is_no_ghost(state: AccountState, moves: bool) -> None:
    """R7: nobody is half there; once the old store lets the person in, the first login is like any other."""
    rig = Rig()
    rig.source.change("jdoe", state=state)
    assert Client(over(rig)).bind(JDOE, RIGHT).code == 49
    assert (rig.moved() is not None) is moves
    rig.source.change("jdoe", state=AccountState())
    rig.clock.advance(61)
    assert Client(over(rig)).bind(JDOE, RIGHT).code == 0
    assert rig.moved() is not None


def test_an_address_that_two_people_share_keeps_neither_outside() -> None:
    """An administrator's second account often has the address of the first."""
    rig = Rig()
    rig.source.add("jdoe-admin", RIGHT, aliases=["John.Doe@corp.example"])
    for name in ("jdoe", "jdoe-admin"):
        assert Client(over(rig)).bind(name, RIGHT).code == 0
        assert rig.moved(name) is not None
    assert Client(over(rig)).bind("john.doe@corp.example", RIGHT).code == 49, "whose it is cannot be told"
