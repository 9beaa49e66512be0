"""Where a verified client certificate names its owner. Pure; whose name that is, is for the core to say.

Strict on purpose: a certificate that holds more than one such name, or none, names nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID, ObjectIdentifier
from pyasn1.codec.der.decoder import decode
from pyasn1.error import PyAsn1Error
from pyasn1.type.char import UTF8String

from gateway.frontends.ldap.names import login_name
from gateway.frontends.ldap.results import LdapError
from gateway.identity.model import LoginName
from gateway.identity.verify_certificate import CertificateCredential

_UPN = ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
_MOST_TOLD = 256
_SPELLINGS = {NameOID.EMAIL_ADDRESS: "emailAddress", NameOID.SERIAL_NUMBER: "serialNumber"}


@dataclass(frozen=True, slots=True)
class Naming:
    """`map` is that of `client_certificates`, `fingerprints` the table for it: digits in lower case -> name."""

    map: str
    fingerprints: Mapping[str, str]

    def credential(self, certificate: x509.Certificate, acting_as: LoginName | None = None) -> CertificateCredential:
        """Whom the certificate names, ready for the core."""
        try:
            subject = certificate.subject.rfc4514_string(_SPELLINGS)
            names = self._names(certificate)
        except ValueError:  # a subject or an extension that is broken, whoever has signed it
            return CertificateCredential(None, "the certificate cannot be read", acting_as)
        whose = f"certificate of {subject[:_MOST_TOLD]!r}"
        if len(names) != 1:
            why = f"it holds {len(names)} names of kind {self.map}" if names else f"it holds no {self.map}"
            return CertificateCredential(None, f"{whose}: {why}", acting_as)
        try:
            return CertificateCredential(login_name(names[0]), whose, acting_as)
        except LdapError:
            return CertificateCredential(None, f"{whose}: its {self.map} is no name", acting_as)

    def _names(self, certificate: x509.Certificate) -> list[str]:
        if self.map == "fingerprint":
            name = self.fingerprints.get(certificate.fingerprint(SHA256()).hex())
            return [] if name is None else [name]
        return _PLACES[self.map](certificate)


def _subject(certificate: x509.Certificate) -> list[str]:
    text = certificate.subject.rfc4514_string(_SPELLINGS)
    return [text] if text else []


def _cn(certificate: x509.Certificate) -> list[str]:
    return _of_subject(certificate, NameOID.COMMON_NAME)


def _uid(certificate: x509.Certificate) -> list[str]:
    return _of_subject(certificate, NameOID.USER_ID)


def _of_subject(certificate: x509.Certificate, kind: ObjectIdentifier) -> list[str]:
    """Of a name in the subject a DN may not be made: what has = in it is no login name."""
    values = [str(one.value) for one in certificate.subject.get_attributes_for_oid(kind)]
    return [value for value in values if "=" not in value]


def _email(certificate: x509.Certificate) -> list[str]:
    values = _alternatives(certificate).get_values_for_type(x509.RFC822Name)
    return [value for value in values if "=" not in value]


def _upn(certificate: x509.Certificate) -> list[str]:
    """As Active Directory's certificate services write it: an otherName that is a UTF8String."""
    found = []
    for other in _alternatives(certificate).get_values_for_type(x509.OtherName):
        if other.type_id == _UPN:
            try:
                value, rest = decode(other.value, asn1Spec=UTF8String())
            except (PyAsn1Error, UnicodeDecodeError):
                raise ValueError("broken UPN") from None
            if rest:
                raise ValueError("broken UPN")
            found.append(str(value))
    return [value for value in found if "@" in value and "=" not in value]


def _alternatives(certificate: x509.Certificate) -> x509.SubjectAlternativeName:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return x509.SubjectAlternativeName([])


_PLACES: Mapping[str, Callable[[x509.Certificate], list[str]]] = {
    "subject": _subject,
    "subject-cn": _cn,
    "subject-uid": _uid,
    "email": _email,
    "upn": _upn,
}
