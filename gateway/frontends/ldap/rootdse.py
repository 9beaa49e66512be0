"""The root DSE (RFC 4512 5.1): what this server says about itself. It lists only what works."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.frontends.ldap import controls
from gateway.frontends.ldap.services import Services
from gateway.frontends.ldap.subschema import SUBSCHEMA_DN
from gateway.identity.model import Attributes, Entry
from gateway.wire.controls import (
    ABSOLUTE_TRUE_AND_FALSE,
    ALL_OPERATIONAL_ATTRIBUTES,
    ATTRIBUTES_BY_CLASS,
    CANCEL,
    MODIFY_INCREMENT,
    PASSWORD_MODIFY,
    START_TLS,
    WHO_AM_I,
)
from gateway.wire.credentials import VERIFY_CREDENTIALS


def root_dse(services: Services, *, is_tls: bool, mechanisms: Sequence[str] = ()) -> Entry:
    """The entry as this connection sees it. All but its object class is operational: ask for "+", or by name."""
    extensions = [WHO_AM_I, PASSWORD_MODIFY, CANCEL, VERIFY_CREDENTIALS]
    if services.offers_starttls and not is_tls:
        extensions.append(START_TLS)
    operational = {
        "supportedLDAPVersion": ["2", "3"] if services.ldapv2 else ["3"],
        "namingContexts": services.naming_contexts,
        "supportedExtension": extensions,
        "supportedControl": controls.SUPPORTED,
        "supportedSASLMechanisms": mechanisms,
        "supportedFeatures": [
            ALL_OPERATIONAL_ATTRIBUTES,
            ATTRIBUTES_BY_CLASS,
            ABSOLUTE_TRUE_AND_FALSE,
            MODIFY_INCREMENT,
        ],
        "subschemaSubentry": [SUBSCHEMA_DN],
        "vendorName": ["Bindferry"],
        "vendorVersion": [services.vendor_version] if services.vendor_version else [],
    }
    return Entry(
        "",
        "",
        Attributes({"objectClass": [b"top"]}),
        Attributes((name, [value.encode() for value in values]) for name, values in operational.items() if values),
    )
