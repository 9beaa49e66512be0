"""The bind operation (RFC 4511 4.2, RFC 4513 5): anonymous, simple, and what `sasl` adds. Who may in is decided by the
core."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.frontends.ldap import sasl
from gateway.frontends.ldap.access import LONGEST_PASSWORD, check_may_send_password
from gateway.frontends.ldap.known import credential_of
from gateway.frontends.ldap.personas.persona import PLAIN, Persona
from gateway.frontends.ldap.policy import bind_controls
from gateway.frontends.ldap.results import INVALID_CREDENTIALS, SUCCESS, bind_result
from gateway.frontends.ldap.sins import LDAPV2, is_forgiven
from gateway.identity.outcome import Accepted, Outcome, Reason, Rejected
from gateway.wire.messages import BindRequest, BindResponse, LdapResult, ResultCode, SaslAuthentication

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call
    from gateway.frontends.ldap.session import Session

_VERSION = LdapResult(ResultCode.PROTOCOL_ERROR, diagnostic="only LDAP version 3 is spoken here")


def speaks(session: Session, version: int) -> bool:
    """Whether this version is spoken here; of 2, the bind is all that differs for us."""
    if version == 3:
        return True
    if version != 2:
        return False
    if session.services.ldapv2:  # everybody's; who still speaks it is counted all the same
        session.services.applications.sinned(session.application.name, LDAPV2)
        return True
    return is_forgiven(session, LDAPV2)


async def bind(call: Call, request: BindRequest) -> BindResponse:
    """The session is anonymous already (RFC 4513 4); only an accepted bind changes that."""
    session = call.session
    session.knows_by = PLAIN  # what an earlier name was understood by; a certificate is by none
    if not speaks(session, request.version):
        return BindResponse(_VERSION)
    # Before anybody is bound the name alone says which application it is: the same for every state of it (R25).
    named = session.entrance.spelled(request.name)
    persona = (session.application if named is session.entrance.stranger else named).persona
    outcome = _for_persona(persona, await decide(session, request))
    if isinstance(outcome, LdapResult):
        return BindResponse(outcome, sasl.challenge(outcome))
    if isinstance(outcome, Accepted):
        call.become(outcome.identity)
    call.controls = bind_controls(call.message.controls, outcome, netscape=session.services.netscape_controls)
    return BindResponse(_told(persona, outcome))


async def decide(session: Session, request: BindRequest) -> Outcome | LdapResult:
    """What the core decides; a result where there is nothing to decide."""
    method = request.authentication
    if isinstance(method, SaslAuthentication):
        return await sasl.authenticate(session, method)
    if not method.password and not request.name:
        return SUCCESS
    check_may_send_password(session, is_sent=bool(method.password))
    if not request.name or len(method.password) > LONGEST_PASSWORD:
        return INVALID_CREDENTIALS
    credential = await credential_of(session, request.name, method.password)
    return await session.services.binder.bind(credential, session.peer_named(credential.login))


def _for_persona(persona: Persona, outcome: Outcome | LdapResult) -> Outcome | LdapResult:
    """Active Directory lets nobody in to change a password; its applications look for the refusal that says so, and
    change it with the old one."""
    if not (isinstance(outcome, Accepted) and outcome.identity.state.reset) or persona.is_plain:
        return outcome
    refused = Rejected(Reason.MUST_CHANGE)
    return outcome if persona.diagnostic(refused) is None else refused


def _told(persona: Persona, outcome: Outcome) -> LdapResult:
    """The result, in the words that the persona has for a refusal."""
    result = bind_result(outcome)
    text = None if isinstance(outcome, Accepted) or persona.is_plain else persona.diagnostic(outcome)
    return result if text is None else replace(result, diagnostic=text)
