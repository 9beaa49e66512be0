"""What a Modify wants of a password, in the dialects of `userPassword` and of Active Directory's `unicodePwd`.

Who may have it is decided by the core; Password Modify (RFC 3062) is in `passwordmodify.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gateway.frontends.ldap.policy import change_controls
from gateway.frontends.ldap.results import LdapError, password_result
from gateway.identity.change_password import PasswordWish
from gateway.identity.model import LoginName, Secret
from gateway.identity.password_outcome import Changed, PasswordOutcome
from gateway.wire.attributetypes import canonical
from gateway.wire.messages import Change, LdapResult, ModifyOperation, ResultCode

if TYPE_CHECKING:
    from gateway.frontends.ldap.call import Call

_USER, _UNICODE = "userpassword", "unicodepwd"


async def changed(call: Call, wish: PasswordWish) -> tuple[PasswordOutcome, LdapResult]:
    """The core's outcome, and the result that tells it; the password policy control where it is asked for."""
    session = call.session
    call.lasting = True
    outcome = await session.services.passwords.change(wish, session.identity, session.peer)
    bound = session.identity
    if isinstance(outcome, Changed) and bound is not None and bound.origin == outcome.identity.origin:
        call.become(outcome.identity)
    call.controls = change_controls(call.message.controls, outcome)
    return outcome, password_result(outcome)


def is_password(attribute: str) -> bool:
    """Whether this attribute description is one by which passwords are set."""
    return canonical(attribute) in {_USER, _UNICODE}


def wish_of(whom: LoginName, changes: Sequence[Change]) -> PasswordWish:
    """What these changes, all of password attributes, want: one new password, by add or replace, and perhaps the old
    one, by delete. `LdapError` for anything else: everybody has one password, and nobody may be left without."""
    kinds = {canonical(change.attribute) for change in changes}
    if len(kinds) > 1:
        raise LdapError(ResultCode.CONSTRAINT_VIOLATION, "one password attribute is enough")
    read = _quoted if kinds == {_UNICODE} else Secret
    old = [read(value) for value in _values(changes, ModifyOperation.DELETE)]
    replaced = [read(value) for value in _values(changes, ModifyOperation.REPLACE)]
    new = [*(read(value) for value in _values(changes, ModifyOperation.ADD)), *replaced]
    if not new:
        raise LdapError(ResultCode.UNWILLING_TO_PERFORM, "nobody may be left without a password")
    if len(new) > 1 or len(old) > 1:
        raise LdapError(ResultCode.CONSTRAINT_VIOLATION, "everybody has one password")
    # Active Directory: delete and add is a change, by whoever knows the old one; replace is an administrator's reset.
    is_reset = kinds == {_UNICODE} and not old
    return PasswordWish(whom, new[0], old[0] if old else None, is_reset=is_reset, may_be_hash=kinds == {_USER})


def _values(changes: Sequence[Change], operation: ModifyOperation) -> Iterator[bytes]:
    for change in changes:
        if change.operation == operation:
            yield from change.values


def _quoted(value: bytes) -> Secret:
    """MS-ADTS 3.1.1.3.1.5: the password between quotation marks, in UTF-16LE."""
    try:
        text = value.decode("utf-16-le")
    except UnicodeDecodeError:
        text = ""
    if len(text) < 2 or not (text.startswith('"') and text.endswith('"')):
        raise LdapError(ResultCode.UNWILLING_TO_PERFORM, "unicodePwd takes a password in quotation marks, in UTF-16LE")
    return Secret(text[1:-1].encode("utf-8"))
