from __future__ import annotations

from conversation import Client, People, services, values
from ldap3 import ALL_ATTRIBUTES, ALL_OPERATIONAL_ATTRIBUTES
from ldap3.protocol.rfc4512 import SchemaInfo

from gateway.frontends.ldap.subschema import SUBSCHEMA_DN
from gateway.wire.filter import Equal


def test_everybody_may_read_it() -> None:
    client = Client(services(People(), starttls="required", tls=object()))
    entry = client.search("CN=subschema", Equal("objectClass", b"subschema"), "attributeTypes", scope=0)[0]
    assert entry.name == SUBSCHEMA_DN
    assert any(b"NAME 'uid'" in value or b"NAME ( 'uid'" in value for value in values(entry)["attributeTypes"])


def test_its_descriptions_are_operational() -> None:
    client = Client(services(People()))
    assert set(values(client.search(SUBSCHEMA_DN, scope=0)[0])) == {"objectClass", "cn"}
    assert {"objectClasses", "matchingRules", "ldapSyntaxes"} < set(
        values(client.search(SUBSCHEMA_DN, None, "+", scope=0)[0])
    )


def test_ldap3_understands_every_description() -> None:
    client = Client(services(People()))
    shown = values(client.search(SUBSCHEMA_DN, None, ALL_ATTRIBUTES, ALL_OPERATIONAL_ATTRIBUTES, scope=0)[0])
    schema = SchemaInfo(SUBSCHEMA_DN, dict(shown), dict(shown))
    assert schema.is_valid()
    assert "inetOrgPerson" in schema.object_classes
    assert "uid" in schema.attribute_types
    assert len(schema.attribute_types) >= len(shown["attributeTypes"])
