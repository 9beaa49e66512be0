"""Our messages as those of ldaptor: an independent reading of RFC 4511, for differential tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ldaptor.protocols import pureldap as peer
from ldaptor.protocols.pureber import BEREnumerated, BEROctetString, BERSequence, BERSet, berDecodeObject

from gateway.wire import filter as f
from gateway.wire import messages as m


def known(message: m.LdapMessage) -> bool:
    """Whether ldaptor 21.2.0 can carry it: no referrals, no intermediate answers, no empty SASL credentials."""
    match message.operation:
        case m.IntermediateResponse() | m.BindResponse(_, b"") | m.BindRequest(_, _, m.SaslAuthentication(_, b"")):
            return False
    result: m.LdapResult | None = getattr(message.operation, "result", None)
    return result is None or not result.referral


def read(data: bytes) -> Any:
    """What ldaptor reads, as its own server and client do."""
    context = peer.LDAPBERDecoderContext_TopLevel(
        inherit=peer.LDAPBERDecoderContext_LDAPMessage(
            fallback=peer.LDAPBERDecoderContext(fallback=peer.BERDecoderContext()),
            inherit=peer.LDAPBERDecoderContext(fallback=peer.BERDecoderContext()),
        )
    )
    message, length = berDecodeObject(context, data)
    assert length == len(data)
    return message


def raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def message_of(message: m.LdapMessage) -> Any:
    """The same message as a value of ldaptor."""
    controls = [(raw(c.type), True if c.critical else None, c.value) for c in message.controls]
    return peer.LDAPMessage(_operation(message.operation), controls=controls or None, id=message.id)


_RESULTS: dict[type, type] = {
    m.SearchResultDone: peer.LDAPSearchResultDone,
    m.ModifyResponse: peer.LDAPModifyResponse,
    m.AddResponse: peer.LDAPAddResponse,
    m.DelResponse: peer.LDAPDelResponse,
    m.ModifyDnResponse: peer.LDAPModifyDNResponse,
    m.CompareResponse: peer.LDAPCompareResponse,
}


def _operation(ours: m.Operation) -> Any:
    match ours:
        case m.BindRequest(version, name, how):
            return _bind(version, raw(name), how)
        case m.UnbindRequest():
            return peer.LDAPUnbindRequest()
        case m.SearchRequest():
            return _search(ours)
        case m.CompareRequest(entry, kind, value):
            return peer.LDAPCompareRequest(raw(entry), _assertion(peer.LDAPAttributeValueAssertion, kind, value))
        case m.AbandonRequest(message_id):
            return peer.LDAPAbandonRequest(message_id)
        case m.ExtendedRequest(oid, value):
            return peer.LDAPExtendedRequest(raw(oid), value)
        case m.ModifyRequest() | m.AddRequest() | m.DelRequest() | m.ModifyDnRequest():
            return _update(ours)
        case m.SearchResultEntry(name, attributes):
            return peer.LDAPSearchResultEntry(raw(name), [(raw(kind), values) for kind, values in attributes])
        case m.SearchResultReference(uris):
            return peer.LDAPSearchResultReference([peer.LDAPString(raw(uri)) for uri in uris])
    return _response(ours)


def _bind(version: int, name: bytes, how: m.SimpleAuthentication | m.SaslAuthentication) -> Any:
    if isinstance(how, m.SimpleAuthentication):
        return peer.LDAPBindRequest(version, name, how.password)
    return peer.LDAPBindRequest(version, name, (raw(how.mechanism), how.credentials), sasl=True)


def _update(ours: m.ModifyRequest | m.AddRequest | m.DelRequest | m.ModifyDnRequest) -> Any:
    match ours:
        case m.ModifyRequest(entry, changes):
            return peer.LDAPModifyRequest(raw(entry), [_change(change) for change in changes])
        case m.AddRequest(entry, attributes):
            return peer.LDAPAddRequest(raw(entry), [_attribute(kind, values) for kind, values in attributes])
        case m.DelRequest(entry):
            return peer.LDAPDelRequest(raw(entry))
        case m.ModifyDnRequest(entry, rdn, delete, superior):
            above = None if superior is None else raw(superior)
            return peer.LDAPModifyDNRequest(raw(entry), raw(rdn), delete, above)


def _response(ours: m.Operation) -> Any:
    result: m.LdapResult = ours.result  # type: ignore[union-attr]  # the caller has dealt with those that have none
    common = (int(result.code), raw(result.matched_dn), raw(result.diagnostic))
    match ours:
        case m.BindResponse(_, credentials):
            return peer.LDAPBindResponse(*common, serverSaslCreds=credentials)
        case m.ExtendedResponse(_, oid, value):
            return peer.LDAPExtendedResponse(*common, responseName=oid and raw(oid), response=value)
    return _RESULTS[type(ours)](*common)


def _attribute(kind: str, values: Iterable[bytes]) -> Any:
    return peer.LDAPAttributeDescription(raw(kind)), BERSet([peer.LDAPAttributeValue(value) for value in values])


def _change(change: m.Change) -> Any:
    modification = BERSequence(list(_attribute(change.attribute, change.values)))
    return BERSequence([BEREnumerated(int(change.operation)), modification])


def _search(ours: m.SearchRequest) -> Any:
    return peer.LDAPSearchRequest(
        baseObject=raw(ours.base),
        scope=ours.scope,
        derefAliases=ours.deref_aliases,
        sizeLimit=ours.size_limit,
        timeLimit=ours.time_limit,
        typesOnly=ours.types_only,
        filter=_filter(ours.filter),
        attributes=[raw(name) for name in ours.attributes],
    )


def _assertion(kind: Any, attribute: str, value: bytes) -> Any:
    return kind(attributeDesc=BEROctetString(raw(attribute)), assertionValue=BEROctetString(value))


_ASSERTIONS: dict[type, Any] = {
    f.Equal: peer.LDAPFilter_equalityMatch,
    f.GreaterOrEqual: peer.LDAPFilter_greaterOrEqual,
    f.LessOrEqual: peer.LDAPFilter_lessOrEqual,
    f.Approx: peer.LDAPFilter_approxMatch,
}


def _filter(item: f.Filter) -> Any:
    match item:
        case f.And(items):
            return peer.LDAPFilter_and([_filter(inner) for inner in items])
        case f.Or(items):
            return peer.LDAPFilter_or([_filter(inner) for inner in items])
        case f.Not(inner):
            return peer.LDAPFilter_not(_filter(inner))
        case f.Present(attribute):
            return peer.LDAPFilter_present(raw(attribute))
        case f.Substrings(attribute, initial, inner_parts, final):
            return peer.LDAPFilter_substrings(raw(attribute), _substrings(initial, inner_parts, final))
        case f.Extensible(rule, attribute, value, dn_attributes):
            kind = None if attribute is None else raw(attribute)
            return peer.LDAPFilter_extensibleMatch(rule and raw(rule), kind, value, dn_attributes or None)
        case f.Equal() | f.GreaterOrEqual() | f.LessOrEqual() | f.Approx():
            return _assertion(_ASSERTIONS[type(item)], item.attribute, item.value)
    raise AssertionError(item)


def _substrings(initial: bytes | None, inner: Sequence[bytes], final: bytes | None) -> list[Any]:
    parts: list[Any] = [] if initial is None else [peer.LDAPFilter_substrings_initial(initial)]
    parts += [peer.LDAPFilter_substrings_any(value) for value in inner]
    return parts if final is None else [*parts, peer.LDAPFilter_substrings_final(final)]
