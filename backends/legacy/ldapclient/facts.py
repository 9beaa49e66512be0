"""What a server says of itself: its root DSE and its subschema, read once (RFC 4512 sections 5.1 and 4.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from backends.legacy.ldapclient.connection import LdapConnection
from gateway.wire.controls import PAGED_RESULTS
from gateway.wire.filter import Equal, Present
from gateway.wire.messages import Scope, SearchRequest
from gateway.wire.schema import is_operational

_ACTIVE_DIRECTORY = b"1.2.840.113556.1.4.800"
_ROOT_DSE = SearchRequest(
    "",
    Scope.BASE,
    Present("objectClass"),
    ("*", "+", "supportedControl", "supportedCapabilities", "subschemaSubentry", "vendorName", "vendorVersion"),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """`vendor` in the server's words ("" where it keeps silent); the OIDs of its controls; whether it is an Active
    Directory; and for each attribute type of its schema, in lower case, whether it is operational."""

    vendor: str = ""
    controls: frozenset[str] = frozenset()
    active_directory: bool = False
    operational: Mapping[str, bool] = field(default_factory=dict)

    @property
    def pages(self) -> bool:
        """Whether it knows paged results (RFC 2696)."""
        return PAGED_RESULTS in self.controls

    def is_operational(self, description: str) -> bool:
        """Whether an attribute is shown only when it is asked for, as this server sees it."""
        bare = description.partition(";")[0]
        known = self.operational.get(bare.lower())
        return is_operational(bare) if known is None else known


NO_FACTS = Facts()


async def read_facts(connection: LdapConnection) -> Facts:
    """What this server shows to whoever is bound; what it hides is left empty."""
    root = await _read(connection, _ROOT_DSE)
    words = [
        value.decode("utf-8", "replace") for name in ("vendorname", "vendorversion") for value in root.get(name, ())
    ]
    controls = frozenset(value.decode("ascii", "replace") for value in root.get("supportedcontrol", ()))
    is_ad = _ACTIVE_DIRECTORY in root.get("supportedcapabilities", ())
    if not words:
        words = (
            ["Active Directory"] if is_ad else ["OpenLDAP"] if b"OpenLDAProotDSE" in root.get("objectclass", ()) else []
        )
    schema: Mapping[str, tuple[bytes, ...]] = {}
    for place in root.get("subschemasubentry", ())[:1]:
        base = place.decode("utf-8", "surrogateescape")
        request = SearchRequest(base, Scope.BASE, Equal("objectClass", b"subschema"), ("attributeTypes",))
        schema = await _read(connection, request)
    return Facts(" ".join(words), controls, is_ad, dict(usages(schema.get("attributetypes", ()))))


async def _read(connection: LdapConnection, request: SearchRequest) -> dict[str, tuple[bytes, ...]]:
    answer = await connection.search(request)
    return {name.lower(): tuple(values) for entry in answer.entries for name, values in entry.attributes}


_DESCRIPTION = re.compile(r"\b(?:DESC|X-[A-Z-]+)\s+(?:'[^']*'|\((?:\s*'[^']*')*\s*\))")
_NAMES = re.compile(r"\bNAME\s+(?:'[^']*'|\((?:\s*'[^']*')*\s*\))")
_OID = re.compile(r"\(\s*([A-Za-z0-9.-]+)")
_OPERATIONAL = re.compile(r"\bUSAGE\s+(?:directoryOperation|distributedOperation|dSAOperation)\b")


def usages(definitions: Iterable[bytes]) -> Iterable[tuple[str, bool]]:
    """Of each attribute type description (RFC 4512 4.1.2), its OID and names in lower case, and whether its usage is
    an operational one. What cannot be read is left out."""
    for definition in definitions:
        text = _DESCRIPTION.sub(" ", definition.decode("utf-8", "replace"))
        operational = _OPERATIONAL.search(text) is not None
        oid, names = _OID.match(text), _NAMES.search(text)
        if oid is not None:
            yield oid[1].lower(), operational
        for name in re.findall(r"'([^']+)'", names[0]) if names is not None else ():
            yield name.lower(), operational
