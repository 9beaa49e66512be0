"""The assertion control (RFC 4528): do it only if the entry is still like this.

For search and compare, and for whoever changes an entry: ask right before the change, with the entry as it is then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gateway.frontends.ldap.results import LdapError
from gateway.identity.search import all_attributes
from gateway.wire.filter import Filter
from gateway.wire.messages import Control, ResultCode
from gateway.wire.searchcontrols import ASSERTION, decode_assertion

if TYPE_CHECKING:
    from gateway.frontends.ldap.session import Session
    from gateway.identity.model import Entry


def asserted(controls: Sequence[Control]) -> Filter | None:
    """The filter that came with the request, if one did. `ProtocolError` where it is malformed."""
    for control in controls:
        if control.type == ASSERTION:
            return decode_assertion(control.value)
    return None


def check_assertion(session: Session, wanted: Filter | None, entry: Entry) -> None:
    """`LdapError` 122 unless the entry, as the application sees it, is as asserted. What it may not see makes an
    assertion neither true nor false, and so it fails."""
    if wanted is None:
        return
    if session.application.view.visible(wanted).matches(all_attributes(entry)) is not True:
        raise LdapError(ResultCode.ASSERTION_FAILED, "the entry is not as asserted")
