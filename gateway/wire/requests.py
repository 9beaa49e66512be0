"""What a client asks, as bytes (RFC 4511 section 4): a reader and a writer for each request.

Readers get the contents of the protocolOp; writers give the whole of it. The envelope and the choice by tag are in
`gateway.wire.ldap`, answers in `gateway.wire.responses`.
"""

from __future__ import annotations

from gateway.errors import ProtocolError
from gateway.wire import ber
from gateway.wire.attributes import read_attributes, read_values, write_attributes, write_values
from gateway.wire.filter_codec import read_filter, write_filter
from gateway.wire.messages import (
    AbandonRequest,
    AddRequest,
    BindRequest,
    Change,
    CompareRequest,
    DelRequest,
    ExtendedRequest,
    ModifyDnRequest,
    ModifyOperation,
    ModifyRequest,
    SaslAuthentication,
    SearchRequest,
    SimpleAuthentication,
    UnbindRequest,
)

BIND, UNBIND, SEARCH, MODIFY, ADD, DELETE = 0x60, 0x42, 0x63, 0x66, 0x68, 0x4A
MODIFY_DN, COMPARE, ABANDON, EXTENDED = 0x6C, 0x6E, 0x50, 0x77

_SIMPLE, _SASL = 0x80, 0xA3
_NEW_SUPERIOR = 0x80
_NAME, _VALUE = 0x80, 0x81
_LARGEST_SCOPE, _LARGEST_DEREF = 2, 3
_MODIFY_OPERATIONS: dict[int, int] = {operation.value: operation for operation in ModifyOperation}


class UnusableRequestError(ProtocolError):
    """Sound BER, and yet a value that LDAP does not know in this place: the request can still be answered."""


class UnknownAuthenticationError(UnusableRequestError):
    """An authentication choice that is neither simple nor SASL, such as Microsoft's Sicily."""


def read_bind(data: bytes, at: int, end: int) -> BindRequest:
    version, at = ber.read_integer(data, at, end)
    name, at = ber.read_text(data, at, end)
    tag, start, stop = ber.read_header(data, at, end)
    if stop != end:
        ber.skip_unknown(data, stop, end, b"\x80\xa3")
    if tag == _SIMPLE:
        return BindRequest(version, name, SimpleAuthentication(data[start:stop]))
    if tag != _SASL:
        raise UnknownAuthenticationError("authentication that is neither simple nor SASL")
    credentials: bytes | None = None
    mechanism, start = ber.read_text(data, start, stop)
    if start < stop and data[start] == ber.OCTET_STRING:
        credentials, start = ber.read_octets(data, start, stop)
    if start != stop:
        ber.skip_unknown(data, start, stop)
    return BindRequest(version, name, SaslAuthentication(mechanism, credentials))


_bind = ber.writer(BIND)
_simple = ber.writer(_SIMPLE)


def write_bind(request: BindRequest) -> bytes:
    how = request.authentication
    if isinstance(how, SimpleAuthentication):
        choice = _simple(how.password)
    else:
        credentials = b"" if how.credentials is None else ber.octets(how.credentials)
        choice = ber.octets_of(_SASL, ber.text(how.mechanism) + credentials)
    return _bind(ber.integer(request.version) + ber.text(request.name) + choice)


def read_unbind(_data: bytes, at: int, end: int) -> UnbindRequest:
    if at != end:
        raise ProtocolError("an UnbindRequest with contents")
    return UnbindRequest()


def write_unbind(_request: UnbindRequest) -> bytes:
    return b"\x42\x00"


def read_search(data: bytes, at: int, end: int) -> SearchRequest:
    base, at = ber.read_text(data, at, end)
    scope, at = ber.read_integer(data, at, end, ber.ENUMERATED)
    deref_aliases, at = ber.read_integer(data, at, end, ber.ENUMERATED)
    size_limit, at = ber.read_integer(data, at, end)
    time_limit, at = ber.read_integer(data, at, end)
    types_only, at = ber.read_boolean(data, at, end)
    wanted, at = read_filter(data, at, end)
    start, stop = ber.enter(data, at, end, ber.SEQUENCE)
    attributes = []
    while start < stop:
        name, start = ber.read_text(data, start, stop)
        attributes.append(name)
    if stop != end:
        ber.skip_unknown(data, stop, end)
    if scope > _LARGEST_SCOPE or deref_aliases > _LARGEST_DEREF:
        raise UnusableRequestError("a search with an unknown scope or alias rule")
    return SearchRequest(base, scope, wanted, tuple(attributes), deref_aliases, size_limit, time_limit, types_only)


_search = ber.writer(SEARCH)


def write_search(request: SearchRequest) -> bytes:
    parts = [
        ber.text(request.base),
        ber.integer(request.scope, ber.ENUMERATED),
        ber.integer(request.deref_aliases, ber.ENUMERATED),
        ber.integer(request.size_limit),
        ber.integer(request.time_limit),
        ber.boolean(request.types_only),
        write_filter(request.filter),
        ber.sequence(b"".join([ber.text(name) for name in request.attributes])),
    ]
    return _search(b"".join(parts))


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
    return ber.octets_of(MODIFY, ber.text(request.object) + ber.sequence(changes))


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
    return ber.octets_of(ADD, ber.text(request.entry) + write_attributes(request.attributes))


def read_delete(data: bytes, at: int, end: int) -> DelRequest:
    return DelRequest(ber.text_of(data, at, end))


def write_delete(request: DelRequest) -> bytes:
    return ber.octets_of(DELETE, request.entry.encode("utf-8", "surrogateescape"))


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
        parts.append(ber.octets_of(_NEW_SUPERIOR, request.new_superior.encode("utf-8", "surrogateescape")))
    return ber.octets_of(MODIFY_DN, b"".join(parts))


def read_compare(data: bytes, at: int, end: int) -> CompareRequest:
    entry, at = ber.read_text(data, at, end)
    start, stop = ber.enter(data, at, end, ber.SEQUENCE)
    attribute, start = ber.read_text(data, start, stop)
    value, start = ber.read_octets(data, start, stop)
    if start != stop:
        ber.skip_unknown(data, start, stop)
    if stop != end:
        ber.skip_unknown(data, stop, end)
    return CompareRequest(entry, attribute, value)


def write_compare(request: CompareRequest) -> bytes:
    assertion = ber.sequence(ber.text(request.attribute) + ber.octets(request.value))
    return ber.octets_of(COMPARE, ber.text(request.entry) + assertion)


def read_abandon(data: bytes, at: int, end: int) -> AbandonRequest:
    return AbandonRequest(ber.integer_of(data, at, end))


def write_abandon(request: AbandonRequest) -> bytes:
    return ber.integer(request.message_id, ABANDON)


def read_extended(data: bytes, at: int, end: int) -> ExtendedRequest:
    name, at = ber.read_text(data, at, end, _NAME)
    value: bytes | None = None
    if at < end and data[at] == _VALUE:
        value, at = ber.read_octets(data, at, end, _VALUE)
    if at != end:
        ber.skip_unknown(data, at, end, b"\x80\x81")
    return ExtendedRequest(name, value)


def write_extended(request: ExtendedRequest) -> bytes:
    value = b"" if request.value is None else ber.octets_of(_VALUE, request.value)
    name = ber.octets_of(_NAME, request.name.encode("utf-8", "surrogateescape"))
    return ber.octets_of(EXTENDED, name + value)
