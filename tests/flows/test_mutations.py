"""Damaged and hostile bytes through a whole session: it answers, waits for more, or ends; it never raises or hangs."""

from __future__ import annotations

from conversation import Client, People, bind_request, person, search_request, services
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.wire.controls import (
    PASSWORD_MODIFY,
    START_TLS,
    WHO_AM_I,
    PasswordModifyRequest,
    encode_password_modify,
)
from gateway.wire.filter import parse_filter
from gateway.wire.ldap import encode_message
from gateway.wire.messages import (
    AbandonRequest,
    AddRequest,
    Change,
    CompareRequest,
    Control,
    DelRequest,
    ExtendedRequest,
    LdapMessage,
    ModifyDnRequest,
    ModifyOperation,
    ModifyRequest,
    Operation,
    UnbindRequest,
)

BASE = "ou=people,dc=example,dc=com"
REQUESTS: tuple[Operation, ...] = (
    bind_request(f"uid=jdoe,{BASE}", b"secret"),
    bind_request("", b""),
    search_request(BASE, parse_filter("(&(|(uid=j*e)(!(cn>=x)))(mail:caseExactMatch:=y))"), "*", "+", size_limit=1),
    search_request("", scope=0),
    search_request("cn=subschema", None, "+", scope=0),
    CompareRequest(f"uid=jdoe,{BASE}", "cn", b"John Doe"),
    ExtendedRequest(WHO_AM_I),
    ExtendedRequest(START_TLS),
    DelRequest(BASE),
    ExtendedRequest(
        PASSWORD_MODIFY, encode_password_modify(PasswordModifyRequest(f"uid=jdoe,{BASE}", b"secret", b"x"))
    ),
    ModifyRequest(f"uid=jdoe,{BASE}", (Change(ModifyOperation.REPLACE, "unicodePwd", ('"x"'.encode("utf-16-le"),)),)),
    AddRequest(f"uid=new,{BASE}", (("objectClass", (b"person",)), ("userPassword", (b"x",)))),
    ModifyDnRequest(f"uid=new,{BASE}", "uid=newer", delete_old_rdn=True, new_superior=BASE),
    AbandonRequest(1),
    UnbindRequest(),
)
CONVERSATION = st.lists(st.sampled_from(REQUESTS), min_size=1, max_size=6)


@st.composite
def damaged(draw: st.DrawFn) -> list[bytes]:
    """A conversation with some bytes changed, left out, put in or doubled; cut into segments anywhere."""
    control = (Control("1.2.3", critical=draw(st.booleans()), value=b"x"),) if draw(st.booleans()) else ()
    requests = draw(CONVERSATION)
    data = bytearray(
        b"".join(encode_message(LdapMessage(number, one, control)) for number, one in enumerate(requests, 1))
    )
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data) - 1)) if data else 0
        match draw(st.sampled_from(("change", "drop", "insert", "double"))):
            case "change" if data:
                data[at] = draw(st.integers(0, 255))
            case "drop":
                del data[at : at + draw(st.integers(1, 8))]
            case "double":
                data[at:at] = data[at : at + 16]
            case _:
                data[at:at] = draw(st.binary(min_size=1, max_size=8))
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=3)))
    return [bytes(data[start:end]) for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


@settings(max_examples=150, deadline=None)
@given(damaged())
def test_damaged_messages(segments: list[bytes]) -> None:
    exchange(segments)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=64), max_size=4))
def test_any_bytes(segments: list[bytes]) -> None:
    exchange(segments)


def exchange(segments: list[bytes]) -> None:
    people = People(person())
    client = Client(services(people, starttls="offered", tls=object(), anonymous_search=True))
    for segment in segments:
        client.session.dataReceived(segment)
    client.answers()  # every byte that came back is LDAP
    client.clock.advance(900)
    assert client.transport.closing  # by unbind, by notice, or idle at last
    client.leave()
    assert not client.clock.getDelayedCalls()
    assert people.closed == len(people.queries)
