"""Requests that change entries, as bytes (RFC 4511 sections 4.6 to 4.9): a reader and a writer for each.

Readers get the contents of the protocolOp; writers give the whole of it, as in `gateway.wire.requests`.
"""

from __future__ import annotations

from gateway.wire import ber
from gateway.wire.attributes import read_attributes, read_values, write_attributes, write_values
from gateway.wire.messages import AddRequest, Change, DelRequest, ModifyDnRequest, ModifyOperation, ModifyRequest

MODIFY, ADD, DELETE, MODIFY_DN = 0x66, 0x68, 0x4A, 0x6C

_NEW_SUPERIOR = 0x80
_MODIFY_OPERATIONS: dict[int, int] = {operation.value: operation for operation in ModifyOperation}


def read_modify(data: bytes, at: int, end: int) -> ModifyRequest:
    entry, at = ber.read_text(data, at, end)
    at, stop = ber.enter(data, at, end, ber.SEQUENCE)
    if stop != end:
        ber.skip_unknown(data, stop, end)
    changes = []
    while at < stop:
        start, after = ber.enter(data, at, stop, ber.SEQUENCE)
        changes.append(_read_change(data, start, after))
        at = after
    return ModifyRequest(entry, tuple(changes))


def _read_change(data: bytes, at: int, end: int) -> Change:
    operation, at = ber.read_integer(data, at, end, ber.ENUMERATED)
    start, stop = ber.enter(data, at, end, ber.SEQUENCE)
    if stop != end:
        ber.skip_unknown(data, stop, end)
    attribute, start = ber.read_text(data, start, stop)
    values, start = read_values(data, start, stop)
    if start != stop:
        ber.skip_unknown(data, start, stop)
    return Change(_MODIFY_OPERATIONS.get(operation, operation), attribute, values)


def write_modify(request: ModifyRequest) -> bytes:
    changes = b"".join([_write_change(change) for change in request.changes])
    return ber.element(MODIFY, ber.text(request.object) + ber.sequence(changes))


def _write_change(change: Change) -> bytes:
    modification = ber.sequence(ber.text(change.attribute) + write_values(change.values))
    return ber.sequence(ber.integer(change.operation, ber.ENUMERATED) + modification)


def read_add(data: bytes, at: int, end: int) -> AddRequest:
    entry, at = ber.read_text(data, at, end)
    attributes, at = read_attributes(data, at, end)
    if at != end:
        ber.skip_unknown(data, at, end)
    return AddRequest(entry, attributes)


def write_add(request: AddRequest) -> bytes:
    return ber.element(ADD, ber.text(request.entry) + write_attributes(request.attributes))


def read_delete(data: bytes, at: int, end: int) -> DelRequest:
    return DelRequest(ber.text_of(data, at, end))


def write_delete(request: DelRequest) -> bytes:
    return ber.text(request.entry, DELETE)


def read_modify_dn(data: bytes, at: int, end: int) -> ModifyDnRequest:
    entry, at = ber.read_text(data, at, end)
    new_rdn, at = ber.read_text(data, at, end)
    delete_old_rdn, at = ber.read_boolean(data, at, end)
    new_superior: str | None = None
    if at < end and data[at] == _NEW_SUPERIOR:
        new_superior, at = ber.read_text(data, at, end, _NEW_SUPERIOR)
    if at != end:
        ber.skip_unknown(data, at, end, b"\x80")
    return ModifyDnRequest(entry, new_rdn, delete_old_rdn, new_superior)


def write_modify_dn(request: ModifyDnRequest) -> bytes:
    parts = [ber.text(request.entry), ber.text(request.new_rdn), ber.boolean(request.delete_old_rdn)]
    if request.new_superior is not None:
        parts.append(ber.text(request.new_superior, _NEW_SUPERIOR))
    return ber.element(MODIFY_DN, b"".join(parts))
