"""What an application wants changed, in the words of the directory: its DNs, attributes and values translated by its
persona. A plain persona never comes here.

What has no stored counterpart is refused by name; who may change anything is the core's to say, so whoever is no
administrator learns nothing here but that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.errors import ProtocolError
from gateway.frontends.ldap.known import stored_dn
from gateway.frontends.ldap.names import dn_key
from gateway.frontends.ldap.passwords import is_password
from gateway.frontends.ldap.personas.forms import holds_dns
from gateway.frontends.ldap.reached import stored_entry
from gateway.frontends.ldap.results import LdapError
from gateway.identity.model import Entry
from gateway.identity.search import Scope
from gateway.wire.dn import Dn, format_dn, normalise_dn, parse_dn
from gateway.wire.messages import AddRequest, ModifyDnRequest, ModifyRequest, ResultCode

if TYPE_CHECKING:
    from gateway.frontends.ldap.session import Session

_MOST_ASKED = 1000
"""DNs of people in one request for each of which the stores must be asked."""
_ONLY_ADMINISTRATORS = "only administrators change entries"


async def target(session: Session, dn: str) -> str:
    """The stored DN of the entry that is to be changed; `LdapError` 32 where there is none."""
    persona = session.application.persona
    real = dn if persona.is_plain else await stored_dn(session, dn)
    if real is None:
        await _check_administrator(session)
        raise LdapError(ResultCode.NO_SUCH_OBJECT, "nobody has this DN, or more than one")
    return real


async def modification(session: Session, request: ModifyRequest) -> ModifyRequest:
    """The same about what is stored. What is about passwords alone keeps its names: those are nobody's view."""
    if session.application.persona.is_plain:
        return request
    if all(is_password(change.attribute) for change in request.changes):
        # Whoever is nobody here is nobody for the core, which answers after the same work (R25).
        return replace(request, object=await stored_dn(session, request.object) or request.object)
    real = await target(session, request.object)
    await _check_administrator(session)
    entry = await stored_entry(session, dn_key(real))
    changes = [
        replace(change, attribute=name, values=values)
        for change, (name, values) in zip(
            request.changes,
            await _attributes(session, ((one.attribute, one.values) for one in request.changes), entry),
            strict=True,
        )
    ]
    return replace(request, object=real, changes=tuple(changes))


async def addition(session: Session, request: AddRequest) -> AddRequest:
    """The same about what is to be stored, and where."""
    form = session.application.persona.form
    if session.application.persona.is_plain:
        return request
    await _check_administrator(session)
    real = request.entry
    if form is not None:
        key = dn_key(real)
        is_person = form.place(real, key, Scope.BASE).who is not None
        if is_person and await stored_dn(session, real) is not None:
            raise LdapError(ResultCode.ENTRY_ALREADY_EXISTS, "")
        real = form.stored(request.entry, key)
        if is_person and real == request.entry:
            text = "the DN that this application gives people does not tell where they are stored"
            raise LdapError(ResultCode.UNWILLING_TO_PERFORM, text)
    return replace(request, entry=real, attributes=tuple(await _attributes(session, request.attributes, None)))


async def renaming(session: Session, request: ModifyDnRequest) -> ModifyDnRequest:
    """The same about what is stored. The first part of a DN that is made of an attribute is not its own."""
    persona = session.application.persona
    form = persona.form
    if persona.is_plain or form is None:
        return request
    await _check_administrator(session)
    if form.place(request.entry, dn_key(request.entry), Scope.BASE).who is not None:
        text = "the DN of a person is made of an attribute for this application: change that one"
        raise LdapError(ResultCode.UNWILLING_TO_PERFORM, text)
    real = await target(session, request.entry)
    above = request.new_superior
    if above is None:
        return replace(request, entry=real, new_superior=format_dn(Dn(parse_dn(real).rdns[1:])))
    return replace(request, entry=real, new_superior=form.stored(above, dn_key(above)))


async def _attributes(
    session: Session, shown: Iterable[tuple[str, tuple[bytes, ...]]], entry: Entry | None
) -> list[tuple[str, tuple[bytes, ...]]]:
    """Names and values as they are stored in this entry, None for a new one."""
    asked, told = 0, list[tuple[str, tuple[bytes, ...]]]()
    for description, values in shown:
        if is_password(description):
            told.append((description, values))
            continue
        base, *options = description.split(";")
        name = session.application.persona.written_name(base, entry)
        if name is None:
            text = f"{base} is computed for this application and cannot be written"
            raise LdapError(ResultCode.CONSTRAINT_VIOLATION, text)
        held = values
        if session.application.persona.form is not None and holds_dns(name):
            asked += len(values)
            if asked > _MOST_ASKED:
                text = f"more than {_MOST_ASKED} DNs in one request of this application"
                raise LdapError(ResultCode.ADMIN_LIMIT_EXCEEDED, text)
            held = tuple([await _stored_value(session, base, value) for value in values])
        told.append((";".join([name, *options]), held))
    return told


async def _stored_value(session: Session, attribute: str, value: bytes) -> bytes:
    try:
        text = value.decode()
        normalise_dn(text)
    except (UnicodeDecodeError, ProtocolError):
        return value  # no DN: whoever writes it says so
    real = await stored_dn(session, text)
    if real is None:
        raise LdapError(ResultCode.CONSTRAINT_VIOLATION, f"{attribute}: nobody is known by one of these DNs")
    return real.encode()


async def _check_administrator(session: Session) -> None:
    """As the core answers everybody else, before anything is looked up for them."""
    if not await session.is_administrator():
        raise LdapError(ResultCode.INSUFFICIENT_ACCESS_RIGHTS, _ONLY_ADMINISTRATORS)
