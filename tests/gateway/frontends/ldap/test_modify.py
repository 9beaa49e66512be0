"""Modify of passwords over the whole core."""

from __future__ import annotations

import pytest
from conversation import Client, code_of
from core_rig import RIGHT, WRONG, Rig
from frontend_rig import ADMIN, JDOE, over

from gateway.wire.controls import PASSWORD_POLICY, PolicyError, decode_policy_answer
from gateway.wire.filter import parse_filter
from gateway.wire.messages import Change, Control, ModifyOperation, ModifyRequest, SearchResultEntry
from gateway.wire.readcontrols import POST_READ, PRE_READ, decode_read_entry, encode_attributes
from gateway.wire.searchcontrols import ASSERTION, encode_assertion

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


def read_control(kind: str, *attributes: str, critical: bool = True) -> Control:
    return Control(kind, critical, encode_attributes(attributes))


@pytest.mark.parametrize("kind", [PRE_READ, POST_READ])
def test_the_entry_is_shown_before_and_after(client: Client, kind: str) -> None:
    """RFC 4527; a password is not shown (R15)."""
    answer = client.ask(OWN[1], read_control(kind, "uid", "userPassword"))[0]
    assert code_of(answer) == 0
    shown = {control.type: decode_read_entry(control.value) for control in answer.controls}
    assert shown == {kind: SearchResultEntry(JDOE, (("uid", (b"jdoe",)),))}


def test_nothing_is_shown_of_a_change_that_failed(client: Client) -> None:
    answer = client.ask(REFUSED[0][0], read_control(PRE_READ), read_control(POST_READ))[0]
    assert code_of(answer) == REFUSED[0][1]
    assert not answer.controls


def test_a_change_is_made_only_if_the_entry_is_as_asserted(client: Client) -> None:
    """RFC 4528."""
    for text, code in (("(uid=other)", 122), ("(userPassword=*)", 122), ("(uid=jdoe)", 0)):
        assertion = Control(ASSERTION, True, encode_assertion(parse_filter(text)))
        assert client.result(OWN[1], assertion).code == code
        assert client.bind(JDOE, NEW if code == 0 else RIGHT).code == 0


@pytest.mark.parametrize("critical", [True, False])
@pytest.mark.parametrize("kind", [PRE_READ, POST_READ, ASSERTION])
@pytest.mark.parametrize("value", [None, b"", b"junk"])
def test_a_malformed_control_is_2_and_nothing_is_changed(
    client: Client, kind: str, value: bytes | None, critical: bool
) -> None:
    assert client.result(OWN[1], Control(kind, critical, value)).code == 2
    assert client.bind(JDOE, RIGHT).code == 0
