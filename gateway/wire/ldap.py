"""The LDAPv3 codec (RFC 4511): one message to bytes and back, for server and client alike.

Here: the envelope, its controls, and the table of operations. Their contents are in `requests`, `updates`, `responses`,
`attributes` and `filter_codec`, values of known controls in `controls`, the cutting of a stream in `buffer`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gateway.errors import ProtocolError
from gateway.wire import ber, requests, responses, updates
from gateway.wire import messages as m
from gateway.wire.buffer import MessageBuffer
from gateway.wire.responses import encode_entry, encode_written
from gateway.wire.unusable import UnusableRequest

__all__ = [
    "MessageBuffer",
    "UnusableRequest",
    "decode_message",
    "encode_encoded",
    "encode_entry",
    "encode_message",
    "encode_operation",
    "encode_written",
    "read_control",
    "write_control",
]

_CONTROLS = 0xA0

_READERS: dict[int, Callable[[bytes, int, int], m.Operation]] = {
    requests.BIND: requests.read_bind,
    requests.UNBIND: requests.read_unbind,
    requests.SEARCH: requests.read_search,
    updates.MODIFY: updates.read_modify,
    updates.ADD: updates.read_add,
    updates.DELETE: updates.read_delete,
    updates.MODIFY_DN: updates.read_modify_dn,
    requests.COMPARE: requests.read_compare,
    requests.ABANDON: requests.read_abandon,
    requests.EXTENDED: requests.read_extended,
    responses.BIND: responses.read_bind,
    responses.ENTRY: responses.read_entry,
    responses.DONE: responses.plain_reader(m.SearchResultDone),
    responses.REFERENCE: responses.read_reference,
    responses.MODIFY: responses.plain_reader(m.ModifyResponse),
    responses.ADD: responses.plain_reader(m.AddResponse),
    responses.DELETE: responses.plain_reader(m.DelResponse),
    responses.MODIFY_DN: responses.plain_reader(m.ModifyDnResponse),
    responses.COMPARE: responses.plain_reader(m.CompareResponse),
    responses.EXTENDED: responses.read_extended,
    responses.INTERMEDIATE: responses.read_intermediate,
}

_ANSWERS: dict[int, Callable[[m.LdapResult], m.Response]] = {
    requests.BIND: m.BindResponse,
    requests.SEARCH: m.SearchResultDone,
}
"""The answers to those requests that a reader may find unusable."""

# Any: each writer takes exactly the type that it is listed under.
_WRITERS: dict[type[Any], Callable[[Any], bytes]] = {
    m.BindRequest: requests.write_bind,
    m.UnbindRequest: requests.write_unbind,
    m.SearchRequest: requests.write_search,
    m.ModifyRequest: updates.write_modify,
    m.AddRequest: updates.write_add,
    m.DelRequest: updates.write_delete,
    m.ModifyDnRequest: updates.write_modify_dn,
    m.CompareRequest: requests.write_compare,
    m.AbandonRequest: requests.write_abandon,
    m.ExtendedRequest: requests.write_extended,
    m.BindResponse: responses.write_bind,
    m.SearchResultEntry: responses.write_entry,
    m.SearchResultDone: responses.plain_writer(responses.DONE),
    m.SearchResultReference: responses.write_reference,
    m.ModifyResponse: responses.plain_writer(responses.MODIFY),
    m.AddResponse: responses.plain_writer(responses.ADD),
    m.DelResponse: responses.plain_writer(responses.DELETE),
    m.ModifyDnResponse: responses.plain_writer(responses.MODIFY_DN),
    m.CompareResponse: responses.plain_writer(responses.COMPARE),
    m.ExtendedResponse: responses.write_extended,
    m.IntermediateResponse: responses.write_intermediate,
}


def decode_message(data: bytes) -> m.LdapMessage:
    """The one message that `data` holds.

    Raises `ProtocolError` and nothing else: in general the connection is to be closed then (RFC 4511 4.1.1), while an
    `UnusableRequest` brings the answer that it should get.
    """
    at, end = ber.enter(data, 0, len(data), ber.SEQUENCE)
    if end != len(data):
        raise ProtocolError("more bytes than one message")
    message_id, at = ber.read_integer(data, at, end)
    tag, start, stop = ber.read_header(data, at, end)
    reader = _READERS.get(tag)
    if reader is None:
        raise ProtocolError(f"unknown operation 0x{tag:02x}")
    try:
        operation = reader(data, start, stop)
    except UnusableRequest as fault:
        fault.answer = m.LdapMessage(message_id, _ANSWERS[tag](m.LdapResult(fault.code, diagnostic=str(fault))))
        raise
    if stop == end:
        return m.LdapMessage(message_id, operation)
    return m.LdapMessage(message_id, operation, _read_controls(data, stop, end))


def _read_controls(data: bytes, at: int, end: int) -> tuple[m.Control, ...]:
    """What follows the operation: the controls, and perhaps what a later version of LDAP adds."""
    controls = []
    if data[at] == _CONTROLS:
        at, stop = ber.enter(data, at, end, _CONTROLS)
        while at < stop:
            at, after = ber.enter(data, at, stop, ber.SEQUENCE)
            controls.append(read_control(data, at, after))
            at = after
    ber.skip_unknown(data, at, end, b"\xa0")
    return tuple(controls)


def read_control(data: bytes, at: int, end: int) -> m.Control:
    """The contents of one control."""
    critical = False
    value: bytes | None = None
    name, at = ber.read_text(data, at, end)
    if at < end and data[at] == ber.BOOLEAN:
        critical, at = ber.read_boolean(data, at, end)
    if at < end and data[at] == ber.OCTET_STRING:
        value, at = ber.read_octets(data, at, end)
    if at != end:
        ber.skip_unknown(data, at, end)
    return m.Control(name, critical, value)


def encode_message(message: m.LdapMessage) -> bytes:
    """The whole message, ready to send."""
    operation = message.operation
    return encode_encoded(message.id, _WRITERS[type(operation)](operation), message.controls)


def encode_operation(operation: m.Operation) -> bytes:
    """A protocolOp alone, ready to keep for `encode_encoded`."""
    return _WRITERS[type(operation)](operation)


def encode_encoded(message_id: int, operation: bytes, controls: Sequence[m.Control] = ()) -> bytes:
    """A whole message around a protocolOp that is encoded already."""
    if controls:
        operation += ber.element(_CONTROLS, b"".join(map(write_control, controls)))
    return ber.sequence(ber.integer(message_id) + operation)


def write_control(control: m.Control) -> bytes:
    """One control."""
    contents = ber.text(control.type)
    if control.critical:
        contents += ber.boolean(True)
    if control.value is not None:
        contents += ber.octets(control.value)
    return ber.sequence(contents)
