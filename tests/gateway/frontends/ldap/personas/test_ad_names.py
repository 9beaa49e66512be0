"""`personas.ad_names`: names that only Active Directory takes."""

from __future__ import annotations

import pytest

from gateway.frontends.ldap.personas.ad_names import named
from gateway.identity.model import Attributes, Entry
from gateway.wire.dn import normalise_dn
from gateway.wire.filter import Equal

GUID = bytes.fromhex("1bf881fd95adbf43a5139fcd4b6875af")
SID = bytes.fromhex("01050000000000051500000098daa94eaeacbff314a7f0924f040000")
TEXT = "S-1-5-21-1319754392-4089425070-2465244948-1103"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("<GUID=fd81f81b-ad95-43bf-a513-9fcd4b6875af>", Equal("objectGUID", GUID)),
        (f"<guid={GUID.hex()}>", Equal("objectGUID", GUID)),
        (f"<SID={TEXT}>", Equal("objectSid", SID)),
        (f"<SID={SID.hex()}>", Equal("objectSid", SID)),
    ],
)
def test_names_in_brackets_stand_for_dns(name: str, wanted: Equal) -> None:
    for as_dn in (True, False):
        found = named(name, "ad.example", as_dn=as_dn)
        assert found is not None
        assert found.filter == wanted


def test_a_sid_as_text_is_a_name_to_bind_by_only() -> None:
    found = named(TEXT, "ad.example", as_dn=False)
    assert found is not None
    assert found.filter == Equal("objectSid", SID)
    assert named(TEXT, "ad.example", as_dn=True) is None


@pytest.mark.parametrize("digits", ["fd81f81b-ad95-43bf-a513-9fcd4b6875af", "FD81F81B-AD95-43BF-A513-9FCD4B6875AF"])
def test_a_guid_in_braces_is_a_name_to_bind_by_only(digits: str) -> None:
    found = named(f"{{{digits}}}", "ad.example", as_dn=False)
    assert found is not None
    assert found.filter == Equal("objectGUID", GUID)
    assert named(f"{{{digits}}}", "ad.example", as_dn=True) is None


@pytest.mark.parametrize("name", ["ad.example/People/Anna Arndt", "AD.example/people\nanna arndt"])
def test_a_canonical_name_means_the_entry_at_the_end_of_its_path(name: str) -> None:
    found = named(name, "ad.example", as_dn=False)
    assert found is not None
    for dn, is_meant in (("CN=Anna Arndt,OU=People,DC=ad,DC=example", True), ("CN=Anna Arndt,DC=ad,DC=example", False)):
        entry = Entry(dn, normalise_dn(dn), Attributes({"name": [b"Anna Arndt"]}))
        assert found.filter.matches(entry.attributes) is True
        assert found.is_meant(entry) is is_meant


@pytest.mark.parametrize(
    "name",
    ["", "anna", "anna@ad.example", "CORP\\anna", "CN=x,DC=y", "<GUID=>", "<GUID=zz>", "<SID=x>", "<WKGUID=a,b>", "S-1",
     "host/anna", "{fd81f81bad9543bfa5139fcd4b6875af}", "{}", "{fd81f81b-ad95-43bf-a513-9fcd4b6875af", "Anna Arndt",
     "fd81f81b-ad95-43bf-a513-9fcd4b6875af", "ad.example/", "other.example/People/Anna", "<GUID=" + "0" * 500 + ">"],
)  # fmt: skip
def test_every_other_name_is_none_of_these(name: str) -> None:
    assert named(name, "ad.example", as_dn=False) is None
