"""Add, modify, rename and delete over the whole core: codes, and what is refused before the core is asked."""

from __future__ import annotations

import pytest
from conversation import Client, bound
from core_rig import RIGHT, Rig
from frontend_rig import ADMIN, JDOE, over

from gateway.wire.filter import Equal
from gateway.wire.messages import (
    AddRequest,
    Change,
    Control,
    DelRequest,
    ModifyDnRequest,
    ModifyOperation,
    ModifyRequest,
    Operation,
)
from gateway.wire.readcontrols import POST_READ, PRE_READ, decode_read_entry, encode_attributes
from gateway.wire.searchcontrols import ASSERTION, encode_assertion

BASE = "dc=example,dc=com"
NEW = b"new-canary-5d2f"
PERSON = (("objectClass", (b"inetOrgPerson",)), ("cn", (b"The new",)), ("sn", (b"new",)))


def add(dn: str = f"uid=new,{BASE}", *more: tuple[str, tuple[bytes, ...]]) -> AddRequest:
    return AddRequest(dn, (*PERSON, *more))


def modify(dn: str, name: str, *values: bytes, kind: ModifyOperation = ModifyOperation.REPLACE) -> ModifyRequest:
    return ModifyRequest(dn, (Change(kind, name, values),))


def rename(dn: str, new: str, above: str | None = None) -> ModifyDnRequest:
    return ModifyDnRequest(dn, new, delete_old_rdn=True, new_superior=above)


@pytest.fixture
def client() -> Client:
    """Bound as the administrator; jdoe has not moved, `uid=new` is there."""
    rig = Rig(administrators=["admin"])
    rig.source.add("admin", RIGHT)
    client = Client(over(rig))
    assert client.bind(ADMIN, RIGHT).code == 0
    assert client.result(add(f"uid=new,{BASE}", ("userPassword", (NEW,)))).code == 0
    return client


def test_somebody_new_comes_is_changed_renamed_and_goes(client: Client) -> None:
    dn = f"uid=new,{BASE}"
    assert client.result(modify(dn, "description", b"x")).code == 0
    assert client.result(modify(dn, "uidNumber", b"1000")).code == 0
    assert client.result(modify(dn, "uidNumber", b"5", kind=ModifyOperation.INCREMENT)).code == 0
    (entry,) = client.search(dn, None, "description", "uidNumber", scope=0)
    assert dict(entry.attributes) == {"description": (b"x",), "uidNumber": (b"1005",)}
    assert client.result(rename(dn, "uid=newer")).code == 0
    assert client.bind(f"uid=newer,{BASE}", NEW).code == 0
    client.bind(ADMIN, RIGHT)
    assert client.result(DelRequest(f"uid=newer,{BASE}")).code == 0
    assert client.bind(f"uid=newer,{BASE}", NEW).code == 49


REFUSED: list[tuple[Operation, int]] = [
    (add(), 68),
    (add(JDOE), 68),
    (add(f"uid=x,ou=none,{BASE}"), 32),
    (add("uid=x,,"), 34),
    (add(""), 68),
    (add(f"uid=x,{BASE}", ("mail", ())), 2),
    (add(f"uid=x,{BASE}", ("modifyTimestamp", (b"20200101000000Z",))), 19),
    (add(f"uid=x,{BASE}", ("userPassword", (b"{SSHA}x",))), 19),
    (AddRequest(f"uid=x,{BASE}", (("objectClass", (b"inetOrgPerson",)), ("cn", (b"x",)))), 65),
    (modify(JDOE, "cn", b"x"), 53),
    (modify(f"uid=nobody,{BASE}", "cn", b"x"), 32),
    (modify(f"uid=new,{BASE}", "sn"), 65),
    (modify(f"uid=new,{BASE}", "entryUUID", b"x"), 19),
    (modify(f"uid=new,{BASE}", "mail", b"x", kind=ModifyOperation.DELETE), 16),
    (modify(f"uid=new,{BASE}", "sn", b"NEW", kind=ModifyOperation.ADD), 20),
    (modify(f"uid=new,{BASE}", "sn", b"x", kind=ModifyOperation.INCREMENT), 19),
    (modify(f"uid=new,{BASE}", "sambaNTPassword", b"x"), 19),
    (DelRequest(f"uid=nobody,{BASE}"), 32),
    (DelRequest(JDOE), 53),
    (DelRequest("x"), 34),
    (rename(f"uid=nobody,{BASE}", "uid=x"), 32),
    (rename(f"uid=nobody,{BASE}", "uid=new"), 32),
    (rename(f"uid=new,{BASE}", "uid=x,ou=y"), 34),
    (rename(f"uid=new,{BASE}", "uid=x", f"ou=none,{BASE}"), 32),
    (rename(f"uid=new,{BASE}", "x"), 34),
    (rename(JDOE, "uid=other"), 53),
    (rename(f"uid=new,{BASE}", "uid=admin", "ou=people,o=corp"), 68),
]


