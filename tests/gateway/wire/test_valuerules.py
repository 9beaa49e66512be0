from __future__ import annotations

from gateway.wire.valuerules import RULES


def test_all_names_of_a_type_are_one_and_options_are_in_order() -> None:
    assert RULES.name("CN") == RULES.name("commonName") == RULES.name("2.5.4.3") == "cn"
    assert RULES.name("cn;Lang-de;binary") == RULES.name("CN;binary;lang-DE") == "cn;binary;lang-de"
    assert RULES.name("cn;lang-de") != RULES.name("cn")


def test_values_compare_by_the_rule_of_their_attribute() -> None:
    assert RULES.key("cn", b"John  Doe") == RULES.key("cn;lang-de", b"john doe")
    assert RULES.key("uidNumber", b"7") != RULES.key("uidNumber", b"8")
    assert RULES.key("jpegPhoto", b"A") != RULES.key("jpegPhoto", b"a")
    assert RULES.key("member", b"CN=A, O=B") == RULES.key("member", b"cn=a,o=b")


def test_a_value_that_is_not_valid_has_no_key_but_an_unknown_attribute_may_hold_anything() -> None:
    assert RULES.key("uidNumber", b"many") is None
    assert RULES.key("x-unknown", b"\xff\xfe") == b"\xff\xfe"
    assert RULES.key("x-unknown", b"A") == RULES.key("x-unknown", b"a")


def test_the_schema_says_what_has_one_value_is_fixed_or_operational() -> None:
    assert RULES.single("uidNumber")
    assert not RULES.single("cn")
    assert not RULES.single("x-unknown")
    assert RULES.fixed("entryUUID")
    assert RULES.fixed("userPassword;x")
    assert not RULES.fixed("cn")
    assert RULES.operational("entryUUID")
    assert not RULES.operational("cn")


def test_a_class_asks_for_what_those_above_it_ask_for_and_never_for_a_password() -> None:
    required = RULES.required([b"inetOrgPerson"])
    assert (required["sn"], required["objectclass"]) == ("person", "top")
    assert "userpassword" not in RULES.required([b"simpleSecurityObject"])
    assert RULES.required([b"x-unknown", b"\xff"]) == {}


def test_the_leaf_of_a_dn_may_have_several_values() -> None:
    assert list(RULES.rdn("uid=a+cn=b c,o=d")) == [("uid", b"a"), ("cn", b"b c")]
    assert RULES.rdn("") == ()
