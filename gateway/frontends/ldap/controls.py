"""Which controls work on which operation; what an operation does with one stands in the operation."""

from __future__ import annotations

from gateway.wire.controls import DOMAIN_SCOPE, MANAGE_DSA_IT, PAGED_RESULTS, PASSWORD_POLICY
from gateway.wire.messages import (
    AddRequest,
    BindRequest,
    CompareRequest,
    Control,
    DelRequest,
    ExtendedRequest,
    LdapResult,
    ModifyDnRequest,
    ModifyRequest,
    ResultCode,
    SearchRequest,
)
from gateway.wire.readcontrols import POST_READ, PRE_READ
from gateway.wire.searchcontrols import ASSERTION, MATCHED_VALUES, SEARCH_OPTIONS, SORT_REQUEST, SUBENTRIES

# Active Directory's for "no references to other domains": we have none. Taken for granted by its clients, who send
# them critical and unasked, and not advertised, which would make others take us for Active Directory. As slapd does.
_UNSAID = frozenset({DOMAIN_SCOPE, SEARCH_OPTIONS})
# ManageDsaIT (RFC 3296): show referral objects as they are. We have none, so it is honoured by doing nothing.
_KNOWN: dict[type[object], frozenset[str]] = {
    BindRequest: frozenset({PASSWORD_POLICY}),
    SearchRequest: frozenset(
        {
            MANAGE_DSA_IT,
            PAGED_RESULTS,
            SORT_REQUEST,
            ASSERTION,
            MATCHED_VALUES,
            SUBENTRIES,
            DOMAIN_SCOPE,
            SEARCH_OPTIONS,
        }
    ),
    CompareRequest: frozenset({MANAGE_DSA_IT, ASSERTION}),
    ModifyRequest: frozenset({MANAGE_DSA_IT, PASSWORD_POLICY, ASSERTION, PRE_READ, POST_READ}),
    AddRequest: frozenset({MANAGE_DSA_IT, PASSWORD_POLICY, POST_READ}),
    DelRequest: frozenset({MANAGE_DSA_IT, ASSERTION, PRE_READ}),
    ModifyDnRequest: frozenset({MANAGE_DSA_IT, ASSERTION, PRE_READ, POST_READ}),
    ExtendedRequest: frozenset({PASSWORD_POLICY}),  # on Password Modify; elsewhere it asks for nothing
}
SUPPORTED = tuple(sorted(frozenset[str]().union(*_KNOWN.values()) - _UNSAID))
_TWICE = LdapResult(ResultCode.PROTOCOL_ERROR, diagnostic="a control that was sent twice")


def refusal(
    request: object, controls: tuple[Control, ...], of_persona: frozenset[str] = frozenset()
) -> LdapResult | None:
    """What is answered where a critical control does not work on this request (RFC 4511 4.1.11), or a known one came
    twice; else None. `of_persona` are those that work besides on a search of this application."""
    known = _KNOWN.get(type(request), frozenset())
    if of_persona and type(request) is SearchRequest:
        known |= of_persona
    seen = set()
    for control in controls:
        if control.type in known:
            if control.type in seen:
                return _TWICE
            seen.add(control.type)
        elif control.critical:
            return LdapResult(
                ResultCode.UNAVAILABLE_CRITICAL_EXTENSION, diagnostic="a critical control does not work on this request"
            )
    return None


def asked(controls: tuple[Control, ...], kind: str) -> bool:
    """Whether a control of this type came with the request."""
    return any(control.type == kind for control in controls)
