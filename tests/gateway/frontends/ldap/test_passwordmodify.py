"""Password Modify over the whole core: what an application sends, and what it gets."""

from __future__ import annotations

import pytest
from conversation import Client, bind_request, code_of, result_of
from core_rig import PEER, RIGHT, WRONG, Rig
from frontend_rig import ADMIN, JDOE, over

from gateway.identity.model import AccountState
from gateway.identity.password_rules import PasswordRules
from gateway.wire.controls import (
    PASSWORD_MODIFY,
    PASSWORD_POLICY,
    PasswordModifyRequest,
    PolicyError,
    decode_generated_password,
    decode_policy_answer,
    encode_password_modify,
)
from gateway.wire.messages import AbandonRequest, Control, ExtendedRequest, ExtendedResponse

NEW = b"new-canary-5d2f"
POLICY = Control(PASSWORD_POLICY)


def passmod(user: str | None = None, old: bytes | None = None, new: bytes | None = NEW) -> ExtendedRequest:
    return ExtendedRequest(PASSWORD_MODIFY, encode_password_modify(PasswordModifyRequest(user, old, new)))


@pytest.fixture
def rig() -> Rig:
    rig = Rig(administrators=["admin"])
    rig.source.add("admin", RIGHT)
    return rig


@pytest.fixture
def client(rig: Rig) -> Client:
    """Bound as jdoe, who has moved."""
    client = Client(over(rig))
    assert client.bind(JDOE, RIGHT).code == 0
    return client


@pytest.mark.parametrize("user", [None, "", JDOE, f"dn:{JDOE}", "u:jdoe", "jdoe", "CORP\\jdoe"])
def test_whoever_is_bound_changes_the_own_password(client: Client, user: str | None) -> None:
    assert client.result(passmod(user)).code == 0
    assert client.bind(JDOE, RIGHT).code == 49
    assert client.bind(JDOE, NEW).code == 0


def test_without_any_value_a_password_is_made_up_for_whoever_is_bound(client: Client) -> None:
    answer = client.ask(ExtendedRequest(PASSWORD_MODIFY))[0].operation
    assert isinstance(answer, ExtendedResponse)
    assert (answer.result.code, answer.name) == (0, None)
    made_up = decode_generated_password(answer.value)
    assert made_up is not None
    assert client.bind(JDOE, made_up).code == 0


def test_nslcd_sends_it_first_without_and_then_with_the_old_password() -> None:
    rig = Rig(changes=PasswordRules(require_old=True))
    client = Client(over(rig))
    client.bind(JDOE, RIGHT)
    answer = client.ask(passmod(JDOE), POLICY)[0]
    assert code_of(answer) == 50
    assert decode_policy_answer(answer.controls[0].value).error == PolicyError.MUST_SUPPLY_OLD_PASSWORD
    assert client.result(passmod(JDOE, RIGHT)).code == 0


def test_who_must_change_may_without_a_bind(rig: Rig) -> None:
    rig.source.change("jdoe", state=AccountState(must_change=True))
    client = Client(over(rig))
    assert client.bind(JDOE, RIGHT).code == 49
    assert client.result(passmod(JDOE, RIGHT)).code == 0
    assert client.bind(JDOE, NEW).code == 0


@pytest.mark.parametrize(
    ("request_", "code", "policy"),
    [
        (passmod(JDOE, WRONG), 53, None),
        (passmod(ADMIN), 50, PolicyError.PASSWORD_MOD_NOT_ALLOWED),
        (passmod(JDOE, None, b"short"), 19, PolicyError.PASSWORD_TOO_SHORT),
        (passmod(JDOE, None, b"John.Doe@corp.example"), 19, PolicyError.INSUFFICIENT_PASSWORD_QUALITY),
        (passmod(JDOE, None, b""), 19, PolicyError.PASSWORD_TOO_SHORT),
        (passmod("uid=jdoe,,"), 34, None),
        (ExtendedRequest(PASSWORD_MODIFY, b"\x30\x05"), 2, None),
    ],
)
def test_refusals_have_the_codes_of_slapd_and_change_nothing(
    client: Client, request_: ExtendedRequest, code: int, policy: int | None
) -> None:
    answer = client.ask(request_, POLICY)[0]
    assert code_of(answer) == code
    if answer.controls:
        assert decode_policy_answer(answer.controls[0].value).error == policy
    else:
        assert policy is None
    assert client.bind(JDOE, RIGHT).code == 0


def test_without_a_bind_and_without_the_old_password_it_is_8(rig: Rig) -> None:
    assert Client(over(rig)).result(passmod(JDOE)).code == 8
    assert Client(over(rig)).result(ExtendedRequest(PASSWORD_MODIFY)).code == 8


def test_an_administrator_resets_and_learns_who_has_not_moved(rig: Rig, client: Client) -> None:
    client.bind(ADMIN, RIGHT)
    assert client.result(passmod(JDOE)).code == 0
    rig.source.add("mmuster", RIGHT)
    refused = client.result(passmod("uid=mmuster,ou=people,o=corp"))
    assert refused.code == 53
    assert "source staff" in refused.diagnostic
    assert client.result(passmod("uid=nobody,ou=people,o=corp")).code == 32


def test_a_critical_policy_control_is_honoured(client: Client) -> None:
    assert client.result(passmod(), Control(PASSWORD_POLICY, critical=True)).code == 0


def test_in_clear_text_it_is_refused_unread(rig: Rig) -> None:
    """As a bind is (`check_may_send_password`)."""
    client = Client(over(rig, starttls="required", tls=object()))
    assert client.result(passmod(JDOE, RIGHT)).code == 13
    assert rig.trail == []


def test_an_outage_is_unavailable(rig: Rig, client: Client) -> None:
    """R6."""
    rig.native.fail_with(only_writes=True)
    assert client.result(passmod()).code == 52


def test_a_guess_counts_even_where_the_guesser_hangs_up(rig: Rig, client: Client) -> None:
    """R20: and a change that has begun is ended and told to the audit."""
    rig.hasher.slow = True
    client.send(passmod())
    client.leave()
    rig.hasher.finish()
    rig.hasher.slow = False
    assert rig.trail.events()[-1] == ("password", "written")
    again = Client(over(rig))
    assert again.bind(JDOE, NEW).code == 0


def test_an_abandoned_change_is_not_answered_but_done(rig: Rig, client: Client) -> None:
    rig.hasher.slow = True
    number = client.send(passmod())
    client.send(AbandonRequest(number))
    rig.hasher.finish()
    assert client.answers() == []
    assert rig.trail[-1].outcome == "written"
    assert rig.trail[-1].address == client.session.peer.address != PEER.address


def test_a_change_that_takes_too_long_is_unavailable(rig: Rig, client: Client) -> None:
    rig.hasher.slow = True
    client.send(passmod())
    client.clock.advance(60)
    assert [result_of(answer).code for answer in client.answers()] == [52]
    assert client.result(bind_request(JDOE, RIGHT)).code == 0
