from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ldap_messages import messages

from gateway.errors import ProtocolError
from gateway.wire.ldap import MessageBuffer, decode_message, encode_message

UNBIND = bytes.fromhex("3005 020103 4200")
LONG_FORM = bytes.fromhex("3084 00000005 020103 4200")


def test_whole_messages_come_out_at_once_and_nothing_is_kept() -> None:
    buffer = MessageBuffer(1000)
    assert buffer.feed(UNBIND) == [UNBIND]
    assert buffer.feed(UNBIND + LONG_FORM + UNBIND) == [UNBIND, LONG_FORM, UNBIND]
    assert buffer.feed(b"") == []
    assert buffer.pending == 0


@pytest.mark.parametrize("message", [UNBIND, LONG_FORM])
def test_a_message_may_come_byte_by_byte(message: bytes) -> None:
    buffer = MessageBuffer(1000)
    for count, octet in enumerate(message[:-1], start=1):
        assert buffer.feed(bytes([octet])) == []
        assert buffer.pending == count
    assert buffer.feed(message[-1:]) == [message]
    assert buffer.pending == 0


@settings(max_examples=60)
@given(st.lists(messages, min_size=1, max_size=5), st.data())
def test_the_messages_are_the_same_however_the_stream_is_cut(sent: list[object], data: st.DataObject) -> None:
    stream = b"".join(encode_message(message) for message in sent)  # type: ignore[arg-type]  # LdapMessage, untyped by st
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    buffer = MessageBuffer(100_000)
    received = []
    for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        received += buffer.feed(stream[start:stop])
    assert [decode_message(part) for part in received] == sent
    assert buffer.pending == 0


def test_a_message_that_announces_more_than_the_limit_is_refused_before_it_arrives() -> None:
    buffer = MessageBuffer(100)
    assert buffer.feed(b"\x30\x64") == []
    with pytest.raises(ProtocolError, match="limit"):
        MessageBuffer(100).feed(b"\x30\x65")
    with pytest.raises(ProtocolError, match="limit"):
        MessageBuffer(100).feed(b"\x30\x84\x7f\xff\xff\xff")


def test_the_limit_can_be_raised_while_a_connection_lives() -> None:
    buffer = MessageBuffer(5)
    buffer.limit = 200
    big = b"\x30\x81\x80" + bytes(128)
    assert buffer.feed(big) == [big]


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.0", b"\x16\x03\x01\x02\x00", b"\x30\x80\x02", b"\x30\x85\x00", b"\x00"]
)
def test_what_is_not_ldap_is_refused_at_once(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        MessageBuffer(1000).feed(data)


def test_garbage_behind_a_message_is_refused_after_that_message() -> None:
    buffer = MessageBuffer(1000)
    assert buffer.feed(UNBIND + b"garbage") == [UNBIND]
    assert buffer.pending == len(b"garbage")
    with pytest.raises(ProtocolError):
        buffer.feed(b"")


def test_a_limit_that_a_message_raises_counts_for_the_next_one_in_the_same_segment() -> None:
    buffer = MessageBuffer(10)
    big = b"\x30\x81\x80" + bytes(128)
    assert buffer.feed(UNBIND + big) == [UNBIND]
    buffer.limit = 200
    assert buffer.feed(b"") == [big]


@given(st.lists(st.binary(max_size=20), max_size=10))
def test_no_bytes_raise_anything_but_protocol_errors(parts: list[bytes]) -> None:
    buffer = MessageBuffer(50)
    for part in parts:
        try:
            buffer.feed(part)
        except ProtocolError:
            return
        assert buffer.pending <= 56
