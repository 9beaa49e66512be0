from __future__ import annotations

from gateway.frontends.ldap.personas.renamed import Renamed
from gateway.identity.model import Attributes, Entry
from gateway.wire.filter import UNDEFINED, Filter, parse_filter

NAMES = Renamed({"uid": "loginName", "mail": "cn"})
HELD = Entry("uid=j", "uid=j", Attributes({"uid": [b"j"], "mail;x-a": [b"j@x"], "cn": [b"J"], "sn": [b"S"]}))


def narrowed(text: str) -> Filter:
    return NAMES.narrow(parse_filter(text))  # type: ignore[arg-type]  # an item


def test_an_entry_has_the_applications_names_and_keeps_options_and_values() -> None:
    shown = NAMES.outward(HELD)
    assert dict(shown.attributes.items()) == {"loginName": (b"j",), "cn;x-a": (b"j@x",), "sn": (b"S",)}


def test_a_name_that_was_given_to_another_attribute_hides_its_own() -> None:
    assert b"J" not in [value for _, values in NAMES.outward(HELD).attributes.items() for value in values]


def test_a_filter_asks_for_the_stored_name() -> None:
    assert narrowed("(LOGINNAME=j)") == parse_filter("(uid=j)")
    assert narrowed("(commonName=j@x)") == parse_filter("(mail=j@x)")
    assert narrowed("(sn=S)") == parse_filter("(sn=S)")


def test_a_stored_name_is_none_that_the_application_knows() -> None:
    assert narrowed("(uid=j)") is UNDEFINED
    assert NAMES.stored_name("mail") is None
    assert NAMES.wanted(frozenset({"loginname", "sn"})) == {"uid", "sn"}
