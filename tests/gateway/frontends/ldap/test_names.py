from __future__ import annotations

import pytest

from gateway.frontends.ldap.names import LONGEST_NAME, dn_key, login_name, login_value
from gateway.frontends.ldap.results import LdapError


def test_a_dn_is_compared_in_its_normalised_form() -> None:
    """R1."""
    login = login_name("UID=JDoe , ou=People,dc=example,dc=com")
    assert login.typed == "UID=JDoe , ou=People,dc=example,dc=com"
    assert login.key == login.dn == "uid=jdoe,ou=people,dc=example,dc=com"
    assert login.rdn == ("uid", "jdoe")


@pytest.mark.parametrize("name", ["jdoe", "CORP\\jdoe", "jdoe@corp.example", "John Doe", "a,b", "jürgen"])
def test_a_name_without_an_equals_sign_is_a_bare_name(name: str) -> None:
    login = login_name(name)
    assert login.dn is None
    assert login.typed == name


@pytest.mark.parametrize(
    "name",
    [
        "uid=jdoe,ou",
        "=jdoe",
        "uid=a\\zz",
        "uid=\udcff,dc=x",
        "jd\udcffoe",
        "a\0b",
        "uid=a\\00b,dc=x",
        " ",
        "x" * (LONGEST_NAME + 1),
        "uid=" + "x" * 9000,
    ],
)
def test_what_is_neither_dn_nor_name_is_invalid_dn_syntax(name: str) -> None:
    with pytest.raises(LdapError) as error:
        login_name(name)
    assert error.value.result.code == 34


def test_a_faulty_name_is_not_repeated() -> None:
    """R15: people type passwords where the name belongs."""
    with pytest.raises(LdapError) as error:
        login_name("uid=canary,ou")
    assert "canary" not in error.value.result.diagnostic


def test_a_base_must_be_a_dn() -> None:
    assert dn_key("") == ""
    with pytest.raises(LdapError):
        dn_key("jdoe")


def test_an_asserted_login_value_is_a_bare_name_even_with_an_equals_sign() -> None:
    login = login_value(b"J=Doe")
    assert login is not None
    assert (login.key, login.dn) == ("j=doe", None)


@pytest.mark.parametrize("value", [b"\xff", b"a\0b", b"  ", b"x" * 2000])
def test_a_value_that_is_no_name_pins_nobody(value: bytes) -> None:
    assert login_value(value) is None
