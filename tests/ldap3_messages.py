"""Our messages as those of ldap3 (pyasn1): an independent reading of RFC 4511, for differential tests."""

from __future__ import annotations

from typing import Any

from ldap3.protocol import rfc4511
from ldap3.utils import asn1

from gateway.wire import filter as f
from gateway.wire import messages as m

# Any: the published type stubs do not know all that is there.
peer: Any = rfc4511
ber: Any = asn1

CHOICES: dict[type, str] = {
    m.BindRequest: "bindRequest",
    m.BindResponse: "bindResponse",
    m.UnbindRequest: "unbindRequest",
    m.SearchRequest: "searchRequest",
    m.SearchResultEntry: "searchResEntry",
    m.SearchResultDone: "searchResDone",
    m.SearchResultReference: "searchResRef",
    m.ModifyRequest: "modifyRequest",
    m.ModifyResponse: "modifyResponse",
    m.AddRequest: "addRequest",
    m.AddResponse: "addResponse",
    m.DelRequest: "delRequest",
    m.DelResponse: "delResponse",
    m.ModifyDnRequest: "modDNRequest",
    m.ModifyDnResponse: "modDNResponse",
    m.CompareRequest: "compareRequest",
    m.CompareResponse: "compareResponse",
    m.AbandonRequest: "abandonRequest",
    m.ExtendedRequest: "extendedReq",
    m.ExtendedResponse: "extendedResp",
    m.IntermediateResponse: "intermediateResponse",
}


def readable(message: m.LdapMessage) -> bool:
    """Whether pyasn1 0.6.5 with ldap3 2.9.1 can read it: And, Or and Not are beyond its recursive definition."""
    search = message.operation
    return not (isinstance(search, m.SearchRequest) and isinstance(search.filter, f.And | f.Or | f.Not))


def raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def written(theirs: Any) -> bytes:
    """The bytes of a pyasn1 value, by ldap3's own encoder (TRUE is 0xFF)."""
    data: bytes = ber.encode(theirs)
    return data


def message_of(message: m.LdapMessage) -> Any:
    """The same message as a pyasn1 value."""
    theirs = peer.LDAPMessage()
    theirs["messageID"] = message.id
    choice = peer.ProtocolOp()
    name = CHOICES[type(message.operation)]
    choice[name] = _operation(message.operation, choice.componentType[name].asn1Object.clone())
    theirs["protocolOp"] = choice
    if message.controls:
        theirs["controls"] = controls = peer.Controls()
        for number, control in enumerate(message.controls):
            controls[number] = _filled(
                peer.Control(),
                controlType=control.type,
                criticality=control.critical,
                controlValue=control.value,
            )
    return theirs


def _filled(value: Any, **components: Any) -> Any:
    for name, component in components.items():
        if component is not None:
            value[name] = component
    return value


def _operation(ours: m.Operation, theirs: Any) -> Any:
    match ours:
        case m.UnbindRequest():
            return theirs.clone("")
        case m.AbandonRequest(message_id):
            return theirs.clone(message_id)
        case m.BindRequest(version, name, how):
            return _filled(theirs, version=version, name=raw(name), authentication=_authentication(how))
        case m.SearchRequest():
            return _search(ours, theirs)
        case m.CompareRequest(entry, attribute, value):
            assertion = _filled(peer.AttributeValueAssertion(), attributeDesc=raw(attribute), assertionValue=value)
            return _filled(theirs, entry=raw(entry), ava=assertion)
        case m.ExtendedRequest(oid, value):
            return _filled(theirs, requestName=oid, requestValue=value)
        case m.ModifyRequest() | m.AddRequest() | m.DelRequest() | m.ModifyDnRequest():
            return _update(ours, theirs)
    return _response(ours, theirs)


def _update(ours: m.ModifyRequest | m.AddRequest | m.DelRequest | m.ModifyDnRequest, theirs: Any) -> Any:
    match ours:
        case m.DelRequest(entry):
            return theirs.clone(raw(entry))
        case m.ModifyRequest(entry, changes):
            return _filled(theirs, object=raw(entry), changes=_changes(changes))
        case m.AddRequest(entry, attributes):
            return _filled(theirs, entry=raw(entry), attributes=_attributes(attributes, peer.AttributeList()))
        case m.ModifyDnRequest(entry, rdn, delete, superior):
            above = None if superior is None else raw(superior)
            return _filled(theirs, entry=raw(entry), newrdn=raw(rdn), deleteoldrdn=delete, newSuperior=above)


