"""What applications do wrong and may be answered all the same, each by its name in `tolerates`.

That one was committed is counted by `Applications.sinned`; the operations say where. One that is not listed here is
answered as RFC 4511 has it. An empty password with a name is none of them: it is refused for everybody (R5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.frontends.ldap.personas.dn_attribute import NAME, asks_for_dn
from gateway.wire.controls import EXTENDED_DN
from gateway.wire.messages import Control, SearchRequest

if TYPE_CHECKING:
    from gateway.frontends.ldap.session import Session

LDAPV2 = "ldapv2"
"""Binds of version 2: old printers and address books."""
SEARCH_AFTER_UNBIND = "search-after-unbind"
"""Management controllers bind, unbind, and then search on the same connection (lldap#139)."""
DN_ATTRIBUTE = NAME
"""Scripts and portals read and ask for `dn` as if it were an attribute (kanidm#2367)."""
AD_CONTROLS = "ad-controls"
"""Critical controls of Active Directory that add to what an entry shows, and whose addition can be left out:
.NET and PowerShell send them to every server (jformacek/S.DS.P#4)."""

_SHOW_DELETED, _SHOW_RECYCLED, _SD_FLAGS = (f"1.2.840.113556.1.4.{number}" for number in ("417", "2064", "801"))
_HARMLESS = frozenset({EXTENDED_DN, _SHOW_DELETED, _SHOW_RECYCLED, _SD_FLAGS})
"""Nothing that says for whom, on what or whether something is done: whoever ignores those does something else than was
asked for."""


def is_forgiven(session: Session, sin: str) -> bool:
    """Whether this application may; whoever asks is about to answer it, so it is counted."""
    application = session.application
    if sin not in application.tolerates:
        return False
    session.services.applications.sinned(application.name, sin)
    return True


def without_harmless(session: Session, request: object, controls: tuple[Control, ...]) -> tuple[Control, ...]:
    """The controls of a search, less those that this application may send as critical for nothing."""
    application = session.application
    if AD_CONTROLS not in application.tolerates or type(request) is not SearchRequest:
        return controls
    works = application.persona.controls
    left = tuple(one for one in controls if not (one.critical and one.type in _HARMLESS and one.type not in works))
    if len(left) < len(controls):
        session.services.applications.sinned(application.name, AD_CONTROLS)
    return left


def note_dn_attribute(session: Session, request: SearchRequest) -> None:
    """Count a search that takes `dn` for an attribute, where that is answered."""
    if DN_ATTRIBUTE in session.application.tolerates and asks_for_dn(request.attributes, request.filter):
        session.services.applications.sinned(session.application.name, DN_ATTRIBUTE)
