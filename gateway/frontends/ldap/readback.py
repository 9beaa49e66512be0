"""What whoever changes an entry asks of it around the change: to be as asserted (RFC 4528), to be shown before and
after (RFC 4527).

An operation asks `Around.of` first, `before` right before the change and `after` behind it. An entry that changes
between the look at it and the change is not noticed: the control has no lock behind it here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.frontends.ldap.access import check_may_read
from gateway.frontends.ldap.assertions import asserted, check_assertion
from gateway.frontends.ldap.entries import select
from gateway.frontends.ldap.reading import entry_at
from gateway.wire.filter import Filter
from gateway.wire.ldap import encode_entry
from gateway.wire.messages import Control
from gateway.wire.readcontrols import POST_READ, PRE_READ, decode_attributes

if TYPE_CHECKING:
    from gateway.frontends.ldap.session import Session
    from gateway.identity.model import Entry


@dataclass(frozen=True, slots=True)
class Around:
    """What the controls of one change want; attributes are None where the entry is not to be shown."""

    assertion: Filter | None = None
    pre: tuple[str, ...] | None = None
    post: tuple[str, ...] | None = None

    @classmethod
    def of(cls, controls: Sequence[Control]) -> Around:
        """`ProtocolError` where one of them is malformed: nothing has been changed then."""
        if not controls:
            return _NOTHING
        return cls(asserted(controls), _attributes(controls, PRE_READ), _attributes(controls, POST_READ))

    async def before(self, session: Session, dn: str) -> tuple[Control, ...]:
        """`LdapError` 122 unless the entry is as asserted; the entry as it is. One that is not there is left for the
        operation to find out."""
        if self.assertion is None and self.pre is None:
            return ()
        check_may_read(session)
        entry = await entry_at(session, dn)
        if entry is None:
            return ()
        check_assertion(session, self.assertion, entry)
        return () if self.pre is None else (_shown(PRE_READ, session, entry, self.pre),)

    async def after(self, session: Session, dn: str) -> tuple[Control, ...]:
        """The entry as it is now, once the change has succeeded; `dn` is its name now."""
        if self.post is None:
            return ()
        check_may_read(session)
        entry = await entry_at(session, dn)
        return () if entry is None else (_shown(POST_READ, session, entry, self.post),)


_NOTHING = Around()


def _attributes(controls: Sequence[Control], kind: str) -> tuple[str, ...] | None:
    for control in controls:
        if control.type == kind:
            return decode_attributes(control.value)
    return None


def _shown(kind: str, session: Session, entry: Entry, attributes: tuple[str, ...]) -> Control:
    selection = select(attributes, False, session.application.view)
    return Control(kind, value=encode_entry(entry.dn, selection.of(entry)))
