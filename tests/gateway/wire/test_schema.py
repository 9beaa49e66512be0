"""The schema: consistent in itself, true to other servers' OIDs, and readable by clients."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from ldap3.protocol.rfc4512 import AttributeTypeInfo, BaseObjectInfo, LdapSyntaxInfo, MatchingRuleInfo, ObjectClassInfo

from gateway.wire import schema
from gateway.wire.schemasecrets import SECRETS


def _published() -> dict[tuple[str, str], set[str]]:
    """(`attributetypes` or `objectclasses`, name in lower case) -> OIDs, of the schemas that ldap3 carries."""
    found: dict[tuple[str, str], set[str]] = {}
    for module, name in (
        ("slapd24", "slapd_2_4_schema"),
        ("ad2012R2", "ad_2012_r2_schema"),
        ("ds389", "ds389_1_3_3_schema"),
        ("edir914", "edir_9_1_4_schema"),
    ):
        text = getattr(importlib.import_module(f"ldap3.protocol.schemas.{module}"), name)
        for kind, descriptions in json.loads(text)["raw"].items():
            for description in descriptions if kind.lower() in ("attributetypes", "objectclasses") else ():
                oid = description.split()[1]
                names = re.search(r"NAME\s+(?:'[^']+'|\([^)]*\))", description)
                for spelled in re.findall(r"'([^']+)'", names[0]) if names else ():
                    found.setdefault((kind.lower(), spelled.lower()), set()).add(oid)
    return found


PUBLISHED = _published()
OWN = {  # where all that ldap3 carries mean an older type of that name, or mistype the OID
    *(
        "numSubordinates",
        "pwdMinAge",
        "pwdMaxAge",
        "pwdMinLength",
        "pwdExpireWarning",
        "pwdLockout",
        "pwdLockoutDuration",
    ),
    *("pwdMaxFailure", "pwdFailureCountInterval", "pwdMustChange", "pwdAllowUserChange"),
}


def test_oids_are_those_of_other_servers() -> None:
    """R3: an application may ask by OID."""
    for type_ in schema.ATTRIBUTE_TYPES:
        for name in type_.names:
            known = PUBLISHED.get(("attributetypes", name.lower()))
            assert known is None or type_.oid in known or name in OWN, name
    for class_ in schema.OBJECT_CLASSES:
        known = PUBLISHED.get(("objectclasses", class_.name.lower()))
        assert known is None or class_.oid in known, class_.name


def test_no_two_types_or_classes_share_a_name_or_an_oid() -> None:
    types = [name.lower() for type_ in schema.ATTRIBUTE_TYPES for name in (type_.oid, *type_.names)]
    assert len(types) == len(set(types))
    classes = [name.lower() for class_ in schema.OBJECT_CLASSES for name in (class_.oid, class_.name)]
    assert len(classes) == len(set(classes))


def test_whatever_a_description_names_exists() -> None:
    for type_ in schema.ATTRIBUTE_TYPES:
        assert not type_.sup or schema.attribute_type(type_.sup) is not None
    for class_ in schema.OBJECT_CLASSES:
        assert [name for name in (*class_.must, *class_.may) if schema.attribute_type(name) is None] == []
        assert [name for name in class_.superiors if schema.object_class(name) is None] == []
    syntaxes = {text.split()[1] for text in schema.ldap_syntax_descriptions()}
    assert {type_.kind.syntax for type_ in schema.ATTRIBUTE_TYPES} <= syntaxes
    assert {text.split()[5] for text in schema.matching_rule_descriptions()} <= syntaxes


@pytest.mark.parametrize(
    ("name", "short"),
    [
        *(
            ("2.5.4.3", "cn"),
            ("commonName", "cn"),
            ("CN", "cn"),
            ("OID.2.5.4.3", "cn"),
            ("oid.2.5.4.3", "cn"),
            ("userid", "uid"),
        ),
        *(
            ("surname", "sn"),
            ("countryName", "c"),
            ("localityName", "l"),
            ("stateOrProvinceName", "st"),
            ("streetAddress", "street"),
        ),
        *(
            ("organizationName", "o"),
            ("organizationalUnitName", "ou"),
            ("domainComponent", "dc"),
            ("rfc822Mailbox", "mail"),
        ),
        *(("X-Corp", "x-corp"), ("9.9.9", "9.9.9"), ("gn", "givenname"), ("", "")),
    ],
)
def test_every_name_of_a_type_leads_to_its_short_one(name: str, short: str) -> None:
    assert schema.canonical(name) == short


def test_canonical_names_are_their_own() -> None:
    for type_ in schema.ATTRIBUTE_TYPES:
        assert schema.canonical(type_.key) == type_.key


def test_subtypes_and_superclasses_include_themselves() -> None:
    assert {"name", "cn", "sn", "ou"} <= schema.subtypes("name")
    assert schema.subtypes("commonName") == {"cn"}
    assert schema.subtypes("nosuch") == {"nosuch"}
    assert schema.superclasses("INETORGPERSON") >= {"inetorgperson", "organizationalperson", "person", "top", "2.5.6.6"}
    assert schema.superclasses("Nosuch") == {"nosuch"}


def test_operational_attributes_are_known() -> None:
    """RFC 4512 3.4: shown only when asked for."""
    for name in (
        "entryUUID",
        "createTimestamp",
        "entrydn",
        "subschemaSubentry",
        "pwdChangedTime",
        "nsUniqueId",
        "2.5.18.1",
    ):
        assert schema.is_operational(name), name
    for name in ("cn", "memberOf", "whenCreated", "objectGUID", "nosuch", "userPassword"):
        assert not schema.is_operational(name), name


def test_secrets_are_known_by_every_name() -> None:
    """R15."""
    for name in (
        "userPassword",
        "USERPASSWORD",
        "userPassword;x-a",
        "2.5.4.35",
        "OID.2.5.4.35;x",
        "unicodePwd",
        "krbPrincipalKey",
    ):
        assert schema.is_secret(name), name
    for name in ("cn", "pwdLastSet", "pwdChangedTime", "nosuch", "9.9.9", "sambaPwdLastSet"):
        assert not schema.is_secret(name), name
    assert {
        "userpassword",
        "unicodepwd",
        "sambantpassword",
        "krbprincipalkey",
        "authpassword",
    } <= schema.SECRET_ATTRIBUTES
    for name in schema.SECRET_ATTRIBUTES:
        assert schema.is_secret(name.upper())


def test_secrets_have_the_oids_of_other_servers() -> None:
    """R15: a filter may ask for a password by number."""
    for line in SECRETS.splitlines():
        name, _, oid = line.partition(" ")
        for known in PUBLISHED.get(("attributetypes", name.lower()), ()) if name and name != "#" else ():
            assert known == oid or name == "pwdHistory" or not known[0].isdigit(), name


def _parsed(kind: type[BaseObjectInfo], texts: Iterable[str]) -> Mapping[str, Any]:
    parsed: Mapping[str, Any] = kind.from_definition([text.encode() for text in texts])  # type: ignore[no-untyped-call]
    return parsed


def test_ldap3_reads_every_description() -> None:
    types = _parsed(AttributeTypeInfo, schema.attribute_type_descriptions())
    assert types["cn"].name == ["cn", "commonName"]
    assert types["cn"].superior == ["name"]
    assert types["createTimestamp"].no_user_modification
    assert {type_.names[0] for type_ in schema.ATTRIBUTE_TYPES} == set(types)
    classes = _parsed(ObjectClassInfo, schema.object_class_descriptions())
    assert sorted(classes["person"].must_contain) == ["cn", "sn"]
    assert {class_.name for class_ in schema.OBJECT_CLASSES} == set(classes)
    rules = _parsed(MatchingRuleInfo, schema.matching_rule_descriptions())
    assert rules["caseIgnoreMatch"].oid == "2.5.13.2"
    syntaxes = _parsed(LdapSyntaxInfo, schema.ldap_syntax_descriptions())
    assert syntaxes["1.3.6.1.4.1.1466.115.121.1.12"].description == "DN"


_OID = r"(?:[0-9]+(?:\.[0-9]+)+|[A-Za-z][A-Za-z0-9-]*)"
_QUOTED = r"(?:'[A-Za-z][A-Za-z0-9-]*'|\( '[A-Za-z][A-Za-z0-9-]*'(?: '[A-Za-z][A-Za-z0-9-]*')* \))"
_OIDS = rf"(?:{_OID}|\( {_OID}(?: \$ {_OID})* \))"
_TYPE = re.compile(
    rf"\( {_OID} NAME {_QUOTED}(?: SUP {_OID})?(?: EQUALITY {_OID})?(?: ORDERING {_OID})?(?: SUBSTR {_OID})?"
    r"(?: SYNTAX [0-9.]+)(?: SINGLE-VALUE)?(?: NO-USER-MODIFICATION)?(?: USAGE [a-zA-Z]+)? \)"
)
_CLASS = re.compile(
    rf"\( {_OID} NAME {_QUOTED}(?: SUP {_OIDS})? (?:ABSTRACT|STRUCTURAL|AUXILIARY)"
    rf"(?: MUST {_OIDS})?(?: MAY {_OIDS})? \)"
)


def test_descriptions_keep_the_order_of_the_rfc() -> None:
    """RFC 4512 4.1: JNDI and Apache Directory Studio are strict about it."""
    assert [text for text in schema.attribute_type_descriptions() if not _TYPE.fullmatch(text)] == []
    assert [text for text in schema.object_class_descriptions() if not _CLASS.fullmatch(text)] == []
