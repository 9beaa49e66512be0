"""Names that Active Directory takes beside DNs and login names (MS-ADTS 5.1.1.1.1 and 3.1.1.3.1.2.4). Pure.

`<GUID=…>` and `<SID=…>`, in both of their spellings, wherever a DN may stand; a SID as text, a GUID in braces and a
canonical name (`corp.example/People/Anna Arndt`) in a bind. Display names, service principal names and `sIDHistory` are
not taken: each name that somebody makes up would be looked for in every store, by no index. UPN and `DOMAIN\\user` are
every application's, by section `names`.
"""

from __future__ import annotations

import re

from gateway.frontends.ldap.personas.ad_values import canonical_name, guid, sid_bytes
from gateway.frontends.ldap.personas.flavour import Named
from gateway.identity.model import Entry, normalise
from gateway.wire.filter import Equal

_BRACKETS = re.compile(r"\s*<(GUID|SID)=([^<>;,=]{1,200})>\s*", re.IGNORECASE)
_BRACES = re.compile(r"\{([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}", re.IGNORECASE)
_SID = re.compile(r"S-1-[0-9]{1,15}(-[0-9]{1,10}){1,15}", re.IGNORECASE)


def named(name: str, domain: str, *, as_dn: bool) -> Named | None:
    """Whom the name means, None where it is none of these. `domain` is the DNS name; `as_dn`: a DN is expected."""
    match = _BRACKETS.fullmatch(name)
    if match is not None:
        is_guid = match[1].upper() == "GUID"
        value = guid(match[2]) if is_guid else sid_bytes(match[2])
        return None if value is None else Named(Equal("objectGUID" if is_guid else "objectSid", value))
    if as_dn:
        return None
    braced = _BRACES.fullmatch(name)
    if braced is not None:
        value = guid(braced[1])
        return None if value is None else Named(Equal("objectGUID", value))
    if _SID.fullmatch(name):
        value = sid_bytes(name)
        return None if value is None else Named(Equal("objectSid", value))
    if normalise(name).startswith(f"{normalise(domain)}/"):
        return _canonical(name)
    return None


def _canonical(name: str) -> Named | None:
    """The last slash may be a line end."""
    path = name.replace("\n", "/")
    last = re.split(r"(?<!\\)/", path)[-1].replace("\\/", "/").replace("\\\\", "\\")

    def is_meant(entry: Entry) -> bool:
        shown = canonical_name(entry.dn)
        return shown is not None and normalise(shown) == normalise(path)

    return Named(Equal("name", last.encode()), is_meant) if last else None
