"""`ldapsource.entries`: what an entry becomes, byte for byte and without secrets."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from backends.legacy.ldapclient.facts import NO_FACTS, Facts
from backends.legacy.ldapsource.entries import EntryReader
from backends.legacy.ldapsource.options import KEY_ATTRIBUTES
from gateway.errors import ProtocolError
from gateway.identity.model import Identity, derive_id
from gateway.wire.filter import parse_filter
from gateway.wire.messages import SearchResultEntry

READER = EntryReader(
    source="old",
    people=parse_filter("(objectClass=person)"),
    login_attributes=("uid", "sAMAccountName"),
    alias_attributes=("mail",),
    key_attributes=KEY_ATTRIBUTES,
    group_attribute="memberOf",
)
DN = "uid=JDoe, ou=People,o=Corp"
NUMBER = uuid.UUID("6f8b5a52-11c9-4c0b-8b0e-1234567890ab")


def identity(
    dn: str = DN, facts: Facts = NO_FACTS, reader: EntryReader = READER, **attributes: list[bytes]
) -> Identity:
    shown = {"objectClass": [b"person"], **{name.replace("_", "-"): values for name, values in attributes.items()}}
    return reader.identity(reader.entry(SearchResultEntry(dn, list(shown.items())), facts))


def test_dn_names_and_values_keep_their_spelling() -> None:
    """R3."""
    person = identity(uid=[b"JDoe"], description=[b" two  blanks ", b"\xff\x00"], cn=[b"J\xc3\xb6rg"])
    assert (person.dn, person.dn_key, person.name) == (DN, "uid=jdoe,ou=people,o=corp", "JDoe")
    assert list(person.attributes.items()) == [
        ("objectClass", (b"person",)),
        ("uid", (b"JDoe",)),
        ("description", (b" two  blanks ", b"\xff\x00")),
        ("cn", (b"J\xc3\xb6rg",)),
    ]


def test_secrets_never_enter_an_entry() -> None:
    """R15."""
    values = [b"x"]
    secrets = ("userPassword", "USERPASSWORD", "userPassword;x-old", "unicodePwd", "sambaNTPassword", "krbPrincipalKey")
    person = READER.entry(SearchResultEntry(DN, [(name, values) for name in (*secrets, "2.5.4.35", "uid")]), NO_FACTS)
    assert [name for name, _ in (*person.attributes.items(), *person.operational.items())] == ["uid"]


def test_operational_attributes_go_by_the_server_and_else_by_the_standard() -> None:
    facts = Facts(operational={"nshidden": True})
    person = identity(facts=facts, nsHidden=[b"1"], createTimestamp=[b"20200101000000Z"], uid=[b"x"])
    assert {name for name, _ in person.operational.items()} == {"nsHidden", "createTimestamp"}


def test_the_first_login_attribute_names_and_all_others_are_aliases() -> None:
    """R1, R2."""
    person = identity(
        mail=[b"j@corp.example", b"J@CORP.example"], sAMAccountName=[b"CORPJ"], uid=[b"jdoe", b"john", b"JDOE"]
    )
    assert person.name == "jdoe"
    assert person.aliases == ("john", "CORPJ", "j@corp.example", "J@CORP.example")


def test_without_a_login_attribute_the_leaf_of_the_dn_names() -> None:
    assert identity("cn=Wiki\\, old+ou=x,o=corp").name == "Wiki, old"
    assert identity(uid=[b"\xff"]).name == "JDoe", "and where it is no text"


@pytest.mark.parametrize(
    ("attribute", "value", "key", "number"),
    [
        ("entryUUID", str(NUMBER).encode(), str(NUMBER), NUMBER),
        ("objectGUID", NUMBER.bytes_le, str(NUMBER), NUMBER),
        ("ipaUniqueID", str(NUMBER).upper().encode(), str(NUMBER), NUMBER),
        ("ibm_entryUUID", str(NUMBER).encode(), str(NUMBER), NUMBER),
        ("nsUniqueId", b"66446001-1DD211B2-80868f66-b8ae0000", "66446001-1dd211b2-80868f66-b8ae0000", None),
        ("GUID", b"\x01\x02\xff", "0102ff", None),
        ("objectGUID", b"short", "short", None),
        ("entryUUID", b"no uuid", "no uuid", None),
    ],
)
def test_keys_that_never_change(attribute: str, value: bytes, key: str, number: uuid.UUID | None) -> None:
    """R3."""
    shown: dict[str, Any] = {attribute: [value]}
    person = identity(**shown)
    assert (person.origin.source, person.origin.key) == ("old", key)
    assert person.id == (number or derive_id(person.origin))


def test_without_a_key_attribute_the_dn_is_the_key() -> None:
    assert identity().origin.key == "uid=jdoe,ou=people,o=corp"


def test_a_configured_key_attribute_is_the_only_one() -> None:
    reader = replace(READER, key_attributes=("employeeNumber",))
    assert identity(reader=reader, entryUUID=[str(NUMBER).encode()], employeeNumber=[b"4711"]).origin.key == "4711"


def test_only_whom_the_people_filter_selects_is_a_person_in_a_search() -> None:
    plain = SearchResultEntry("cn=x,o=corp", [("objectClass", [b"device"])])
    person = SearchResultEntry(DN, [("objectClass", [b"Person"])])
    assert not isinstance(READER.read(plain, NO_FACTS), Identity)
    assert isinstance(READER.read(person, NO_FACTS), Identity)


def test_a_dn_that_is_none_is_an_error_of_the_protocol_only() -> None:
    with pytest.raises(ProtocolError):
        READER.read(SearchResultEntry("not a dn", []), NO_FACTS)


def test_groups_are_as_the_entry_shows_them() -> None:
    assert identity(memberOf=[b"CN=A,o=corp", b"cn=b,o=corp"]).groups == ("CN=A,o=corp", "cn=b,o=corp")
