"""What add, modify, rename and delete have in common: who asks, whom they ask, and how the answer is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.frontends.ldap.readback import Around
from gateway.frontends.ldap.reading import contexts
from gateway.frontends.ldap.results import SUCCESS, LdapError, password_result
from gateway.frontends.ldap.suffixes import matched_dn
from gateway.identity.changes import Changed
from gateway.identity.directory_work import Asker, DirectoryWork
from gateway.identity.model import Entry
from gateway.identity.password_outcome import Denied, Why
from gateway.wire.messages import LdapResult, ResultCode

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call


def asker(call: Call, around: Around) -> Asker:
    """Whom this connection speaks for, and what must be true of the entry; `LdapError` 8 for nobody, as slapd says.

    Through a persona an assertion is about what the application sees: `Around.before` has checked that, and the stored
    entry has other names."""
    session = call.session
    if session.identity is None:
        raise LdapError(ResultCode.STRONGER_AUTH_REQUIRED, "modifications require authentication")
    return Asker(session.identity, session.peer, around.assertion if session.application.persona.is_plain else None)


def worker(call: Call) -> DirectoryWork:
    """Who does it. From now on the call comes to its end."""
    call.lasting = True
    work = call.session.services.work
    if work is None:
        raise LdapError(ResultCode.UNWILLING_TO_PERFORM, "entries cannot be changed through this server")
    return work


def finished(call: Call, key: str, done: Changed | Entry | Denied) -> LdapResult:
    """The result for the entry of this normalised DN, as the application knows it."""
    if not isinstance(done, Denied):
        return SUCCESS
    result = password_result(done)
    if done.why is not Why.NOBODY:
        return result
    return LdapResult(result.code, matched_dn(contexts(call.session), key), result.diagnostic)
