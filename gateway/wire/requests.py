"""What a client asks, as bytes (RFC 4511 section 4): a reader and a writer for each request that changes nothing.

Readers get the contents of the protocolOp; writers give the whole of it. Requests that change entries are in
`gateway.wire.updates`, answers in `gateway.wire.responses`, the envelope and the choice by tag in `gateway.wire.ldap`.
"""

from __future__ import annotations

from gateway.errors import ProtocolError
from gateway.wire import ber
from gateway.wire.filter_codec import read_filter, write_filter
from gateway.wire.messages import (
    AbandonRequest,
    BindRequest,
    CompareRequest,
    ExtendedRequest,
    ResultCode,
    SaslAuthentication,
    SearchRequest,
    SimpleAuthentication,
    UnbindRequest,
)
from gateway.wire.unusable import UnusableRequest

BIND, UNBIND, SEARCH, COMPARE, ABANDON, EXTENDED = 0x60, 0x42, 0x63, 0x6E, 0x50, 0x77

_SIMPLE, _SASL = 0x80, 0xA3
_NAME, _VALUE = 0x80, 0x81
_LARGEST_SCOPE, _LARGEST_DEREF = 3, 3


def read_bind(data: bytes, at: int, end: int) -> BindRequest:
    version, at = ber.read_integer(data, at, end)
    name, at = ber.read_text(data, at, end)
    authentication, at = read_authentication(data, at, end)
    if at != end:
        ber.skip_unknown(data, at, end, b"\x80\xa3")
    return BindRequest(version, name, authentication)


def read_authentication(data: bytes, at: int, end: int) -> tuple[SimpleAuthentication | SaslAuthentication, int]:
    """An AuthenticationChoice, and the index behind it."""
    tag, start, stop = ber.read_header(data, at, end)
    if tag == _SIMPLE:
        return SimpleAuthentication(data[start:stop]), stop
    if tag != _SASL:
        raise UnusableRequest("authentication that is neither simple nor SASL", ResultCode.AUTH_METHOD_NOT_SUPPORTED)
    credentials: bytes | None = None
    mechanism, start = ber.read_text(data, start, stop)
    if start < stop and data[start] == ber.OCTET_STRING:
        credentials, start = ber.read_octets(data, start, stop)
    if start != stop:
        ber.skip_unknown(data, start, stop)
    return SaslAuthentication(mechanism, credentials), stop


_bind = ber.writer(BIND)
_simple = ber.writer(_SIMPLE)


def write_bind(request: BindRequest) -> bytes:
    return _bind(ber.integer(request.version) + ber.text(request.name) + write_authentication(request.authentication))


def write_authentication(how: SimpleAuthentication | SaslAuthentication) -> bytes:
    """An AuthenticationChoice."""
    if isinstance(how, SimpleAuthentication):
        return _simple(how.password)
    credentials = b"" if how.credentials is None else ber.octets(how.credentials)
    return ber.element(_SASL, ber.text(how.mechanism) + credentials)


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
        raise UnusableRequest("a search with an unknown scope or alias rule")
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
    return ber.element(COMPARE, ber.text(request.entry) + assertion)


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
    value = b"" if request.value is None else ber.element(_VALUE, request.value)
    name = ber.text(request.name, _NAME)
    return ber.element(EXTENDED, name + value)
