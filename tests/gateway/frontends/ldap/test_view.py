from __future__ import annotations

import pytest

from gateway.frontends.ldap.view import EVERYTHING, View
from gateway.identity.model import Attributes
from gateway.wire.filter import Equal, parse_filter

ANN = Attributes({"objectClass": [b"person"], "cn": [b"Ann"], "sn": [b"Lee"], "mail": [b"a@x"], "userPassword": [b"s"]})


OID = "0.9.2342.19200300.100.1.3"


@pytest.mark.parametrize("name", ["mail", "MAIL", "rfc822Mailbox", OID, f"OID.{OID}", "mail;lang-de"])
def test_an_attribute_is_hidden_under_all_its_names(name: str) -> None:
    assert View(hidden=["mail"]).hides(name)
    assert View(["cn"]).hides(name)
    assert not View(["rfc822mailbox"]).hides(name)
    assert not EVERYTHING.hides(name)


def test_a_supertype_of_something_hidden_is_hidden_and_its_other_subtypes_are_not() -> None:
    """`name` looks at `cn`, too."""
    view = View(hidden=["cn"])
    assert view.hides("name")
    assert view.hides("cn")
    assert not view.hides("sn")
    assert View(["cn"]).hides("name")
    assert not View(["name"]).hides("sn")


def test_object_class_is_shown_with_any_list_and_can_be_hidden() -> None:
    assert not View(["cn"]).hides("objectClass")
    assert View(hidden=["objectClass"]).hides("objectClass")


@pytest.mark.parametrize("view", [EVERYTHING, View(["userPassword", "cn"]), View(["2.5.4.35"])])
def test_a_password_is_hidden_whatever_is_listed(view: View) -> None:
    assert view.hides("userPassword")
    assert view.visible(parse_filter("(userPassword=s)")).matches(ANN) is None


@pytest.mark.parametrize(("wanted", "selects"), [
    ("(mail=a@x)", False),
    ("(!(mail=b@x))", False),
    ("(mail=*)", False),
    ("(!(mail=*))", False),
    ("(mail>=a)", False),
    ("(mail;lang-de=a@x)", False),
    ("(rfc822Mailbox:caseIgnoreMatch:=a@x)", False),
    ("(:caseIgnoreMatch:=a@x)", False),
    ("(&(cn=ann)(!(mail=b@x)))", False),
    ("(|(cn=ann)(mail=b@x))", True),
    ("(&(objectClass=person)(cn=ann))", True),
])  # fmt: skip
def test_neither_an_item_about_something_hidden_nor_its_negation_selects(wanted: str, selects: bool) -> None:
    assert (View(hidden=["mail"]).visible(parse_filter(wanted)).matches(ANN) is True) is selects


def test_a_harmless_filter_is_not_made_anew() -> None:
    wanted = parse_filter("(&(objectClass=person)(|(uid=a)(!(cn=b*))))")
    assert View(hidden=["mail"]).visible(wanted) is wanted
    assert EVERYTHING.visible(wanted) is wanted
    assert not EVERYTHING.hides("x" * 100)
    assert EVERYTHING.visible(Equal("x" * 100, b"")) == Equal("x" * 100, b"")
