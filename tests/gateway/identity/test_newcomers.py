from __future__ import annotations

import pytest

from gateway.identity.model import NATIVE, Attributes, Entry, Identity
from gateway.identity.newcomers import newcomer

BASE = "ou=people,dc=example,dc=com"


def made(rdn: tuple[str, str], *classes: bytes, has_password: bool = False, **more: bytes) -> Entry:
    attributes = Attributes({"objectClass": classes, **{name: [value] for name, value in more.items()}})
    return newcomer(f"{rdn[0]}={rdn[1]},{BASE}", "key", rdn, attributes, has_password=has_password)


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (made(("uid", "anna"), b"inetOrgPerson"), "anna"),
        (made(("cn", "Anna Amt"), b"PERSON", uid=b"anna"), "anna"),
        (made(("cn", "Anna Amt"), b"user", sAMAccountName=b"anna"), "anna"),
        (made(("cn", "mail"), b"applicationProcess", has_password=True), "mail"),
    ],
)
def test_a_person_is_told_by_class_or_password_and_has_a_login_name(entry: Entry, name: str) -> None:
    assert isinstance(entry, Identity)
    assert entry.name == name
    assert (entry.origin.source, entry.origin.key) == (NATIVE, str(entry.id))


def test_mail_and_upn_lead_to_the_same_person_where_they_have_an_at() -> None:
    entry = made(("uid", "anna"), b"person", mail=b"Anna@corp.example", userPrincipalName=b"root")
    assert isinstance(entry, Identity)
    assert entry.aliases == ("Anna@corp.example",)


@pytest.mark.parametrize("has_password", [False, True])
def test_a_group_is_nobody(has_password: bool) -> None:
    assert not isinstance(made(("cn", "crew"), b"posixGroup", has_password=has_password), Identity)
    assert not isinstance(made(("ou", "x"), b"organizationalUnit"), Identity)
