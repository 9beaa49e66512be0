"""Modify of passwords over the whole core."""

from __future__ import annotations

import pytest
from conversation import Client, code_of
from core_rig import RIGHT, WRONG, Rig
from frontend_rig import ADMIN, JDOE, over

from gateway.wire.controls import PASSWORD_POLICY, PolicyError, decode_policy_answer
from gateway.wire.messages import Change, Control, ModifyOperation, ModifyRequest

ADD, DELETE, REPLACE = ModifyOperation.ADD, ModifyOperation.DELETE, ModifyOperation.REPLACE
NEW = b"new-canary-5d2f"


def quoted(password: bytes) -> bytes:
    return f'"{password.decode()}"'.encode("utf-16-le")


def modify(*changes: tuple[ModifyOperation, str, list[bytes]], dn: str = JDOE) -> ModifyRequest:
    return ModifyRequest(dn, tuple(Change(kind, name, tuple(values)) for kind, name, values in changes))


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


OWN = [
    modify((DELETE, "userPassword", [RIGHT]), (ADD, "userPassword", [NEW])),
    modify((REPLACE, "userPassword", [NEW])),
    modify((DELETE, "userPassword", []), (ADD, "2.5.4.35", [NEW])),
    modify((ADD, "USERPASSWORD", [NEW])),
    modify((DELETE, "unicodePwd", [quoted(RIGHT)]), (ADD, "unicodePwd", [quoted(NEW)])),
]


@pytest.mark.parametrize("request_", OWN)
def test_the_owner_changes_the_password_in_every_dialect(client: Client, request_: ModifyRequest) -> None:
    """R19."""
    assert client.result(request_).code == 0
    assert client.bind(JDOE, RIGHT).code == 49
    assert client.bind(JDOE, NEW).code == 0


REFUSED = [
    (modify((DELETE, "userPassword", [WRONG]), (ADD, "userPassword", [NEW])), 53),
    (modify((DELETE, "userPassword", [RIGHT])), 53),
    (modify((DELETE, "userPassword", [])), 53),
    (modify((REPLACE, "userPassword", [])), 53),
    (modify((REPLACE, "userPassword", [NEW, b"another-one"])), 19),
    (modify((DELETE, "userPassword", [RIGHT, WRONG]), (ADD, "userPassword", [NEW])), 19),
    (modify((REPLACE, "userPassword", [b"short"])), 19),
    (modify((REPLACE, "userPassword", [b"{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9hzYWx0"])), 19),
    (modify((REPLACE, "userPassword", [NEW]), (REPLACE, "unicodePwd", [quoted(NEW)])), 19),
    (modify((REPLACE, "userPassword", [NEW]), (REPLACE, "cn", [b"x"])), 50),
    (modify((REPLACE, "unicodePwd", [quoted(NEW)])), 50),
    (modify((DELETE, "unicodePwd", [RIGHT]), (ADD, "unicodePwd", [quoted(NEW)])), 53),
    (modify((DELETE, "unicodePwd", [quoted(RIGHT)]), (ADD, "unicodePwd", [NEW + b"x"])), 53),
    (modify((REPLACE, "userPassword", [NEW]), dn=ADMIN), 50),
    (modify((REPLACE, "userPassword", [NEW]), dn="uid=jdoe,,"), 34),
    (modify((ADD, "userPassword", [])), 2),
    (modify(), 2),
]


@pytest.mark.parametrize(("request_", "code"), REFUSED)
def test_refusals_change_nothing(client: Client, request_: ModifyRequest, code: int) -> None:
    assert client.result(request_).code == code
    assert client.bind(JDOE, RIGHT).code == 0


def test_an_administrator_resets_in_both_dialects(client: Client) -> None:
    client.bind(ADMIN, RIGHT)
    assert client.result(modify((REPLACE, "unicodePwd", [quoted(b"x")]))).code == 0
    assert client.result(modify((REPLACE, "userPassword", [NEW]))).code == 0
    assert client.bind(JDOE, NEW).code == 0


def test_without_a_bind_nothing_is_modified(rig: Rig) -> None:
    assert Client(over(rig)).result(OWN[0]).code == 8
    assert rig.trail == []


def test_in_clear_text_a_password_is_refused_unread(rig: Rig, client: Client) -> None:
    client.session.takes_passwords = False
    assert client.result(OWN[0]).code == 13


def test_the_policy_control_says_why(client: Client) -> None:
    answer = client.ask(modify((REPLACE, "userPassword", [b"short"])), Control(PASSWORD_POLICY, critical=True))[0]
    assert code_of(answer) == 19
    assert decode_policy_answer(answer.controls[0].value).error == PolicyError.PASSWORD_TOO_SHORT