def _response(ours: m.Response, theirs: Any) -> Any:
    match ours:
        case m.SearchResultEntry(name, attributes):
            return _filled(theirs, object=raw(name), attributes=_attributes(attributes, peer.PartialAttributeList()))
        case m.SearchResultReference(uris):
            return _texts(uris, theirs)
        case m.IntermediateResponse(oid, value):
            return _filled(theirs, responseName=oid, responseValue=value)
        case m.BindResponse(result, credentials):
            return _filled(_result(result, theirs), serverSaslCreds=credentials)
        case m.ExtendedResponse(result, oid, value):
            return _filled(_result(result, theirs), responseName=oid, responseValue=value)
    return _result(ours.result, theirs)


def _authentication(how: m.SimpleAuthentication | m.SaslAuthentication) -> Any:
    choice = peer.AuthenticationChoice()
    if isinstance(how, m.SimpleAuthentication):
        choice["simple"] = how.password
    else:
        choice["sasl"] = _filled(peer.SaslCredentials(), mechanism=how.mechanism, credentials=how.credentials)
    return choice


def _result(result: m.LdapResult, theirs: Any) -> Any:
    referral = _texts(result.referral, peer.Referral()) if result.referral else None
    return _filled(
        theirs,
        resultCode=int(result.code),
        matchedDN=raw(result.matched_dn),
        diagnosticMessage=raw(result.diagnostic),
        referral=referral,
    )


def _texts(texts: tuple[str, ...], theirs: Any) -> Any:
    theirs.clear()
    for number, text in enumerate(texts):
        theirs[number] = raw(text)
    return theirs


def _attribute(name: str, values: Any, theirs: Any) -> Any:
    vals = peer.Vals()
    vals.clear()
    for number, value in enumerate(values):
        vals[number] = value
    return _filled(theirs, type=raw(name), vals=vals)


def _attributes(attributes: Any, theirs: Any) -> Any:
    theirs.clear()
    for number, (name, values) in enumerate(attributes):
        theirs[number] = _attribute(name, values, theirs.componentType.clone())
    return theirs


def _changes(changes: tuple[m.Change, ...]) -> Any:
    theirs = peer.Changes()
    theirs.clear()
    for number, change in enumerate(changes):
        modification = _attribute(change.attribute, change.values, peer.PartialAttribute())
        theirs[number] = _filled(peer.Change(), operation=int(change.operation), modification=modification)
    return theirs


def _search(ours: m.SearchRequest, theirs: Any) -> Any:
    return _filled(
        theirs,
        baseObject=raw(ours.base),
        scope=ours.scope,
        derefAliases=ours.deref_aliases,
        sizeLimit=ours.size_limit,
        timeLimit=ours.time_limit,
        typesOnly=ours.types_only,
        filter=_filter(ours.filter),
        attributes=_texts(ours.attributes, peer.AttributeSelection()),
    )


_ASSERTIONS: dict[type, tuple[str, Any]] = {
    f.Equal: ("equalityMatch", peer.EqualityMatch),
    f.GreaterOrEqual: ("greaterOrEqual", peer.GreaterOrEqual),
    f.LessOrEqual: ("lessOrEqual", peer.LessOrEqual),
    f.Approx: ("approxMatch", peer.ApproxMatch),
}


def _filter(item: f.Filter) -> Any:
    choice = peer.Filter()
    match item:
        case f.And(items) | f.Or(items):
            name, kind = ("and", peer.And) if isinstance(item, f.And) else ("or", peer.Or)
            choice[name] = several = kind()
            for number, inner in enumerate(items):
                several[number] = _filter(inner)
        case f.Not(inner):
            choice["notFilter"] = _filled(peer.Not(), innerNotFilter=_filter(inner))
        case f.Present(attribute):
            choice["present"] = peer.Present(raw(attribute))
        case f.Substrings():
            choice["substringFilter"] = _substrings(item)
        case f.Extensible(rule, attribute, value, dn_attributes):
            choice["extensibleMatch"] = _filled(
                peer.ExtensibleMatch(),
                matchingRule=None if rule is None else raw(rule),
                type=None if attribute is None else raw(attribute),
                matchValue=value,
                dnAttributes=dn_attributes or None,
            )
        case f.Equal() | f.GreaterOrEqual() | f.LessOrEqual() | f.Approx():
            name, kind = _ASSERTIONS[type(item)]
            choice[name] = _filled(kind(), attributeDesc=raw(item.attribute), assertionValue=item.value)
    return choice


def _substrings(item: f.Substrings) -> Any:
    parts = [] if item.initial is None else [("initial", peer.Initial(item.initial))]
    parts += [("any", peer.Any(value)) for value in item.any]
    parts += [] if item.final is None else [("final", peer.Final(item.final))]
    several = peer.Substrings()
    for number, (name, value) in enumerate(parts):
        several[number] = _filled(peer.Substring(), **{name: value})
    return _filled(peer.SubstringFilter(), type=raw(item.attribute), substrings=several)
