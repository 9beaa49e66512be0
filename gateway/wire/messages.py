"""The messages of LDAPv3 (RFC 4511 section 4) as values. Bytes are made and read in `gateway.wire.ldap`.

DNs, attribute descriptions and diagnostics are `str`: UTF-8, with bytes that are not UTF-8 kept as surrogate
escapes (PEP 383), so that a front end can answer invalidDNSyntax instead of dropping the connection.
Attribute values, passwords and assertion values are `bytes`.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.wire.filter import Filter


class Scope(enum.IntEnum):
    """SearchRequest.scope. The last is draft-sermersheim-ldap-subordinate-scope: the subtree without its base."""

    BASE = 0
    ONE = 1
    SUBTREE = 2
    SUBORDINATE = 3


class ResultCode(enum.IntEnum):
    """LDAPResult.resultCode, RFC 4511 4.1.9, RFC 3909, RFC 4528. Codes not listed stay plain integers when decoded."""

    SUCCESS = 0
    OPERATIONS_ERROR = 1
    PROTOCOL_ERROR = 2
    TIME_LIMIT_EXCEEDED = 3
    SIZE_LIMIT_EXCEEDED = 4
    COMPARE_FALSE = 5
    COMPARE_TRUE = 6
    AUTH_METHOD_NOT_SUPPORTED = 7
    STRONGER_AUTH_REQUIRED = 8
    REFERRAL = 10
    ADMIN_LIMIT_EXCEEDED = 11
    UNAVAILABLE_CRITICAL_EXTENSION = 12
    CONFIDENTIALITY_REQUIRED = 13
    SASL_BIND_IN_PROGRESS = 14
    NO_SUCH_ATTRIBUTE = 16
    UNDEFINED_ATTRIBUTE_TYPE = 17
    INAPPROPRIATE_MATCHING = 18
    CONSTRAINT_VIOLATION = 19
    ATTRIBUTE_OR_VALUE_EXISTS = 20
    INVALID_ATTRIBUTE_SYNTAX = 21
    NO_SUCH_OBJECT = 32
    ALIAS_PROBLEM = 33
    INVALID_DN_SYNTAX = 34
    ALIAS_DEREFERENCING_PROBLEM = 36
    INAPPROPRIATE_AUTHENTICATION = 48
    INVALID_CREDENTIALS = 49
    INSUFFICIENT_ACCESS_RIGHTS = 50
    BUSY = 51
    UNAVAILABLE = 52
    UNWILLING_TO_PERFORM = 53
    LOOP_DETECT = 54
    NAMING_VIOLATION = 64
    OBJECT_CLASS_VIOLATION = 65
    NOT_ALLOWED_ON_NON_LEAF = 66
    NOT_ALLOWED_ON_RDN = 67
    ENTRY_ALREADY_EXISTS = 68
    OBJECT_CLASS_MODS_PROHIBITED = 69
    AFFECTS_MULTIPLE_DSAS = 71
    OTHER = 80
    CANCELED = 118
    NO_SUCH_OPERATION = 119
    TOO_LATE = 120
    CANNOT_CANCEL = 121
    ASSERTION_FAILED = 122


@dataclass(frozen=True, slots=True)
class Control:
    """A control (4.1.11). `value` is None where it is absent, which is not the same as empty."""

    type: str
    critical: bool = False
    value: bytes | None = None


@dataclass(frozen=True, slots=True)
class LdapResult:
    """The common part of every answer (4.1.9)."""

    code: int
    matched_dn: str = ""
    diagnostic: str = ""
    referral: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SimpleAuthentication:
    """A password in clear; never shown."""

    password: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SaslAuthentication:
    """SASL: the mechanism and its credentials; never shown."""

    mechanism: str
    credentials: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class BindRequest:
    version: int
    name: str
    authentication: SimpleAuthentication | SaslAuthentication


@dataclass(frozen=True, slots=True)
class BindResponse:
    result: LdapResult
    server_sasl_credentials: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class UnbindRequest:
    pass


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """`scope` and `deref_aliases` are plain integers within the ranges of the RFC; limits are 0 for none."""

    base: str
    scope: int
    filter: Filter
    attributes: tuple[str, ...] = ()
    deref_aliases: int = 0
    size_limit: int = 0
    time_limit: int = 0
    types_only: bool = False


@dataclass(frozen=True, slots=True)
class SearchResultEntry:
    name: str
    attributes: Sequence[tuple[str, Sequence[bytes]]]


@dataclass(frozen=True, slots=True)
class SearchResultReference:
    uris: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchResultDone:
    result: LdapResult


class ModifyOperation(enum.IntEnum):
    """ModifyRequest change operation; 3 is RFC 4525."""

    ADD = 0
    DELETE = 1
    REPLACE = 2
    INCREMENT = 3


@dataclass(frozen=True, slots=True)
class Change:
    """`operation` is a plain integer where it is not one of `ModifyOperation`. Values are never shown."""

    operation: int
    attribute: str
    values: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ModifyRequest:
    object: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ModifyResponse:
    result: LdapResult


@dataclass(frozen=True, slots=True)
class AddRequest:
    entry: str
    attributes: tuple[tuple[str, tuple[bytes, ...]], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class AddResponse:
    result: LdapResult


@dataclass(frozen=True, slots=True)
class DelRequest:
    entry: str


@dataclass(frozen=True, slots=True)
class DelResponse:
    result: LdapResult


@dataclass(frozen=True, slots=True)
class ModifyDnRequest:
    entry: str
    new_rdn: str
    delete_old_rdn: bool
    new_superior: str | None = None


@dataclass(frozen=True, slots=True)
class ModifyDnResponse:
    result: LdapResult


@dataclass(frozen=True, slots=True)
class CompareRequest:
    entry: str
    attribute: str
    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CompareResponse:
    result: LdapResult


@dataclass(frozen=True, slots=True)
class AbandonRequest:
    message_id: int


@dataclass(frozen=True, slots=True)
class ExtendedRequest:
    """`value` may hold a password (RFC 3062) and is never shown."""

    name: str
    value: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ExtendedResponse:
    result: LdapResult
    name: str | None = None
    value: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class IntermediateResponse:
    name: str | None = None
    value: bytes | None = field(default=None, repr=False)


Request = (
    BindRequest
    | UnbindRequest
    | SearchRequest
    | ModifyRequest
    | AddRequest
    | DelRequest
    | ModifyDnRequest
    | CompareRequest
    | AbandonRequest
    | ExtendedRequest
)
Response = (
    BindResponse
    | SearchResultEntry
    | SearchResultReference
    | SearchResultDone
    | ModifyResponse
    | AddResponse
    | DelResponse
    | ModifyDnResponse
    | CompareResponse
    | ExtendedResponse
    | IntermediateResponse
)
Operation = Request | Response


@dataclass(frozen=True, slots=True)
class LdapMessage:
    """One message: `id` 0 is only for unsolicited notifications."""

    id: int
    operation: Operation
    controls: tuple[Control, ...] = ()