@pytest.mark.parametrize(("request_", "code"), REFUSED)
def test_refusals_have_slapds_codes(client: Client, request_: Operation, code: int) -> None:
    assert client.result(request_).code == code
    assert client.bind(f"uid=new,{BASE}", NEW).code == 0


WORK: list[Operation] = [
    add(f"uid=x,{BASE}"),
    modify(f"uid=new,{BASE}", "cn", b"x"),
    DelRequest(f"uid=new,{BASE}"),
    rename(f"uid=new,{BASE}", "uid=x"),
]


@pytest.mark.parametrize("request_", WORK)
def test_it_is_administrators_work(client: Client, request_: Operation) -> None:
    client.bind(f"uid=new,{BASE}", NEW)
    assert client.result(request_).code == 50
    client.bind("", b"")
    assert client.result(request_).code == 8


@pytest.mark.parametrize("request_", WORK)
def test_where_there_is_no_directory_to_write_it_is_53(request_: Operation) -> None:
    assert bound().result(request_).code == 53


def test_a_password_in_clear_is_refused_unread(client: Client) -> None:
    client.session.takes_passwords = False
    assert client.result(add(f"uid=x,{BASE}", ("userPassword", (NEW,)))).code == 13
    assert client.result(add(f"uid=x,{BASE}")).code == 0


def test_a_mixed_change_is_one_and_proves_no_old_password(client: Client) -> None:
    dn, password = f"uid=new,{BASE}", b"another-one-9"
    mixed = ModifyRequest(
        dn,
        (
            Change(ModifyOperation.REPLACE, "userPassword", (password,)),
            Change(ModifyOperation.REPLACE, "title", (b"Dr",)),
        ),
    )
    proving = ModifyRequest(dn, (Change(ModifyOperation.DELETE, "userPassword", (NEW,)), *mixed.changes))
    assert client.result(proving).code == 50
    assert client.result(mixed).code == 0
    assert client.bind(dn, password).code == 0


def read_control(kind: str) -> Control:
    return Control(kind, value=encode_attributes(["uid"]))


def test_the_entry_is_shown_around_each_change(client: Client) -> None:
    """RFC 4527: after an add, around a rename, before a delete."""
    first, second = f"uid=one,{BASE}", f"uid=two,{BASE}"

    def shown(request: Operation, *kinds: str) -> dict[str, tuple[str, bytes]]:
        answer = client.ask(request, *map(read_control, kinds))[0]
        entries = {control.type: decode_read_entry(control.value) for control in answer.controls}
        return {kind: (entry.name, entry.attributes[0][1][0]) for kind, entry in entries.items()}

    assert shown(add(first), POST_READ) == {POST_READ: (first, b"one")}
    around = {PRE_READ: (first, b"one"), POST_READ: (second, b"two")}
    assert shown(rename(first, "uid=two"), PRE_READ, POST_READ) == around
    assert shown(DelRequest(second), PRE_READ) == {PRE_READ: (second, b"two")}


def test_what_is_asserted_must_be_true(client: Client) -> None:
    """RFC 4528."""
    dn = f"uid=new,{BASE}"
    wrong = Control(ASSERTION, critical=True, value=encode_assertion(Equal("sn", b"old")))
    right = Control(ASSERTION, critical=True, value=encode_assertion(Equal("sn", b"new")))
    for request in (modify(dn, "description", b"x"), rename(dn, "uid=newer"), DelRequest(dn)):
        assert client.result(request, wrong).code == 122
    assert client.bind(dn, NEW).code == 0
    client.bind(ADMIN, RIGHT)
    assert client.result(DelRequest(dn), right).code == 0
