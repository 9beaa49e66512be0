"""The options of an `ldap` source, checked as far as that goes without asking a server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from backends.legacy.ldapclient.servers import Server
from gateway.errors import PublicError
from gateway.identity.search import within
from gateway.options import Options, Seconds, SecretValue
from gateway.plugins import SourceOptions
from gateway.wire.dn import normalise_dn
from gateway.wire.filter import parse_filter

KEY_ATTRIBUTES = ("entryUUID", "nsUniqueId", "objectGUID", "GUID", "ipaUniqueID", "ibm-entryUUID")
"""Where servers keep what never changes about an entry, in the order in which they are looked at."""

_OF_ACTIVE_DIRECTORY = {
    # Not objectCategory: it is asked for as a word and shown as a DN, so it could not be checked on an entry here.
    "people_filter": "(&(objectClass=user)(!(objectClass=computer)))",
    "login_attributes": ["sAMAccountName"],
    "alias_attributes": ["userPrincipalName", "mail"],
}


def _url(value: str) -> str:
    Server.parse(value)
    return value


def _dn(value: str) -> str:
    try:
        normalise_dn(value)
    except PublicError as error:
        raise ValueError(f"this is not a DN: {error}") from None
    return value


def _filter(value: str) -> str:
    try:
        parse_filter(value)
    except PublicError as error:
        raise ValueError(f"this is not a filter: {error}") from None
    return value


def _template(value: str) -> str:
    if value.count("{name}") != 1:
        raise ValueError("a template holds {name} exactly once, as in uid={name},ou=people,o=corp")
    _dn(value.replace("{name}", "x"))
    return value


Url = Annotated[str, AfterValidator(_url)]
DnText = Annotated[str, AfterValidator(_dn)]
FilterText = Annotated[str, AfterValidator(_filter)]
Attribute = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")]


class TlsOptions(Options):
    """How a server's certificate is judged: authorities in a PEM file (else the machine's), and for which name."""

    ca: Path | None = None
    server_name: str | None = None
    verify: bool = True


class GroupSearch(Options):
    """Where groups are found that do not show in the person's entry: below `base`, by a value of `member_attribute`."""

    base: DnText
    filter: FilterText = "(objectClass=*)"
    member_attribute: Attribute = "member"
    value: Literal["dn", "name"] = "dn"


class LdapOptions(SourceOptions):
    """One old directory: one or more servers that hold the same people.

    With `direct_bind` there is no service account, so that a stranger cannot be told from a wrong password: such
    a source ends the search through the sources, and belongs behind all others (R8).
    """

    totals = ("concurrency", "connections", "search_connections")

    url: Url | None = None
    urls: tuple[Url, ...] = ()
    starttls: bool = False
    tls: TlsOptions = TlsOptions()
    base: DnText
    scope: Literal["sub", "one"] = "sub"
    bind_dn: DnText | None = None
    bind_password: SecretValue | None = None
    direct_bind: Annotated[str, AfterValidator(_template)] | None = None
    dialect: Literal["generic", "active-directory"] = "generic"
    people_filter: FilterText = "(objectClass=person)"
    login_attributes: Annotated[tuple[Attribute, ...], Field(min_length=1)] = ("uid",)
    alias_attributes: tuple[Attribute, ...] = ("mail",)
    key_attribute: Attribute | None = None
    group_attribute: Attribute | None = "memberOf"
    group_search: GroupSearch | None = None
    connections: Annotated[int, Field(ge=1, le=1000)] = 8
    search_connections: Annotated[int, Field(ge=1, le=1000)] = 4
    idle: Annotated[Seconds, Field(gt=0)] = 300.0
    page_size: Annotated[int, Field(ge=0, le=100_000)] = 500
    size_limit: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="before")
    @classmethod
    def _dialect(cls, values: Any) -> Any:  # whatever stood in the file
        if isinstance(values, dict) and values.get("dialect") == "active-directory":
            return {**_OF_ACTIVE_DIRECTORY, **values}
        return values

    @model_validator(mode="after")
    def _consistent(self) -> LdapOptions:
        if bool(self.url) == bool(self.urls):
            raise ValueError("give either url or urls")
        if self.starttls and any(server.tls for server in self.servers):
            raise ValueError("starttls is for ldap:// servers: ldaps:// is under TLS from the first byte")
        if (self.bind_dn is None) != (self.bind_password is None):
            raise ValueError("bind_dn and bind_password belong together")
        if self.bind_password is not None and not self.bind_password.get_secret_value():
            raise ValueError("bind_password is empty")
        if self.direct_bind is not None and self.bind_dn is not None:
            raise ValueError("direct_bind works without a service account: leave out bind_dn, or direct_bind")
        if self.direct_bind is not None and not within(
            normalise_dn(self.direct_bind.replace("{name}", "x")), self.base_key
        ):
            raise ValueError("direct_bind makes names that are not below base")
        if not self.tls.verify and (self.tls.ca or self.tls.server_name):
            raise ValueError("tls.ca and tls.server_name mean nothing with verify: false")
        return self

    @property
    def servers(self) -> tuple[Server, ...]:
        """The servers, the preferred one first."""
        return tuple(map(Server.parse, (self.url,) if self.url else self.urls))

    @property
    def base_key(self) -> str:
        """The base, normalised."""
        return normalise_dn(self.base)

    @property
    def key_attributes(self) -> tuple[str, ...]:
        """Where a person's unchanging key is looked for."""
        return (self.key_attribute,) if self.key_attribute else KEY_ATTRIBUTES
