"""The domain that an application of Active Directory believes to talk to: its names, its SID, its root DSE. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from gateway.frontends.ldap.personas.ad_values import sid_bytes
from gateway.identity.model import NO_ATTRIBUTES, Attributes, Entry
from gateway.wire.dn import escape_value, normalise_dn

_CAPABILITIES = ("1.2.840.113556.1.4.800", "1.2.840.113556.1.4.1670", "1.2.840.113556.1.4.1791",
                 "1.2.840.113556.1.4.1935", "1.2.840.113556.1.4.2080")  # fmt: skip
"""Active Directory; of Windows Server 2003; taking LDAP integration; 2008; 2008 R2 (MS-ADTS 3.1.1.3.4.3)."""
_LEVEL = "7"
"""Functional level of Windows Server 2016, the last that Active Directory has had until 2025."""
_NAMESPACE = uuid.UUID("2a0d7b64-9f0f-5c39-8a53-0c7f3de8a2b1")


@dataclass(frozen=True, slots=True)
class Domain:
    """`dns` is `corp.example`, `netbios` what stands before the backslash, `host` this server's short name.

    `base` is its naming context, "" for the one that `dns` makes. `sid` is the domain's; where it is "", one is derived
    from `dns`, the same for ever.
    """

    dns: str
    netbios: str = ""
    host: str = "bindferry"
    base: str = ""
    sid: str = ""

    @property
    def context(self) -> str:
        """The DN of the domain."""
        return self.base or ",".join(f"DC={escape_value(label)}" for label in self.dns.split("."))

    @property
    def schema(self) -> str:
        """Where Active Directory keeps its schema; objectCategory points there."""
        return f"CN=Schema,CN=Configuration,{self.context}"

    @property
    def sid_text(self) -> str:
        """`S-1-5-21-…` with three numbers of 32 bits."""
        if self.sid:
            return self.sid
        digest = uuid.uuid5(_NAMESPACE, self.dns.lower()).bytes
        return "S-1-5-21-" + "-".join(str(int.from_bytes(digest[at : at + 4], "big")) for at in (0, 4, 8))

    def sid_with(self, rid: int) -> bytes:
        """The SID of this relative id."""
        binary = sid_bytes(f"{self.sid_text}-{rid}")
        assert binary is not None, "the configuration checks the SID"
        return binary

    def root_dse(self, entry: Entry, now: float) -> Entry:
        """Ours with what tells an Active Directory, all of it shown unasked. `now` is seconds since 1970."""
        contexts = [value.decode() for value in entry.operational.get("namingContexts")]
        facts = Attributes((name, [value.encode() for value in values]) for name, values in self._facts(contexts, now))
        ours = entry.operational.without(("namingContexts", "vendorName", "vendorVersion"))
        return replace(entry, attributes=Attributes([*facts.items(), *ours.items()]), operational=NO_ATTRIBUTES)

    def _facts(self, contexts: Iterable[str], now: float) -> Iterable[tuple[str, Iterable[str]]]:
        configuration = f"CN=Configuration,{self.context}"
        server = f"CN={self.host.upper()},CN=Servers,CN=Default-First-Site-Name,CN=Sites,{configuration}"
        yield "objectClass", ("top",)
        yield "currentTime", (datetime.fromtimestamp(now, UTC).strftime("%Y%m%d%H%M%S.0Z"),)
        yield "dsServiceName", (f"CN=NTDS Settings,{server}",)
        others = (one for one in contexts if normalise_dn(one) != normalise_dn(self.context))
        yield "namingContexts", (self.context, *others)
        yield "defaultNamingContext", (self.context,)
        yield "rootDomainNamingContext", (self.context,)
        yield "configurationNamingContext", (configuration,)
        yield "schemaNamingContext", (self.schema,)
        yield "highestCommittedUSN", (str(int(now)),)
        yield "dnsHostName", (f"{self.host}.{self.dns}",)
        yield "ldapServiceName", (f"{self.dns}:{self.host.lower()}$@{self.dns.upper()}",)
        yield "serverName", (server,)
        yield "supportedCapabilities", _CAPABILITIES
        yield "isSynchronized", ("TRUE",)
        yield "isGlobalCatalogReady", ("TRUE",)
        for name in ("domainFunctionality", "forestFunctionality", "domainControllerFunctionality"):
            yield name, (_LEVEL,)
