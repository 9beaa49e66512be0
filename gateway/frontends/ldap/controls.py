"""Which controls work on which operation; what an operation does with one stands in the operation."""

from __future__ import annotations

from gateway.wire.controls import MANAGE_DSA_IT, PASSWORD_POLICY
from gateway.wire.messages import BindRequest, CompareRequest, Control, LdapResult, ResultCode, SearchRequest

# ManageDsaIT (RFC 3296): show referral objects as they are. We have none, so it is honoured by doing nothing.
_KNOWN: dict[type[object], frozenset[str]] = {
    BindRequest: frozenset({PASSWORD_POLICY}),
    SearchRequest: frozenset({MANAGE_DSA_IT}),
    CompareRequest: frozenset({MANAGE_DSA_IT}),
}
SUPPORTED = tuple(sorted(frozenset[str]().union(*_KNOWN.values())))


def refusal(request: object, controls: tuple[Control, ...]) -> LdapResult | None:
    """What is answered where a critical control does not work on this request (RFC 4511 4.1.11), else None."""
    known = _KNOWN.get(type(request), frozenset())
    for control in controls:
        if control.critical and control.type not in known:
            return LdapResult(
                ResultCode.UNAVAILABLE_CRITICAL_EXTENSION, diagnostic="a critical control does not work on this request"
            )
    return None


def asked(controls: tuple[Control, ...], kind: str) -> bool:
    """Whether a control of this type came with the request."""
    return any(control.type == kind for control in controls)
