"""What a server answers, as bytes (RFC 4511 section 4): a reader and a writer for each response.

Readers get the contents of the protocolOp; writers give the whole of it. The envelope and the choice by tag are in
`gateway.wire.ldap`, requests in `gateway.wire.requests`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Protocol, TypeVar

from gateway.errors import ProtocolError
from gateway.wire import ber
from gateway.wire.attributes import read_attributes, write_attributes
from gateway.wire.messages import (
    BindResponse,
    ExtendedResponse,
    IntermediateResponse,
    LdapResult,
    ResultCode,
    SearchResultEntry,
    SearchResultReference,
)

BIND, ENTRY, DONE, REFERENCE, MODIFY, ADD = 0x61, 0x64, 0x65, 0x73, 0x67, 0x69
DELETE, MODIFY_DN, COMPARE, EXTENDED, INTERMEDIATE = 0x6B, 0x6D, 0x6F, 0x78, 0x79

_REFERRAL, _SERVER_CREDENTIALS = 0xA3, 0x87
_RESPONSE_NAME, _RESPONSE_VALUE = 0x8A, 0x8B
_INTERMEDIATE_NAME, _INTERMEDIATE_VALUE = 0x80, 0x81
_RESULT_CODES: dict[int, int] = {code.value: code for code in ResultCode}


def read_result(data: bytes, at: int, end: int) -> tuple[LdapResult, int]:
    """The components of an LDAPResult, and the index behind them."""
    code, at = ber.read_integer(data, at, end, ber.ENUMERATED)
    matched_dn, at = ber.read_text(data, at, end)
    diagnostic, at = ber.read_text(data, at, end)
    referral: tuple[str, ...] = ()
    if at < end and data[at] == _REFERRAL:
        start, at = ber.enter(data, at, end, _REFERRAL)
        referral = _read_uris(data, start, at)
    return LdapResult(_RESULT_CODES.get(code, code), matched_dn, diagnostic, referral), at


def _read_uris(data: bytes, at: int, end: int) -> tuple[str, ...]:
    if at == end:
        raise ProtocolError("a referral to nowhere")
    uris = []
    while at < end:
        uri, at = ber.read_text(data, at, end)
        uris.append(uri)
    return tuple(uris)


@lru_cache(maxsize=256)
def write_result(result: LdapResult) -> bytes:
    """The components of an LDAPResult. Nearly all answers of a server are one of a few."""
    parts = [ber.integer(result.code, ber.ENUMERATED), ber.text(result.matched_dn), ber.text(result.diagnostic)]
    if result.referral:
        parts.append(ber.element(_REFERRAL, b"".join(map(ber.text, result.referral))))
    return b"".join(parts)


class PlainResponse(Protocol):
    """A response that is an LDAPResult and nothing more."""

    @property
    def result(self) -> LdapResult: ...


R = TypeVar("R")


def plain_reader(kind: Callable[[LdapResult], R]) -> Callable[[bytes, int, int], R]:
    """A reader for a response that is an LDAPResult and nothing more."""

    def read(data: bytes, at: int, end: int) -> R:
        result, at = read_result(data, at, end)
        if at != end:
            ber.skip_unknown(data, at, end, b"\xa3")
        return kind(result)

    return read


def plain_writer(tag: int) -> Callable[[PlainResponse], bytes]:
    """The writer that belongs to `plain_reader`."""
    element = ber.writer(tag)

    def write(response: PlainResponse) -> bytes:
        return element(write_result(response.result))

    return write


def read_bind(data: bytes, at: int, end: int) -> BindResponse:
    result, at = read_result(data, at, end)
    credentials: bytes | None = None
    if at < end and data[at] == _SERVER_CREDENTIALS:
        credentials, at = ber.read_octets(data, at, end, _SERVER_CREDENTIALS)
    if at != end:
        ber.skip_unknown(data, at, end, b"\xa3\x87")
    return BindResponse(result, credentials)


_bind = ber.writer(BIND)


def write_bind(response: BindResponse) -> bytes:
    contents = write_result(response.result)
    if response.server_sasl_credentials is not None:
        contents += ber.element(_SERVER_CREDENTIALS, response.server_sasl_credentials)
    return _bind(contents)


def read_entry(data: bytes, at: int, end: int) -> SearchResultEntry:
    name, at = ber.read_text(data, at, end)
    attributes, at = read_attributes(data, at, end)
    if at != end:
        ber.skip_unknown(data, at, end)
    return SearchResultEntry(name, attributes)


_entry = ber.writer(ENTRY)


def encode_entry(name: str, attributes: Iterable[tuple[str, Sequence[bytes]]]) -> bytes:
    """The protocolOp of a SearchResultEntry, ready to keep and to send again and again."""
    return _entry(ber.text(name) + write_attributes(attributes))


def encode_written(name: str, attributes: bytes) -> bytes:
    """The same of attributes that are written already, one behind the other (`write_each`)."""
    return _entry(ber.text(name) + ber.sequence(attributes))


def write_entry(response: SearchResultEntry) -> bytes:
    return encode_entry(response.name, response.attributes)


def read_reference(data: bytes, at: int, end: int) -> SearchResultReference:
    return SearchResultReference(_read_uris(data, at, end))


def write_reference(response: SearchResultReference) -> bytes:
    return ber.element(REFERENCE, b"".join(map(ber.text, response.uris)))


def read_extended(data: bytes, at: int, end: int) -> ExtendedResponse:
    result, at = read_result(data, at, end)
    name: str | None = None
    value: bytes | None = None
    if at < end and data[at] == _RESPONSE_NAME:
        name, at = ber.read_text(data, at, end, _RESPONSE_NAME)
    if at < end and data[at] == _RESPONSE_VALUE:
        value, at = ber.read_octets(data, at, end, _RESPONSE_VALUE)
    if at != end:
        ber.skip_unknown(data, at, end, b"\xa3\x8a\x8b")
    return ExtendedResponse(result, name, value)


def write_extended(response: ExtendedResponse) -> bytes:
    named = _optional(_RESPONSE_NAME, _RESPONSE_VALUE, response.name, response.value)
    return ber.element(EXTENDED, write_result(response.result) + named)


def read_intermediate(data: bytes, at: int, end: int) -> IntermediateResponse:
    name: str | None = None
    value: bytes | None = None
    if at < end and data[at] == _INTERMEDIATE_NAME:
        name, at = ber.read_text(data, at, end, _INTERMEDIATE_NAME)
    if at < end and data[at] == _INTERMEDIATE_VALUE:
        value, at = ber.read_octets(data, at, end, _INTERMEDIATE_VALUE)
    if at != end:
        ber.skip_unknown(data, at, end, b"\x80\x81")
    return IntermediateResponse(name, value)


def write_intermediate(response: IntermediateResponse) -> bytes:
    named = _optional(_INTERMEDIATE_NAME, _INTERMEDIATE_VALUE, response.name, response.value)
    return ber.element(INTERMEDIATE, named)


def _optional(name_tag: int, value_tag: int, name: str | None, value: bytes | None) -> bytes:
    first = b"" if name is None else ber.text(name, name_tag)
    return first if value is None else first + ber.element(value_tag, value)
