"""The DN of a row and its inverse, and the spellings that are looked up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from usertable import by_dn

from backends.legacy.sqlsource.names import DnTemplate, spellings
from gateway.identity.model import LoginName, normalise

TEMPLATE = DnTemplate.parse("uid={name}, ou=Customers,dc=example,dc=com")


def test_the_parent_keeps_its_spelling_and_is_known_in_normal_form() -> None:
    assert TEMPLATE.dn("ada") == "uid=ada,ou=Customers,dc=example,dc=com"
    assert TEMPLATE.parent_key == "ou=customers,dc=example,dc=com"


@pytest.mark.parametrize(
    "template",
    [
        "uid=ada,o=x",
        "{name},o=x",
        "uid={name}",
        "uid=x{name},o=x",
        "uid={key},o=x",
        "uid={name}+cn=x,o=x",
        "uid={name},{name}=x",
        "uid={name},x",
    ],
)
def test_other_templates_are_refused(template: str) -> None:
    with pytest.raises(ValueError, match="DN"):
        DnTemplate.parse(template)


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(normalise))
def test_a_dn_login_leads_back_to_the_name(name: str) -> None:
    """R1, R3: what a search showed can be bound as."""
    login = by_dn(TEMPLATE.dn(name.strip() or name))
    assert TEMPLATE.is_leaf(login.dn or "")
    assert normalise(spellings(login, TEMPLATE)[0]) == normalise(name)


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        (LoginName.of("ada"), ("ada",)),
        (LoginName.of(" Ada "), ("Ada", "ada")),
        (LoginName("CORP\\Ada", "ada"), ("Ada", "ada")),
        (LoginName("Ada@corp.example", "ada"), ("Ada", "ada")),
        (LoginName("something else", "ada"), ("ada",)),
        (by_dn("uid=Ada,ou=customers,dc=example,dc=com"), ("Ada", "ada")),
        (by_dn("UID=ada,OU=Customers, dc=example,dc=com"), ("ada",)),
        (by_dn("cn=ada,ou=customers,dc=example,dc=com"), ()),
        (by_dn("uid=ada,ou=staff,dc=example,dc=com"), ()),
        (by_dn("uid=ada"), ()),
        (by_dn("uid=ada+cn=x,ou=customers,dc=example,dc=com"), ()),
        (by_dn("uid=x,uid=ada,ou=customers,dc=example,dc=com"), ()),
    ],
)
def test_the_typed_spelling_comes_first_then_the_normalised_one(login: LoginName, expected: tuple[str, ...]) -> None:
    assert spellings(login, TEMPLATE) == expected


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 257, "", "  ", "x" * (1 << 20)])
def test_what_no_driver_could_carry_is_nobodys_name(name: str) -> None:
    assert spellings(LoginName.of(name), TEMPLATE) == ()
