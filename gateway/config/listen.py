"""Section `listen`: the ports that we open, and the certificates shown on them."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, model_validator

from gateway.config.clientcertificates import ClientCertificates
from gateway.config.networks import EVERYWHERE, Network
from gateway.config.tls import Keypair, read_keypair
from gateway.options import Options, Seconds


def _address(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError("not an IP address: write for example 127.0.0.1, 0.0.0.0 or ::") from None


Address = Annotated[str, AfterValidator(_address)]
Port = Annotated[int, Field(ge=0, le=65_535)]


def _clear_text(value: object) -> object:
    if value == "allowed":
        return EVERYWHERE
    if value == "refused":
        return ()
    if not isinstance(value, list | tuple):
        raise ValueError("write refused, allowed, or a list of networks such as [10.0.0.0/8]")  # noqa: TRY004
    return value


def _some(value: tuple[Network, ...]) -> tuple[Network, ...]:
    if not value:
        raise ValueError("must name at least one network")
    return value


class _Listener(Options):
    """Where to listen; port 0 lets the system choose one."""

    address: Address = "0.0.0.0"  # noqa: S104  # we stand where the old directory stood: applications come from outside
    port: Port

    @property
    def loopback(self) -> bool:
        """Whether only this machine can connect."""
        return ipaddress.ip_address(self.address).is_loopback


class Proxy(Options):
    """Load balancers before a listener. `networks` (`from` in the file) are theirs: they must begin each connection
    with a PROXY header (version 1 or 2) within `timeout`, and nobody else may connect."""

    networks: Annotated[tuple[Network, ...], AfterValidator(_some), Field(alias="from")]
    timeout: Annotated[Seconds, Field(gt=0)] = 5.0


class _TlsListener(_Listener):
    certificate: Path | None = None
    key: Path | None = None
    client_certificates: ClientCertificates | None = None
    proxy: Proxy | None = None
    _keypair: Keypair | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _read_files(self) -> _TlsListener:
        if self.certificate is None:
            if self.key is not None:
                raise ValueError("there is a key and no certificate")
            if self.client_certificates is not None:
                raise ValueError("client_certificates mean nothing without a certificate: clients show theirs in TLS")
            return self
        self._keypair = read_keypair(self.certificate, self.key or self.certificate)
        return self

    @property
    def keypair(self) -> Keypair | None:
        """Certificate and key as they were read when the configuration was loaded."""
        return self._keypair

    @property
    def keypair_files(self) -> tuple[Path, Path] | None:
        """Where they can be read again."""
        return None if self.certificate is None else (self.certificate, self.key or self.certificate)


class Ldap(_TlsListener):
    """LDAP, and StartTLS on the same port. `key` defaults to the file of the certificate.

    `required`: nothing but StartTLS and the root DSE before the connection is encrypted. `off` must be written out.
    `clear_text` says from where passwords may come in clear nevertheless; from this machine itself they always may,
    unless StartTLS is required.
    """

    port: Port = 389
    starttls: Literal["off", "offered", "required"] = "required"
    clear_text: Annotated[tuple[Network, ...], BeforeValidator(_clear_text)] = ()

    @model_validator(mode="after")
    def _tls_has_a_certificate(self) -> Ldap:
        _check_starttls(self)
        return self


def _check_starttls(listener: Ldap) -> None:
    if listener.starttls != "off" and listener.certificate is None:
        raise ValueError(f"starttls is {listener.starttls}: it needs a certificate (or write starttls: off)")
    if listener.starttls == "off" and listener.client_certificates is not None:
        raise ValueError("client_certificates mean nothing where starttls is off")
    if listener.starttls == "required" and listener.clear_text:
        raise ValueError("clear_text means nothing where starttls is required: write starttls: offered, or off")


class Named(Ldap):
    """One more listener, for applications that are told apart by the port. With `tls` it is LDAPS."""

    port: Port
    tls: bool = False

    @model_validator(mode="after")
    def _tls_has_a_certificate(self) -> Named:
        if self.tls:
            if self.certificate is None:
                raise ValueError("needs a certificate")
            if "starttls" in self.model_fields_set or self.clear_text:
                raise ValueError("starttls and clear_text mean nothing where tls is true")
            return self
        _check_starttls(self)
        return self


class Ldaps(_TlsListener):
    """LDAP inside TLS from the first byte."""

    port: Port = 636

    @model_validator(mode="after")
    def _tls_has_a_certificate(self) -> Ldaps:
        if self.certificate is None:
            raise ValueError("needs a certificate")
        return self


class Health(_Listener):
    """Health answer and metrics by HTTP, without TLS and without a password: keep it local."""

    address: Address = "127.0.0.1"
    port: Port = 8080


def _all_defaults(value: object) -> object:
    return {} if value is None else value


class Listen(Options):
    """Each listener is open only if it is written down (`health:` alone is enough); `ldap` or `ldaps` must be."""

    ldap: Annotated[Ldap | None, BeforeValidator(_all_defaults)] = None
    ldaps: Annotated[Ldaps | None, BeforeValidator(_all_defaults)] = None
    health: Annotated[Health | None, BeforeValidator(_all_defaults)] = None
    named: dict[str, Named] = {}
    """Further listeners by their names."""

    @model_validator(mode="after")
    def _somebody_can_connect(self) -> Listen:
        if self.ldap is None and self.ldaps is None and not self.named:
            raise ValueError("nothing is listened on: write at least one of ldap and ldaps")
        if self.named.keys() & {"ldap", "ldaps", "health"}:
            raise ValueError("ldap, ldaps and health are names already: call the named listener otherwise")
        everywhere: list[_Listener] = [*self.doors().values(), *filter(None, [self.health])]
        places = [(one.address, one.port) for one in everywhere if one.port]
        if len(set(places)) < len(places):
            raise ValueError("two listeners have the same address and port")
        return self

    def doors(self) -> dict[str, Ldap | Ldaps]:
        """Every listener for LDAP, by name."""
        doors: dict[str, Ldap | Ldaps | None] = {"ldap": self.ldap, "ldaps": self.ldaps, **self.named}
        return {name: door for name, door in doors.items() if door is not None}
